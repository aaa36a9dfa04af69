import { type FormEvent, useState } from 'react'
import { type ApprovalView, type DenyReason, denyReasons } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Input, TextArea } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { useZone } from '../../parts/zone.ts'
import { Back } from './back.tsx'
import styles from './decision.module.css'
import { capital, isLookedAt, type OnCard } from './on-card.ts'
import { toSnoozes } from './snooze-times.ts'

type Form = { readonly card: OnCard; readonly onBack: () => void }

/** No, with a reason that the agent is told and that is counted (U-47). */
export function Deny({ card, onBack }: Form) {
  const [note, setNote] = useState('')
  const { approval, sight, active } = card
  const deny = useCommand((client, reason: DenyReason) =>
    client.approval.deny({ id: approval.id, reason, seen: sight.now(), ...(note.trim() !== '' && { note: note.trim() }) }),
  )
  const denyAs = (reason: DenyReason) => (isLookedAt(card) && !deny.pending ? void deny.run(reason) : undefined)
  useKeys(active ? Object.fromEntries(denyReasons.map((reason, i) => [String(i + 1), () => denyAs(reason)])) : {})
  return (
    <>
      <RefusalNote refusal={deny.refusal} />
      <fieldset className={styles.reasons}>
        <legend>Deny: why?</legend>
        {denyReasons.map((reason, i) => (
          <Button key={reason} large hint={String(i + 1)} pending={deny.pending} autoFocus={i === 0} onClick={() => denyAs(reason)}>
            {capital(reason)}
          </Button>
        ))}
        <Back onBack={onBack} />
        <div className={styles.note}>
          <Input label="A word to the agent (may stay empty)" value={note} maxLength={900} onChange={(event) => setNote(event.target.value)} />
        </div>
      </fieldset>
    </>
  )
}

/** A question to whoever asked: the card is closed, and comes again with an answer (U-46). */
export function Ask({ card: { approval, sight }, onBack }: Form) {
  const [text, setText] = useState('')
  const ask = useCommand((client) => client.approval.question({ id: approval.id, text: text.trim(), seen: sight.now() }))
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') void ask.run()
  }
  return (
    <form className={styles.form} onSubmit={onSubmit} aria-label="Ask">
      <RefusalNote refusal={ask.refusal} />
      <TextArea
        label={`Your question to ${approval.askedBy}`}
        hint="This card is closed meanwhile; it comes again with the answer."
        autoFocus
        value={text}
        maxLength={2000}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles.buttons}>
        <Button large type="submit" pending={ask.pending} disabled={text.trim() === ''}>
          Ask
        </Button>
        <Back onBack={onBack} />
      </div>
    </form>
  )
}

/** Out of sight for a while. The deadline does not move, and nothing is put off past it (U-46). */
export function Snooze({ card: { approval, active, rules }, onBack }: Form) {
  const now = useNow(15_000)
  const zone = useZone()
  const snooze = useCommand((client, until: number) => client.approval.snooze({ id: approval.id, until: until as ApprovalView['deadline'] }))
  const choices = toSnoozes(now, approval.deadline, rules.morning, zone)
  const putOff = (i: number) => (choices[i]?.possible && !snooze.pending ? void snooze.run(choices[i].until) : undefined)
  useKeys(active ? Object.fromEntries(choices.map((_, i) => [String(i + 1), () => putOff(i)])) : {})
  return (
    <>
      <RefusalNote refusal={snooze.refusal} />
      <fieldset className={styles.reasons}>
        <legend>Snooze until when?</legend>
        {choices.map((choice, i) => (
          <Button
            key={choice.label}
            large
            hint={String(i + 1)}
            disabled={!choice.possible}
            pending={snooze.pending}
            autoFocus={i === 0}
            onClick={() => putOff(i)}
          >
            {choice.label}
          </Button>
        ))}
        <Back onBack={onBack} />
        <p className={styles.note}>
          Its deadline stays {zone.full(approval.deadline)}.{choices.every((choice) => choice.possible) ? '' : ' What lies past it cannot be chosen.'}
        </p>
      </fieldset>
    </>
  )
}
