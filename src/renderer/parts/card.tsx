import { type ReactNode, useId } from 'react'
import styles from './card.module.css'

/** A titled panel. `note` says what the figures are of or how old they are; `actions` stand at the right of the title. */
export function Card({
  title,
  note,
  actions,
  children,
  className,
}: {
  title: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string | undefined
}) {
  const id = useId()
  return (
    <section className={className ? `${styles.card} ${className}` : styles.card} aria-labelledby={id}>
      <header className={styles.head}>
        <h2 id={id}>{title}</h2>
        <span className={styles.note}>{note}</span>
        {actions}
      </header>
      {children}
    </section>
  )
}
