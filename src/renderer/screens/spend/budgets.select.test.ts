import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BudgetView } from '../../../contract/budgets.ts'
import { toNanodollars } from '../../../contract/money.ts'
import { toStanding } from '../../parts/budget-words.ts'
import { ceilingOf, checkDraft, toDraft, toGroups } from './budgets.select.ts'

const usd = toNanodollars
const budget = (change: Partial<BudgetView>): BudgetView => ({
  scope: 'agent',
  subject: 'Rex',
  period: 'day',
  soft: null,
  hard: usd(10),
  source: 'default',
  spent: usd(0),
  held: usd(0),
  windowStart: null,
  resetsAt: null,
  mark: 0,
  ...change,
})
const agentDay = { scope: 'agent', period: 'day' } as const
const draft = (hard: string, soft = '', typed = '') => ({ hard, soft, typed })

describe('budgets on screen', () => {
  it('U-73: says what is spent, what calls under way hold, and what is left, and colours only what must be looked at', () => {
    expect(
      [
        budget({ spent: usd(1), held: usd(0.5) }),
        budget({ spent: usd(8) }),
        budget({ spent: usd(5), soft: usd(5) }),
        budget({ spent: usd(9), held: usd(3) }),
        budget({ spent: usd(10) }),
      ].map(toStanding),
    ).toEqual([
      { words: '$1.00 and $0.50 held of $10.00, $8.50 left', attention: 'quiet' },
      { words: '▲ $8.00 of $10.00, $2.00 left', attention: 'high' },
      { words: '▲ $5.00 of $10.00, $5.00 left', attention: 'high' },
      { words: '▲ $9.00 and $3.00 held of $10.00, $0 left', attention: 'high' },
      { words: '✕ used up: $10.00 of $10.00', attention: 'alarm' },
    ])
  })

  it('shows every limit once in all and once in its group, the used-up ones first, then the widest', () => {
    const all = [
      budget({ scope: 'task', subject: 'task_1', period: 'total', spent: usd(9) }),
      budget({ subject: 'Hawk', spent: usd(10) }),
      budget({ scope: 'global', subject: '*' }),
      budget({ scope: 'call', subject: '*', period: 'call' }),
    ]
    const [first, ...rest] = toGroups(all)
    expect(first?.budgets.map(({ scope, subject }) => `${scope} ${subject}`)).toEqual(['agent Hawk', 'global *', 'call *', 'task task_1'])
    expect(rest.flatMap(({ budgets }) => budgets).length).toBe(all.length)
  })

  it('U-73: raises a limit only when its new amount was typed a second time, and lowers it without', () => {
    const present = usd(10)
    expect(checkDraft(draft('8'), agentDay, present)).toEqual({ errors: {}, confirm: null, input: { hardUsd: 8, softUsd: null } })
    expect(checkDraft(draft('12.50'), agentDay, present)).toEqual({ errors: {}, confirm: '12.5', input: undefined })
    expect(checkDraft(draft('12.50', '', '12'), agentDay, present)).toEqual({ errors: { typed: 'That is not 12.5.' }, confirm: '12.5', input: undefined })
    expect(checkDraft(draft('12.50', '$9', '$12.50'), agentDay, present).input).toEqual({ hardUsd: 12.5, softUsd: 9 })
  })

  it('R-348: refuses in place what is no amount, what is above the ceiling, and an alert above the stop', () => {
    const day = { scope: 'global', period: 'day' } as const
    expect([ceilingOf(day), ceilingOf({ scope: 'global', period: 'month' }), ceilingOf(agentDay)]).toEqual([3000, 90_000, null])
    expect(checkDraft(draft('3,000.01'), day, null).errors.hard).toBe('At most $3,000.')
    expect(checkDraft(draft('3,000'), day, null).input).toEqual({ hardUsd: 3000, softUsd: null })
    for (const wrong of ['', ' ', '0', '-5', 'ten', '1e9', '1,5', 'NaN', '∞'])
      expect([wrong, checkDraft(draft(wrong), agentDay, null).input]).toEqual([wrong, undefined])
    expect(checkDraft(draft('5', '6'), agentDay, null).errors.soft).toBe('It must not be above the stop.')
    expect(checkDraft(draft('5', 'x'), agentDay, null).input).toBeUndefined()
  })

  it('opens with what is in force, so that pressing at once changes nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000_000 }), fc.option(fc.integer({ min: 1, max: 1000 }), { nil: null }), (cents, share) => {
        const hard = usd(cents / 1000)
        const soft = share === null ? null : (Math.max(1, Math.floor((hard * share) / 1000)) as typeof hard)
        const { input, confirm } = checkDraft(toDraft({ hard, soft }), agentDay, hard)
        expect([confirm, input && usd(input.hardUsd), input?.softUsd == null ? null : usd(input.softUsd)]).toEqual([null, hard, soft])
      }),
    )
  })
})
