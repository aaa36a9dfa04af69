import { type FormEvent, useState } from 'react'
import type { ApprovalView } from '../../../contract/approvals.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { TextArea } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import styles from './rules.module.css'

/** Looking back: it should not have been approved. It undoes nothing; it is counted against the kind of action and the agent. */
export function RegretDialog({ approval, onClose, onDone }: { approval: ApprovalView; onClose: () => void; onDone: () => void }) {
  const [note, setNote] = useState('')
  const regret = useCommand((client) => client.approval.regret({ id: approval.id, ...(note.trim() && { note: note.trim() }) }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!(await regret.run())) return
    say('It is counted.')
    onDone()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="It should not have happened"
      about={`${showHidden(approval.what)}. Nothing is undone by this: it counts against trust in ${approval.askedBy} with ${approval.action}.`}
    >
      <form className={styles.form} onSubmit={submit}>
        <TextArea
          label="Why"
          hint="Kept with the record; you may leave it empty."
          maxLength={500}
          autoFocus
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <RefusalNote refusal={regret.refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            Leave as it is
          </Button>
          <Button large kind="lead" type="submit" pending={regret.pending}>
            Count it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
