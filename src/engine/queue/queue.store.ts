import type { AttemptId, AttemptState, AttemptView, Instant, Nanodollars, PlanId, SessionId, TaskId, TaskState, Wait } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'
import { type AttemptRow, attemptColumns, inOpenIndex, type TaskRow, taskColumns } from './rows.ts'
import type { Claim } from './task.ts'

/** Everything a change of state may set besides the state itself. */
export type TaskPatch = {
  readonly wait?: Wait | null
  readonly error?: string | null
  readonly counted?: 0 | 1
  /** Attempts are counted from zero again. */
  readonly restart?: boolean
  readonly approvalId?: string | null
  readonly readyAt?: Instant
  readonly rank?: number
  readonly endedAt?: Instant | null
  readonly keepLease?: boolean
}

const patchArgs = (patch: TaskPatch) => ({
  wait_reason: patch.wait?.reason ?? null,
  wait_detail: patch.wait?.detail ?? null,
  wait_owner: patch.wait?.owner ?? null,
  wait_until: patch.wait?.until ?? null,
  set_error: patch.error === undefined ? 0 : 1,
  error: patch.error ?? null,
  counted: patch.counted ?? 0,
  restart: patch.restart ? 1 : 0,
  set_approval: patch.approvalId === undefined ? 0 : 1,
  approval_id: patch.approvalId ?? null,
  ready_at: patch.readyAt ?? null,
  rank: patch.rank ?? null,
  set_ended: patch.endedAt === undefined ? 0 : 1,
  ended_at: patch.endedAt ?? null,
  keep_lease: patch.keepLease ? 1 : 0,
})

const patchSql = `
  state = :to,
  wait_reason = :wait_reason, wait_detail = :wait_detail, wait_owner = :wait_owner, wait_until = :wait_until,
  error = iif(:set_error, :error, error),
  attempts = iif(:restart, 0, attempts + :counted),
  approval_id = iif(:set_approval, :approval_id, approval_id),
  ready_at = coalesce(:ready_at, ready_at),
  rank = coalesce(:rank, rank),
  ended_at = iif(:set_ended, :ended_at, ended_at),
  worker = iif(:keep_lease, worker, NULL),
  lease_until = iif(:keep_lease, lease_until, NULL)`

const isHeld = "state IN ('claimed', 'running', 'review') AND lease_until IS NOT NULL"

export function createQueueStore(db: WriteDb) {
  // A plus before a parameter that stands under ORDER BY or LIMIT: without it SQLite looks at the value when it plans, and so plans
  // the statement anew for every call (20 µs and more).
  // One seek in task_ready for each lane that has ready work; lanes come from the trigger-kept counts, so neither the backlog nor
  // delayed rows are ever walked. In one statement this takes twice as long: SQLite builds two tables to choose among six rows. bench: Q1, Q4, Q9.
  const lanes = db.prepare<[], { agent: string }>("SELECT agent FROM task_count WHERE state = 'ready' AND n > 0")
  const first = db.prepare<[string], { at: number; rank: number }>(
    "SELECT rowid AS at, rank FROM task WHERE state = 'ready' AND agent = +? ORDER BY rank, rowid LIMIT 1",
  )
  const claim = db.prepare<{ at: number; worker: string; now: Instant; lease_until: Instant }, TaskRow>(`
    UPDATE task
       SET state = 'claimed', worker = :worker, fence = fence + 1, lease_until = :lease_until,
           wait_reason = NULL, wait_detail = NULL, wait_owner = NULL, wait_until = NULL, ended_at = NULL,
           started_at = coalesce(started_at, :now)
     WHERE rowid = :at
    RETURNING ${taskColumns}`)
  const moveHeld = db.prepare<Record<string, unknown>, TaskRow>(
    `UPDATE task SET ${patchSql} WHERE id = :id AND fence = :fence AND state = :from RETURNING ${taskColumns}`,
  )
  const moveFree = db.prepare<Record<string, unknown>, TaskRow>(
    `UPDATE task SET fence = fence + 1, ${patchSql} WHERE id = :id AND state = :from RETURNING ${taskColumns}`,
  )
  const heartbeat = db.prepare<{ id: TaskId; fence: number; lease_until: Instant }>(
    'UPDATE task SET lease_until = :lease_until WHERE id = :id AND fence = :fence AND lease_until IS NOT NULL',
  )
  const adopt = db.prepare<{ id: TaskId; worker: string; lease_until: Instant }, TaskRow>(
    `UPDATE task SET worker = :worker, fence = fence + 1, lease_until = :lease_until WHERE id = :id AND state IN ('claimed', 'running', 'review') RETURNING ${taskColumns}`,
  )
  const byId = db.prepare<{ id: TaskId }, TaskRow>(`SELECT ${taskColumns} FROM task WHERE id = :id`)
  const anyDependent = db.prepare<{ id: TaskId }>('SELECT 1 FROM dependency WHERE needs_id = :id LIMIT 1')
  const unblock = db.prepare<{ id: TaskId }, TaskRow>(
    `UPDATE task SET unmet = unmet - 1 WHERE id IN (SELECT task_id FROM dependency WHERE needs_id = :id) RETURNING ${taskColumns}`,
  )
  const block = db.prepare<{ id: TaskId }, TaskRow>(
    `UPDATE task SET unmet = unmet + 1 WHERE id IN (SELECT task_id FROM dependency WHERE needs_id = :id) RETURNING ${taskColumns}`,
  )
  const held = db.prepare<[], TaskRow>(`SELECT ${taskColumns} FROM task WHERE ${inOpenIndex} AND ${isHeld} ORDER BY lease_until`)
  const expire = db.prepare<{ now: Instant; limit: number }, TaskRow>(
    `UPDATE task
        SET state = 'ready', fence = fence + 1, worker = NULL, lease_until = NULL, wait_reason = NULL, wait_detail = NULL, wait_owner = NULL, wait_until = NULL
      WHERE rowid IN (SELECT rowid FROM task WHERE ${inOpenIndex} AND ${isHeld} AND lease_until < :now LIMIT +:limit)
      RETURNING ${taskColumns}`,
  )
  const expireMany = db.prepare<{ now: Instant; limit: number }, Pick<TaskRow, 'id' | 'plan_id' | 'attempt_id'>>(
    `UPDATE task
        SET state = 'ready', fence = fence + 1, worker = NULL, lease_until = NULL, wait_reason = NULL, wait_detail = NULL, wait_owner = NULL, wait_until = NULL
      WHERE rowid IN (SELECT rowid FROM task WHERE ${inOpenIndex} AND ${isHeld} AND lease_until < :now AND unmet = 0 LIMIT +:limit)
      RETURNING id, plan_id, attempt_id`,
  )
  const countExpired = db.prepare<{ now: Instant; limit: number }, { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM task WHERE ${inOpenIndex} AND ${isHeld} AND lease_until < :now AND unmet = 0 LIMIT +:limit)`,
  )
  const delayed = db.prepare<{ now: Instant; limit: number }, TaskRow>(
    `SELECT ${taskColumns} FROM task WHERE state = 'pending' AND wait_until IS NOT NULL AND wait_until <= :now ORDER BY wait_until LIMIT +:limit`,
  )
  const delayedBy = db.prepare<{ reason: string; limit: number }, TaskRow>(
    `SELECT ${taskColumns} FROM task WHERE state = 'pending' AND wait_until IS NOT NULL AND wait_reason = :reason LIMIT :limit`,
  )
  const nextDelayed = db.prepare<[], { at: Instant | null }>(`SELECT min(wait_until) AS at FROM task WHERE state = 'pending' AND wait_until IS NOT NULL`)
  const setWait = db.prepare<{ id: TaskId; reason: string; detail: string; owner: string; until: Instant | null }, TaskRow>(
    `UPDATE task SET wait_reason = :reason, wait_detail = :detail, wait_owner = :owner, wait_until = :until
      WHERE id = :id AND state IN ('ready', 'pending') RETURNING ${taskColumns}`,
  )
  const readySample = db.prepare<{ agent: string; limit: number }, TaskRow>(
    `SELECT ${taskColumns} FROM task WHERE state = 'ready' AND agent = +:agent ORDER BY rank, rowid LIMIT +:limit`,
  )
  const counts = db.prepare<[], { agent: string; state: TaskState; n: number }>('SELECT agent, state, n FROM task_count WHERE n > 0')
  const lastN = db.prepare<[TaskId], { n: number }>('SELECT n FROM attempt WHERE task_id = +? ORDER BY n DESC LIMIT 1')
  const insertAttempt = db.prepare<Record<string, unknown>, AttemptRow>(
    `INSERT INTO attempt (id, task_id, n, state, step, agent, driver, model, branch, base_sha, started_at)
     VALUES (:id, :task_id, :n, 'running', :step, :agent, :driver, :model, :branch, :base_sha, :started_at)
     RETURNING ${attemptColumns}`,
  )
  const startTask = db.prepare<Record<string, unknown>, TaskRow>(
    `UPDATE task SET state = 'running', attempt_id = :attempt_id, session_id = NULL, driver = :driver, model = :model, wait_reason = NULL, wait_detail = NULL, wait_owner = NULL, wait_until = NULL
      WHERE id = :id AND fence = :fence AND state = 'claimed' RETURNING ${taskColumns}`,
  )
  const setSession = db.prepare<{ id: TaskId; fence: number; session_id: SessionId }, TaskRow>(
    `UPDATE task SET session_id = :session_id WHERE id = :id AND fence = :fence RETURNING ${taskColumns}`,
  )
  const setAttemptSession = db.prepare<{ id: AttemptId; session_id: SessionId }>('UPDATE attempt SET session_id = :session_id WHERE id = :id')
  const setHead = db.prepare<{ id: AttemptId; head_sha: string }>('UPDATE attempt SET head_sha = :head_sha WHERE id = :id')
  const endAttempt = db.prepare<{ id: AttemptId; state: AttemptState; error: string | null; ended_at: Instant }, AttemptRow>(
    `UPDATE attempt SET state = :state, error = :error, ended_at = :ended_at WHERE id = :id AND state = 'running' RETURNING ${attemptColumns}`,
  )
  const endAttempts = db.prepare<{ ids: string; state: AttemptState; error: string; ended_at: Instant }, AttemptRow>(
    `UPDATE attempt SET state = :state, error = :error, ended_at = :ended_at
      WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'running' RETURNING ${attemptColumns}`,
  )
  const attempts = db.prepare<{ task_id: TaskId }, AttemptRow>(`SELECT ${attemptColumns} FROM attempt WHERE task_id = +:task_id ORDER BY n`)
  const attempt = db.prepare<{ id: AttemptId }, AttemptRow>(`SELECT ${attemptColumns} FROM attempt WHERE id = :id`)
  const budget = db.prepare<{ id: TaskId }, { budget: Nanodollars }>('SELECT budget FROM task WHERE id = :id')
  const setBudget = db.prepare<{ id: TaskId; budget: Nanodollars }>('UPDATE task SET budget = :budget WHERE id = :id')
  const setOptions = db.prepare<{ id: TaskId; options: string }>('UPDATE task SET options = :options WHERE id = :id')
  const charge = db.prepare<{ id: TaskId; cost: Nanodollars }>('UPDATE task SET spent = spent + :cost WHERE id = :id')
  const chargeAttempt = db.prepare<{ id: AttemptId; cost: Nanodollars }>('UPDATE attempt SET spent = spent + :cost WHERE id = :id')
  const chargePlan = db.prepare<{ id: PlanId; cost: Nanodollars }>('UPDATE plan SET spent = spent + :cost WHERE id = :id')
  const dependents = db.prepare<{ id: TaskId }, TaskRow>(
    `SELECT ${taskColumns} FROM task WHERE id IN (SELECT task_id FROM dependency WHERE needs_id = +:id) ORDER BY rowid`,
  )
  const needs = db.prepare<{ id: TaskId }, { id: TaskId; key: string; state: TaskState }>(
    'SELECT t.id, t.key, t.state FROM dependency d JOIN task t ON t.id = d.needs_id WHERE d.task_id = +:id ORDER BY t.key',
  )
  const descendants = db.prepare<{ id: TaskId }, TaskRow>(`
    WITH RECURSIVE below (id) AS (SELECT task_id FROM dependency WHERE needs_id = :id UNION SELECT d.task_id FROM dependency d JOIN below b ON d.needs_id = b.id)
    SELECT ${taskColumns} FROM task WHERE id IN below`)
  const recount = db.prepare<{ id: TaskId }>(
    `UPDATE task SET unmet = (SELECT count(*) FROM dependency d JOIN task n ON n.id = d.needs_id WHERE d.task_id = task.id AND n.state <> 'done') WHERE id = :id`,
  )
  const detail = db.prepare<{ id: TaskId }, { instructions: string; outputs: string; options: string }>(
    'SELECT instructions, outputs, options FROM task WHERE id = :id',
  )

  return {
    claim: (args: { worker: string; now: Instant; leaseUntil: Instant; busy: readonly string[] }) => {
      let best: { at: number; rank: number } | undefined
      for (const { agent } of lanes.all()) {
        const head = args.busy.includes(agent) ? undefined : first.get(agent)
        if (head && (!best || head.rank < best.rank || (head.rank === best.rank && head.at < best.at))) best = head
      }
      return best && claim.get({ at: best.at, worker: args.worker, now: args.now, lease_until: args.leaseUntil })
    },
    /** Undefined when the lease was lost or the state is not `from`; the caller must stop touching the task. */
    moveHeld: (held: Claim, from: TaskState, to: TaskState, patch: TaskPatch) =>
      moveHeld.get({ id: held.taskId, fence: held.fence, from, to, ...patchArgs(patch) }),
    /** For the owner and the engine's own housekeeping: a worker that still holds the task loses it. */
    moveFree: (id: TaskId, from: TaskState, to: TaskState, patch: TaskPatch) => moveFree.get({ id, from, to, ...patchArgs(patch) }),
    heartbeat: (held: Claim, leaseUntil: Instant) => heartbeat.run({ id: held.taskId, fence: held.fence, lease_until: leaseUntil }).changes === 1,
    adopt: (id: TaskId, worker: string, leaseUntil: Instant) => adopt.get({ id, worker, lease_until: leaseUntil }),
    byId: (id: TaskId) => byId.get({ id }),
    unblock: (id: TaskId) => (anyDependent.get({ id }) ? unblock.all({ id }) : []),
    block: (id: TaskId) => block.all({ id }),
    held: () => held.all(),
    /** Gives up to `limit` tasks back whose lease has run out; their attempts still have to be ended. */
    expire: (now: Instant, limit: number) => expire.all({ now, limit }),
    delayed: (now: Instant, limit: number) => delayed.all({ now, limit }),
    delayedBy: (reason: Wait['reason'], limit: number) => delayedBy.all({ reason, limit }),
    nextDelayed: () => nextDelayed.get()?.at ?? null,
    setWait: (id: TaskId, wait: Wait) => setWait.get({ id, ...wait }),
    readySample: (agent: string, limit: number) => readySample.all({ agent, limit }),
    counts: () => counts.all(),
    startTask: (held: Claim, args: { attemptId: AttemptId; driver: string; model: string }) =>
      startTask.get({ id: held.taskId, fence: held.fence, attempt_id: args.attemptId, driver: args.driver, model: args.model }),
    insertAttempt: (args: Pick<AttemptView, 'id' | 'taskId' | 'step' | 'agent' | 'driver' | 'model' | 'branch' | 'baseSha' | 'startedAt'>) => {
      const row = insertAttempt.get({
        id: args.id,
        task_id: args.taskId,
        n: (lastN.get(args.taskId)?.n ?? 0) + 1,
        step: args.step,
        agent: args.agent,
        driver: args.driver,
        model: args.model,
        branch: args.branch,
        base_sha: args.baseSha,
        started_at: args.startedAt,
      })
      if (!row) throw new Error('an inserted attempt did not come back')
      return row
    },
    setSession: (held: Claim, attemptId: AttemptId, sessionId: SessionId) => {
      setAttemptSession.run({ id: attemptId, session_id: sessionId })
      return setSession.get({ id: held.taskId, fence: held.fence, session_id: sessionId })
    },
    setHead: (id: AttemptId, headSha: string) => void setHead.run({ id, head_sha: headSha }),
    endAttempt: (id: AttemptId, state: AttemptState, error: string | null, endedAt: Instant) => endAttempt.get({ id, state, error, ended_at: endedAt }),
    expireMany: (now: Instant, limit: number) => expireMany.all({ now, limit }),
    countExpired: (now: Instant, limit: number) => countExpired.get({ now, limit })?.n ?? 0,
    endAttempts: (ids: readonly AttemptId[], state: AttemptState, error: string, endedAt: Instant) =>
      endAttempts.all({ ids: JSON.stringify(ids), state, error, ended_at: endedAt }),
    attempts: (taskId: TaskId) => attempts.all({ task_id: taskId }),
    attempt: (id: AttemptId) => attempt.get({ id }),
    budget: (id: TaskId): Nanodollars | null => budget.get({ id })?.budget ?? null,
    setBudget: (id: TaskId, budget: Nanodollars) => void setBudget.run({ id, budget }),
    setOptions: (id: TaskId, options: string) => void setOptions.run({ id, options }),
    charge: (ids: { taskId: TaskId | null; attemptId: AttemptId | null; planId: PlanId | null }, cost: Nanodollars) => {
      if (ids.taskId) charge.run({ id: ids.taskId, cost })
      if (ids.attemptId) chargeAttempt.run({ id: ids.attemptId, cost })
      if (ids.planId) chargePlan.run({ id: ids.planId, cost })
    },
    /** Tasks that need this one directly. */
    dependents: (id: TaskId) => dependents.all({ id }),
    needs: (id: TaskId) => needs.all({ id }),
    descendants: (id: TaskId) => descendants.all({ id }),
    recount: (id: TaskId) => void recount.run({ id }),
    detail: (id: TaskId) => detail.get({ id }),
  }
}
export type QueueStore = ReturnType<typeof createQueueStore>
