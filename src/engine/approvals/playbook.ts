import { type ActionFacts, type Instant, type Nanodollars, type PlaybookScope, type PlaybookState, type Tier, toNanodollars } from '../../contract/index.ts'
import { amountOf } from './policy.ts'

/** A pre-authorisation's whole life. What has ended never answers again; the owner drafts another one. */
export const playbookMoves = {
  draft: ['active', 'revoked'],
  active: ['used_up', 'expired', 'revoked'],
  used_up: [],
  expired: [],
  revoked: [],
} as const satisfies Record<PlaybookState, readonly PlaybookState[]>

/** A class that says nothing of what is done: how the command begins has to be allowed as well. */
export const RUN = 'command.run'

/** What it may still answer. */
export type Allowance = {
  readonly state: PlaybookState
  readonly scope: PlaybookScope
  readonly maxUses: number
  readonly uses: number
  readonly maxEach: Nanodollars
  readonly maxTotal: Nanodollars
  readonly used: Nanodollars
  readonly expiresAt: Instant | null
}

/** What one action takes from the money; undefined for a payment that does not say how much. */
export function costOf(facts: Pick<ActionFacts, 'action' | 'amountUsd'>): Nanodollars | undefined {
  const amount = amountOf(facts)
  return Number.isFinite(amount) ? toNanodollars(amount) : undefined
}

/** Whether it answers for the owner: only what would ask him as T2, nothing that text from outside led to, and within every cap. */
export function fits(playbook: Allowance, facts: ActionFacts, tier: Tier, now: Instant): boolean {
  if (tier !== 'T2' || facts.taintedBy !== null) return false
  if (playbook.state !== 'active' || playbook.expiresAt === null || now >= playbook.expiresAt) return false
  const { actions, agents, projects } = playbook.scope
  if (!actions.includes(facts.action)) return false
  if (agents.length > 0 && !agents.includes(facts.agent)) return false
  if (projects.length > 0 && (facts.project === null || !projects.includes(facts.project))) return false
  if (facts.action === RUN && !(playbook.scope.commands ?? []).some((beginning) => beginsWith(facts.command ?? [], beginning))) return false
  const cost = costOf(facts)
  return cost !== undefined && playbook.uses < playbook.maxUses && cost <= playbook.maxEach && playbook.used + cost <= playbook.maxTotal
}

/** Word by word: a command that only looks alike is another one. */
const beginsWith = (command: readonly string[], beginning: string): boolean => beginning.split(' ').every((word, i) => command[i] === word)
