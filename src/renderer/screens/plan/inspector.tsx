import { X } from 'lucide-react'
import { useState } from 'react'
import type { ReefEvent, TaskDetail, TaskId, TaskView } from '../../../contract/index.ts'
import { placeHref, withQuery } from '../../live/place.ts'
import { useAsk, useEvents } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Money } from '../../parts/money.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { StateMark } from '../../parts/state-mark.tsx'
import { Elapsed } from '../../parts/time.tsx'
import { HeldBy } from './held-by.tsx'
import styles from './inspector.module.css'
import { Artifacts, Attempts, Evidence, Sessions } from './inspector-parts.tsx'
import type { PlanStore } from './plan-store.ts'
import { TaskActs } from './task-acts.tsx'
import { TaskEdit } from './task-edit.tsx'
import { usePlanView, useTask } from './use-plan.ts'
import { WhyModel } from './why-model.tsx'
import { toReason } from './words.ts'

/** A task that a thousand others wait for has its links in the graph. */
const MAX_LINKS = 24

/** Everything about one task, with everything that proves it. Its head is live; the rest is read again when something about it happened. */
export function Inspector({ store, taskId, onClose }: { store: PlanStore; taskId: string; onClose: () => void }) {
  const task = useTask(store, taskId)
  const plan = usePlanView(store)
  const [turn, setTurn] = useState(0)
  useEvents((event) => {
    if (concerns(event, taskId)) setTurn((n) => n + 1)
  })
  const { data, refusal, again } = useAsk((client) => client.task.get({ id: taskId as TaskId }), [taskId, turn], { keep: true })
  if (!task) {
    return (
      <aside id="inspector" className={styles.inspector} tabIndex={-1} aria-label="Task">
        <p>This plan has no such task.</p>
        <Button onClick={onClose}>Close</Button>
      </aside>
    )
  }
  return (
    <aside id="inspector" className={styles.inspector} tabIndex={-1} aria-label={`Task ${task.key}`}>
      <header className={styles.head}>
        <h2>
          {task.key} {task.title}
        </h2>
        <StateMark machine="task" state={task.state} />
        <Button kind="quiet" aria-label="Close the task" icon={<X />} onClick={onClose} />
      </header>
      <Why task={task} />
      {task.wait?.reason === 'budget' ? <HeldBy task={task} /> : null}
      <TaskActs store={store} task={task} />
      <Facts store={store} task={task} />
      <RefusalNote refusal={refusal} again={again} />
      {data ? (
        <>
          {plan.state === 'draft' ? <TaskEdit key={task.id} store={store} detail={data} /> : <Instructions detail={data} />}
          <Evidence evidence={data.evidence} />
          <Attempts detail={data} task={task} />
          <Artifacts artifacts={data.artifacts} outputs={data.outputs} />
          <Sessions sessions={data.sessions} />
        </>
      ) : refusal ? null : (
        <Skeleton lines={6} label="Loading the task" />
      )}
    </aside>
  )
}

function concerns(event: ReefEvent, taskId: string): boolean {
  if (event.subject === taskId) return true
  const data = event.data as { readonly taskId?: unknown }
  return data.taskId === taskId && !event.type.startsWith('call.')
}

function Why({ task }: { task: TaskView }) {
  const reason = toReason(task)
  if (!reason) return null
  const alarm = task.state === 'failed' || task.state === 'dead_letter'
  return (
    <p className={styles.why} data-attention={alarm ? 'alarm' : task.wait?.owner === 'owner' || task.state === 'awaiting_input' ? 'waiting' : 'quiet'}>
      {reason}
      {task.approvalId ? (
        <>
          {' · '}
          <a href={placeHref('inbox', task.approvalId)}>Open the approval</a>
        </>
      ) : null}
    </p>
  )
}

function Facts({ store, task }: { store: PlanStore; task: TaskView }) {
  const after = store.tasks().filter((other) => other.dependsOn.includes(task.key))
  const link = (key: string) => {
    const other = store.byKey(key)
    return other ? (
      <a key={key} href={placeHref('plans', task.planId, other.id)}>
        {key}
      </a>
    ) : (
      <span key={key}>{key}</span>
    )
  }
  const links = (keys: readonly string[]) =>
    keys.length === 0 ? (
      'nothing'
    ) : (
      <>
        {keys.slice(0, MAX_LINKS).map(link)}
        {keys.length > MAX_LINKS ? <span>and {keys.length - MAX_LINKS} more</span> : null}
      </>
    )
  return (
    <dl className={styles.facts}>
      <dt>Agent</dt>
      <dd>
        <a href={placeHref('agents', task.agent)}>{task.agent}</a> · {task.kind} · {task.tier}
      </dd>
      <dt>Model</dt>
      <dd>
        {[task.model === 'none' ? null : task.model, task.driver].filter(Boolean).join(' · ') || 'chosen when it starts'}{' '}
        {task.driver === 'command' ? null : <WhyModel task={task} />}
      </dd>
      <dt>Spent</dt>
      <dd>
        <Money amount={task.spent} /> of <Money amount={task.budget} /> · <a href={withQuery(placeHref('spend', 'calls'), { taskId: task.id })}>its calls</a>
      </dd>
      <dt>Time</dt>
      <dd>
        {task.startedAt === null ? 'not started' : <Elapsed from={task.startedAt} to={task.endedAt} />}
        {task.expectedMs === null ? null : (
          <>
            {' '}
            of ~<Elapsed from={0} to={task.expectedMs} />
          </>
        )}
      </dd>
      <dt>Attempts</dt>
      <dd>
        {task.attempts} of {task.maxAttempts}
      </dd>
      <dt>After</dt>
      <dd className={styles.keys}>{links(task.dependsOn)}</dd>
      <dt>Before</dt>
      <dd className={styles.keys}>{links(after.map((other) => other.key))}</dd>
    </dl>
  )
}

function Instructions({ detail }: { detail: TaskDetail }) {
  return (
    <section className={styles.part}>
      <h3>What it was told</h3>
      <CodeBlock text={detail.instructions} label="Instructions" />
    </section>
  )
}
