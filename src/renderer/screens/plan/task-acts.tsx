import { useState } from 'react'
import { type TaskId, type TaskState, type TaskView, taskStates } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { dependentsOf } from './dependents.ts'
import styles from './inspector.module.css'
import type { PlanStore } from './plan-store.ts'

type Act = 'retry' | 'retry-from-here' | 'cancel' | 'cancel-subtree'
const open: readonly TaskState[] = taskStates.filter((state) => !['done', 'failed', 'dead_letter', 'cancelled', 'skipped'].includes(state))
const ended: readonly TaskState[] = ['done', 'failed', 'dead_letter', 'cancelled']

/** What can be done with one task. Each act says beforehand what it will touch (U-88); a refusal stays in its question. */
export function TaskActs({ store, task }: { store: PlanStore; task: TaskView }) {
  const [act, setAct] = useState<Act>()
  const command = useCommand((client, wanted: Act) => run(client, task.id, wanted))
  const below = dependentsOf(store.layout(), store.indexOf(task.id) ?? -1)
  const openBelow = below.filter((i) => open.includes(store.tasks()[i]?.state ?? 'done')).length
  const close = () => {
    setAct(undefined)
    command.clear()
  }
  const confirm = async () => {
    if (act && (await command.run(act)) !== undefined) close()
  }
  const draft = store.plan().state === 'draft'
  const question = act ? toQuestion(act, task, below.length, openBelow) : undefined
  return (
    <div className={styles.acts}>
      {task.sessionId ? <a href={placeHref('sessions', task.sessionId)}>Terminal</a> : null}
      {ended.includes(task.state) ? (
        <>
          <Button onClick={() => setAct('retry')}>Retry…</Button>
          {below.length > 0 ? <Button onClick={() => setAct('retry-from-here')}>Retry from here…</Button> : null}
        </>
      ) : null}
      {open.includes(task.state) && !draft ? (
        <>
          <Button onClick={() => setAct('cancel')}>Cancel…</Button>
          {openBelow > 0 ? <Button onClick={() => setAct('cancel-subtree')}>Cancel with all after it…</Button> : null}
        </>
      ) : null}
      <Confirm
        open={question !== undefined}
        onClose={close}
        onConfirm={confirm}
        title={question?.title ?? ''}
        verb={question?.verb ?? ''}
        danger={act === 'cancel' || act === 'cancel-subtree'}
        pending={command.pending}
        refusal={command.refusal}
      >
        {question?.effect}
      </Confirm>
    </div>
  )
}

type Client = Parameters<Parameters<typeof useCommand>[0]>[0]
async function run(client: Client, id: TaskId, act: Act): Promise<true> {
  if (act === 'retry' || act === 'retry-from-here') await client.task.retry({ id, fromHere: act === 'retry-from-here' })
  else await client.task.cancel({ id, subtree: act === 'cancel-subtree' })
  return true
}

function toQuestion(act: Act, task: TaskView, below: number, openBelow: number): { title: string; verb: string; effect: string } {
  const tasks = (n: number) => (n === 1 ? '1 task' : `${n} tasks`)
  switch (act) {
    case 'retry':
      return { title: `Retry ${task.key}?`, verb: `Retry ${task.key}`, effect: 'It runs again with a new count of attempts. What waits for it waits on.' }
    case 'retry-from-here':
      return {
        title: `Retry ${task.key} and what comes after it?`,
        verb: `Retry ${tasks(below + 1)}`,
        effect: `${task.key} and the ${tasks(below)} that ${below === 1 ? 'depends' : 'depend'} on it run again, in their order. Their old work stays in the record.`,
      }
    case 'cancel':
      return {
        title: `Cancel ${task.key}?`,
        verb: `Cancel ${task.key}`,
        effect:
          openBelow > 0 ? `Its session is stopped. ${tasks(openBelow)} after it cannot run without it.` : 'Its session is stopped. Nothing else waits for it.',
      }
    case 'cancel-subtree':
      return {
        title: `Cancel ${task.key} and what comes after it?`,
        verb: `Cancel ${tasks(openBelow + 1)}`,
        effect: 'Their sessions are stopped; what is done stays done.',
      }
  }
}
