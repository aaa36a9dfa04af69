import { InvalidArgumentError, Option } from 'commander'
import { SpendBy, type SpendSummary, type TokenUsage } from '../contract/ledger.ts'
import { formatMoney } from '../contract/money.ts'
import type { Declare } from './context.ts'
import { dateTime, parseSince } from './local-time.ts'
import { toTable } from './table.ts'

export const declare: Declare = (spend, run) => {
  spend
    .addOption(new Option('--by <dimension>', 'one row for each of these').choices(SpendBy.options).default('day'))
    .option('--since <time>', 'from here on: 24h, 7d, 2026-02-03 or a full ISO time', toSince)
    .action(
      run<[], { by: SpendBy; since?: number }>(async (cli, _, { by, since }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.spend.summary({ by, ...(since === undefined ? {} : { since }) })
        await cli.show(answer, async () => toLines(answer, await zone()))
      }),
    )
}

function toSince(text: string): number {
  const at = parseSince(text, Date.now())
  if (at === undefined) throw new InvalidArgumentError('24h, 7d, a date or an ISO time is expected.')
  return at
}

const toLines = ({ by, since, total, calls, rows }: SpendSummary, zone: string): string[] => [
  ...toTable(
    rows,
    [
      { head: by, cell: (row) => row.key },
      { head: 'calls', cell: (row) => String(row.calls), align: 'right' },
      { head: 'input', cell: (row) => count(row.usage, 'input'), align: 'right' },
      { head: 'cached', cell: (row) => count(row.usage, 'cacheRead'), align: 'right' },
      { head: 'output', cell: (row) => count(row.usage, 'output'), align: 'right' },
      { head: 'cost', cell: (row) => formatMoney(row.cost), align: 'right' },
    ],
    'Nothing was spent.',
  ),
  '',
  `${formatMoney(total)} in ${calls} calls since ${dateTime(since, zone)}`,
]

const count = (usage: TokenUsage, bucket: keyof TokenUsage): string => usage[bucket].toLocaleString('en-US')
