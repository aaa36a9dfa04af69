import { useState } from 'react'
import type { TaskView } from '../../../contract/index.ts'
import { useCommand, useReef } from '../../live/reef.ts'
import type { Facts } from '../../live/state.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Checkbox, Select } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './inspector.module.css'

/** Runs a task again: alone or with everything that depends on it, with its agent's model or with another of the roster's (U-83). */
export function RetryDialog({ task, below, onClose }: { task: TaskView; below: number; onClose: () => void }) {
  const [fromHere, setFromHere] = useState(false)
  const [model, setModel] = useState('')
  const models = useReef(selectModels)
  const retry = useCommand((client, input: { fromHere: boolean; model: string }) =>
    client.task.retry({ id: task.id, fromHere: input.fromHere, ...(input.model && { model: input.model }) }),
  )
  const confirm = async () => {
    if (await retry.run({ fromHere, model })) onClose()
  }
  const tasks = below === 1 ? '1 task' : `${below} tasks`
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Retry ${task.key}?`}
      about={
        fromHere ? `It and the ${tasks} after it run again, in their order. Their old work stays in the record.` : 'It runs again. What waits for it waits on.'
      }
    >
      <div className={styles.form}>
        {below > 0 ? (
          <Checkbox label={`Also the ${tasks} that come after it`} checked={fromHere} onChange={(event) => setFromHere(event.target.checked)} />
        ) : null}
        <Select
          label="Model"
          value={model}
          options={[['', `as ${task.agent} has it`], ...models.map((one) => [one, one] as const)]}
          onChange={(event) => setModel(event.target.value)}
        />
        <RefusalNote refusal={retry.refusal} />
      </div>
      <DialogActions>
        <Button large onClick={onClose}>
          Leave as it is
        </Button>
        <Button large kind="lead" pending={retry.pending} onClick={confirm}>
          {fromHere ? `Retry ${below + 1} tasks` : `Retry ${task.key}`}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

/** Every model that some agent of the roster has, each once. */
const selectModels = ({ agents }: Facts): string[] =>
  [...new Set(Object.values(agents).flatMap(({ model, fallback }) => [model, fallback]))].filter((model) => model !== null).sort()
