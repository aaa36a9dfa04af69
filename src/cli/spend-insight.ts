import type { Forecast, SpendInsight } from '../contract/ledger.ts'
import { formatMoney, type Nanodollars } from '../contract/money.ts'
import { given, sinceOption, untilOption } from './arguments.ts'
import type { Declare } from './context.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toFacts, toTable } from './table.ts'

export const declareInsight: Declare = (spend, run) => {
  spend
    .command('insight')
    .description('what the money bought, what was wasted, what moved, and how the day and the month will end')
    .option(...sinceOption)
    .option(...untilOption)
    .action(
      run<[], { since?: number; until?: number }>(async (cli, _, { since, until }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.spend.insight(given({ since, until }))
        await cli.show(answer, async () => toLines(answer, await zone()))
      }),
    )
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

function toLines(insight: SpendInsight, zone: string): string[] {
  const facts = toFacts([
    ['span', `${dateTime(insight.since, zone)} to ${dateTime(insight.until, zone)}`],
    ['today', formatMoney(insight.today.at(-1)?.spent ?? (0 as Nanodollars))],
    ['today ends at', toBand(insight.dayForecast, zone)],
    ['month ends at', toBand(insight.monthForecast, zone)],
    ['from caches', insight.cacheHitRate === null ? 'no input yet' : `${percent(insight.cacheHitRate)} of the input`],
    ['failed attempts', formatMoney(insight.failedAttempts)],
    ['retries', formatMoney(insight.retries)],
    ['estimated', formatMoney(insight.estimated)],
    ['without a price', formatMoney(insight.unpriced)],
    ...insight.units.map(({ unit, count, each, scope }) => [`per ${unit}`, each === null ? 'none yet' : `${formatMoney(each)} (${count}, ${scope})`] as const),
  ])
  return [...facts, '', ...toMoverTable(insight.movers)]
}

function toBand({ low, middle, high, method, error, exhaustedAt }: Forecast, zone: string): string {
  const off = error === null ? 'too few days to say how far off' : `${percent(error)} off on average`
  const stop = exhaustedAt === null ? [] : [paint('red', `the stop is reached at ${dateTime(exhaustedAt, zone)}`)]
  return [`${formatMoney(middle)}, between ${formatMoney(low)} and ${formatMoney(high)}`, `${method}; ${off}`, ...stop].join('\n')
}

const toMoverTable = (movers: SpendInsight['movers']): string[] =>
  toTable(
    movers,
    [
      { head: 'moved most', cell: (row) => `${row.by} ${row.key}` },
      { head: 'cost', cell: (row) => formatMoney(row.cost), align: 'right' },
      { head: 'before', cell: (row) => formatMoney(row.before), align: 'right' },
      { head: 'by', cell: (row) => toChange(row.cost, row.before), align: 'right' },
    ],
    'Nothing moved.',
  )

const toChange = (cost: Nanodollars, before: Nanodollars): string => {
  const change = (cost - before) as Nanodollars
  return change > 0 ? `+${formatMoney(change)}` : formatMoney(change)
}
