import { type BudgetView, toBudgetName } from '../../contract/index.ts'
import styles from './budget-bar.module.css'
import { toStanding } from './budget-words.ts'
import { Meter } from './meter.tsx'

/**
 * One limit as a bar: spent, then hatched what calls under way hold, then what is left; ticks where it alerts and at 50, 80 and 100 per cent
 * (U-73). Under it the same in words.
 */
export function BudgetBar({ budget, nameOfTask }: { budget: BudgetView; nameOfTask: (id: string) => string }) {
  const { spent, held, hard, soft } = budget
  const { words, attention } = toStanding(budget)
  return (
    <span className={styles.budget} data-attention={attention}>
      <Meter
        label={`Spent of ${toBudgetName(budget, nameOfTask)}`}
        value={spent}
        held={held}
        max={Math.max(hard, spent)}
        text={words}
        attention={attention}
        marks={[hard * 0.5, hard * 0.8, ...(spent > hard ? [hard] : []), ...(soft === null ? [] : [soft])]}
      />
      <span title={words}>{words}</span>
    </span>
  )
}
