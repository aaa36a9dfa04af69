import { type FormEvent, useState } from 'react'
import { useCommand, useReef } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog, DialogActions } from '../../parts/dialog.tsx'
import { Input, TextArea } from '../../parts/field.tsx'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { useZone } from '../../parts/zone.ts'
import { checkTyped, emptyTyped, type Typed, toEffectText } from './playbooks.select.ts'
import styles from './rules.module.css'
import { Ticks } from './ticks.tsx'
import { useScopes } from './use-scopes.ts'

const DAY_MS = 86_400_000

/** Writes a draft. Nothing is answered by it before it is activated, which is asked apart (U-46). */
export function PlaybookDialog({ from = {}, onClose, onDone }: { from?: Partial<Typed>; onClose: () => void; onDone: () => void }) {
  const [typed, setTyped] = useState<Typed>({ ...emptyTyped, ...from })
  const { classes, projects } = useScopes()
  const agents = useReef((facts) => Object.keys(facts.agents).sort())
  const zone = useZone()
  const now = useNow(60_000)
  const { input, errors } = checkTyped(typed)
  const draft = useCommand((client, wanted: NonNullable<typeof input>) => client.playbook.draft(wanted))
  const { refusal } = draft
  const change = (part: Partial<Typed>) => {
    draft.clear()
    setTyped({ ...typed, ...part })
  }
  const errorOf = (field: keyof Typed) => errors[field] ?? (refusal?.field === field ? [refusal.message, refusal.remedy].filter(Boolean).join(' ') : undefined)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!input) return
    const made = await draft.run(input)
    if (!made) return
    say(`The draft “${made.name}” waits to be activated.`)
    onDone()
  }
  const asksFirst = classes.map(({ action, what, tier }) => ({ value: action, label: `${action}: ${what} (${tier})` }))
  // A class that the policy does not know any more stays ticked, so that it is seen.
  const gone = typed.actions.filter((action) => classes.length > 0 && !classes.some((one) => one.action === action)).map((value) => ({ value, label: value }))
  const numeric = { inputMode: 'decimal', autoComplete: 'off' } as const
  return (
    <Dialog open onClose={onClose} wide="screen" title="Draft a playbook" about="A draft answers nothing. It waits in the list until you activate it.">
      <form className={styles.form} onSubmit={submit}>
        <Input
          label="Name"
          autoComplete="off"
          autoFocus
          maxLength={80}
          error={errorOf('name')}
          value={typed.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <Ticks legend="Actions" choices={[...asksFirst, ...gone]} chosen={typed.actions} onChange={(actions) => change({ actions })} />
        <Ticks
          legend="Agents; none ticked: any"
          choices={agents.map((value) => ({ value, label: value }))}
          chosen={typed.agents}
          onChange={(chosen) => change({ agents: chosen })}
        />
        <Ticks
          legend="Projects; none ticked: any"
          choices={projects.map((value) => ({ value, label: value }))}
          chosen={typed.projects}
          onChange={(chosen) => change({ projects: chosen })}
        />
        {typed.actions.includes('command.run') ? (
          <TextArea
            label="Commands that begin like this, one a line"
            mono
            rows={2}
            spellCheck={false}
            error={errorOf('commands')}
            value={typed.commands}
            onChange={(event) => change({ commands: event.target.value })}
          />
        ) : null}
        <div className={styles.row}>
          <Input label="Times" {...numeric} error={errorOf('maxUses')} value={typed.maxUses} onChange={(event) => change({ maxUses: event.target.value })} />
          <Input
            label="US$ each"
            {...numeric}
            error={errorOf('maxUsdEach')}
            value={typed.maxUsdEach}
            onChange={(event) => change({ maxUsdEach: event.target.value })}
          />
          <Input
            label="US$ together"
            {...numeric}
            error={errorOf('maxUsdTotal')}
            value={typed.maxUsdTotal}
            onChange={(event) => change({ maxUsdTotal: event.target.value })}
          />
          <Input label="Days" {...numeric} error={errorOf('days')} value={typed.days} onChange={(event) => change({ days: event.target.value })} />
        </div>
        {errors.actions ? <p className={styles.high}>{errors.actions}</p> : null}
        <p className={styles.effect} role="status">
          {input
            ? `Once it is active: ${toEffectText(input, zone.full(now + input.days * DAY_MS))}`
            : 'A name, at least one action, and the caps: then its effect stands here.'}
        </p>
        <RefusalNote refusal={refusal?.field && refusal.field in typed ? undefined : refusal} />
        <DialogActions>
          <Button large onClick={onClose}>
            Not now
          </Button>
          <Button large kind="lead" type="submit" pending={draft.pending} disabled={!input}>
            Keep the draft
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
