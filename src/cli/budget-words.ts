import { type BudgetPeriod, type BudgetRef, BudgetScope, budgetKinds } from '../contract/budgets.ts'
import { AttemptId } from '../contract/ids.ts'
import type { Client } from './connect.ts'
import { usageFailure } from './failure.ts'
import { findPlan, findTask } from './find.ts'

/** The words that name a limit, as the help of every verb says them. */
export const limitWords =
  'SCOPE [SUBJECT] [PERIOD]: `global day`, `agent Rex day`, `agent day` for each agent without a limit of its own, `task TASK`; the period may be left out where there is only one'

const scopes = BudgetScope.options.map((scope) => `${scope} (${budgetKinds[scope].join(', ')})`).join(', ')

/** A limit named by words, and how many dollars follow them. */
export function toBudgetWords(words: readonly string[]): BudgetRef {
  const [scopeWord = '', ...rest] = words
  const scope = BudgetScope.safeParse(scopeWord).data
  if (scope === undefined)
    throw usageFailure(`"${scopeWord}" is nothing that a limit can be for.`, { field: 'scope', remedy: `take one of ${BudgetScope.options.join(', ')}` })
  const periods = budgetKinds[scope]
  const named = periods.find((period) => period === rest.at(-1))
  const period = named ?? (periods.length === 1 ? periods[0] : undefined)
  const subjects = named ? rest.slice(0, -1) : rest
  if (period === undefined) throw noPeriod(scope, periods)
  if (subjects.length > 1)
    throw usageFailure(`"${subjects.slice(1).join(' ')}" is too much.`, {
      field: 'subject',
      remedy: `a limit is SCOPE [SUBJECT] [PERIOD]; scopes and periods: ${scopes}`,
    })
  const subject = subjects[0] ?? '*'
  if (subject !== '*' && (scope === 'global' || scope === 'call'))
    throw usageFailure(`A limit for ${scope === 'global' ? 'everything' : 'each call'} has no subject.`, { field: 'subject', remedy: `leave ${subject} out` })
  return { scope, subject, period }
}

const noPeriod = (scope: BudgetScope, periods: readonly BudgetPeriod[]) =>
  usageFailure(`A limit for ${scope} needs its period.`, { field: 'period', remedy: `end it with ${periods.join(' or ')}` })

/** Tasks and plans go by their id, which may be given by its end; an attempt is known by its full id alone. */
export async function findBudget(client: Client, words: readonly string[], plan?: string): Promise<BudgetRef> {
  const ref = toBudgetWords(words)
  if (ref.subject === '*') return ref
  if (ref.scope === 'task') return { ...ref, subject: await findTask(client, ref.subject, plan) }
  if (ref.scope === 'plan') return { ...ref, subject: await findPlan(client, ref.subject) }
  if (ref.scope === 'attempt' && !AttemptId.safeParse(ref.subject).success)
    throw usageFailure(`"${ref.subject}" is not the id of an attempt.`, { field: 'subject', remedy: 'give it in full, as `reef task show --json` prints it' })
  return ref
}
