import type { AdjustmentView, InvoiceReport } from '../contract/ledger.ts'
import { formatMoney } from '../contract/money.ts'
import { given, toInstant, toLimit, toSignedDollars } from './arguments.ts'
import type { Declare } from './context.ts'
import { toExactMoney } from './exact-money.ts'
import { findCall, shortId } from './find.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { readTextFile } from './read-file.ts'
import { toFacts, toTable } from './table.ts'

type AdjustOptions = { reason: string; call?: string; at?: number }

export const declareCorrections: Declare = (spend, run) => {
  spend
    .command('adjust')
    .description('book a correction of what was paid to a provider; the bills themselves never change')
    .argument('<provider>', 'name of the provider')
    .argument('<amount>', 'US dollars: 2.50 more was paid, -2.50 less', toSignedDollars)
    .requiredOption('--reason <text>', 'why, for the record')
    .option('--call <call>', 'the call that it corrects')
    .option('--at <time>', 'the moment whose bill it corrects, else now: 24h, 7d, 2026-02-03 or a full ISO time', toInstant)
    .action(
      run<[string, number], AdjustOptions>(async (cli, [provider, amountUsd], { reason, call, at }) => {
        const { client, zone } = await cli.engine()
        const callId = call === undefined ? undefined : await findCall(client, call)
        const answer = await client.spend.adjust({ provider, amountUsd, reason, ...given({ callId, chargedAt: at }) })
        await cli.show(answer, async () => toAdjustmentTable([answer], await zone()))
      }),
    )
  spend
    .command('adjustments')
    .description('list corrections, newest first')
    .option('--before <id>', 'older than this one, its id in full')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { limit: number; before?: string }>(async (cli, _, { limit, before }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.spend.adjustments({ limit, ...given({ before }) })
        await cli.show(answer, async () => toAdjustmentTable(answer.adjustments, await zone()))
      }),
    )
  spend
    .command('reconcile')
    .description('compare a provider’s invoice with the ledger')
    .argument('<provider>', 'name of the provider')
    .argument('<file>', 'the invoice as CSV, or - for standard input')
    .option('--apply', 'book the difference as a correction')
    .action(
      run<[string, string], { apply?: boolean }>(async (cli, [provider, path], { apply = false }) => {
        const csv = await readTextFile(path)
        const { client, zone } = await cli.engine()
        const answer = await client.spend.reconcile({ provider, csv, apply })
        await cli.show(answer, async () => toReportLines(answer, { zone: await zone(), apply }))
      }),
    )
}

const toAdjustmentTable = (adjustments: readonly AdjustmentView[], zone: string): string[] =>
  toTable(
    adjustments,
    [
      { head: 'correction', cell: (row) => shortId(row.id) },
      { head: 'booked', cell: (row) => dateTime(row.at, zone) },
      { head: 'counts at', cell: (row) => dateTime(row.chargedAt, zone) },
      { head: 'provider', cell: (row) => row.provider },
      { head: 'amount', cell: (row) => toExactMoney(row.amount), align: 'right' },
      { head: 'call', cell: (row) => (row.callId === null ? '' : shortId(row.callId)) },
      { head: 'by', cell: (row) => row.actor },
      { head: 'reason', cell: (row) => row.reason, max: 80 },
    ],
    'No corrections.',
  )

function toReportLines(report: InvoiceReport, { zone, apply }: { zone: string; apply: boolean }): string[] {
  const { provider, since, until, invoiced, ledger, drift, driftShare, days, skipped, adjustment } = report
  const share = driftShare === null ? '' : ` (${(driftShare * 100).toFixed(2)} %)`
  const booked = adjustment ? `${toExactMoney(adjustment.amount)} as ${shortId(adjustment.id)}` : null
  return [
    ...toFacts([
      ['provider', provider],
      ['span', `${dateTime(since, zone)} to ${dateTime(until, zone)}`],
      ['invoiced', toExactMoney(invoiced)],
      ['ledger', toExactMoney(ledger)],
      ['drift', drift === 0 ? 'none' : paint('yellow', `${toExactMoney(drift)}${share}`)],
      ['booked', booked],
    ]),
    '',
    ...toTable(
      days,
      [
        { head: 'day', cell: (row) => row.day },
        { head: 'invoiced', cell: (row) => formatMoney(row.invoiced), align: 'right' },
        { head: 'ledger', cell: (row) => formatMoney(row.ledger), align: 'right' },
      ],
      'The invoice has no days.',
    ),
    ...skipped.map(({ line, message }) => `Line ${line} is in no sum: ${message}`),
    ...(drift !== 0 && !apply ? ['', 'Book the difference with --apply.'] : []),
  ]
}
