import { type ReactNode, useEffect, useRef } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useReef } from '../../live/reef.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Ago } from '../../parts/time.tsx'
import styles from './approval-card.module.css'
import { Deadline } from './deadline.tsx'
import { Decision } from './decision.tsx'
import { isOpen } from './inbox.select.ts'
import { Previews } from './previews.tsx'

/** One request, in an order that never changes: what, how far it reaches, why, who, exactly what, until when, and only then the choice (U-40 to U-46). */
export function ApprovalCard({ approval, onNext }: { approval: ApprovalView; onNext: () => void }) {
  const top = useRef<HTMLDivElement>(null)
  useEffect(() => {
    top.current?.scrollTo(0, 0)
  }, [])
  return (
    <article className={styles.card} aria-label={approval.what}>
      <div className={styles.read} ref={top}>
        <header className={styles.head}>
          <h2 className={styles.what}>{approval.what}</h2>
          {approval.rehearsal ? <RehearsalLabel /> : null}
          <StateMark machine="approval" state={approval.state} />
        </header>
        <p className={styles.reach}>
          <strong>{approval.tier}</strong> · <Known words={approval.blast} /> · reversible: <Known words={approval.reversible} /> · cost:{' '}
          <Known words={approval.cost} />
        </p>
        <dl className={styles.facts}>
          <Fact name="Why">{approval.why}</Fact>
          <Fact name="Evidence">
            {approval.evidence.length === 0 ? (
              <span className={styles.unknown}>none was given</span>
            ) : (
              <ul className={styles.chips}>
                {approval.evidence.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )}
          </Fact>
          <Fact name="Asked by">
            <Origin approval={approval} />
          </Fact>
          <Fact name="Bound to">
            <span className={styles.hash}>
              <code title={approval.payloadHash}>{approval.payloadHash.slice(0, 12)}…</code> if anything of this changes, nothing is done
              <CopyButton text={approval.payloadHash} label="Copy hash" />
            </span>
          </Fact>
        </dl>
        <Previews previews={approval.previews} />
      </div>
      <footer className={styles.foot}>
        {isOpen(approval) ? <Deadline approval={approval} /> : null}
        <Decision approval={approval} onNext={onNext} />
      </footer>
    </article>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** What is not known is said loudly: it is a reason not to hurry (U-41). */
function Known({ words }: { words: string }) {
  return words.trim() === '' || /^unknown/i.test(words) ? <span className={styles.unknown}>▲ {words || 'unknown'}</span> : <span>{words}</span>
}

function Origin({ approval }: { approval: ApprovalView }) {
  const { plan, task } = useReef((facts) => ({
    plan: approval.planId ? facts.plans[approval.planId] : undefined,
    task: approval.taskId ? facts.tasks[approval.taskId] : undefined,
  }))
  return (
    <>
      {approval.askedBy}, <Ago at={approval.requestedAt} /> · {approval.action}
      {approval.planId ? (
        <>
          {' '}
          · <a href={placeHref('plans', approval.planId, approval.taskId)}>{task ? `${task.key} ${task.title}` : 'its task'}</a>
        </>
      ) : null}
      {plan ? <span className={styles.muted}> · your request “{plan.text.length > 90 ? `${plan.text.slice(0, 90)}…` : plan.text}”</span> : null}
    </>
  )
}
