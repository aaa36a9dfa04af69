import type { ReactNode } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { tierWords } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useReef } from '../../live/reef.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Ago, formatSpan } from '../../parts/time.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { toBlocked } from './blocked.select.ts'
import styles from './card-body.module.css'
import { isOpen, isUnknown } from './inbox.select.ts'
import { Previews } from './previews.tsx'

/** How far it reaches, why, who, exactly what: everything of a request but its title and the choice, in an order that never changes (U-41 to U-44). */
export function CardBody({ approval, onSee }: { approval: ApprovalView; onSee: (preview: number) => void }) {
  return (
    <>
      <Reach approval={approval} />
      <dl className={styles.facts}>
        <Fact name="Why">
          <p>{showHidden(approval.why)}</p>
          {approval.evidence.length === 0 ? (
            <p className={styles.high}>▲ no evidence was given</p>
          ) : (
            <ul className={styles.chips} aria-label="Evidence">
              {approval.evidence.map((line) => (
                <li key={line}>{showHidden(line)}</li>
              ))}
            </ul>
          )}
          {approval.agentSays === null ? null : (
            <details className={styles.says}>
              <summary>Agent says</summary>
              <blockquote>{showHidden(approval.agentSays)}</blockquote>
            </details>
          )}
        </Fact>
      </dl>
      <Previews previews={approval.previews} onSee={onSee} />
      <dl className={styles.facts}>
        <Fact name="Asked by">
          <Origin approval={approval} />
        </Fact>
        {isOpen(approval) ? <Holds approval={approval} /> : null}
        <Fact name={`Why ${approval.tier}`}>
          {approval.tierBecause.join('; ') || 'the policy says nothing about it'}{' '}
          <span className={styles.muted}>
            · <a href={placeHref('rules')}>policy version {approval.policyVersion}</a>
          </span>
        </Fact>
        <Fact name="Bound to">
          <span className={styles.hash}>
            <code title={approval.payloadHash}>{approval.payloadHash.slice(0, 12)}…</code> if anything of this changes, nothing is done
            <CopyButton text={approval.payloadHash} label="Copy hash" />
          </span>
        </Fact>
      </dl>
    </>
  )
}

/** "T2 · 1 product · reversible: … · cost: …". */
export function Reach({ approval }: { approval: ApprovalView }) {
  return (
    <>
      <p>
        <strong title={tierWords[approval.tier]}>{approval.tier}</strong> · <Known words={approval.blast} /> ·{' '}
        {approval.irreversible ? <span className={styles.high}>cannot be taken back: </span> : 'reversible: '}
        <Known words={approval.reversible} /> · cost: <Known words={approval.cost} />
      </p>
      {approval.taintedBy === null ? null : (
        <p className={styles.high}>
          ▲ tainted by: {showHidden(approval.taintedBy)} <span className={styles.plain}>· words of strangers led to this</span>
        </p>
      )}
    </>
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
  return isUnknown(words) ? <span className={styles.high}>▲ {words || 'unknown'}</span> : <span>{showHidden(words)}</span>
}

/** Who asked, and the way from the owner's own words to this request (U-44). */
function Origin({ approval }: { approval: ApprovalView }) {
  const { plan, request, task } = useReef((facts) => {
    const made = approval.planId ? facts.plans[approval.planId] : undefined
    return { plan: made, request: made ? facts.requests[made.requestId] : undefined, task: approval.taskId ? facts.tasks[approval.taskId] : undefined }
  })
  const asked = request?.text ?? plan?.text
  return (
    <>
      <p>
        {approval.askedBy}
        {task?.model ? <span className={styles.muted}> with {task.model}</span> : null}, <Ago at={approval.requestedAt} /> · {approval.action}
        {approval.sessionId ? (
          <>
            {' '}
            · <a href={placeHref('sessions', approval.sessionId)}>its session</a>
          </>
        ) : null}
        {approval.taintedBy === null ? <span className={styles.muted}> · no untrusted text in the chain</span> : null}
      </p>
      <ol className={styles.chain} aria-label="How it came to this">
        {asked === undefined ? null : <li>your request “{asked.length > 90 ? `${asked.slice(0, 90)}…` : asked}”</li>}
        {approval.planId === null ? null : (
          <li>
            <a href={placeHref('plans', approval.planId)}>{plan && plan.title !== asked ? plan.title : 'its plan'}</a>
          </li>
        )}
        {approval.taskId === null ? null : (
          <li>
            <a href={placeHref('plans', approval.planId ?? '', approval.taskId)}>{task ? `${task.key} ${task.title}` : 'its task'}</a>
          </li>
        )}
        <li>
          this <code title="what it belongs to, in the audit">{approval.correlationId.slice(-12)}</code>
        </li>
      </ol>
    </>
  )
}

/** What stands still meanwhile (U-45). */
function Holds({ approval }: { approval: ApprovalView }) {
  const tasks = useReef((facts) => facts.tasks)
  const blocked = toBlocked(tasks, approval)
  if (blocked === null) return null
  return (
    <Fact name="Holds up">
      {blocked.tasks === 0 ? 'its own task, nothing behind it' : `its own task and ${blocked.tasks === 1 ? '1 behind it' : `${blocked.tasks} behind it`}`}
      {blocked.ms > 0 ? <span className={styles.muted}> · about {formatSpan(blocked.ms)} of work</span> : null}
      {blocked.critical ? <strong> · the plan ends later with every minute of it</strong> : null}
    </Fact>
  )
}
