import type { ApprovalId, ApprovalState, ApprovalView, Instant, PlanId, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

export type ApprovalRow = {
  id: ApprovalId
  plan_id: PlanId | null
  task_id: TaskId | null
  correlation_id: string
  action: string
  tier: ApprovalView['tier']
  state: ApprovalState
  card: string
  payload: string
  payload_hash: string
  asked_by: string
  safe_default: 'deny' | 'approve'
  rehearsal: 0 | 1
  requested_at: Instant
  deadline: Instant
  decided_at: Instant | null
  decided_by: string | null
  channel: string | null
  reason: string | null
  effective_at: Instant | null
  chosen: string | null
}

const columns =
  'id, plan_id, task_id, correlation_id, action, tier, state, card, payload, payload_hash, asked_by, safe_default, rehearsal, requested_at, deadline, decided_at, decided_by, channel, reason, effective_at, chosen'

export function toApproval(row: ApprovalRow): ApprovalView {
  return {
    id: row.id,
    planId: row.plan_id,
    taskId: row.task_id,
    correlationId: row.correlation_id,
    action: row.action,
    tier: row.tier,
    state: row.state,
    options: [],
    ...JSON.parse(row.card),
    chosen: row.chosen,
    askedBy: row.asked_by,
    payloadHash: row.payload_hash,
    requestedAt: row.requested_at,
    deadline: row.deadline,
    safeDefault: row.safe_default,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    channel: row.channel,
    reason: row.reason,
    effectiveAt: row.effective_at,
    rehearsal: row.rehearsal === 1,
  }
}

export function createApprovalsStore(db: WriteDb) {
  const insert = db.prepare<ApprovalRow>(
    `INSERT INTO approval (${columns}) VALUES (:id, :plan_id, :task_id, :correlation_id, :action, :tier, :state, :card, :payload, :payload_hash, :asked_by, :safe_default, :rehearsal, :requested_at, :deadline, :decided_at, :decided_by, :channel, :reason, :effective_at, :chosen)`,
  )
  const byId = db.prepare<{ id: string }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE id = :id`)
  const latestOf = db.prepare<{ task_id: TaskId; action: string }, ApprovalRow>(
    `SELECT ${columns} FROM approval WHERE task_id = +:task_id AND action = +:action ORDER BY id DESC LIMIT 1`,
  )
  const move = db.prepare<Record<string, unknown>, ApprovalRow>(
    `UPDATE approval SET state = :to, decided_at = :decided_at, decided_by = :decided_by, channel = :channel, reason = :reason, effective_at = :effective_at, chosen = :chosen
      WHERE id = :id AND state = :from RETURNING ${columns}`,
  )
  const overdue = db.prepare<{ now: Instant }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE state = 'requested' AND deadline <= :now`)
  const effective = db.prepare<{ now: Instant }, ApprovalRow>(
    `SELECT ${columns} FROM approval WHERE state IN ('approved', 'executing') AND effective_at <= :now`,
  )
  const open = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM approval WHERE state IN ('requested', 'approved', 'executing') AND state = 'requested'`)
  return {
    insert: (row: ApprovalRow) => void insert.run(row),
    byId: (id: string) => byId.get({ id }),
    latestOf: (taskId: TaskId, action: string) => latestOf.get({ task_id: taskId, action }),
    move: (
      row: Pick<ApprovalRow, 'id' | 'decided_at' | 'decided_by' | 'channel' | 'reason' | 'effective_at' | 'chosen'>,
      from: ApprovalState,
      to: ApprovalState,
    ) =>
      move.get({
        id: row.id,
        from,
        to,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        channel: row.channel,
        reason: row.reason,
        effective_at: row.effective_at,
        chosen: row.chosen,
      }),
    overdue: (now: Instant) => overdue.all({ now }),
    effective: (now: Instant) => effective.all({ now }),
    openCount: () => open.get()?.n ?? 0,
  }
}

export function createApprovalsReader(db: ReadDb) {
  const list = db.prepare<{ before: string; limit: number }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE id < :before ORDER BY id DESC LIMIT +:limit`)
  const open = db.prepare<{ limit: number }, ApprovalRow>(
    `SELECT ${columns} FROM approval WHERE state IN ('requested', 'approved', 'executing') ORDER BY deadline LIMIT +:limit`,
  )
  return {
    list: (limit: number, before?: string): ApprovalView[] => list.all({ limit, before: before ?? '~' }).map(toApproval),
    open: (limit: number): ApprovalView[] => open.all({ limit }).map(toApproval),
  }
}
