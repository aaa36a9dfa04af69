import type { BudgetRef } from '../contract/budgets.ts'
import { toUsd } from '../contract/money.ts'
import { given, toDollars } from './arguments.ts'
import { toBudgetTable, toLimitName } from './budget-table.ts'
import { findBudget, limitWords } from './budget-words.ts'
import { confirmRaise } from './confirm-raise.ts'
import type { Client } from './connect.ts'
import type { Declare } from './context.ts'
import { usageFailure } from './failure.ts'
import { findTask } from './find.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'

type SetOptions = { soft?: number | false; plan?: string; yes?: boolean }
const planOption = ['--plan <plan>', 'the plan of the task; with it a task goes by its key'] as const

export const declare: Declare = (budget, run) => {
  budget
    .command('list')
    .description('list every limit with what is spent and held of it')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.budget.list()
        await cli.show(answer, async () => toBudgetTable(answer.budgets, await zone()))
      }),
    )
  budget
    .command('set')
    .description('set a limit: calls that would pass it are refused')
    .argument('<limit...>', `${limitWords}; and last the US dollars`)
    .option('--soft <usd>', 'from here on you are told', toDollars)
    .option('--no-soft', 'tell of nothing before the limit itself')
    .option(...planOption)
    .option('--yes', 'raise the limit of everything without typing the amount again')
    .action(
      run<[string[]], SetOptions>(async (cli, [words], { soft, plan, yes = false }) => {
        const hardUsd = toAmount(words.at(-1))
        const softUsd = soft === false ? null : soft === undefined || typeof soft === 'boolean' ? undefined : soft
        if (typeof softUsd === 'number' && softUsd > hardUsd)
          throw usageFailure('The soft limit is above the hard one, where nobody would be told any more.', {
            field: 'softUsd',
            remedy: 'give a --soft below it',
          })
        const { client, zone } = await cli.engine()
        const ref = await findBudget(client, words.slice(0, -1), plan)
        if (ref.scope === 'global' && !yes) await confirmRaise({ what: toLimitName(ref), fromUsd: await hardOf(client, ref), toUsd: hardUsd, field: 'hardUsd' })
        const answer = await client.budget.set({ ...ref, hardUsd, ...given({ softUsd }) })
        await cli.show(answer, async () => toBudgetTable([answer], await zone()))
      }),
    )
  budget
    .command('clear')
    .description('put a limit back to its default')
    .argument('<limit...>', limitWords)
    .option(...planOption)
    .action(
      run<[string[]], { plan?: string }>(async (cli, [words], { plan }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.budget.clear(await findBudget(client, words, plan))
        await cli.show(answer, async () => toBudgetTable([answer], await zone()))
      }),
    )
  budget
    .command('explain')
    .description('what a call of a task, or of an agent, would be held against, the tightest limit first')
    .argument('[task]', 'id of the task, or the end of it')
    .option(...planOption)
    .option('--agent <name>', 'a call of this agent')
    .action(
      run<[string | undefined], { plan?: string; agent?: string }>(async (cli, [task], { plan, agent }) => {
        const { client, zone } = await cli.engine()
        const taskId = task === undefined ? undefined : await findTask(client, task, plan)
        const answer = await client.budget.explain(given({ taskId, agent }))
        await cli.show(answer, async () => [
          ...(answer.killedAt === null
            ? []
            : [paint('red', `Every model call is refused since ${dateTime(answer.killedAt, await zone())}; go on with: reef spend allow`), '']),
          ...toBudgetTable(answer.budgets, await zone()),
        ])
      }),
    )
}

/** The last word of `budget set`; a word that is no amount is said to be missing rather than taken for part of the limit. */
function toAmount(word = ''): number {
  try {
    return toDollars(word)
  } catch {
    throw usageFailure(`"${word}" is no amount in US dollars.`, { field: 'hardUsd', remedy: 'end with the amount, e.g. reef budget set agent Rex day 20' })
  }
}

async function hardOf(client: Client, { scope, period }: BudgetRef): Promise<number | undefined> {
  const found = (await client.budget.list()).budgets.find((budget) => budget.scope === scope && budget.period === period)
  return found && toUsd(found.hard)
}
