import { type AgentView, type TaskView, waitWords } from '../../../contract/index.ts'
import { placeHref, withQuery } from '../../live/place.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { wordOf } from '../../parts/state-mark.tsx'
import { Ago, At } from '../../parts/time.tsx'
import styles from './overview.module.css'
import { selectDrafts, selectPaused, selectStuck, selectWaiting, stuckSince, toMatters } from './overview.select.ts'

const SHOWN = 5

/** What waits for the owner, then what is stuck, each with its reason and its age. */
export function NeedsYou() {
  const waiting = useReef(selectWaiting)
  const matters = toMatters(waiting)
  const drafts = useReef(selectDrafts)
  const paused = useReef(selectPaused)
  const stuck = useReef(selectStuck)
  const open = useReef((facts) => facts.status.approvalsOpen)
  const oldest = waiting.reduce<number | undefined>((least, one) => Math.min(least ?? one.requestedAt, one.requestedAt), undefined)
  return (
    <Card
      className={styles.needs}
      title="Needs you"
      note={
        oldest === undefined ? undefined : (
          <>
            oldest <Ago at={oldest} />
          </>
        )
      }
    >
      {waiting.length + drafts.length + paused.length === 0 ? <p className={styles.muted}>Nothing. Approvals and plans to review stand here.</p> : null}
      <ul className={styles.rows}>
        {matters.slice(0, SHOWN).map(({ approval, more }) => (
          <li key={approval.id}>
            <span aria-hidden="true">{wordOf('approval', approval.state).glyph}</span>
            <a className={styles.strong} href={placeHref('inbox', approval.id)}>
              {approval.what}
              {more > 0 ? ` and ${more} more` : ''}
            </a>
            <span className={styles.end}>
              {approval.safeDefault === 'deny' ? 'denied' : 'template sent'} at <At at={approval.deadline} />
              <br />
              <span className={styles.muted}>
                <Ago at={approval.deadline} />
              </span>
            </span>
            <span className={styles.under}>
              {approval.tier} · {approval.cost} · {approval.askedBy} {approval.rehearsal ? <RehearsalLabel /> : null}
            </span>
          </li>
        ))}
        {paused.slice(0, SHOWN).map((agent) => (
          <PausedAgent key={agent.name} agent={agent} />
        ))}
        {drafts.slice(0, SHOWN).map((plan) => (
          <li key={plan.id}>
            <span aria-hidden="true">{wordOf('plan', plan.state).glyph}</span>
            <a className={styles.strong} href={placeHref('plans', plan.id)}>
              {plan.title}
            </a>
            <span className={styles.end}>
              <Ago at={plan.createdAt} />
            </span>
            <span className={styles.under}>a plan of {plan.tasks} tasks to look at; nothing has started</span>
          </li>
        ))}
      </ul>
      {open > SHOWN ? (
        <a className={styles.more} href={placeHref('inbox')}>
          All {open.toLocaleString('en-NZ')} in the inbox
        </a>
      ) : null}
      <h3 className={styles.sub}>
        <span>Stuck or held</span> <span>{stuck.length > 0 ? stuck.length.toLocaleString('en-NZ') : ''}</span>
      </h3>
      {stuck.length === 0 ? <p className={styles.muted}>Nothing is held up.</p> : null}
      <ul className={styles.rows}>
        {stuck.slice(0, SHOWN).map((task) => (
          <Stuck key={task.id} task={task} />
        ))}
      </ul>
      {stuck.length > SHOWN ? (
        <a className={styles.more} href={placeHref('plans')}>
          {(stuck.length - SHOWN).toLocaleString('en-NZ')} more in the plans
        </a>
      ) : null}
    </Card>
  )
}

/** An agent that was stopped because of what it spends; going on is one press (U-74). */
function PausedAgent({ agent: { name, paused } }: { agent: AgentView }) {
  const resume = useCommand((client) => client.agent.resume({ name }))
  if (!paused) return null
  return (
    <li>
      <span aria-hidden="true" className={styles.alarm}>
        ‖
      </span>
      <a className={styles.strong} href={placeHref('agents', name)}>
        {name} is paused
      </a>
      <span className={styles.end}>
        <Ago at={paused.at} />
        <br />
        <Button kind="quiet" pending={resume.pending} aria-label={`Resume ${name}`} onClick={() => void resume.run()}>
          Resume
        </Button>
      </span>
      <span className={styles.under}>
        {paused.reason} · <a href={withQuery(placeHref('spend', 'calls'), { agent: name })}>its calls</a>
      </span>
      <RefusalNote refusal={resume.refusal} />
    </li>
  )
}

function Stuck({ task }: { task: TaskView }) {
  const { glyph, word, attention } = wordOf('task', task.state)
  const yours = task.wait?.owner === 'owner'
  const reason = task.wait ? `${waitWords[task.wait.reason]}: ${task.wait.detail}` : `${word}: ${task.error ?? 'no reason was given'}`
  return (
    <li>
      <span aria-hidden="true" className={attention === 'alarm' ? styles.alarm : yours ? styles.high : styles.muted}>
        {attention === 'alarm' ? glyph : yours ? '▲' : '■'}
      </span>
      <a href={placeHref('plans', task.planId, task.id)}>
        {task.key} {task.title}
      </a>
      <span className={styles.end}>
        <Ago at={stuckSince(task)} />
      </span>
      <span className={styles.under}>{reason}</span>
    </li>
  )
}
