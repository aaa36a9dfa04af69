import { useState } from 'react'
import { type TaskState, type TaskView, taskStates } from '../../../contract/index.ts'
import { placeHref } from '../../live/place.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { dependentsOf } from './dependents.ts'
import styles from './inspector.module.css'
import type { PlanStore } from './plan-store.ts'
import { RetryDialog } from './retry-dialog.tsx'

const open: readonly TaskState[] = taskStates.filter((state) => !['done', 'failed', 'dead_letter', 'cancelled', 'skipped'].includes(state))
const ended: readonly TaskState[] = ['done', 'failed', 'dead_letter', 'cancelled']

/** What can be done with one task. Each act says beforehand what it will touch (U-88); a refusal stays in its question. */
export function TaskActs({ store, task }: { store: PlanStore; task: TaskView }) {
  const [retrying, setRetrying] = useState(false)
  const [cancelling, setCancelling] = useState<'one' | 'subtree'>()
  const cancel = useCommand((client, subtree: boolean) => client.task.cancel({ id: task.id, subtree }))
  const below = dependentsOf(store.layout(), store.indexOf(task.id) ?? -1)
  const openBelow = below.filter((i) => open.includes(store.tasks()[i]?.state ?? 'done')).length
  const close = () => {
    setCancelling(undefined)
    cancel.clear()
  }
  const confirm = async () => {
    if (await cancel.run(cancelling === 'subtree')) close()
  }
  const isOpen = open.includes(task.state) && store.plan().state !== 'draft'
  return (
    <div className={styles.acts}>
      {task.sessionId ? <a href={placeHref('sessions', task.sessionId)}>Terminal</a> : null}
      {ended.includes(task.state) ? <Button onClick={() => setRetrying(true)}>Retry…</Button> : null}
      {isOpen ? <Button onClick={() => setCancelling('one')}>Cancel…</Button> : null}
      {isOpen && openBelow > 0 ? <Button onClick={() => setCancelling('subtree')}>Cancel with all after it…</Button> : null}
      {retrying ? <RetryDialog task={task} below={below.length} onClose={() => setRetrying(false)} /> : null}
      <Confirm
        open={cancelling !== undefined}
        onClose={close}
        onConfirm={confirm}
        title={cancelling === 'subtree' ? `Cancel ${task.key} and what comes after it?` : `Cancel ${task.key}?`}
        verb={cancelling === 'subtree' ? `Cancel ${openBelow + 1} tasks` : `Cancel ${task.key}`}
        danger
        pending={cancel.pending}
        refusal={cancel.refusal}
      >
        {toEffect(cancelling, openBelow)}
      </Confirm>
    </div>
  )
}

function toEffect(cancelling: 'one' | 'subtree' | undefined, openBelow: number): string {
  if (cancelling === 'subtree') return 'Their sessions are stopped; what is done stays done.'
  if (openBelow === 0) return 'Its session is stopped. Nothing else waits for it.'
  return `Its session is stopped. ${openBelow === 1 ? '1 task' : `${openBelow} tasks`} after it cannot run without it.`
}
