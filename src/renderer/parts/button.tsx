import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import styles from './button.module.css'
import { Kbd } from './kbd.tsx'

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** `lead` for the one thing a panel is for, `danger` for what destroys, `quiet` inside rows and headings. */
  kind?: 'plain' | 'lead' | 'danger' | 'quiet'
  large?: boolean
  /** While true it says so, cannot be pressed, and keeps its width. */
  pending?: boolean
  icon?: ReactNode
  /** The key that does the same, e.g. `a`. */
  hint?: string
  ref?: Ref<HTMLButtonElement>
}

export function Button({ kind = 'plain', large = false, pending = false, icon, hint, children, disabled, type = 'button', className, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={className ? `${styles.button} ${className}` : styles.button}
      data-kind={kind}
      data-large={large}
      aria-busy={pending}
      disabled={disabled || pending}
      {...(hint && { 'aria-keyshortcuts': hint })}
    >
      {icon}
      {children == null ? null : <span>{children}</span>}
      {hint ? <Kbd>{hint}</Kbd> : null}
    </button>
  )
}
