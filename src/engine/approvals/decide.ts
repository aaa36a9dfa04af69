import {
  type Actor,
  type ApprovalId,
  type ApprovalView,
  type BundleId,
  type DenyReason,
  type Instant,
  type Preview,
  questionPrefix,
  type Seen,
} from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { write } from '../store/index.ts'
import { canonical, hashPayload } from './approval.ts'
import { type ApprovalRow, type Mutable, toApproval } from './approvals.store.ts'
import { type ApprovalsDeps, alreadyDecided, type Decider, type Requests } from './requests.ts'

/** What the owner chose on the card. */
export type Choice = {
  readonly option?: string | undefined
  readonly confirm?: string | undefined
  readonly edits?: Readonly<Record<string, string>> | undefined
  readonly now?: boolean | undefined
  readonly seen?: Seen | undefined
}

/** What can be approved in earnest: where the whole card is before one's eyes. A phone may say no to it, never yes. */
const desks: ReadonlySet<string> = new Set(['desktop', 'browser', 'cli', 'http'])
/** What is in earnest can be taken back for this long, whatever the settings say (U-51). */
const EARNEST_GRACE_S = 60

/** The owner's answers. The first valid one wins, on whichever channel; a requester and an agent never decide. */
export function createDecide(deps: ApprovalsDeps, { store, mustExist, move, tell }: Requests) {
  const { db, clock } = deps
  const undecided: Partial<Mutable> = { decided_at: null, decided_by: null, channel: null, reason: null, effective_at: null, chosen: null }

  /** The row, if it waits and this one may answer. */
  function toDecide(id: string, by: Decider): ApprovalRow {
    const row = mustExist(id)
    const mayDecide = store.isApprover(by.actor) || (by.actor === 'rehearsal-owner' && row.rehearsal === 1)
    if (!mayDecide || by.actor === row.asked_by)
      throw new ReefError('approval/own-request', `${by.actor} cannot answer this: only an approver decides, never an agent and never who asked.`, {
        field: 'id',
        remedy: 'Wait for the owner.',
      })
    if (row.state !== 'requested') throw alreadyDecided(row)
    if (row.deadline <= clock.now()) throw new ReefError('approval/expired', 'The time to answer has passed; it was denied.', { field: 'id' })
    return row
  }

  const toDecision = (by: Decider, seen: Seen | undefined): Partial<Mutable> => ({
    decided_at: clock.now(),
    decided_by: by.actor,
    channel: by.channel,
    seen_ms: seen?.ms ?? null,
    previews_seen: seen?.previews ?? null,
  })

  function graceOf(row: ApprovalRow, by: Decider, now: boolean | undefined): number {
    if (now && !deps.inIncident())
      throw new ReefError('approval/not-confirmed', 'The time to undo can be skipped only while an incident is declared.', {
        field: 'now',
        remedy: 'Leave it out, or declare one with: reef playbook override',
      })
    if (row.tier === 'T3') return EARNEST_GRACE_S
    if (now) return 0
    return by.graceSeconds ?? (row.irreversible === 1 ? deps.irreversibleGraceSeconds() : deps.graceSeconds())
  }

  function mustBeEarnest(row: ApprovalRow, by: Decider, confirm: string | undefined): void {
    if (row.tier !== 'T3' || by.actor === 'rehearsal-owner') return
    if (!desks.has(by.channel))
      throw new ReefError('approval/needs-desktop', 'This is approved only where the whole card can be seen; from here it can be denied.', {
        field: 'id',
        remedy: 'Open the inbox at the desk, or: reef approval approve --confirm NAME',
      })
    const phrase = toApproval(row).confirm
    if (confirm !== phrase)
      throw new ReefError('approval/not-confirmed', `To approve this, type ${phrase}.`, { field: 'confirm', remedy: `Give exactly: ${phrase}` })
  }

  function approveRow(id: ApprovalId, payloadHash: string, by: Decider, choice: Choice): ApprovalView {
    let row = toDecide(id, by)
    if (row.payload_hash !== payloadHash)
      throw new ReefError('approval/drifted', 'What you looked at is not what would be done.', {
        field: 'payloadHash',
        remedy: 'Open the card again and decide on what it shows now.',
      })
    mustBeEarnest(row, by, choice.confirm)
    const grace = graceOf(row, by, choice.now)
    const chosen = toChosen(toApproval(row).options, choice.option)
    if (choice.edits && Object.keys(choice.edits).length > 0) {
      const edited = toEdited(row, choice.edits)
      move(row, 'requested', 'requested', edited, 'approval.edited', by.actor)
      row = { ...row, ...edited }
    }
    const effective_at = (clock.now() + grace * 1000) as Instant
    return move(row, 'requested', 'approved', { ...toDecision(by, choice.seen), reason: null, effective_at, chosen }, 'approval.approved', by.actor)
  }

  return {
    /**
     * The first valid decision wins. `payloadHash` is the hash of what was looked at: approving something else is refused. Without an `option`
     * the first is taken; with `edits` the changed effect is what is approved.
     * Throws approval/{unknown,already-decided,expired,drifted,own-request,needs-desktop,not-confirmed,not-editable,unknown-option}.
     */
    approve: (id: ApprovalId, payloadHash: string, by: Decider, choice: Choice = {}): ApprovalView => write(db, () => approveRow(id, payloadHash, by, choice)),

    /** All of them or none: only T2 cards of one bundle, and only after every preview was looked at (U-49). Throws approval/not-seen as well. */
    approveBundle(id: BundleId, chosen: ReadonlyArray<{ id: ApprovalId; payloadHash: string; seen: Seen }>, by: Decider): ApprovalView[] {
      return write(db, () =>
        chosen.map((member) => {
          const approval = toApproval(mustExist(member.id))
          if (approval.bundleId !== id || approval.tier !== 'T2')
            throw new ReefError('approval/not-seen', `${approval.what} cannot be approved together with the others: it stands alone.`, { field: 'members' })
          if (member.seen.previews < approval.previews.length)
            throw new ReefError('approval/not-seen', `${approval.what}: not everything that would be done was looked at.`, {
              field: 'members',
              remedy: 'Open every preview first.',
            })
          return approveRow(member.id, member.payloadHash, by, { seen: member.seen })
        }),
      )
    },

    deny(id: ApprovalId, why: { reason: DenyReason; note?: string | undefined; seen?: Seen | undefined }, by: Decider): ApprovalView {
      return write(db, () => {
        const row = toDecide(id, by)
        const reason = why.note ? `${why.reason}: ${why.note}` : why.reason
        return move(row, 'requested', 'denied', { ...toDecision(by, why.seen), reason, ended_at: clock.now() }, 'approval.denied', by.actor)
      })
    },

    /** Closes the card with a question: whoever asked reads it and asks anew. Throws approval/not-answerable. */
    question(id: ApprovalId, text: string, by: Decider, seen?: Seen): ApprovalView {
      return write(db, () => {
        const row = toDecide(id, by)
        if (!toApproval(row).answerable)
          throw new ReefError('approval/not-answerable', 'Nobody is there to answer: this was asked by the engine itself.', {
            field: 'id',
            remedy: 'Approve it, or deny it with a note.',
          })
        return move(
          row,
          'requested',
          'denied',
          { ...toDecision(by, seen), reason: `${questionPrefix}${text}`, ended_at: clock.now() },
          'approval.denied',
          by.actor,
        )
      })
    },

    /** Out of the way until `until`; its deadline does not move. Throws approval/snooze-too-long. */
    snooze(id: ApprovalId, until: Instant, by: Decider): ApprovalView {
      return write(db, () => {
        const row = toDecide(id, by)
        if (until >= row.deadline || until <= clock.now())
          throw new ReefError('approval/snooze-too-long', 'It can be put off only until a moment before its deadline.', {
            field: 'until',
            remedy: `Choose a time before ${new Date(row.deadline).toISOString()}.`,
          })
        return move(row, 'requested', 'requested', { snoozed_until: until }, 'approval.snoozed', by.actor)
      })
    },

    /** What was asked is settled another way: an open card is closed, and nothing happens by it. */
    withdraw(id: ApprovalId): void {
      write(db, () => {
        const row = mustExist(id)
        if (row.state === 'requested') move(row, 'requested', 'superseded', { ended_at: clock.now() }, 'approval.superseded')
      })
    },

    /** As long as it has not begun, which may be long after its time to undo: the factory may have been stopped in between. */
    undo(id: ApprovalId, actor: Actor): ApprovalView {
      return write(db, () => {
        const row = mustExist(id)
        // What a rule answered was never a card.
        if (row.state !== 'approved' || row.playbook_id !== null || row.decided_by === 'engine')
          throw new ReefError('approval/already-decided', `It is ${row.state} already and cannot be undone here.`, {
            field: 'id',
            remedy: 'Only what is approved and has not begun can be; what runs is stopped with: reef release stop',
          })
        return move(row, 'approved', 'requested', { ...undecided, undone: row.undone + 1 }, 'approval.undone', actor)
      })
    },

    /** It should not have been approved: counted against its class and its agent, once. */
    regret(id: ApprovalId, by: Decider, note?: string): ApprovalView {
      return write(db, () => {
        const row = mustExist(id)
        if (row.regretted_at !== null) return toApproval(row)
        if (row.state !== 'executed' && row.state !== 'failed' && row.state !== 'interrupted')
          throw new ReefError('approval/already-decided', `It is ${row.state}: nothing was done that could be regretted.`, { field: 'id' })
        const outcome = [row.outcome, note && `regretted: ${note}`].filter(Boolean).join('; ') || null
        const kept = store.move({ ...row, regretted_at: clock.now(), outcome }, row.state, row.state)
        if (!kept) throw alreadyDecided(mustExist(id))
        return tell('approval.regretted', kept, by.actor)
      })
    },
  }
}

/** The option that was named, else the first; null for a card with only one way to say yes. Throws approval/unknown-option. */
function toChosen(options: ApprovalView['options'], named: string | undefined): string | null {
  const found = named === undefined ? options[0] : options.find(({ id }) => id === named)
  if (!found && named !== undefined)
    throw new ReefError('approval/unknown-option', `This card has no option ${named}.`, {
      field: 'option',
      remedy: options.length > 0 ? `Choose one of: ${options.map(({ id }) => id).join(', ')}.` : 'Leave it out: there is only one way to approve it.',
    })
  return found?.id ?? null
}

/** The effect with the owner's words in it, on the card and in the payload alike. Throws approval/not-editable. */
function toEdited(row: ApprovalRow, edits: Readonly<Record<string, string>>): Pick<Mutable, 'card' | 'payload' | 'payload_hash'> {
  const card = JSON.parse(row.card)
  const payload = JSON.parse(row.payload)
  for (const [field, value] of Object.entries(edits)) {
    const { editable, previews } = { editable: card.editable ?? [], previews: card.previews } as Pick<ApprovalView, 'editable' | 'previews'>
    const known = editable.find((other) => other.field === field)
    if (!known || typeof payload?.[field] !== 'string')
      throw new ReefError('approval/not-editable', `${field} of this cannot be changed.`, {
        field: 'edits',
        remedy: editable.length > 0 ? `What can be: ${editable.map((other) => other.field).join(', ')}.` : 'Deny it with a note instead.',
      })
    payload[field] = value
    card.editable = editable.map((other) => (other.field === field ? { ...other, value } : other))
    card.previews = previews.map((preview) => toPreview(preview, field, known.value, value))
  }
  return { card: JSON.stringify(card), payload: canonical(payload), payload_hash: hashPayload(payload) }
}

/** The preview with the new words where the old ones stood: under the field's own name, or as its text. */
function toPreview(preview: Preview, field: string, before: string, after: string): Preview {
  const place = (preview as Readonly<Record<string, unknown>>)[field] === before ? field : 'text' in preview && preview.text === before ? 'text' : undefined
  return place === undefined ? preview : { ...preview, [place]: after }
}
