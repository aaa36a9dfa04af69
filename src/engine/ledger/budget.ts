import {
  type BudgetPeriod,
  type BudgetRef,
  type BudgetRefusal,
  type BudgetScope,
  type BudgetView,
  budgetKinds,
  budgetMarks,
  formatMoney,
  type Instant,
  type Nanodollars,
  toNanodollars,
} from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import type { Windows } from './window.ts'

/** Whose money a call is. */
export type Payer = {
  readonly attemptId: string | null
  readonly taskId: string | null
  readonly planId: string | null
  readonly project: string | null
  readonly agent: string
  readonly team: string
}

/** What applies where the owner has named no limit; nanodollars. There is always one. */
export type DefaultBudgets = {
  readonly call: number
  readonly agentDay: number
  readonly teamDay: number
  readonly projectDay: number
  readonly globalDay: number
  readonly globalDaySoft: number
  readonly globalMonth: number
}

/** One limit that a call counts under, in one window. */
export type Limit = {
  readonly scope: Exclude<BudgetScope, 'call'>
  readonly subject: string
  readonly period: Exclude<BudgetPeriod, 'call'>
  readonly measure: 'cash' | 'list'
  readonly hard: number
  readonly soft: number | null
  readonly source: BudgetView['source']
  /** 0 where it is never reset. */
  readonly windowStart: number
  readonly resetsAt: Instant | null
}

/** A limit that the owner set for one agent, team or project. */
export type BudgetRow = {
  readonly scope: BudgetScope
  readonly subject: string
  readonly period: BudgetPeriod
  readonly soft: Nanodollars | null
  readonly hard: Nanodollars
}

/** How much more than its task's budget an attempt may use up where that costs no cash: enough for honest work, not for a loop. */
const FREE_FACTOR = 10

/**
 * Every limit that a call counts under. What a plan and a task may cost stands with them; agent, team and project have the
 * owner's word or the default; an attempt may use up what its task may, by the list, so that what costs no cash ends too.
 */
export function limitsOf(
  payer: Payer,
  {
    windows,
    defaults,
    own,
    work,
    metered,
  }: {
    readonly windows: Windows
    readonly defaults: DefaultBudgets
    readonly own: (scope: BudgetScope, subject: string, period: BudgetPeriod) => BudgetRow | undefined
    readonly work: { readonly task: number | null; readonly plan: number | null }
    readonly metered: boolean
  },
): Limit[] {
  const limits: Limit[] = []
  const total = (scope: Limit['scope'], subject: string | null, hard: number | null, measure: Limit['measure'] = 'cash') => {
    if (subject !== null && hard !== null)
      limits.push({ scope, subject, period: 'total', measure, hard, soft: null, source: 'plan', windowStart: 0, resetsAt: null })
  }
  const named = (scope: 'agent' | 'team' | 'project', subject: string | null, day: number) => {
    if (subject === null) return
    for (const period of ['day', 'month', 'total'] as const) {
      if (!budgetKinds[scope].includes(period)) continue
      const row = own(scope, subject, period)
      if (!row && period !== 'day') continue
      const window = period === 'total' ? undefined : windows[period]
      limits.push({
        scope,
        subject,
        period,
        measure: 'cash',
        hard: row?.hard ?? day,
        soft: row?.soft ?? null,
        source: row ? 'owner' : 'default',
        windowStart: window?.start ?? 0,
        resetsAt: window?.end ?? null,
      })
    }
  }
  const everything = (period: 'day' | 'month', hard: number, soft: number | null) => {
    const { start, end } = windows[period]
    limits.push({ scope: 'global', subject: '*', period, measure: 'cash', hard, soft, source: 'default', windowStart: start, resetsAt: end })
  }
  total('attempt', payer.attemptId, work.task === null ? null : metered ? work.task : work.task * FREE_FACTOR, 'list')
  total('task', payer.taskId, work.task)
  total('plan', payer.planId, work.plan)
  named('agent', payer.agent, defaults.agentDay)
  named('team', payer.team, defaults.teamDay)
  named('project', payer.project, defaults.projectDay)
  everything('day', defaults.globalDay, defaults.globalDaySoft)
  everything('month', defaults.globalMonth, null)
  return limits
}

/** The highest mark, in per cent of the hard limit, that is reached; 0 for none. */
export const toMark = (spent: number, hard: number): number => budgetMarks.findLast((mark) => spent * 100 >= hard * mark) ?? 0

/** Dollars that no day's limit may be set above (C-11), and the same for a month. */
const CEILING_USD = { day: 3000, month: 90_000 } as const

/** Throws budget/invalid for a limit that there cannot be. */
export function checkBudget({ scope, subject, period, hardUsd, softUsd }: BudgetChange): void {
  const refuse = (field: string, message: string, remedy: string): never => {
    throw new ReefError('budget/invalid', message, { field, remedy })
  }
  if (scope === 'attempt') refuse('scope', 'An attempt has the budget of its task.', 'Set the budget of the task: reef budget set task TASK_ID total AMOUNT')
  if (!budgetKinds[scope].includes(period))
    refuse('period', `There is no limit for a ${scope} by the ${period}.`, `Choose one of: ${budgetKinds[scope].join(', ')}.`)
  if ((scope === 'global' || scope === 'call') && subject !== '*') refuse('subject', `A ${scope} limit has no subject.`, 'Leave the subject out.')
  if ((scope === 'task' || scope === 'plan') && subject === '*') refuse('subject', `A ${scope} limit is for one ${scope}.`, `Name the ${scope} by its id.`)
  if (subject === '*' && period !== 'day' && !(scope === 'global' || scope === 'call'))
    refuse('period', `Only the day has a default for every ${scope}.`, `Name one ${scope}, or set the day.`)
  for (const [field, usd] of [
    ['hardUsd', hardUsd],
    ['softUsd', softUsd],
  ] as const)
    if (usd != null && toNanodollars(usd) < 1) refuse(field, 'No limit is below a billionth of a dollar.', 'To stop all model calls: reef spend kill')
  const ceiling = period === 'day' || period === 'month' ? CEILING_USD[period] : Number.POSITIVE_INFINITY
  if (hardUsd > ceiling)
    refuse('hardUsd', `No limit by the ${period} goes above $${ceiling.toLocaleString('en-US')}.`, 'Set a lower one; this ceiling is not a setting.')
  if (softUsd != null && softUsd > hardUsd)
    refuse('softUsd', 'The soft limit is above the hard one, so it would never be reached.', 'Set it below the hard limit.')
}

/** Throws budget/invalid for a limit that has no default behind it. */
export function checkClear({ scope, subject, period }: BudgetRef): void {
  if (subject !== '*' && scope !== 'task' && scope !== 'plan') return
  const place = subject === '*' ? scope : `${scope} ${subject}`
  throw new ReefError(
    'budget/invalid',
    `There is nothing to go back to: ${subject === '*' ? 'this is the default itself' : `a ${scope} has its own budget`}.`,
    {
      field: 'subject',
      remedy: `Set another amount: reef budget set ${place} ${period} AMOUNT`,
    },
  )
}

export type BudgetChange = {
  readonly scope: BudgetScope
  readonly subject: string
  readonly period: BudgetPeriod
  readonly hardUsd: number
  readonly softUsd?: number | null | undefined
}

const scopeWords: Record<BudgetScope, (subject: string) => string> = {
  call: () => 'a single call',
  attempt: () => 'this attempt',
  task: () => 'this task',
  plan: () => 'this plan',
  agent: (name) => `agent ${name}`,
  team: (name) => `team ${name}`,
  project: (name) => `project ${name}`,
  global: () => 'the whole factory',
}
const periodWords: Record<BudgetPeriod, string> = { call: '', day: ' today', month: ' this month', total: '' }

/** The limit in words: "the whole factory today". */
export const toBudgetWords = ({ scope, subject, period }: Pick<BudgetView, 'scope' | 'subject' | 'period'>): string =>
  `${scopeWords[scope](subject)}${periodWords[period]}`

/** U-79: which limit, what is spent, what the call needs, who can raise it. */
export function toRefusalWords({ budget, needed, passing }: BudgetRefusal): string {
  const { hard, spent, held, scope, subject, period } = budget
  const holding = held > 0 ? `, ${formatMoney(held)} is held by calls under way` : ''
  const place = scope === 'attempt' ? 'task TASK_ID' : subject === '*' ? scope : `${scope} ${subject}`
  const remedy = passing ? 'It may fit when those have ended.' : `The owner can raise it with: reef budget set ${place} ${period} AMOUNT`
  return `the budget of ${toBudgetWords(budget)} is ${formatMoney(hard)}: ${formatMoney(spent)} is spent${holding}, and this call needs up to ${formatMoney(needed)}. ${remedy}`
}
