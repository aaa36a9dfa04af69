import { type ReactNode, useState } from 'react'
import { formatMoney, type PlanId } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Elapsed, formatSpan } from '../../parts/time.tsx'
import { type Critical, toBottleneck } from './critical.ts'
import styles from './plan.module.css'
import { countGroups } from './plan.select.ts'
import type { PlanStore } from './plan-store.ts'
import { usePlanView, useSummary } from './use-plan.ts'

/** Name, state and figures of a plan, and what can be done with it as a whole. */
export function PlanHead({ store, critical, children }: { store: PlanStore; critical: Critical; children: ReactNode }) {
  const plan = usePlanView(store)
  const counts = useSummary(store, 250, (now) => countGroups(now.tasks()))
  const bottleneck = useSummary(store, 1000, (now) => toBottleneck(now.tasks(), critical))
  const [asking, setAsking] = useState(false)
  const start = useCommand((client, id: PlanId) => client.plan.start({ id }))
  const cancel = useCommand((client, id: PlanId) => client.plan.cancel({ id }))
  const total = store.tasks().length
  const running = plan.state === 'running'
  const open = total - counts.done - counts.over
  const stop = async () => {
    if (await cancel.run(plan.id)) setAsking(false)
  }
  return (
    <header className={styles.head}>
      <nav aria-label="Where you are" className={styles.crumb}>
        <a href={placeHref('plans')}>Plans</a>
        <span aria-hidden="true">›</span>
        <span>{plan.project}</span>
      </nav>
      <div className={styles.title}>
        <h1>{plan.title}</h1>
        <StateMark machine="plan" state={plan.state} />
        {plan.rehearsal ? <RehearsalLabel /> : null}
        <span className={styles.push} />
        {plan.state === 'draft' && total > 0 ? (
          <Button kind="lead" large pending={start.pending} onClick={() => start.run(plan.id)}>
            Start {total === 1 ? 'this task' : `these ${total} tasks`}
          </Button>
        ) : null}
        {plan.state === 'draft' || running ? (
          <Button kind="plain" onClick={() => setAsking(true)}>
            Cancel plan…
          </Button>
        ) : null}
      </div>
      <div className={styles.figures}>
        <span>
          <b>{counts.done}</b> of {total} done
        </span>
        <span>
          <b>
            <Money amount={plan.spent} />
          </b>{' '}
          of <Money amount={plan.budget} />
        </span>
        {plan.startedAt === null ? null : (
          <span>
            <Elapsed from={plan.startedAt} to={plan.endedAt} />
          </span>
        )}
        {/* Expected times are those of real models. */}
        {running && !plan.rehearsal && critical.remainingMs > 0 ? (
          <span title="The longest way through what is left, by expected times, if nothing waits">
            about {formatSpan(critical.remainingMs)} left{critical.guessed ? ', partly guessed' : ''}
          </span>
        ) : null}
        {running && bottleneck ? <span>bottleneck: {bottleneck}</span> : null}
        {counts.you > 0 ? <b>{counts.you === 1 ? '1 waits' : `${counts.you} wait`} for you</b> : null}
        {counts.stuck > 0 ? <b className={styles.stuck}>▲ {counts.stuck} failed</b> : null}
        {plan.endpoint ? (
          <a href={plan.endpoint} target="_blank" rel="noreferrer">
            {plan.endpoint}
          </a>
        ) : null}
        <span className={styles.push} />
        {children}
      </div>
      <RefusalNote refusal={start.refusal} />
      <Confirm
        open={asking}
        onClose={() => {
          setAsking(false)
          cancel.clear()
        }}
        onConfirm={stop}
        title={`Cancel “${plan.title}”?`}
        verb={open === 1 ? 'Cancel 1 task' : `Cancel ${open} tasks`}
        danger
        pending={cancel.pending}
        refusal={cancel.refusal}
      >
        What runs is stopped, what waits is dropped. {counts.done} finished {counts.done === 1 ? 'task keeps its' : 'tasks keep their'} work on the branch{' '}
        {plan.branch}; {formatMoney(plan.spent)} is spent.
      </Confirm>
    </header>
  )
}
