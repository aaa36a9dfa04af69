import { Check, Clock, MessageCircleQuestion, PenLine, X } from 'lucide-react'
import { lazy, type RefObject, Suspense, useEffect, useRef, useState } from 'react'
import { type ApprovalView, isNeverAuthorised } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Ask, Deny, Snooze } from './answers.tsx'
import { Back } from './back.tsx'
import styles from './decision.module.css'
import { Edit } from './edit.tsx'
import { unknowns } from './inbox.select.ts'
import { isLookedAt, type OnCard, type Rules } from './on-card.ts'
import { Options } from './options.tsx'
import { TypedName } from './typed-name.tsx'

const AlwaysDialog = lazy(async () => ({ default: (await import('./always-dialog.tsx')).AlwaysDialog }))

/** The second yes is another press, not the same one bouncing. */
const ASKED_MS = 300

type Mode = 'choose' | 'unknown' | 'deny' | 'edit' | 'ask' | 'snooze'

/** Approve, deny, edit, ask, snooze (U-46). One form at a time; Esc leads back, and the focus with it. */
export function Choice(card: OnCard) {
  const { approval, sight, active, rules } = card
  const incident = rules.incident?.actions.includes(approval.action) ? rules.incident : null
  const [mode, setMode] = useState<Mode>('choose')
  const [edits, setEdits] = useState<Readonly<Record<string, string>>>({})
  const [phrase, setPhrase] = useState('')
  const [atOnce, setAtOnce] = useState(false)
  const [drafting, setDrafting] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const name = useRef<HTMLInputElement>(null)
  const openedAt = useRef(0)
  const approve = useCommand((client, option: string | undefined) =>
    client.approval.approve({
      id: approval.id,
      payloadHash: approval.payloadHash,
      seen: sight.now(),
      ...(option !== undefined && { option }),
      ...(approval.confirm !== null && { confirm: phrase }),
      ...(Object.keys(edits).length > 0 && { edits }),
      ...(atOnce && incident !== null && { now: true }),
    }),
  )
  const vague = unknowns(approval)
  const isNamed = approval.confirm === null || phrase === approval.confirm
  const mayApprove = isNamed && !approve.pending
  const turn = (to: Mode) => {
    if (to !== 'edit') setEdits({})
    openedAt.current = Date.now()
    setMode(to)
  }
  const take = (option?: string) => {
    if (!mayApprove) name.current?.focus()
    else if (vague.length > 0 && mode !== 'unknown' && mode !== 'edit') turn('unknown')
    else void approve.run(option)
  }
  const whenSeen = (act: () => void) => () => {
    const isFresh = mode === 'unknown' && Date.now() - openedAt.current < ASKED_MS
    if (isLookedAt(card) && !approve.pending && !isFresh) act()
  }
  useFocusBack(box, mode)
  const { options, answerable, editable } = approval
  const waysByNumber = Object.fromEntries(options.map(({ id }, i) => [String(i + 1), whenSeen(() => take(id))]))
  // Among several ways of saying yes none is the usual one: each has its number.
  const yes = options.length === 0 ? { a: whenSeen(() => take()) } : waysByNumber
  useKeys(
    !active
      ? {}
      : mode === 'choose'
        ? {
            ...yes,
            d: whenSeen(() => turn('deny')),
            s: whenSeen(() => turn('snooze')),
            ...(editable.length > 0 && { e: whenSeen(() => turn('edit')) }),
            ...(answerable && { r: whenSeen(() => turn('ask')) }),
          }
        : { escape: () => turn('choose'), ...(mode === 'unknown' && yes) },
  )
  const back = () => turn('choose')
  const ways =
    options.length === 0 ? (
      <Button large icon={<Check />} hint="a" pending={approve.pending} disabled={!mayApprove} onClick={() => take()}>
        {mode === 'unknown' ? 'Approve all the same' : mode === 'edit' ? 'Approve as edited' : vague.length > 0 ? 'Approve…' : 'Approve'}
      </Button>
    ) : (
      <Options options={options} pending={approve.pending} disabled={!mayApprove} onTake={take} />
    )
  return (
    <div className={styles.choice} ref={box}>
      <RefusalNote refusal={approve.refusal} />
      {approval.confirm !== null && (mode === 'choose' || mode === 'edit' || mode === 'unknown') ? (
        <TypedName ref={name} approval={approval} phrase={phrase} onType={setPhrase} />
      ) : null}
      {incident !== null && !isNeverAuthorised(approval.tier) && mode === 'choose' ? (
        <Checkbox
          label={`Take effect at once, without the time to undo: ${incident.name}`}
          checked={atOnce}
          onChange={(event) => setAtOnce(event.target.checked)}
        />
      ) : null}
      {mode === 'unknown' ? (
        <section className={styles.form} aria-label="Approve all the same?">
          <p className={styles.high}>▲ Nobody could say {vague.join(', nor ')}.</p>
          <div className={styles.buttons}>
            {ways}
            <Back onBack={back} />
          </div>
        </section>
      ) : null}
      {mode === 'deny' ? <Deny card={card} onBack={back} /> : null}
      {mode === 'ask' ? <Ask card={card} onBack={back} /> : null}
      {mode === 'snooze' ? <Snooze card={card} onBack={back} /> : null}
      {mode === 'edit' ? (
        <Edit approval={approval} edits={edits} onEdit={setEdits}>
          {Object.keys(edits).length > 0 ? ways : null}
          <Back onBack={back} />
        </Edit>
      ) : null}
      {mode === 'choose' ? (
        <>
          <div className={styles.buttons}>
            {ways}
            <Button large icon={<X />} hint="d" onClick={() => turn('deny')}>
              Deny…
            </Button>
            <span className={styles.others}>
              {editable.length > 0 ? (
                <Button large icon={<PenLine />} hint="e" onClick={() => turn('edit')}>
                  Edit
                </Button>
              ) : null}
              {answerable ? (
                <Button large icon={<MessageCircleQuestion />} hint="r" onClick={() => turn('ask')}>
                  Ask
                </Button>
              ) : null}
              <Button large icon={<Clock />} hint="s" onClick={() => turn('snooze')}>
                Snooze
              </Button>
            </span>
          </div>
          <p className={styles.under}>
            {graceWords(approval, rules)}
            {isNeverAuthorised(approval.tier) || approval.taintedBy !== null ? null : (
              <Button kind="quiet" onClick={() => setDrafting(true)}>
                Always…
              </Button>
            )}
          </p>
        </>
      ) : null}
      {drafting ? (
        <Suspense fallback={null}>
          <AlwaysDialog approval={approval} onClose={() => setDrafting(false)} />
        </Suspense>
      ) : null}
    </div>
  )
}

function graceWords({ irreversible, tier }: ApprovalView, { graceSeconds, irreversibleGraceSeconds }: Rules): string {
  const after = tier === 'T3' ? 'a minute' : `${irreversible ? irreversibleGraceSeconds : graceSeconds} s`
  return `Takes effect ${after} after you approve; u undoes it until then.`
}

/** A form that closes takes its focus with it: the card gets it, never a button. */
function useFocusBack(box: RefObject<HTMLElement | null>, mode: Mode): void {
  const before = useRef(mode)
  useEffect(() => {
    if (before.current !== mode && mode === 'choose') box.current?.closest('article')?.focus({ preventScroll: true })
    before.current = mode
  }, [box, mode])
}
