import * as Radix from '@radix-ui/react-dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import styles from './dialog.module.css'

/** A dialog that takes the keyboard and gives it back. `about` is read out with the title; Esc and the shade close it. */
export function Dialog({
  open,
  onClose,
  title,
  about,
  wide = false,
  children,
}: {
  open: boolean
  onClose: () => void
  title: string
  about?: ReactNode
  /** `screen`: as wide as a screen of its own, for what has several columns. */
  wide?: boolean | 'screen'
  children: ReactNode
}) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className={styles.shade} />
        <Radix.Content className={styles.dialog} data-wide={wide} {...(about ? {} : { 'aria-describedby': undefined })}>
          <header className={styles.head}>
            <Radix.Title className={styles.title}>{title}</Radix.Title>
            <Radix.Close asChild>
              <Button kind="quiet" aria-label="Close" icon={<X />} />
            </Radix.Close>
          </header>
          {about ? <Radix.Description className={styles.about}>{about}</Radix.Description> : null}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>
}
