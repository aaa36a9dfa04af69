import type { ApprovalState } from './approvals.ts'
import type { BudgetPeriod, BudgetRef, BudgetScope } from './budgets.ts'
import type { AttemptState, PlanState, TaskState, WaitReason } from './queue.ts'
import type { CircuitState } from './router.ts'
import type { SessionState } from './sessions.ts'

/** How much a state asks of the owner: nothing, a look, or a hand. Colour follows from this, never from the state itself (U-02). */
export type Attention = 'quiet' | 'active' | 'waiting' | 'alarm'

type Word = { readonly word: string; readonly glyph: string; readonly attention: Attention }

/** The words and shapes of every state, the same on every face (U-04, U-82). */
export const taskWords: Record<TaskState, Word> = {
  draft: { word: 'draft', glyph: '◌', attention: 'quiet' },
  pending: { word: 'waiting', glyph: '□', attention: 'quiet' },
  ready: { word: 'ready', glyph: '▹', attention: 'quiet' },
  claimed: { word: 'starting', glyph: '◔', attention: 'active' },
  running: { word: 'running', glyph: '◐', attention: 'active' },
  awaiting_input: { word: 'waits for you', glyph: '◆', attention: 'waiting' },
  review: { word: 'in review', glyph: '◑', attention: 'active' },
  done: { word: 'done', glyph: '✓', attention: 'quiet' },
  failed: { word: 'failed', glyph: '✕', attention: 'alarm' },
  dead_letter: { word: 'gave up', glyph: '✖', attention: 'alarm' },
  cancelled: { word: 'cancelled', glyph: '⊘', attention: 'quiet' },
  skipped: { word: 'skipped', glyph: '↷', attention: 'quiet' },
}

export const attemptWords: Record<AttemptState, Word> = {
  running: { word: 'running', glyph: '◐', attention: 'active' },
  succeeded: { word: 'succeeded', glyph: '✓', attention: 'quiet' },
  failed: { word: 'failed', glyph: '✕', attention: 'alarm' },
  interrupted: { word: 'interrupted', glyph: '≀', attention: 'quiet' },
  timed_out: { word: 'timed out', glyph: '◷', attention: 'alarm' },
  killed_budget: { word: 'stopped by its budget', glyph: '$', attention: 'alarm' },
  cancelled: { word: 'cancelled', glyph: '⊘', attention: 'quiet' },
}

export const planWords: Record<PlanState, Word> = {
  draft: { word: 'to review', glyph: '◌', attention: 'waiting' },
  running: { word: 'running', glyph: '◐', attention: 'active' },
  done: { word: 'done', glyph: '✓', attention: 'quiet' },
  failed: { word: 'failed', glyph: '✕', attention: 'alarm' },
  cancelled: { word: 'cancelled', glyph: '⊘', attention: 'quiet' },
}

export const sessionWords: Record<SessionState, Word> = {
  launching: { word: 'launching', glyph: '◔', attention: 'active' },
  running: { word: 'running', glyph: '◐', attention: 'active' },
  ended: { word: 'ended', glyph: '·', attention: 'quiet' },
  lost: { word: 'lost', glyph: '≀', attention: 'alarm' },
}

export const approvalWords: Record<ApprovalState, Word> = {
  requested: { word: 'waits for you', glyph: '◆', attention: 'waiting' },
  approved: { word: 'approved', glyph: '✓', attention: 'quiet' },
  denied: { word: 'denied', glyph: '✕', attention: 'quiet' },
  executing: { word: 'taking effect', glyph: '◐', attention: 'active' },
  executed: { word: 'done', glyph: '✓', attention: 'quiet' },
  expired: { word: 'expired', glyph: '◷', attention: 'quiet' },
  superseded: { word: 'replaced', glyph: '↷', attention: 'quiet' },
  drifted: { word: 'changed after approval', glyph: '▲', attention: 'alarm' },
}

/** Whether calls of a provider or a model get through: an open circuit sounds like the opposite of what it is. */
export const circuitWords: Record<CircuitState, Word> = {
  closed: { word: 'lets calls through', glyph: '●', attention: 'quiet' },
  half_open: { word: 'tries one call', glyph: '◔', attention: 'active' },
  open: { word: 'breaker open', glyph: '▲', attention: 'alarm' },
  quota: { word: 'quota reached', glyph: '◷', attention: 'waiting' },
  refused: { word: 'refuses the key', glyph: '✕', attention: 'alarm' },
}

export const waitWords: Record<WaitReason, string> = {
  dependency: 'waiting for',
  approval: 'waiting for your approval',
  budget: 'budget',
  slot: 'no free slot',
  compute: 'waiting for the GPU',
  breaker: 'provider breaker open',
  quota: 'quota reached',
  backoff: 'retry soon',
  conflict: 'merge conflict',
  paused: 'paused by you',
  draining: 'shutting down',
  disk: 'disk nearly full',
}

export const budgetPeriodWords: Record<BudgetPeriod, string> = { call: 'each', day: 'a day', month: 'a month', total: 'in all' }
const budgetScopeWords: Record<BudgetScope, readonly [one: string, every: string]> = {
  call: ['call', 'each model call'],
  attempt: ['attempt', 'every attempt'],
  task: ['task', 'every task'],
  plan: ['plan', 'every plan'],
  agent: ['agent', 'every other agent'],
  team: ['team', 'every other team'],
  project: ['project', 'every other project'],
  global: ['the whole factory', 'the whole factory'],
}

/** "agent Rex, a day", "the whole factory, a month", "every other agent, a day". `nameOf` puts a name for an id that nobody knows by heart. */
export function toBudgetName({ scope, subject, period }: BudgetRef, nameOf: (subject: string) => string): string {
  const [one, every] = budgetScopeWords[scope]
  const whose = subject === '*' ? every : `${one} ${nameOf(subject)}`
  return scope === 'call' ? whose : `${whose}, ${budgetPeriodWords[period]}`
}
