import type { AttemptId, AttemptState, Instant, PlanState, TaskId, TaskKind, TaskState } from '../../contract/index.ts'

/**
 * A task's whole life (C-03). The SQL CHECK, the screen's legend and docs/states.md are tested against this table.
 * `done` can be reopened by a failed QA of the integrated work; everything else that ended can be retried by the owner.
 */
export const taskMoves = {
  draft: ['pending', 'ready', 'cancelled'],
  pending: ['ready', 'cancelled', 'skipped'],
  ready: ['claimed', 'pending', 'cancelled', 'skipped'],
  claimed: ['running', 'ready', 'pending', 'awaiting_input', 'cancelled', 'failed'],
  running: ['review', 'ready', 'pending', 'awaiting_input', 'failed', 'dead_letter', 'cancelled'],
  awaiting_input: ['ready', 'failed', 'cancelled'],
  review: ['done', 'ready', 'pending', 'awaiting_input', 'failed', 'dead_letter', 'cancelled'],
  done: ['ready', 'pending'],
  failed: ['ready', 'pending', 'cancelled'],
  dead_letter: ['ready', 'pending', 'cancelled'],
  cancelled: ['ready', 'pending'],
  skipped: ['ready', 'pending'],
} as const satisfies Record<TaskState, readonly TaskState[]>

export type NextTaskState<S extends TaskState> = (typeof taskMoves)[S][number]

export const attemptMoves = {
  running: ['succeeded', 'failed', 'interrupted', 'timed_out', 'killed_budget', 'cancelled'],
  succeeded: [],
  failed: [],
  interrupted: [],
  timed_out: [],
  killed_budget: [],
  cancelled: [],
} as const satisfies Record<AttemptState, readonly AttemptState[]>

export const planMoves = {
  draft: ['running', 'cancelled'],
  running: ['done', 'failed', 'cancelled'],
  done: ['running'],
  failed: ['running', 'cancelled'],
  cancelled: ['running'],
} as const satisfies Record<PlanState, readonly PlanState[]>

/** Held by a worker now. */
export const heldStates = ['claimed', 'running', 'review'] as const satisfies readonly TaskState[]
/** Nothing more will happen to it by itself. */
export const endedStates = ['done', 'failed', 'dead_letter', 'cancelled', 'skipped'] as const satisfies readonly TaskState[]
export const cancellableStates = [
  'draft',
  'pending',
  'ready',
  'claimed',
  'running',
  'awaiting_input',
  'review',
  'failed',
  'dead_letter',
] as const satisfies readonly TaskState[]
export const retryableStates = ['failed', 'dead_letter', 'cancelled', 'skipped', 'done'] as const satisfies readonly TaskState[]

/** What a worker holds. Every later write repeats `fence`; a stale holder changes nothing. */
export type Claim = { readonly taskId: TaskId; readonly fence: number; readonly leaseUntil: Instant }

export type IdleReason = 'paused' | 'empty' | 'slot'

/** "Nothing to do" is an answer, not an error: the reason is what the screen shows. */
export type ClaimAnswer = { readonly kind: 'claimed'; readonly claim: Claim } | { readonly kind: 'idle'; readonly reason: IdleReason }

/** How an attempt ended without success, and whether it counts against the limit of attempts (C-16, C-35). */
export type AttemptEnd = { readonly attemptId: AttemptId; readonly state: Exclude<AttemptState, 'running' | 'succeeded'>; readonly error: string }

const MINUTE = 60_000
/** Head start of each priority, in milliseconds of waiting: a P4 task that has waited half an hour equals a fresh P2 task. */
const headStart = [7 * 24 * 60 * MINUTE, 120 * MINUTE, 30 * MINUTE, 10 * MINUTE, 0]

/** Smaller is more urgent; fixed when a task becomes ready, so that ageing needs no sweep over the backlog. */
export const toRank = (priority: number, readyAt: Instant): number => readyAt - (headStart[priority] ?? 0)

/** The specification's figures, used until there is history. Milliseconds. */
export const expectedMs: Record<TaskKind, number> = {
  research: 25_000,
  design: 10_000,
  build: 6.5 * MINUTE,
  integrate: 3.5 * MINUTE,
  qa: 4.5 * MINUTE,
  deliver: 7.5 * MINUTE,
  work: 6.5 * MINUTE,
}

/** Waiting time before the attempt after `attempts` failed ones, in milliseconds. */
export const backoffMs = (attempts: number): number => Math.min(5 * MINUTE, 500 * 4 ** Math.max(0, attempts - 1))
