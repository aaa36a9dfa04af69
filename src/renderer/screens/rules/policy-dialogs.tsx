import { type FormEvent, useState } from 'react'
import type { DryRun } from '../../../contract/policies.ts'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { fileNamePattern, toTrialText } from './policy.select.ts'
import styles from './rules.module.css'

/** Changing what needs an approval is T3: the name of the file is typed, not pasted. */
export function SavePolicy({
  name,
  text,
  tried,
  onClose,
  onSaved,
}: {
  name: string
  text: string
  /** What a dry run of this very text found. */
  tried: DryRun | undefined
  onClose: () => void
  onSaved: () => void
}) {
  const [typed, setTyped] = useState('')
  const save = useCommand((client) => client.policy.save({ name, text, confirm: typed }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (typed !== name) return
    const policy = await save.run()
    if (!policy) return
    say(`Version ${policy.version} of the policy is in force.`)
    onSaved()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Save ${name}?`}
      about={tried ? toTrialText(tried) : 'It was not tried: a dry run says what the last actions would have needed under it.'}
    >
      <form className={styles.form} onSubmit={submit}>
        <p>From then on it decides what is done without asking you. Cards that are open keep the tier they were asked with.</p>
        <Input
          label={`Type ${name} to say that you mean it`}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onPaste={(event) => event.preventDefault()}
          onDrop={(event) => event.preventDefault()}
        />
        <RefusalNote refusal={save.refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            Leave as it is
          </Button>
          <Button large kind="lead" type="submit" pending={save.pending} disabled={typed !== name}>
            Put it in force
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** Files are read in the order of their names; a kind of action may stand in one of them only. */
export function NewFile({ taken, onClose, onNamed }: { taken: readonly string[]; onClose: () => void; onNamed: (name: string) => void }) {
  const [typed, setTyped] = useState('')
  const name = typed.trim()
  const error =
    name === ''
      ? undefined
      : !fileNamePattern.test(name)
        ? 'Lower case, without folders, ending in .yaml.'
        : taken.includes(name)
          ? 'There is one of that name.'
          : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name !== '' && error === undefined) onNamed(name)
  }
  return (
    <Dialog open onClose={onClose} title="A new file of the policy" about="It is written here and changes nothing until it is saved.">
      <form className={styles.form} onSubmit={submit}>
        <Input
          label="Name"
          placeholder="50-shop.yaml"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          error={error}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <DialogActions>
          <Button large onClick={onClose}>
            Not now
          </Button>
          <Button large kind="lead" type="submit" disabled={name === '' || error !== undefined}>
            Begin it
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
