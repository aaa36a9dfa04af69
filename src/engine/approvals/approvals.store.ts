import type { ApprovalFilter, ApprovalId, ApprovalState, ApprovalView, AttemptId, BundleId, Instant, SessionId, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

type Bit = 0 | 1
export type ApprovalRow = {
  id: ApprovalId
  bundle_id: BundleId
  plan_id: ApprovalView['planId']
  task_id: ApprovalView['taskId']
  attempt_id: ApprovalView['attemptId']
  session_id: ApprovalView['sessionId']
  correlation_id: string
  idempotency_key: string
  action: string
  tier: ApprovalView['tier']
  tier_because: string
  policy_version: number
  amount_usd: number
  tainted_by: string | null
  project: string | null
  state: ApprovalState
  card: string
  payload: string
  payload_hash: string
  asked_hash: string
  asked_by: string
  safe_default: ApprovalView['safeDefault']
  template_text: string | null
  irreversible: Bit
  rehearsal: Bit
  requested_at: Instant
  deadline: Instant
  held_from: Instant | null
  reminded50_at: Instant | null
  reminded90_at: Instant | null
  snoozed_until: Instant | null
  decided_at: Instant | null
  decided_by: string | null
  channel: string | null
  reason: string | null
  playbook_id: string | null
  seen_ms: number | null
  previews_seen: number | null
  undone: number
  effective_at: Instant | null
  ended_at: Instant | null
  outcome: string | null
  regretted_at: Instant | null
  chosen: string | null
}
export type BundleRow = { id: BundleId; correlation_id: string; opened_at: Instant; closes_at: Instant }

/** Written with every change of state; what stays as it is keeps its name. */
const mutable = [
  'card',
  'payload',
  'payload_hash',
  'reminded50_at',
  'reminded90_at',
  'snoozed_until',
  'decided_at',
  'decided_by',
  'channel',
  'reason',
  'seen_ms',
  'previews_seen',
  'undone',
  'effective_at',
  'ended_at',
  'outcome',
  'regretted_at',
  'chosen',
] as const
const columnNames = [
  'id',
  'bundle_id',
  'plan_id',
  'task_id',
  'attempt_id',
  'session_id',
  'correlation_id',
  'idempotency_key',
  'action',
  'tier',
  'tier_because',
  'policy_version',
  'amount_usd',
  'tainted_by',
  'project',
  'state',
  'asked_hash',
  'asked_by',
  'safe_default',
  'template_text',
  'irreversible',
  'rehearsal',
  'requested_at',
  'deadline',
  'held_from',
  'playbook_id',
  ...mutable,
] as const
const columns = columnNames.join(', ')
export type Mutable = Pick<ApprovalRow, (typeof mutable)[number]>

export function toApproval(row: ApprovalRow): ApprovalView {
  return {
    id: row.id,
    bundleId: row.bundle_id,
    planId: row.plan_id,
    taskId: row.task_id,
    attemptId: row.attempt_id,
    sessionId: row.session_id,
    correlationId: row.correlation_id,
    action: row.action,
    tier: row.tier,
    tierBecause: JSON.parse(row.tier_because),
    policyVersion: row.policy_version,
    state: row.state,
    agentSays: null,
    options: [],
    editable: [],
    answerable: false,
    ...JSON.parse(row.card),
    confirm: row.tier === 'T3' ? (JSON.parse(row.card).confirm ?? row.action) : null,
    irreversible: row.irreversible === 1,
    taintedBy: row.tainted_by,
    chosen: row.chosen,
    askedBy: row.asked_by,
    payloadHash: row.payload_hash,
    requestedAt: row.requested_at,
    deadline: row.deadline,
    heldFrom: row.held_from,
    safeDefault: row.safe_default,
    templateText: row.template_text,
    reminded50At: row.reminded50_at,
    reminded90At: row.reminded90_at,
    snoozedUntil: row.snoozed_until,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    channel: row.channel,
    reason: row.reason,
    playbookId: row.playbook_id as ApprovalView['playbookId'],
    seenMs: row.seen_ms,
    previewsSeen: row.previews_seen,
    effectiveAt: row.effective_at,
    outcome: row.outcome,
    regrettedAt: row.regretted_at,
    rehearsal: row.rehearsal === 1,
  }
}

export function createApprovalsStore(db: WriteDb) {
  const insert = db.prepare<ApprovalRow>(`INSERT INTO approval (${columns}) VALUES (${columnNames.map((name) => `:${name}`).join(', ')})`)
  const byId = db.prepare<{ id: string }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE id = :id`)
  // approval_of_key, read backwards: one step. By the order of writing, not of ids: those are times, and a clock may have been set back.
  const latestOf = db.prepare<{ key: string }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE idempotency_key = :key ORDER BY rowid DESC LIMIT 1`)
  const move = db.prepare<Record<string, unknown>, ApprovalRow>(
    `UPDATE approval SET state = :to, ${mutable.map((name) => `${name} = :${name}`).join(', ')} WHERE id = :id AND state = :from RETURNING ${columns}`,
  )
  // approval_open: its condition, word for word, and then the one of these; without it every approval there ever was is read, every second.
  const openIn = (state: ApprovalState, more = '') =>
    `SELECT ${columns} FROM approval WHERE state IN ('requested', 'approved', 'executing') AND state = '${state}' ${more} ORDER BY deadline`
  const overdue = db.prepare<{ now: Instant }, ApprovalRow>(openIn('requested', 'AND deadline <= :now'))
  const requested = db.prepare<[], ApprovalRow>(openIn('requested'))
  const executing = db.prepare<[], ApprovalRow>(openIn('executing'))
  const ofRun = db.prepare<{ session: SessionId }, ApprovalRow>(
    `SELECT ${columns} FROM approval WHERE session_id = :session AND state IN ('requested', 'approved') ORDER BY id`,
  )
  const ofTask = db.prepare<{ task: TaskId }, ApprovalRow>(
    `SELECT ${columns} FROM approval WHERE task_id = :task AND state IN ('requested', 'approved') ORDER BY id`,
  )
  // approval_of_attempt, in the order of its rows.
  const ofAttempt = db.prepare<{ attempt: AttemptId }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE attempt_id = :attempt ORDER BY id`)
  const openCount = db.prepare<[], { n: number }>(
    `SELECT count(*) AS n FROM approval WHERE state IN ('requested', 'approved', 'executing') AND state = 'requested'`,
  )
  const approver = db.prepare<{ id: string }, { id: string }>('SELECT id FROM approver WHERE id = :id')
  const insertBundle = db.prepare<BundleRow>(
    'INSERT INTO bundle (id, correlation_id, opened_at, closes_at) VALUES (:id, :correlation_id, :opened_at, :closes_at)',
  )
  // A bundle takes members while its window is open, and afterwards as long as one of them waits; T3 stands alone.
  const bundleFor = db.prepare<{ correlation: string; now: Instant }, BundleRow>(
    `SELECT id, correlation_id, opened_at, closes_at FROM bundle
      WHERE correlation_id = :correlation
        AND EXISTS (SELECT 1 FROM approval WHERE bundle_id = bundle.id AND tier = 'T2' AND (closes_at > :now OR state = 'requested'))
      ORDER BY opened_at DESC LIMIT 1`,
  )
  const members = db.prepare<{ id: string }, ApprovalRow>(`SELECT ${columns} FROM approval WHERE bundle_id = :id ORDER BY id`)
  const openBundles = db.prepare<[], BundleRow>(
    `SELECT id, correlation_id, opened_at, closes_at FROM bundle
      WHERE id IN (SELECT bundle_id FROM approval WHERE state IN ('requested', 'approved', 'executing') AND state = 'requested') ORDER BY opened_at`,
  )
  return {
    insert: (row: ApprovalRow) => void insert.run(row),
    byId: (id: string) => byId.get({ id }),
    latestOf: (key: string) => latestOf.get({ key }),
    /** The row after the move; undefined when it was not in `from` any more. */
    move: (row: Mutable & Pick<ApprovalRow, 'id'>, from: ApprovalState, to: ApprovalState): ApprovalRow | undefined =>
      move.get({ id: row.id, from, to, ...Object.fromEntries(mutable.map((name) => [name, row[name]])) }),
    overdue: (now: Instant) => overdue.all({ now }),
    requested: () => requested.all(),
    executing: () => executing.all(),
    ofRun: (session: SessionId) => ofRun.all({ session }),
    ofTask: (task: TaskId) => ofTask.all({ task }),
    /** Oldest first, whatever became of them. */
    ofAttempt: (attempt: AttemptId) => ofAttempt.all({ attempt }),
    openCount: () => openCount.get()?.n ?? 0,
    /** Whoever may decide has a row: the owner today, and others beside him without a change of meaning (R-192). */
    isApprover: (actor: string): boolean => approver.get({ id: actor }) !== undefined,
    insertBundle: (row: BundleRow) => void insertBundle.run(row),
    bundleFor: (correlation: string, now: Instant) => bundleFor.get({ correlation, now }),
    members: (id: string) => members.all({ id }),
    openBundles: () => openBundles.all(),
  }
}

type ListArgs = {
  before: string
  limit: number
  state: string | null
  action: string | null
  tier: string | null
  asked_by: string | null
  text: string | null
}

export function createApprovalsReader(db: ReadDb) {
  // Newest first along the primary key; what does not fit is passed over on the way.
  const list = db.prepare<ListArgs, ApprovalRow>(
    `SELECT ${columns} FROM approval
      WHERE id < :before AND (:state IS NULL OR state = :state) AND (:action IS NULL OR action = :action) AND (:tier IS NULL OR tier = :tier)
        AND (:asked_by IS NULL OR asked_by = :asked_by) AND (:text IS NULL OR card LIKE :text ESCAPE '\\' OR id LIKE :text ESCAPE '\\')
      ORDER BY id DESC LIMIT +:limit`,
  )
  const open = db.prepare<{ limit: number }, ApprovalRow>(
    `SELECT ${columns} FROM approval WHERE state IN ('requested', 'approved', 'executing') ORDER BY deadline LIMIT +:limit`,
  )
  return {
    list: (limit: number, before?: string, filter: Partial<ApprovalFilter> = {}): ApprovalView[] =>
      list
        .all({
          limit,
          before: before ?? '~',
          state: filter.state ?? null,
          action: filter.action ?? null,
          tier: filter.tier ?? null,
          asked_by: filter.askedBy ?? null,
          text: filter.text ? `%${filter.text.replaceAll(/[\\%_]/g, '\\$&')}%` : null,
        })
        .map(toApproval),
    open: (limit: number): ApprovalView[] => open.all({ limit }).map(toApproval),
  }
}
