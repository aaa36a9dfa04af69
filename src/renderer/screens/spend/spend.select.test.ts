import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SpendSummary } from '../../../contract/ledger.ts'
import type { Nanodollars } from '../../../contract/money.ts'
import type { Instant } from '../../../contract/time.ts'
import { startOfDay } from '../../parts/days.ts'
import { formatExact } from '../../parts/money.tsx'
import { startOf, toChart, toLines, toRows, toSentence } from './spend.select.ts'

const zone = 'Pacific/Auckland'
const at = (text: string) => Date.parse(text) as Instant
const usd = (amount: number) => Math.round(amount * 1e9) as Nanodollars
const usage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }
const now = at('2026-11-21T10:30:00Z')

describe('spend on screen', () => {
  it('begins a span of days with a whole day', () => {
    expect(startOf('7d', now, zone)).toBe(at('2026-11-14T11:00:00Z'))
    expect(startOf('30d', now, zone)).toBe(at('2026-10-22T11:00:00Z'))
    // New Zealand put its clocks forward on 27 September.
    expect(startOf('90d', now, zone)).toBe(at('2026-08-23T12:00:00Z'))
  })

  it('U-72: draws hours and days without calls as nothing, not as missing', () => {
    const hours = toChart({ by: 'agent', since: startOf('24h', now, zone) as Instant, series: [] }, now, zone)
    expect([hours.unit, hours.buckets.length]).toEqual(['hour', 25])
    const days = toChart(
      { by: 'agent', since: startOf('30d', now, zone) as Instant, series: [{ at: startOfDay(now, zone) as Instant, key: '', cost: usd(1) }] },
      now,
      zone,
    )
    expect([days.unit, days.buckets.length, days.buckets.at(-1)?.total, days.buckets[0]?.total]).toEqual(['day', 30, usd(1), 0])
  })

  it('draws one bar for each day, however close the points lie, and stacks nothing when the days are the rows', () => {
    const since = startOf('7d', now, zone) as Instant
    const series = Array.from({ length: 7 * 24 }, (_, i) => ({
      at: (since + i * 3_600_000) as Instant,
      key: `day ${Math.floor(i / 24)}`,
      cost: 1 as Nanodollars,
    }))
    const chart = toChart({ by: 'day', since, series }, since + 7 * 24 * 3_600_000 - 1, zone)
    expect([chart.keys, chart.buckets.map((bucket) => bucket.total)]).toEqual([[''], [24, 24, 24, 24, 24, 24, 24]])
  })

  it('R-207: loses no nanodollar between the series and the chart', () => {
    const point = fc.record({ at: fc.integer({ min: 0, max: 40 }), key: fc.constantFrom(...'abcdefgh', 'other'), cost: fc.integer({ min: 0, max: 9e12 }) })
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const since = startOf('30d', now, zone) as Instant
        const series = points.map((one) => ({ at: (since + one.at * 3_600_000) as Instant, key: one.key, cost: one.cost as Nanodollars }))
        const chart = toChart({ by: 'agent', since, series }, now, zone)
        const sum = points.reduce((total, one) => total + one.cost, 0)
        expect(chart.buckets.at(-1)?.sum ?? 0).toBe(sum)
        expect(chart.buckets.flatMap((bucket) => bucket.costs).reduce((total, cost) => total + cost, 0)).toBe(sum)
        expect(chart.keys.length).toBeLessThanOrEqual(7)
        if (chart.keys.includes('other')) expect(chart.keys.at(-1)).toBe('other')
      }),
    )
  })

  it('draws at most 600 pieces, however many keys and days there are (R-207)', () => {
    const since = startOf('90d', now, zone) as Instant
    const series = Array.from({ length: 600 }, (_, i) => ({ at: (since + i * 3_600_000) as Instant, key: `agent ${i % 40}`, cost: usd(1) }))
    const { buckets, keys } = toChart({ by: 'agent', since, series }, now, zone)
    expect([buckets.length, keys.length, buckets.length * keys.length <= 600, buckets.at(-1)?.sum]).toEqual([90, 6, true, usd(600)])
  })

  it('says where each bar ends, also on the day that has 25 hours', () => {
    const april = at('2027-04-05T10:00:00Z')
    const { buckets } = toChart({ by: 'agent', since: startOf('7d', april, zone) as Instant, series: [] }, april, zone)
    expect(buckets.map((bucket) => (bucket.until - bucket.at) / 3_600_000)).toEqual([24, 24, 24, 24, 24, 25, 24])
  })

  it('adds up to the total, with what the engine did not list as a row of its own', () => {
    const summary: SpendSummary = {
      by: 'task',
      since: now,
      until: now,
      total: usd(3),
      listTotal: usd(4),
      calls: 9,
      rows: [
        { key: 'task_1', calls: 4, cost: usd(2), listCost: usd(3), usage: { input: 20, cacheRead: 60, cacheWrite: 20, output: 5 } },
        { key: '', calls: 1, cost: usd(0.5), listCost: usd(0.5), usage },
      ],
      series: [],
    }
    const rows = toRows(summary, () => 'T1 Build')
    expect(rows.map((row) => [row.name, row.calls, row.cost])).toEqual([
      ['T1 Build', 4, usd(2)],
      ['no task (planning)', 1, usd(0.5)],
      ['everything else', 4, usd(0.5)],
    ])
    expect(rows.reduce((sum, row) => sum + row.cost, 0)).toBe(summary.total)
    expect(rows.reduce((sum, row) => sum + row.listCost, 0)).toBe(summary.listTotal)
    expect(toSentence(summary, rows, (amount) => `$${amount / 1e9}`)).toBe(
      '$3 in cash ($4 at list prices) in 9 calls; most by T1 Build, $2 (67 %); 60 % of the input came from the cache.',
    )
  })

  it('U-03: draws the limits that the bars come near, and no others', () => {
    const series = [{ at: startOfDay(now, zone) as Instant, key: '', cost: usd(20) }]
    const chart = toChart({ by: 'agent', since: startOf('7d', now, zone) as Instant, series }, now, zone)
    const limits = [30, 50, 100].map((dollars) => ({ name: `$${dollars}`, at: usd(dollars) }))
    expect(toLines(chart, limits).map((line) => line.name)).toEqual(['$30'])
  })

  it('shows a sum to the last nanodollar', () => {
    expect([0, 1, 1_500_000_000, -20_000_000, 1_234_000_000_001].map((amount) => formatExact(amount as Nanodollars))).toEqual([
      '$0.00',
      '$0.000000001',
      '$1.50',
      '−$0.02',
      '$1,234.000000001',
    ])
  })
})
