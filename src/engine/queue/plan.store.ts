import { encodeTime } from 'ulid'
import type { Instant, Nanodollars, PlanId, PlanState, RequestId, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import { inOpenIndex, type PlanRow, type RequestRow, requestColumns, type TaskRow, taskColumns } from './rows.ts'

const planColumns =
  'id, request_id, project_id, project, title, text, state, rehearsal, source, branch, budget, spent, endpoint, tasks, done, stuck, ended, created_at, started_at, ended_at'

export function createPlanStore(db: WriteDb) {
  const insertRequest = db.prepare<RequestRow>(
    `INSERT INTO request (${requestColumns}) VALUES (:id, :text, :project, :budget, :review, :rehearsal, :plan_file, :idempotency_key, :state, :error, :plan_id, :actor, :created_at)`,
  )
  const requestByKey = db.prepare<{ key: string }, RequestRow>(`SELECT ${requestColumns} FROM request WHERE idempotency_key = :key`)
  const request = db.prepare<{ id: string }, RequestRow>(`SELECT ${requestColumns} FROM request WHERE id = :id`)
  const planning = db.prepare<[], RequestRow>(`SELECT ${requestColumns} FROM request WHERE state = 'planning' ORDER BY created_at LIMIT 50`)
  const moveRequest = db.prepare<{ id: RequestId; state: string; error: string | null; plan_id: PlanId | null }, RequestRow>(
    `UPDATE request SET state = :state, error = :error, plan_id = :plan_id WHERE id = :id AND state = 'planning' RETURNING ${requestColumns}`,
  )
  const insertPlan = db.prepare<Record<string, unknown>>(
    `INSERT INTO plan (id, request_id, project_id, project, title, text, state, rehearsal, source, branch, budget, created_at)
     VALUES (:id, :request_id, :project_id, :project, :title, :text, 'draft', :rehearsal, :source, :branch, :budget, :created_at)`,
  )
  const plan = db.prepare<{ id: PlanId }, PlanRow>(`SELECT ${planColumns} FROM plan WHERE id = :id`)
  const unstarted = db.prepare<[], PlanRow>(
    `SELECT ${planColumns} FROM plan WHERE state = 'draft' AND request_id IN (SELECT id FROM request WHERE review = 0) ORDER BY id`,
  )
  const movePlan = db.prepare<{ id: PlanId; from: PlanState; to: PlanState; started_at: Instant | null; ended_at: Instant | null }, PlanRow>(
    `UPDATE plan SET state = :to, started_at = coalesce(started_at, :started_at), ended_at = :ended_at WHERE id = :id AND state = :from RETURNING ${planColumns}`,
  )
  const setBranch = db.prepare<{ id: PlanId; branch: string }>('UPDATE plan SET branch = :branch WHERE id = :id')
  const setEndpoint = db.prepare<{ id: PlanId; endpoint: string | null }>('UPDATE plan SET endpoint = :endpoint WHERE id = :id')
  const budget = db.prepare<{ id: PlanId }, { budget: Nanodollars }>('SELECT budget FROM plan WHERE id = :id')
  const setBudget = db.prepare<{ id: PlanId; budget: Nanodollars }>('UPDATE plan SET budget = :budget WHERE id = :id')
  const insertTask = db.prepare<Record<string, unknown>>(
    `INSERT INTO task (id, plan_id, key, title, instructions, agent, kind, tier, options, outputs, depends_on, unmet, priority, state, budget, created_at)
     VALUES (:id, :plan_id, :key, :title, :instructions, :agent, :kind, :tier, :options, :outputs, :depends_on, :unmet, :priority, 'draft', :budget, :created_at)`,
  )
  const insertNeed = db.prepare<{ task_id: TaskId; needs_id: TaskId }>('INSERT INTO dependency (task_id, needs_id) VALUES (:task_id, :needs_id)')
  const clearNeeds = db.prepare<{ task_id: TaskId }>('DELETE FROM dependency WHERE task_id = :task_id')
  const tasksOf = db.prepare<{ plan_id: PlanId }, TaskRow>(`SELECT ${taskColumns} FROM task WHERE plan_id = +:plan_id ORDER BY length(key), key`)
  const editTask = db.prepare<Record<string, unknown>>(
    `UPDATE task SET title = coalesce(:title, title), instructions = coalesce(:instructions, instructions), agent = coalesce(:agent, agent), tier = coalesce(:tier, tier),
            depends_on = coalesce(:depends_on, depends_on), unmet = coalesce(:unmet, unmet), outputs = coalesce(:outputs, outputs), options = coalesce(:options, options) WHERE id = :id`,
  )
  const openTasks = db.prepare<[], { n: number }>(
    `SELECT coalesce(sum(n), 0) AS n FROM task_count WHERE state NOT IN ('done', 'failed', 'dead_letter', 'cancelled', 'skipped')`,
  )

  return {
    insertRequest: (row: RequestRow) => void insertRequest.run(row),
    requestByKey: (key: string) => requestByKey.get({ key }),
    request: (id: string) => request.get({ id }),
    planning: () => planning.all(),
    moveRequest: (id: RequestId, to: { state: 'planned' | 'failed'; error?: string; planId?: PlanId }) =>
      moveRequest.get({ id, state: to.state, error: to.error ?? null, plan_id: to.planId ?? null }),
    insertPlan: (row: Omit<PlanRow, 'state' | 'spent' | 'endpoint' | 'started_at' | 'ended_at' | 'tasks' | 'done' | 'stuck' | 'ended'>) =>
      void insertPlan.run(row),
    plan: (id: PlanId) => plan.get({ id }),
    unstarted: () => unstarted.all(),
    movePlan: (id: PlanId, from: PlanState, to: PlanState, at: { startedAt?: Instant; endedAt?: Instant }) =>
      movePlan.get({ id, from, to, started_at: at.startedAt ?? null, ended_at: at.endedAt ?? null }),
    setBranch: (id: PlanId, branch: string) => void setBranch.run({ id, branch }),
    setEndpoint: (id: PlanId, endpoint: string | null) => void setEndpoint.run({ id, endpoint }),
    budget: (id: PlanId): Nanodollars | null => budget.get({ id })?.budget ?? null,
    setBudget: (id: PlanId, budget: Nanodollars) => void setBudget.run({ id, budget }),
    insertTask: (row: Record<string, unknown>) => void insertTask.run(row),
    setNeeds: (taskId: TaskId, needs: readonly TaskId[]) => {
      clearNeeds.run({ task_id: taskId })
      for (const needsId of needs) insertNeed.run({ task_id: taskId, needs_id: needsId })
    },
    tasksOf: (planId: PlanId) => tasksOf.all({ plan_id: planId }),
    editTask: (row: { id: TaskId } & Record<string, unknown>) =>
      void editTask.run({ title: null, instructions: null, agent: null, tier: null, depends_on: null, unmet: null, outputs: null, options: null, ...row }),
    openTasks: () => openTasks.get()?.n ?? 0,
  }
}
export type PlanStore = ReturnType<typeof createPlanStore>

/** What a stretch of work came to. */
type Outcome = { readonly passedTasks: number; readonly failedAttemptCost: Nanodollars; readonly retryCost: Nanodollars }

const HOUR = 3_600_000
/** The last instant that an id can be of. */
const LAST_ID_TIME = 2 ** 48 - 1

/** Reads for screens; every one is bounded. */
export function createQueueReader(db: ReadDb) {
  const plans = db.prepare<{ state: string | null; before: string; limit: number }, PlanRow>(
    `SELECT ${planColumns} FROM plan WHERE id < :before AND (:state IS NULL OR state = :state) ORDER BY id DESC LIMIT +:limit`,
  )
  const runningPlans = db.prepare<{ limit: number }, PlanRow>(
    `SELECT ${planColumns} FROM plan WHERE state IN ('running', 'draft') ORDER BY id DESC LIMIT +:limit`,
  )
  const tasks = db.prepare<{ plan_id: string | null; state: string | null; before: string; limit: number }, TaskRow>(
    `SELECT ${taskColumns} FROM task WHERE id < :before AND (:plan_id IS NULL OR plan_id = :plan_id) AND (:state IS NULL OR state = :state) ORDER BY id DESC LIMIT +:limit`,
  )
  const tasksOf = db.prepare<{ plan_id: PlanId }, TaskRow>(`SELECT ${taskColumns} FROM task WHERE plan_id = +:plan_id ORDER BY length(key), key`)
  // The newest are found in the index alone; only they are read.
  const attention = db.prepare<{ limit: number }, TaskRow>(
    `SELECT ${taskColumns} FROM task
      WHERE rowid IN (SELECT rowid FROM task
                       WHERE ${inOpenIndex} AND state IN ('claimed', 'running', 'review', 'awaiting_input', 'failed', 'dead_letter')
                       ORDER BY rowid DESC LIMIT +:limit)
      ORDER BY rowid DESC`,
  )
  const requests = db.prepare<{ before: string; limit: number }, RequestRow>(
    `SELECT ${requestColumns} FROM request WHERE id < :before ORDER BY id DESC LIMIT +:limit`,
  )
  // Primary key of attempt: ids sort by birth, give or take what a clock is set back by.
  const outcome = db.prepare<{ first: string; last: string; since: number; until: number }, Outcome>(
    `SELECT count(DISTINCT iif(state = 'succeeded', task_id, NULL)) AS passedTasks,
            coalesce(sum(iif(state <> 'succeeded' AND state <> 'running', spent, 0)), 0) AS failedAttemptCost,
            coalesce(sum(iif(n > 1, spent, 0)), 0) AS retryCost
       FROM attempt
      WHERE id >= :first AND id < :last AND started_at >= :since AND started_at < :until AND model <> 'none' AND substr(model, 1, 10) <> 'rehearsal/'`,
  )
  const tiers = db.prepare<{ ids: string }, { id: string; tier: string }>(
    'SELECT task.id, task.tier FROM json_each(:ids) one CROSS JOIN task ON task.id = one.value',
  )
  return {
    plans: (limit: number, before?: string, state?: PlanState) => plans.all({ limit, before: before ?? '~', state: state ?? null }),
    runningPlans: (limit: number) => runningPlans.all({ limit }),
    tasks: (limit: number, before?: string, planId?: PlanId, state?: string) =>
      tasks.all({ limit, before: before ?? '~', plan_id: planId ?? null, state: state ?? null }),
    tasksOf: (planId: PlanId) => tasksOf.all({ plan_id: planId }),
    /** Held, waiting for the owner, or failed: what a screen shows first. */
    attention: (limit: number) => attention.all({ limit }),
    requests: (limit: number, before?: string) => requests.all({ limit, before: before ?? '~' }),
    /** What became of the attempts that began in a span; rehearsals, and work that no model did, are not counted. */
    outcome(since: number, until: number): Outcome {
      const first = `att_${encodeTime(Math.max(0, since - HOUR))}`
      const last = `att_${encodeTime(Math.min(LAST_ID_TIME, until + HOUR))}`
      return outcome.get({ first, last, since, until }) ?? { passedTasks: 0, failedAttemptCost: 0 as Nanodollars, retryCost: 0 as Nanodollars }
    },
    /** The tiers of tasks, by id. */
    tiers: (taskIds: readonly string[]): ReadonlyMap<string, string> => new Map(tiers.all({ ids: JSON.stringify(taskIds) }).map(({ id, tier }) => [id, tier])),
  }
}
