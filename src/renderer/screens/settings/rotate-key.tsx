import { type FormEvent, useRef } from 'react'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import styles from './settings.module.css'

/** Puts another key in the place of a provider's. The key stands in the field alone, and no longer once it is sent. */
export function RotateKey({ name, onClose }: { name: string; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  const rotate = useCommand((client, key: string) => client.provider.rotate({ name, key }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const key = field.current?.value.trim() ?? ''
    if (key === '') {
      field.current?.focus()
      return
    }
    const rotated = rotate.run(key)
    if (field.current) field.current.value = ''
    if (!(await rotated)) return
    say(`${name} has a new key. Test one of its models to be sure.`)
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Change the key of ${name}`}
      about="Calls from now on use the new key; those under way end with the old one. The old key is forgotten."
    >
      <form className={styles.rotate} onSubmit={submit}>
        <Input
          ref={field}
          label="New key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          required
          error={rotate.refusal?.field === 'key' ? [rotate.refusal.message, rotate.refusal.remedy].filter(Boolean).join(' ') : undefined}
        />
        <RefusalNote refusal={rotate.refusal?.field === 'key' ? undefined : rotate.refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            Leave as it is
          </Button>
          <Button large kind="lead" type="submit" pending={rotate.pending}>
            Change the key
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
