import { placeHref } from '../../live/place.ts'
import { useReef } from '../../live/reef.ts'
import { Card } from '../../parts/card.tsx'
import { Money } from '../../parts/money.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago } from '../../parts/time.tsx'
import styles from './overview.module.css'
import { selectFinished, selectPlanning, selectRunningPlans } from './overview.select.ts'

const SHOWN = 8

/** What was asked for: being planned, under way, and what came of it. */
export function Plans() {
  const planning = useReef(selectPlanning)
  const running = useReef(selectRunningPlans)
  const finished = useReef(selectFinished)
  const plans = [...running, ...finished].slice(0, SHOWN)
  return (
    <Card className={styles.plans} title="Plans" note={`under way ${running.length} · ended lately ${finished.length}`}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>state</th>
            <th>what you asked for</th>
            <th>project</th>
            <th data-align="end">tasks</th>
            <th data-align="end">spent / budget</th>
            <th data-align="end">since</th>
          </tr>
        </thead>
        <tbody>
          {planning.slice(0, 3).map((request) => (
            <tr key={request.id}>
              <td data-fixed="true">
                <StateMark machine="request" state={request.state} />
              </td>
              <td>
                {request.text.slice(0, 120)} {request.rehearsal ? <RehearsalLabel /> : null}
                {request.error ? <span className={styles.muted}> {request.error}</span> : null}
              </td>
              <td data-fixed="true">{request.project}</td>
              <td data-align="end" />
              <td data-align="end" />
              <td data-align="end">
                <Ago at={request.createdAt} />
              </td>
            </tr>
          ))}
          {plans.map((plan) => (
            <tr key={plan.id}>
              <td data-fixed="true">
                <StateMark machine="plan" state={plan.state} />
              </td>
              <td>
                <a href={placeHref('plans', plan.id)}>{plan.title}</a> {plan.rehearsal ? <RehearsalLabel /> : null}
              </td>
              <td data-fixed="true">{plan.project}</td>
              <td data-align="end">
                {plan.done} of {plan.tasks}
                {plan.stuck > 0 ? <span className={styles.high}> ▲ {plan.stuck} held</span> : null}
              </td>
              <td data-align="end">
                <Money amount={plan.spent} /> / <Money amount={plan.budget} />
              </td>
              <td data-align="end">
                <Ago at={plan.endedAt ?? plan.startedAt ?? plan.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {running.length + finished.length > SHOWN ? (
        <a className={styles.more} href={placeHref('plans')}>
          All plans
        </a>
      ) : null}
    </Card>
  )
}
