import type { SpendBy, SpendRow, SpendSummary } from '../../../contract/ledger.ts'
import type { Nanodollars } from '../../../contract/money.ts'
import { startOfDay } from '../../parts/days.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export const spans = ['24h', '7d', '30d', '90d'] as const
export type Span = (typeof spans)[number]
export const spanWords: Record<Span, string> = { '24h': '24 h', '7d': '7 days', '30d': '30 days', '90d': '90 days' }
const days: Record<Span, number> = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 }

export const dimensions: readonly SpendBy[] = ['day', 'agent', 'model', 'project', 'product', 'provider', 'task']

/** The first instant of a span: 24 hours back to the hour, otherwise the calendar day that many days ago, so that no bar is a part of a day. */
export function startOf(span: Span, now: number, zone: string): number {
  if (span === '24h') return now - DAY - (now % HOUR)
  return startOfDay(now - (days[span] - 1) * DAY, zone)
}

/** `until` is where the next bar begins. */
export type Bucket = {
  readonly at: number
  readonly until: number
  readonly costs: readonly Nanodollars[]
  readonly total: Nanodollars
  readonly sum: Nanodollars
}
/** Buckets without gaps, oldest first; `costs` stand in the order of `keys`, the dearest key first and "other" last. */
export type Chart = { readonly unit: 'hour' | 'day'; readonly keys: readonly string[]; readonly buckets: readonly Bucket[]; readonly highest: Nanodollars }

/** Shades that stay apart on a screen; what is beyond them is drawn as "other". */
const MOST_KEYS = 6
/** More pieces than this make a chart slow. */
const MOST_POINTS = 600
const OTHER = 'other'

/**
 * Turns a summary into what a chart can draw. Every nanodollar of the series is in it: hours or days without calls are zero, not missing, and
 * points that lie closer than the bars come together in the bar they fall into.
 */
export function toChart(summary: Pick<SpendSummary, 'by' | 'since' | 'series'>, now: number, zone: string): Chart {
  const unit = now - summary.since <= 2 * DAY ? 'hour' : 'day'
  const series = summary.series.map(({ at, key, cost }) => ({ at, cost, key: summary.by === 'day' ? '' : key }))
  const starts = toStarts(unit, Math.min(summary.since, ...series.map((point) => point.at)), now, zone)
  const keyOf = toDrawnKeys(series, Math.min(MOST_KEYS, Math.max(1, Math.floor(MOST_POINTS / starts.length) - 1)))
  const keys = [...new Set(keyOf.values())]
  const bars = starts.map(() => new Map<string, number>())
  for (const { at, key, cost } of series) {
    const bar =
      bars[
        Math.max(
          0,
          starts.findLastIndex((start) => start <= at),
        )
      ]
    const drawn = keyOf.get(key) ?? OTHER
    bar?.set(drawn, (bar.get(drawn) ?? 0) + cost)
  }
  let sum = 0
  const buckets = bars.map((bar, i): Bucket => {
    const total = add([...bar.values()])
    sum += total
    const at = starts[i] ?? now
    const until = starts[i + 1] ?? (unit === 'hour' ? at + HOUR : startOfDay(at + 36 * HOUR, zone))
    return { at, until, costs: keys.map((key) => (bar.get(key) ?? 0) as Nanodollars), total, sum: sum as Nanodollars }
  })
  return { unit, keys, buckets, highest: Math.max(0, ...buckets.map((bucket) => bucket.total)) as Nanodollars }
}

/** What each key is drawn as: the dearest as themselves, dearest first, the rest as "other". */
function toDrawnKeys(series: ReadonlyArray<{ readonly key: string; readonly cost: number }>, most: number): ReadonlyMap<string, string> {
  const totals = new Map<string, number>()
  for (const { key, cost } of series) totals.set(key, (totals.get(key) ?? 0) + cost)
  const order = [...totals.keys()].sort((a, b) => Number(a === OTHER) - Number(b === OTHER) || (totals.get(b) ?? 0) - (totals.get(a) ?? 0))
  return new Map(order.map((key, i) => [key, i < most ? key : OTHER]))
}

/** When the bars begin, oldest first, without gaps. */
function toStarts(unit: Chart['unit'], since: number, now: number, zone: string): number[] {
  const starts: number[] = []
  if (unit === 'hour') for (let at = since - (since % HOUR); at <= now; at += HOUR) starts.push(at)
  // Noon and half a day of slack reach the next day whatever the clock does.
  else for (let at = startOfDay(since, zone); at <= now; at = startOfDay(at + 36 * HOUR, zone)) starts.push(at)
  return starts
}

/** Lines worth drawing: those that the bars come near. The meter above shows all three in any case. */
export const toLines = (chart: Chart, limits: readonly { readonly name: string; readonly at: Nanodollars }[]) =>
  chart.unit === 'day' ? limits.filter(({ at }) => at > 0 && at <= chart.highest * 2) : []

export type NamedRow = SpendRow & { readonly name: string; readonly share: number }

/** Key of what the engine summed but did not list. */
export const REST = '\u0000rest'

/** The rows of the table, and what the engine summed but did not list, so that the table always adds up to the total (U-72). */
export function toRows(summary: SpendSummary, nameOf: (key: string) => string): NamedRow[] {
  const listed = add(summary.rows.map((row) => row.cost))
  const calls = summary.rows.reduce((sum, row) => sum + row.calls, 0)
  const unlisted: SpendRow[] =
    summary.total === listed && summary.calls === calls
      ? []
      : [
          {
            key: REST,
            calls: summary.calls - calls,
            cost: (summary.total - listed) as Nanodollars,
            listCost: (summary.listTotal - add(summary.rows.map((row) => row.listCost))) as Nanodollars,
            usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 },
          },
        ]
  return [
    ...summary.rows.map((row) => ({ ...row, name: row.key === '' ? none[summary.by] : nameOf(row.key), share: share(row.cost, summary.total) })),
    ...unlisted.map((row) => ({ ...row, name: 'everything else', share: share(row.cost, summary.total) })),
  ]
}

/** What an empty key means: calls that belong to no project or task, such as planning. */
const none: Record<SpendBy, string> = {
  day: 'no day',
  agent: 'no agent',
  model: 'no model',
  provider: 'no provider',
  project: 'no project',
  product: 'not released',
  task: 'no task (planning)',
}

const add = (amounts: readonly number[]): Nanodollars => amounts.reduce((sum, amount) => sum + amount, 0) as Nanodollars
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** One sentence for those who cannot see the chart, and for those who will not read it. */
export function toSentence(summary: SpendSummary, rows: readonly NamedRow[], money: (amount: Nanodollars) => string): string {
  if (summary.calls === 0) return 'No calls in this time.'
  const top = summary.by === 'day' ? undefined : rows[0]
  const most = top && top.cost > 0 ? `; most by ${top.name}, ${money(top.cost)} (${Math.round(top.share * 100)} %)` : ''
  const cached = cacheHit(summary)
  const hit = cached === null || cached === 0 ? '' : `; ${Math.round(cached * 100)} % of the input came from the cache`
  const listed = summary.listTotal === summary.total ? '' : ` in cash (${money(summary.listTotal)} at list prices)`
  return `${money(summary.total)}${listed} in ${summary.calls.toLocaleString('en-US')} ${summary.calls === 1 ? 'call' : 'calls'}${most}${hit}.`
}

/** The share of input tokens that the provider's cache had; null when there were none. */
function cacheHit({ rows }: SpendSummary): number | null {
  const tokens = (bucket: keyof SpendRow['usage']) => add(rows.map((row) => row.usage[bucket]))
  const input = tokens('input') + tokens('cacheRead') + tokens('cacheWrite')
  return input === 0 ? null : tokens('cacheRead') / input
}

/** What every section of the screen is given. */
export type SpendDeps = {
  /** Changes whenever what was spent did, at most once a second, and after each reconnection. */
  readonly version: string
  readonly nameOfTask: (id: string) => string
}
