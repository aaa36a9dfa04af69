import type { Actor, ApprovalId, ApprovalState, ApprovalView, DenyReason, EventType, Instant, PlanId, TaskId } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { type WriteDb, write } from '../store/index.ts'
import { type Card, canonical, hashPayload, type NextApprovalState } from './approval.ts'
import { type ApprovalRow, createApprovalsStore, toApproval } from './approvals.store.ts'

export type ApprovalsDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly hours: () => number
  readonly graceSeconds: () => number
}

export type ApprovalRequest = {
  readonly planId: PlanId
  readonly taskId: TaskId
  readonly action: string
  readonly tier: ApprovalView['tier']
  readonly card: Card
  /** Exactly what will be done; hashed canonically, and hashed again by the executor. */
  readonly payload: unknown
  readonly askedBy: string
  readonly rehearsal: boolean
  /** A refusal older than this belongs to an earlier try and does not answer this one. */
  readonly since: Instant
}

/** Whether the effect may happen now, and if not, why. */
export type ApprovalAnswer =
  | { kind: 'granted'; approval: ApprovalView }
  | { kind: 'waiting'; approval: ApprovalView }
  | { kind: 'refused'; approval: ApprovalView }

type Decision = Pick<ApprovalRow, 'decided_at' | 'decided_by' | 'channel' | 'reason' | 'effective_at' | 'chosen'>
const undecided: Decision = { decided_at: null, decided_by: null, channel: null, reason: null, effective_at: null, chosen: null }

export function createApprovals({ db, clock, append, hours, graceSeconds }: ApprovalsDeps) {
  const store = createApprovalsStore(db)

  const mustExist = (id: string): ApprovalRow => {
    const row = store.byId(id)
    if (!row) throw new ReefError('approval/unknown', `There is no approval ${id}.`, { field: 'id', remedy: 'List them with: reef approval list' })
    return row
  }
  function move<S extends ApprovalState>(
    row: ApprovalRow,
    from: S,
    to: NextApprovalState<S>,
    decision: Decision,
    event: Extract<EventType, `approval.${string}`>,
    actor: Actor,
  ): ApprovalView {
    const moved = store.move({ id: row.id, ...decision }, from, to)
    if (!moved) throw alreadyDecided(mustExist(row.id))
    const approval = toApproval(moved)
    append({ type: event, subject: row.id, actor, correlationId: row.correlation_id, data: approval })
    return approval
  }

  return {
    /**
     * Asks once for one effect. Asking again for the same task, action and payload answers with the same card; another payload
     * supersedes an open card and, when the old one was approved already, is reported as drift (U-48).
     */
    ask(request: ApprovalRequest): ApprovalAnswer {
      return write<ApprovalAnswer>(db, () => {
        const hash = hashPayload(request.payload)
        const earlier = store.latestOf(request.taskId, request.action)
        if (earlier && earlier.payload_hash === hash) {
          const approval = toApproval(earlier)
          if (earlier.state === 'requested') return { kind: 'waiting', approval }
          if (earlier.state === 'approved' || earlier.state === 'executing') {
            if ((earlier.effective_at ?? 0) > clock.now()) return { kind: 'waiting', approval }
            return { kind: 'granted', approval }
          }
          if ((earlier.state === 'denied' || earlier.state === 'expired') && (earlier.decided_at ?? 0) >= request.since) return { kind: 'refused', approval }
        } else if (earlier?.state === 'requested') move(earlier, 'requested', 'superseded', earlier, 'approval.superseded', 'engine')
        else if (earlier?.state === 'approved') move(earlier, 'approved', 'drifted', earlier, 'approval.drifted', 'engine')
        const now = clock.now()
        const row: ApprovalRow = {
          id: newId('apr', clock) as ApprovalId,
          plan_id: request.planId,
          task_id: request.taskId,
          correlation_id: request.planId,
          action: request.action,
          tier: request.tier,
          state: 'requested',
          card: JSON.stringify(request.card),
          payload: canonical(request.payload),
          payload_hash: hash,
          asked_by: request.askedBy,
          safe_default: 'deny',
          rehearsal: request.rehearsal ? 1 : 0,
          requested_at: now,
          deadline: Math.round(now + hours() * 3_600_000) as Instant,
          ...undecided,
        }
        store.insert(row)
        const approval = toApproval(row)
        append({ type: 'approval.requested', subject: row.id, correlationId: row.correlation_id, data: approval })
        return { kind: 'waiting', approval }
      })
    },

    /** The first valid decision wins. `payloadHash` is the hash of what was looked at: approving something else is refused. Without an `option` the first is taken. */
    approve(id: ApprovalId, payloadHash: string, by: { actor: Actor; channel: string; graceSeconds?: number }, option?: string): ApprovalView {
      return write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'requested') throw alreadyDecided(row)
        if (row.deadline <= clock.now()) throw new ReefError('approval/expired', 'The time to answer has passed; it was denied.', { field: 'id' })
        if (row.payload_hash !== payloadHash)
          throw new ReefError('approval/drifted', 'What you looked at is not what would be done.', {
            field: 'payloadHash',
            remedy: 'Open the card again and decide on what it shows now.',
          })
        const chosen = toChosen(toApproval(row).options, option)
        const effective = (clock.now() + (by.graceSeconds ?? graceSeconds()) * 1000) as Instant
        return move(
          row,
          'requested',
          'approved',
          { decided_at: clock.now(), decided_by: by.actor, channel: by.channel, reason: null, effective_at: effective, chosen },
          'approval.approved',
          by.actor,
        )
      })
    },

    deny(id: ApprovalId, why: { reason: DenyReason; note?: string | undefined }, by: { actor: Actor; channel: string }): ApprovalView {
      return write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'requested') throw alreadyDecided(row)
        const reason = why.note ? `${why.reason}: ${why.note}` : why.reason
        return move(
          row,
          'requested',
          'denied',
          { decided_at: clock.now(), decided_by: by.actor, channel: by.channel, reason, effective_at: null, chosen: null },
          'approval.denied',
          by.actor,
        )
      })
    },

    /** What was asked is settled another way: an open card is closed, and nothing happens by it. */
    withdraw(id: ApprovalId): void {
      write(db, () => {
        const row = mustExist(id)
        if (row.state === 'requested') move(row, 'requested', 'superseded', row, 'approval.superseded', 'engine')
      })
    },

    undo(id: ApprovalId, actor: Actor): ApprovalView {
      return write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'approved' || (row.effective_at ?? 0) <= clock.now())
          throw new ReefError('approval/already-decided', 'It has taken effect already and cannot be undone here.', {
            field: 'id',
            remedy: 'Stop the release instead: reef release stop',
          })
        return move(row, 'approved', 'requested', undecided, 'approval.undone', actor)
      })
    },

    /** The executor says it begins; it has hashed the payload again and the hashes are equal. */
    beginExecution(id: ApprovalId, payload: unknown): void {
      write(db, () => {
        const row = mustExist(id)
        if (hashPayload(payload) !== row.payload_hash)
          throw new ReefError('approval/drifted', 'The effect changed after it was approved.', { field: 'payloadHash' })
        if (row.state === 'executing') return
        if (row.state !== 'approved' || (row.effective_at ?? Number.POSITIVE_INFINITY) > clock.now()) throw alreadyDecided(row)
        if (!store.move(row, 'approved', 'executing')) throw alreadyDecided(mustExist(id))
      })
    },
    finishExecution(id: ApprovalId): void {
      write(db, () => {
        const row = mustExist(id)
        if (row.state === 'executing') move(row, 'executing', 'executed', row, 'approval.executed', 'engine')
      })
    },

    /** Applies the safe default to what nobody answered in time: silence is never consent. */
    expire(): ApprovalView[] {
      return write(db, () =>
        store
          .overdue(clock.now())
          .map((row) =>
            move(row, 'requested', 'expired', { ...undecided, decided_at: clock.now(), reason: 'no answer in time' }, 'approval.expired', 'engine'),
          ),
      )
    },
    /** Approved and past their grace time: their tasks may go on. */
    effective: (): ApprovalView[] => store.effective(clock.now()).map(toApproval),
    openCount: () => store.openCount(),
    get: (id: string): ApprovalView => toApproval(mustExist(id)),
  }
}
export type Approvals = ReturnType<typeof createApprovals>

function alreadyDecided(row: ApprovalRow): ReefError {
  const who = row.decided_by ? ` by ${row.decided_by}${row.channel ? ` on ${row.channel}` : ''}` : ''
  return new ReefError('approval/already-decided', `It is ${row.state} already${who}.`, { field: 'id' })
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
