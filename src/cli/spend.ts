import { Option } from 'commander'
import { SpendBy, type SpendSummary, type TokenUsage } from '../contract/ledger.ts'
import { formatMoney } from '../contract/money.ts'
import { given, sinceOption, untilOption } from './arguments.ts'
import type { Declare } from './context.ts'
import { dateTime } from './local-time.ts'
import { declareCalls } from './spend-calls.ts'
import { declareCorrections } from './spend-correct.ts'
import { declareExport } from './spend-export.ts'
import { declareInsight } from './spend-insight.ts'
import { toTable } from './table.ts'

export const declare: Declare = (spend, run) => {
  spend
    .command('summary', { isDefault: true })
    .description('what was spent; `reef spend` alone says the same')
    .addOption(new Option('--by <dimension>', 'one row for each of these').choices(SpendBy.options).default('day'))
    .option(...sinceOption)
    .option(...untilOption)
    .action(
      run<[], { by: SpendBy; since?: number; until?: number }>(async (cli, _, { by, since, until }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.spend.summary({ by, ...given({ since, until }) })
        await cli.show(answer, async () => toLines(answer, await zone()))
      }),
    )
  declareInsight(spend, run)
  declareCalls(spend, run)
  declareExport(spend, run)
  declareCorrections(spend, run)
  spend
    .command('kill')
    .description('refuse every model call from now on and abort those under way')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.spend.kill()
        await cli.show(answer, () => [`No model is called any more; aborted: ${answer.aborted}. Go on with: reef spend allow`])
      }),
    )
  spend
    .command('allow')
    .description('let models be called again')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        await cli.show(await client.spend.allow(), () => ['Models may be called again, within the limits: reef budget list'])
      }),
    )
}

function toLines({ by, since, until, total, listTotal, calls, rows }: SpendSummary, zone: string): string[] {
  const listed =
    listTotal === total ? [] : [{ head: 'by list price', cell: (row: SpendSummary['rows'][number]) => formatMoney(row.listCost), align: 'right' as const }]
  return [
    ...toTable(
      rows,
      [
        { head: by, cell: (row) => row.key },
        { head: 'calls', cell: (row) => String(row.calls), align: 'right' },
        { head: 'input', cell: (row) => count(row.usage, 'input'), align: 'right' },
        { head: 'cached', cell: (row) => count(row.usage, 'cacheRead'), align: 'right' },
        { head: 'output', cell: (row) => count(row.usage, 'output'), align: 'right' },
        { head: 'cost', cell: (row) => formatMoney(row.cost), align: 'right' },
        ...listed,
      ],
      'Nothing was spent.',
    ),
    '',
    `${formatMoney(total)} in ${calls} ${calls === 1 ? 'call' : 'calls'} from ${dateTime(since, zone)} to ${dateTime(until, zone)}`,
    ...(listTotal === total ? [] : [`By list price it would have been ${formatMoney(listTotal)}: the rest came from subscriptions and models of your own.`]),
  ]
}

const count = (usage: TokenUsage, bucket: keyof TokenUsage): string => usage[bucket].toLocaleString('en-US')
