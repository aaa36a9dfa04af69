import { InvalidArgumentError } from 'commander'
import type { OversightHealth } from '../contract/approvals.ts'
import { formatDuration } from '../contract/time.ts'
import { approvalWords } from '../contract/words.ts'
import type { Declare } from './context.ts'
import { shortId } from './find.ts'
import { stateWord } from './label.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toFacts, toTable } from './table.ts'

export const declare: Declare = (oversight, run) => {
  oversight.option('--days <n>', 'over so many days', toDays, 30).action(
    run<[], { days: number }>(async (cli, _, { days }) => {
      const { client, zone } = await cli.engine()
      const answer = await client.approval.oversight({ days })
      await cli.show(answer, async () => toLines(answer, await zone()))
    }),
  )
}

function toDays(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1 || n > 365) throw new InvalidArgumentError('a whole number of days from 1 to 365 is expected.')
  return n
}

const percent = (share: number | null): string | null => (share === null ? null : `${(share * 100).toFixed(1)} %`)
const seconds = (ms: number | null): string | null => (ms === null ? null : `${(ms / 1000).toFixed(1)} s`)

function toLines(health: OversightHealth, zone: string): string[] {
  const { asked, decided, approved, denied, expired, preauthorised, byClass, sample, suggestions, shedding } = health
  return [
    ...toFacts([
      ['since', dateTime(health.since, zone)],
      ['cards', `${asked} asked, ${approved} approved, ${denied} denied, ${expired} expired, ${health.open} open; ${preauthorised} answered by playbooks`],
      ['approved', percent(health.approveRate)],
      ['undone', percent(health.undoRate)],
      ['expired', percent(health.expiredRate)],
      ['regretted', percent(health.regretRate)],
      ['time to decide', health.medianDecisionMs === null ? null : `${formatDuration(health.medianDecisionMs)}, half of them sooner`],
      ['before half', percent(health.decidedBeforeHalf)],
      ['card in view', seconds(health.medianSeenMs)],
      ['last hour', `${health.cardsPerHour} cards`],
      ['alarms an hour', health.alarmsPerHour.toFixed(2)],
    ]),
    ...(decided === 0 ? [] : ['', ...toClassTable(byClass)]),
    ...(health.brake ? ['', paint('yellow', 'You decide faster than a card can be read: previews open by themselves, and keys wait two seconds.')] : []),
    ...(shedding ? ['', paint('yellow', `${shedding.agent} gets no new work that would ask: ${shedding.because}.`)] : []),
    ...suggestions.flatMap(({ sentence }) => ['', sentence]),
    ...(sample.length === 0 ? [] : ['', paint('bold', 'Five minutes for this week: was it right to approve these?'), ...toSampleTable(sample, zone)]),
  ]
}

const toClassTable = (rows: OversightHealth['byClass']): string[] =>
  toTable(
    rows,
    [
      { head: 'action', cell: (row) => row.action },
      { head: 'agent', cell: (row) => row.agent },
      { head: 'asked', cell: (row) => String(row.asked), align: 'right' },
      { head: 'approved', cell: (row) => String(row.approved), align: 'right' },
      { head: 'denied', cell: (row) => String(row.denied), align: 'right' },
      { head: 'regretted', cell: (row) => String(row.regretted), align: 'right' },
      { head: 'in view', cell: (row) => seconds(row.medianSeenMs) ?? '', align: 'right' },
    ],
    'No cards.',
  )

const toSampleTable = (rows: OversightHealth['sample'], zone: string): string[] =>
  toTable(
    rows,
    [
      { head: 'approval', cell: (row) => shortId(row.id) },
      { head: 'decided', cell: (row) => (row.decidedAt === null ? '' : dateTime(row.decidedAt, zone)) },
      { head: 'what', cell: (row) => row.what },
      { head: 'state', cell: (row) => stateWord(approvalWords[row.state]) },
      { head: 'outcome', cell: (row) => row.outcome ?? '' },
    ],
    '',
  )
