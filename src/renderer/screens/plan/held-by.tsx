import { type TaskView, toBudgetName } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useAsk } from '../../live/reef.ts'
import { BudgetBar } from '../../parts/budget-bar.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { At } from '../../parts/time.tsx'
import styles from './inspector.module.css'

const SHOWN = 3

/** For a task that waits for money: the budgets its next call would be held against, the tightest first, and when waiting ends it (U-79). */
export function HeldBy({ task }: { task: TaskView }) {
  const { data, refusal, again, loading } = useAsk((client) => client.budget.explain({ taskId: task.id }), [task.id, task.wait?.detail])
  const nameOf = (subject: string) => (subject === task.id ? `${task.key} ${task.title}` : subject.includes('_') ? `…${subject.slice(-6)}` : subject)
  return (
    <section className={styles.part}>
      <h3>
        Budgets that hold it <a href={placeHref('spend', 'budgets')}>all budgets</a>
      </h3>
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <ul className={styles.rows}>
          {data.budgets.slice(0, SHOWN).map((budget) => (
            <li key={`${budget.scope} ${budget.subject} ${budget.period}`}>
              <span className={styles.line}>
                <span className={styles.name}>{toBudgetName(budget, nameOf)}</span>
                <span className={styles.end}>
                  {budget.resetsAt === null ? (
                    'never resets'
                  ) : (
                    <>
                      resets <At at={budget.resetsAt} />
                    </>
                  )}
                </span>
              </span>
              <BudgetBar budget={budget} nameOfTask={nameOf} />
            </li>
          ))}
        </ul>
      ) : loading ? (
        <Skeleton label="Loading its budgets" />
      ) : null}
    </section>
  )
}
