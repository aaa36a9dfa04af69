import { type BudgetView, formatMoney, type Nanodollars } from '../../contract/index.ts'

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
