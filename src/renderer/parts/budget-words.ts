import type { BudgetPeriod, BudgetRef, BudgetScope, BudgetView } from '../../contract/index.ts'
import { formatMoney, type Nanodollars } from '../../contract/index.ts'

/** Where a limit stands, in words: what is spent and held of it, and what is left. */
export function toStanding({ spent, held, hard, soft }: Pick<BudgetView, 'spent' | 'held' | 'hard' | 'soft'>): {
  readonly words: string
  readonly attention: 'quiet' | 'high' | 'alarm'
} {
  const left = Math.max(0, hard - spent - held) as Nanodollars
  const promised = held > 0 ? ` and ${formatMoney(held)} held` : ''
  if (spent >= hard) return { words: `✕ used up: ${formatMoney(spent)} of ${formatMoney(hard)}`, attention: 'alarm' }
  const near = (soft !== null && spent >= soft) || spent >= hard * 0.8
  return { words: `${near ? '▲ ' : ''}${formatMoney(spent)}${promised} of ${formatMoney(hard)}, ${formatMoney(left)} left`, attention: near ? 'high' : 'quiet' }
}

export const periodWords: Record<BudgetPeriod, string> = { call: 'each', day: 'a day', month: 'a month', total: 'in all' }
const scopeWords: Record<BudgetScope, readonly [one: string, every: string]> = {
  call: ['call', 'each model call'],
  attempt: ['attempt', 'every attempt'],
  task: ['task', 'every task'],
  plan: ['plan', 'every plan'],
  agent: ['agent', 'every other agent'],
  team: ['team', 'every other team'],
  project: ['project', 'every other project'],
  global: ['the whole factory', 'the whole factory'],
}

/** "agent Rex, a day", "the whole factory, a month", "every other agent, a day". */
export function nameOfBudget({ scope, subject, period }: BudgetRef, nameOfTask: (id: string) => string): string {
  const whose = subject === '*' ? scopeWords[scope][1] : `${scopeWords[scope][0]} ${nameOfTask(subject)}`
  return scope === 'call' ? whose : `${whose}, ${periodWords[period]}`
}
