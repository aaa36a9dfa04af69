import { useId } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { Button } from '../../parts/button.tsx'
import styles from './decision.module.css'

/** One button for each way of saying yes, what it means under it; none is bigger, brighter or focused (U-52). */
export function Options({
  options,
  pending,
  disabled,
  onTake,
}: {
  options: ApprovalView['options']
  pending: boolean
  disabled: boolean
  onTake: (option: string) => void
}) {
  const base = useId()
  return (
    <ul className={styles.options} aria-label="Ways to approve">
      {options.map(({ id, label, detail }, i) => (
        <li key={id}>
          <Button
            large
            hint={String(i + 1)}
            pending={pending}
            disabled={disabled}
            aria-describedby={detail === '' ? undefined : `${base}-${id}`}
            onClick={() => onTake(id)}
          >
            {label}
          </Button>
          {detail === '' ? null : (
            <p id={`${base}-${id}`} className={styles.hint}>
              {detail}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
