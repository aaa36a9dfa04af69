import * as Radix from '@radix-ui/react-dropdown-menu'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './kbd.tsx'
import styles from './menu.module.css'

export type MenuItem = {
  readonly label: string
  readonly icon?: ReactNode
  readonly hint?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly act: () => void
}

/** Actions behind one button. `children` is that button. */
export function Menu({ items, children, label }: { items: readonly MenuItem[]; children: ReactElement; label: string }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.menu} aria-label={label} sideOffset={4} align="end">
          {items.map((item) => (
            <Radix.Item
              key={item.label}
              className={styles.item}
              data-danger={item.danger ?? false}
              disabled={item.disabled ?? false}
              onSelect={() => item.act()}
            >
              {item.icon}
              <span className={styles.words}>{item.label}</span>
              {item.hint ? <Kbd>{item.hint}</Kbd> : null}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
