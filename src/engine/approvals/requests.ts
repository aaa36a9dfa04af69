import type { ActionFacts, Actor, ApprovalId, ApprovalView, BundleId, EventType, Instant, SessionId } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { WriteDb } from '../store/index.ts'
import type { Card, NextApprovalState } from './approval.ts'
import { type ApprovalRow, createApprovalsStore, type Mutable, toApproval } from './approvals.store.ts'
import type { Classify, Match } from './classified.ts'
import type { QuietHours } from './due.ts'

export type ApprovalsDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly classify: Classify
  readonly match: Match
  /** What the owner set for classes that name no time of their own. */
  readonly hours: () => number
  readonly graceSeconds: () => number
  readonly irreversibleGraceSeconds: () => number
  readonly bundleSeconds: () => number
  readonly quiet: () => QuietHours
  /** Whether an incident is declared: only then may an effect skip the time to undo. */
  readonly inIncident: () => boolean
}

export type ApprovalRequest = Pick<ActionFacts, 'action' | 'project'> & {
  readonly planId: ApprovalView['planId']
  readonly taskId: ApprovalView['taskId']
  /** The run that asks, where an agent does: when it ends, the card is void. */
  readonly attemptId?: ApprovalView['attemptId']
  readonly sessionId?: SessionId | null
  readonly correlationId: string
  /** The same key asks the same question; one task asks each of its actions once where it is left out. */
  readonly idempotencyKey?: string
  readonly amountUsd?: number
  readonly text?: string
  /** Of a command: its words. */
  readonly command?: readonly string[]
  readonly taintedBy?: string | null
  readonly card: Card
  /** Exactly what will be done; hashed canonically, and hashed again by the executor. */
  readonly payload: unknown
  readonly askedBy: string
  readonly rehearsal: boolean
  /** A refusal older than this belongs to an earlier try and does not answer this one. */
  readonly since: Instant
}

/** Whether the effect may happen now, and if not, why. A granted `payload` is what may be done: the owner may have changed its words. */
export type ApprovalAnswer =
  | { kind: 'granted'; approval: ApprovalView; payload: unknown }
  | { kind: 'waiting'; approval: ApprovalView }
  | { kind: 'refused'; approval: ApprovalView }
  /** Nobody answered in time: the words that the owner approved beforehand may go out, and nothing else. */
  | { kind: 'template'; approval: ApprovalView; text: string }

/** Who decides, and where. `graceSeconds` overrides the setting. */
export type Decider = { readonly actor: Actor; readonly channel: string; readonly graceSeconds?: number }

export const unmoved: Mutable = {
  card: '',
  payload: '',
  payload_hash: '',
  reminded50_at: null,
  reminded90_at: null,
  snoozed_until: null,
  decided_at: null,
  decided_by: null,
  channel: null,
  reason: null,
  seen_ms: null,
  previews_seen: null,
  undone: 0,
  effective_at: null,
  ended_at: null,
  outcome: null,
  regretted_at: null,
  chosen: null,
}

/** The rows and their moves: what asking, deciding and executing share. Every move writes its event in the same transaction. */
export function createRequests({ db, clock, append }: Pick<ApprovalsDeps, 'db' | 'clock' | 'append'>) {
  const store = createApprovalsStore(db)

  const mustExist = (id: string): ApprovalRow => {
    const row = store.byId(id)
    if (!row) throw new ReefError('approval/unknown', `There is no approval ${id}.`, { field: 'id', remedy: 'List them with: reef approval list' })
    return row
  }
  const tell = (type: Extract<EventType, `approval.${string}`>, row: ApprovalRow, actor: Actor): ApprovalView => {
    const approval = toApproval(row)
    append({ type, subject: row.id, actor, correlationId: row.correlation_id, data: approval })
    return approval
  }

  return {
    store,
    mustExist,
    tell,

    /** Throws approval/already-decided when the row has left `from` in the meantime. */
    move<S extends ApprovalRow['state']>(
      row: ApprovalRow,
      from: S,
      to: NextApprovalState<S> | S,
      change: Partial<Mutable>,
      event: Extract<EventType, `approval.${string}`>,
      actor: Actor = 'engine',
    ): ApprovalView {
      const moved = store.move({ ...row, ...change }, from, to as ApprovalRow['state'])
      if (!moved) throw alreadyDecided(mustExist(row.id))
      return tell(event, moved, actor)
    },

    /** The bundle that a request of this matter joins; a new one that closes at `closesAt` where there is none. */
    bundleOf(correlationId: string, isAlone: boolean, closesAt: Instant): BundleId {
      const open = isAlone ? undefined : store.bundleFor(correlationId, clock.now())
      if (open) return open.id
      const id = newId('bun', clock) as BundleId
      store.insertBundle({ id, correlation_id: correlationId, opened_at: clock.now(), closes_at: closesAt })
      return id
    },

    newId: (): ApprovalId => newId('apr', clock) as ApprovalId,
  }
}
export type Requests = ReturnType<typeof createRequests>

export function alreadyDecided(row: ApprovalRow): ReefError {
  const who = row.decided_by ? ` by ${row.decided_by}${row.channel ? ` on ${row.channel}` : ''}` : ''
  return new ReefError('approval/already-decided', `It is ${row.state} already${who}.`, { field: 'id' })
}
