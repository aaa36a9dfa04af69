import type {
  ApprovalId,
  AttemptId,
  AttemptView,
  Instant,
  Nanodollars,
  PlanFile,
  PlanId,
  PlanState,
  PlanView,
  ProjectId,
  RequestId,
  RequestView,
  SessionId,
  TaskId,
  TaskKind,
  TaskState,
  TaskView,
  Wait,
} from '../../contract/index.ts'
import { expectedMs } from './task.ts'

export type TaskOptions = Pick<PlanFile['tasks'][number], 'driver' | 'model' | 'command' | 'timeoutSeconds' | 'deploy'> & {
  readonly review: 'required' | 'waived'
  /** For an integration task: the commit whose merge it settles. */
  readonly merging?: string
}

export type TaskRow = {
  id: TaskId
  plan_id: PlanId
  key: string
  title: string
  agent: string
  kind: TaskKind
  tier: TaskView['tier']
  depends_on: string
  unmet: number
  priority: number
  state: TaskState
  rank: number
  wait_reason: Wait['reason'] | null
  wait_detail: string | null
  wait_owner: Wait['owner'] | null
  wait_until: Instant | null
  attempts: number
  attempt_id: AttemptId | null
  session_id: SessionId | null
  approval_id: ApprovalId | null
  driver: string | null
  model: string | null
  budget: Nanodollars
  spent: Nanodollars
  error: string | null
  fence: number
  lease_until: Instant | null
  created_at: Instant
  ready_at: Instant | null
  started_at: Instant | null
  ended_at: Instant | null
}

export const taskColumns =
  'id, plan_id, key, title, agent, kind, tier, depends_on, unmet, priority, state, rank, wait_reason, wait_detail, wait_owner, wait_until, attempts, attempt_id, session_id, approval_id, driver, model, budget, spent, error, fence, lease_until, created_at, ready_at, started_at, ended_at'

/** The index task_open's own condition, word for word: SQLite takes a partial index only for a query that repeats it. */
export const inOpenIndex = "state <> 'ready' AND state <> 'pending' AND state <> 'done' AND state <> 'cancelled'"

/** `maxAttempts` is a setting, not a column: it may change while a task waits. */
export function toTask(row: TaskRow, maxAttempts: number): TaskView {
  return {
    id: row.id,
    planId: row.plan_id,
    key: row.key,
    title: row.title,
    agent: row.agent,
    kind: row.kind,
    tier: row.tier,
    state: row.state,
    wait: row.wait_reason ? { reason: row.wait_reason, detail: row.wait_detail ?? '', owner: row.wait_owner ?? 'engine', until: row.wait_until } : null,
    dependsOn: JSON.parse(row.depends_on),
    priority: row.priority,
    attempts: row.attempts,
    maxAttempts,
    attemptId: row.attempt_id,
    sessionId: row.session_id,
    approvalId: row.approval_id,
    driver: row.driver,
    model: row.model,
    budget: row.budget,
    spent: row.spent,
    error: row.error,
    createdAt: row.created_at,
    readyAt: row.ready_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    expectedMs: expectedMs[row.kind],
  }
}

export type AttemptRow = {
  id: AttemptId
  task_id: TaskId
  n: number
  state: AttemptView['state']
  step: AttemptView['step']
  agent: string
  driver: string
  model: string
  session_id: SessionId | null
  branch: string | null
  base_sha: string | null
  head_sha: string | null
  error: string | null
  spent: Nanodollars
  started_at: Instant
  ended_at: Instant | null
}

export const attemptColumns = 'id, task_id, n, state, step, agent, driver, model, session_id, branch, base_sha, head_sha, error, spent, started_at, ended_at'

export function toAttempt(row: AttemptRow): AttemptView {
  return {
    id: row.id,
    taskId: row.task_id,
    n: row.n,
    state: row.state,
    step: row.step,
    agent: row.agent,
    driver: row.driver,
    model: row.model,
    sessionId: row.session_id,
    branch: row.branch,
    baseSha: row.base_sha,
    headSha: row.head_sha,
    error: row.error,
    spent: row.spent,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

export type PlanRow = {
  id: PlanId
  request_id: RequestId
  project_id: ProjectId
  project: string
  title: string
  text: string
  state: PlanState
  rehearsal: 0 | 1
  source: PlanView['source']
  branch: string
  budget: Nanodollars
  spent: Nanodollars
  endpoint: string | null
  created_at: Instant
  started_at: Instant | null
  ended_at: Instant | null
  tasks: number
  done: number
  stuck: number
  /** Tasks that nothing more will happen to by itself. */
  ended: number
}

export function toPlan(row: PlanRow): PlanView {
  return {
    id: row.id,
    requestId: row.request_id,
    projectId: row.project_id,
    project: row.project,
    title: row.title,
    text: row.text,
    state: row.state,
    rehearsal: row.rehearsal === 1,
    source: row.source,
    branch: row.branch,
    budget: row.budget,
    spent: row.spent,
    tasks: row.tasks,
    done: row.done,
    stuck: row.stuck,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endpoint: row.endpoint,
  }
}

export type RequestRow = {
  id: RequestId
  text: string
  project: string
  budget: Nanodollars
  review: 0 | 1
  rehearsal: 0 | 1
  plan_file: string | null
  idempotency_key: string | null
  state: RequestView['state']
  error: string | null
  plan_id: PlanId | null
  actor: string
  created_at: Instant
}

export const requestColumns = 'id, text, project, budget, review, rehearsal, plan_file, idempotency_key, state, error, plan_id, actor, created_at'

export function toRequest(row: RequestRow): RequestView {
  return {
    id: row.id,
    text: row.text,
    project: row.project,
    planId: row.plan_id,
    state: row.state,
    error: row.error,
    rehearsal: row.rehearsal === 1,
    actor: row.actor,
    createdAt: row.created_at,
  }
}
