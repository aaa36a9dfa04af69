import type { ReactNode } from 'react'
import styles from './empty.module.css'

/** An empty panel says what would stand here and offers one way to fill it (U-23). */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children ? <p className={styles.text}>{children}</p> : null}
      {action}
    </div>
  )
}
