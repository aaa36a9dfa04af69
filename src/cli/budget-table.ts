import type { BudgetRef, BudgetView } from '../contract/budgets.ts'
import { formatMoney, type Nanodollars } from '../contract/money.ts'
import { toBudgetName } from '../contract/words.ts'
import { shortId } from './find.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toTable } from './table.ts'

/** "agent Rex, a day"; ids go by their ends, as in every table. */
export const toLimitName = (ref: BudgetRef): string => toBudgetName(ref, (subject) => (subject.includes('_') ? shortId(subject) : subject))

export const toBudgetTable = (budgets: readonly BudgetView[], zone: string): string[] =>
  toTable(
    budgets,
    [
      { head: 'limit', cell: toLimitName },
      { head: 'spent', cell: (row) => formatMoney(row.spent), align: 'right' },
      { head: 'held', cell: (row) => formatMoney(row.held), align: 'right' },
      { head: 'left', cell: (row) => formatMoney(Math.max(0, row.hard - row.spent - row.held) as Nanodollars), align: 'right' },
      { head: 'hard', cell: (row) => formatMoney(row.hard), align: 'right' },
      { head: 'soft', cell: (row) => (row.soft === null ? '' : formatMoney(row.soft)), align: 'right' },
      { head: 'used', cell: toUsed, align: 'right' },
      { head: 'set by', cell: (row) => row.source },
      { head: 'resets', cell: (row) => (row.resetsAt === null ? 'never' : dateTime(row.resetsAt, zone)) },
    ],
    'No limits.',
  )

/** Rounded down: 100 % is said of a limit that is reached. */
function toUsed({ spent, held, hard, soft }: BudgetView): string {
  const used = spent + held
  const text = `${Math.floor((used / hard) * 100)} %`
  return used >= hard ? paint('red', text) : soft !== null && used >= soft ? paint('yellow', text) : text
}
