import { type FormEvent, useState } from 'react'
import { useCommand } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input } from '../../parts/field.tsx'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { useZone } from '../../parts/zone.ts'
import styles from './rules.module.css'
import { Ticks } from './ticks.tsx'
import { useScopes } from './use-scopes.ts'

const HOUR_MS = 3_600_000
const MOST_HOURS = 12

/** Answers one or more kinds of action for as long as an incident lasts. It holds at once, and ends by itself. */
export function OverrideDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [incident, setIncident] = useState('')
  const [actions, setActions] = useState<readonly string[]>([])
  const [typed, setTyped] = useState('2')
  const { classes } = useScopes()
  const zone = useZone()
  const now = useNow(60_000)
  const hours = Number(typed.trim())
  const isFit = typed.trim() !== '' && hours >= 0.1 && hours <= MOST_HOURS
  const override = useCommand((client) => client.playbook.override({ incident: incident.trim(), actions: [...actions], hours }))
  const ready = isFit && incident.trim().length >= 3 && actions.length > 0 && actions.length <= 20
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!ready) return
    const made = await override.run()
    if (!made) return
    say(`“${made.name}” answers until ${made.expiresAt === null ? 'it is revoked' : zone.time(made.expiresAt)}.`)
    onDone()
  }
  return (
    <Dialog open onClose={onClose} wide title="Incident override" about="For the time of an incident these actions are done without asking. T3 still asks.">
      <form className={styles.form} onSubmit={submit}>
        <Input
          label="Incident"
          placeholder="checkout of price-api answers 502"
          autoComplete="off"
          autoFocus
          maxLength={120}
          value={incident}
          onChange={(event) => setIncident(event.target.value)}
        />
        <Ticks
          legend="Actions"
          choices={classes.map(({ action, what, tier }) => ({ value: action, label: `${action}: ${what} (${tier})` }))}
          chosen={actions}
          onChange={setActions}
        />
        <Input
          label="Hours"
          hint={isFit ? `It ends by itself on ${zone.full(now + hours * HOUR_MS)}, or when you revoke it.` : undefined}
          error={isFit ? undefined : `Between 0.1 and ${MOST_HOURS}.`}
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <RefusalNote refusal={override.refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            Not now
          </Button>
          <Button large kind="danger" type="submit" pending={override.pending} disabled={!ready}>
            Do not ask until then
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
