import { CheckCheck, Undo2 } from 'lucide-react'
import { useEffect, useReducer, useRef, useState } from 'react'
import type { ApprovalView } from '../../../contract/index.ts'
import { useCommand } from '../../live/reef.ts'
import { Button } from '../../parts/button.tsx'
import { useKeys } from '../../parts/keys.ts'
import { useNow } from '../../parts/now.ts'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { RehearsalLabel } from '../../parts/rehearsal-label.tsx'
import { showHidden } from '../../parts/visible-text.ts'
import { AlsoOn } from './also-on.tsx'
import cardStyles from './approval-card.module.css'
import { BrakeNote } from './approval-card.tsx'
import styles from './bundle-card.module.css'
import { Deadline } from './deadline.tsx'
import { secondsLeft } from './grace.tsx'
import { type Item, isOpen, whyNotAll } from './inbox.select.ts'
import { ManyBar } from './many-bar.tsx'
import { Member } from './member.tsx'
import type { Rules } from './on-card.ts'
import { seenOf } from './seen.ts'

const KEYED = 9

/** All requests of one matter, numbered; each keeps its tier, its preview and its default, and is decided alone or, once all were read, together (U-49). */
export function BundleCard({
  item: { members },
  wanted,
  active,
  rules,
  onCurrent,
  onNext,
}: {
  item: Item
  wanted: string | undefined
  active: boolean
  rules: Rules
  onCurrent: (id: string) => void
  onNext: () => void
}) {
  const open = members.filter(isOpen)
  const [current, setCurrent] = useState<string>(() => (members.find((one) => one.id === wanted) ?? open[0] ?? members[0]).id)
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(() => new Set([current]))
  const [together, setTogether] = useState(false)
  const [, look] = useReducer((n: number) => n + 1, 0)
  useEffect(() => onCurrent(current), [onCurrent, current])
  const isUnfolded = (one: ApprovalView) => unfolded.has(one.id) || (rules.brake && isOpen(one))
  const toggle = (one: ApprovalView) => {
    setCurrent(one.id)
    setUnfolded((before) => (isUnfolded(one) ? new Set([...before].filter((id) => id !== one.id)) : new Set([...before, one.id])))
  }
  const list = useRef<HTMLOListElement>(null)
  const going = useRef<string>(undefined)
  const goTo = (one: ApprovalView) => {
    going.current = one.id
    toggle(one)
  }
  useEffect(() => {
    const member = going.current === undefined ? null : list.current?.querySelector(`[data-member="${going.current}"]`)
    going.current = undefined
    member?.scrollIntoView({ block: 'start' })
    member?.querySelector('button')?.focus({ preventScroll: true })
  })
  const approve = useCommand((client) =>
    client.bundle.approve({
      id: members[0].bundleId,
      members: open.map((one) => ({ id: one.id, payloadHash: one.payloadHash, seen: seenOf(one) })),
    }),
  )
  const approveAll = async () => {
    if (await approve.run()) setTogether(true)
  }
  const undoable = useUndoable(members)
  const undo = useCommand(async (client) => {
    for (const { id } of undoable) await client.approval.undo({ id })
    setTogether(false)
  })
  const against = whyNotAll(members, (one) => seenOf(one).previews)
  const all = together && undoable.length > 0
  useKeys(
    active
      ? {
          ...Object.fromEntries(members.slice(0, KEYED).map((one, i) => [String(i + 1), () => goTo(one)])),
          'shift+a': () => (against === null && !approve.pending ? void approveAll() : undefined),
          ...(all && { u: () => void undo.run() }),
        }
      : {},
  )
  const [lead] = members
  const soonest = open.reduce<ApprovalView | undefined>((least, one) => (least === undefined || one.deadline < least.deadline ? one : least), undefined)
  return (
    <article className={cardStyles.card} aria-label={`${members.length} requests of one matter: ${lead.what}`} tabIndex={-1}>
      <div className={cardStyles.read}>
        <header className={cardStyles.head}>
          <h2 className={cardStyles.what}>
            {showHidden(lead.what)} <span className={cardStyles.muted}>and {members.length - 1} more of one matter</span>
          </h2>
          {lead.rehearsal ? <RehearsalLabel /> : null}
        </header>
        {rules.brake ? <BrakeNote /> : null}
        <ol className={styles.members} ref={list}>
          {members.map((one, i) => (
            <Member
              key={one.id}
              n={i + 1}
              approval={one}
              unfolded={isUnfolded(one)}
              active={active && current === one.id && !all}
              rules={rules}
              onToggle={() => toggle(one)}
              onEnter={() => setCurrent(one.id)}
              onSeen={look}
              onNext={onNext}
            />
          ))}
        </ol>
      </div>
      <footer className={cardStyles.foot}>
        <RefusalNote refusal={approve.refusal ?? undo.refusal} />
        {soonest ? <Deadline approval={soonest} /> : null}
        {all ? (
          <div className={styles.row}>
            <Button large icon={<Undo2 />} hint="u" pending={undo.pending} onClick={() => void undo.run()}>
              Undo all {undoable.length}
            </Button>
            <p role="status">Approved together; u undoes all of them.</p>
          </div>
        ) : null}
        {open.length > 1 ? (
          <div className={styles.row}>
            <Button large icon={<CheckCheck />} hint="shift+a" pending={approve.pending} disabled={against !== null} onClick={() => void approveAll()}>
              Approve all {open.length}
            </Button>
            <ManyBar approvals={open} rules={rules} active={false} />
            {against === null ? null : <p className={cardStyles.muted}>All at once only when each was looked at: {against}.</p>}
          </div>
        ) : null}
        <AlsoOn bundleId={lead.bundleId} open={open.length > 0} />
      </footer>
    </article>
  )
}

/** Those that can still be taken back. */
function useUndoable(members: readonly ApprovalView[]): readonly ApprovalView[] {
  const now = useNow(1000)
  return members.filter((one) => one.state === 'approved' && secondsLeft(one, now) > 0)
}
