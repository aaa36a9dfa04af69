import { Check, Undo2, X } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { type ApprovalView, type DenyReason, denyReasons } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Input } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { At } from '../../parts/time.tsx'
import styles from './decision.module.css'
import { chosenLabel, endedHow, isOpen } from './inbox.select.ts'

/** A card must have been in view this long before a key decides about it: lists move (U-18). */
const LOOK_MS = 700

/** The choice, the time to take it back, or how it ended. Neither answer is bigger, brighter or focused by default (U-52). */
export function Decision({ approval, onNext }: { approval: ApprovalView; onNext: () => void }) {
  if (isOpen(approval)) return <Choice approval={approval} />
  if (approval.state === 'approved') return <Grace approval={approval} onNext={onNext} />
  return (
    <p className={styles.ended}>
      {approval.state === 'executing' ? 'It is taking effect now' : capital(endedHow(approval))}
      {approval.decidedAt === null ? null : (
        <>
          , <At at={approval.decidedAt} seconds />
        </>
      )}
      .
    </p>
  )
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

function Choice({ approval }: { approval: ApprovalView }) {
  const [denying, setDenying] = useState(false)
  const [phrase, setPhrase] = useState('')
  const [note, setNote] = useState('')
  const shownAt = useRef(Date.now())
  const { options } = approval
  const approve = useCommand((client, option: string | undefined) =>
    client.approval.approve({ id: approval.id, payloadHash: approval.payloadHash, ...(option !== undefined && { option }) }),
  )
  const deny = useCommand((client, reason: DenyReason) =>
    client.approval.deny({ id: approval.id, reason, ...(note.trim() !== '' && { note: `${reason}: ${note.trim()}` }) }),
  )
  const pending = approve.pending || deny.pending
  const mayApprove = approval.tier !== 'T3' || phrase === approval.action
  const whenSeen = (act: () => void) => () => {
    if (Date.now() - shownAt.current >= LOOK_MS && !pending) act()
  }
  const denyAs = (reason: DenyReason) => void deny.run(reason)
  const take = (option?: string) => (mayApprove ? void approve.run(option) : undefined)
  useKeys({
    // Among several ways of saying yes none is the usual one: each has its number.
    ...(options.length === 0 ? { a: whenSeen(() => take()) } : Object.fromEntries(options.map(({ id }, i) => [String(i + 1), whenSeen(() => take(id))]))),
    d: whenSeen(() => setDenying(true)),
    ...(denying && {
      ...Object.fromEntries(denyReasons.map((reason, i) => [String(i + 1), whenSeen(() => denyAs(reason))])),
      escape: () => setDenying(false),
    }),
  })
  return (
    <div className={styles.choice}>
      <RefusalNote refusal={approve.refusal ?? deny.refusal} />
      {approval.tier === 'T3' && !denying ? (
        <Input
          label={`This cannot be taken back easily. Type ${approval.action} to approve`}
          value={phrase}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setPhrase(event.target.value)}
          onPaste={(event) => event.preventDefault()}
        />
      ) : null}
      {denying ? (
        <fieldset className={styles.reasons}>
          <legend>Deny: why?</legend>
          {denyReasons.map((reason, i) => (
            <Button key={reason} large hint={String(i + 1)} pending={deny.pending} autoFocus={i === 0} onClick={() => denyAs(reason)}>
              {capital(reason)}
            </Button>
          ))}
          <Button large kind="quiet" hint="Esc" onClick={() => setDenying(false)}>
            Back
          </Button>
          <div className={styles.note}>
            <Input label="A word to the agent (may stay empty)" value={note} maxLength={900} onChange={(event) => setNote(event.target.value)} />
          </div>
        </fieldset>
      ) : (
        <div className={styles.buttons}>
          {options.length === 0 ? (
            <Button large icon={<Check />} hint="a" pending={approve.pending} disabled={pending || !mayApprove} onClick={() => take()}>
              Approve
            </Button>
          ) : (
            <Options options={options} pending={approve.pending} disabled={pending || !mayApprove} onTake={take} />
          )}
          <Button large icon={<X />} hint="d" disabled={pending} onClick={() => setDenying(true)}>
            Deny…
          </Button>
          <span className={styles.hint}>Approval takes effect after a short countdown in which it can be undone.</span>
        </div>
      )}
    </div>
  )
}

/** One button for each way of saying yes, what it means under it; none is bigger, brighter or focused (U-52). */
function Options({
  options,
  pending,
  disabled,
  onTake,
}: {
  options: ApprovalView['options']
  pending: boolean
  disabled: boolean
  onTake: (option: string) => void
}) {
  const base = useId()
  return (
    <ul className={styles.options} aria-label="Ways to approve">
      {options.map(({ id, label, detail }, i) => (
        <li key={id}>
          <Button
            large
            hint={String(i + 1)}
            pending={pending}
            disabled={disabled}
            aria-describedby={detail === '' ? undefined : `${base}-${id}`}
            onClick={() => onTake(id)}
          >
            {label}
          </Button>
          {detail === '' ? null : (
            <p id={`${base}-${id}`} className={styles.hint}>
              {detail}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The seconds in which an approval can be taken back (U-50). */
function Grace({ approval, onNext }: { approval: ApprovalView; onNext: () => void }) {
  const now = useNow(250)
  const undo = useCommand((client) => client.approval.undo({ id: approval.id }))
  const label = chosenLabel(approval)
  const left = approval.effectiveAt === null ? 0 : Math.max(0, Math.ceil((approval.effectiveAt - now) / 1000))
  useKeys({ u: () => (left > 0 ? void undo.run() : undefined), enter: onNext })
  return (
    <div className={styles.choice}>
      <RefusalNote refusal={undo.refusal} />
      <div className={styles.buttons}>
        <Button large icon={<Undo2 />} hint="u" pending={undo.pending} disabled={left === 0} onClick={() => void undo.run()}>
          Undo
        </Button>
        <p className={styles.hint}>
          <strong>Approved{label === undefined ? '' : `: ${label}`}.</strong> {left > 0 ? `Takes effect in ${left} s.` : 'It takes effect now.'}
        </p>
      </div>
      <p className={styles.unseen} role="status">
        Approved. It takes effect in a few seconds; u undoes it.
      </p>
    </div>
  )
}
