import type { ApprovalState } from './approvals.ts'
import type { BudgetPeriod, BudgetRef, BudgetScope } from './budgets.ts'
import type { ChannelState, MessageState } from './channels.ts'
import type { PlaybookState } from './playbooks.ts'
import type { Tier } from './policies.ts'
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
  failed: { word: 'approved, but failed', glyph: '✕', attention: 'alarm' },
  interrupted: { word: 'may have happened', glyph: '≀', attention: 'alarm' },
  expired: { word: 'expired', glyph: '◷', attention: 'quiet' },
  voided: { word: 'void', glyph: '⊘', attention: 'quiet' },
  superseded: { word: 'replaced', glyph: '↷', attention: 'quiet' },
  drifted: { word: 'changed after approval', glyph: '▲', attention: 'alarm' },
}

export const playbookWords: Record<PlaybookState, Word> = {
  draft: { word: 'draft', glyph: '◌', attention: 'waiting' },
  active: { word: 'in force', glyph: '●', attention: 'active' },
  used_up: { word: 'used up', glyph: '✓', attention: 'quiet' },
  expired: { word: 'expired', glyph: '◷', attention: 'quiet' },
  revoked: { word: 'revoked', glyph: '⊘', attention: 'quiet' },
}

export const channelWords: Record<ChannelState, Word> = {
  off: { word: 'not set up', glyph: '◌', attention: 'quiet' },
  connecting: { word: 'connecting', glyph: '◔', attention: 'active' },
  unproven: { word: 'sends, no reply seen yet', glyph: '◑', attention: 'waiting' },
  ready: { word: 'ready', glyph: '●', attention: 'quiet' },
  not_linked: { word: 'no phone linked', glyph: '▲', attention: 'alarm' },
  refused: { word: 'refuses', glyph: '✕', attention: 'alarm' },
  down: { word: 'down', glyph: '✕', attention: 'alarm' },
}

export const messageWords: Record<MessageState, Word> = {
  pending: { word: 'to be sent', glyph: '□', attention: 'quiet' },
  sending: { word: 'being sent', glyph: '◔', attention: 'active' },
  accepted: { word: 'sent', glyph: '▹', attention: 'quiet' },
  queued_remote: { word: 'held by the gateway, may still arrive', glyph: '◷', attention: 'waiting' },
  unknown: { word: 'sent, no answer', glyph: '≀', attention: 'waiting' },
  delivered: { word: 'delivered', glyph: '✓', attention: 'quiet' },
  read: { word: 'read', glyph: '✓', attention: 'quiet' },
  failed: { word: 'failed', glyph: '✕', attention: 'alarm' },
  expired: { word: 'too late to send', glyph: '◷', attention: 'quiet' },
  withdrawn: { word: 'not needed any more', glyph: '⊘', attention: 'quiet' },
}

/** What a tier means for the owner. */
export const tierWords: Record<Tier, string> = {
  T0: 'done without asking',
  T1: 'done, and told afterwards',
  T2: 'asks you first',
  T3: 'asks you first, in earnest, at the desk',
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
