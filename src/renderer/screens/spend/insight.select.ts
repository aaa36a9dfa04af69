import type { SpendInsight, SpendToday } from '../../../contract/ledger.ts'
import type { Nanodollars } from '../../../contract/money.ts'
import { startOfDay } from '../../parts/days.ts'

const HOUR = 3_600_000

/** One point of the day: what was spent until then, or from now on the band in which it is expected. */
export type CoursePoint = {
  readonly at: number
  readonly spent: Nanodollars | null
  readonly middle: Nanodollars | null
  readonly band: readonly [low: Nanodollars, high: Nanodollars] | null
}

/** The day so far and its forecast as one line: the last point known is also where the band begins, and the band ends with the day. Empty without spend. */
export function toCourse({ today, dayForecast }: Pick<SpendInsight, 'today' | 'dayForecast'>, zone: string): readonly CoursePoint[] {
  const last = today.at(-1)
  if (last === undefined || (last.spent === 0 && dayForecast.high === 0)) return []
  const known = today.map(({ at, spent }): CoursePoint => ({ at, spent, middle: null, band: null }))
  // Noon and half a day of slack reach the next day whatever the clock does.
  const end = startOfDay(startOfDay(last.at, zone) + 36 * HOUR, zone)
  return [
    ...known.slice(0, -1),
    { at: last.at, spent: last.spent, middle: last.spent, band: [last.spent, last.spent] },
    { at: end, spent: null, middle: dayForecast.middle, band: [dayForecast.low, dayForecast.high] },
  ]
}

/** The limits that the day has passed or may pass, and the next one above: the others would press the line flat. The bar above shows all three. */
export function toCourseLines(
  course: readonly CoursePoint[],
  { target, alert, stop }: Pick<SpendToday, 'target' | 'alert' | 'stop'>,
): ReadonlyArray<{ readonly name: string; readonly at: Nanodollars }> {
  const highest = Math.max(0, ...course.map(({ spent, band }) => Math.max(spent ?? 0, band?.[1] ?? 0)))
  const limits = [
    { name: 'target', at: target },
    { name: 'alert', at: alert },
    { name: 'stop', at: stop },
  ]
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at)
  const next = limits.findIndex(({ at }) => at > highest)
  return next === -1 ? limits : limits.slice(0, next + 1)
}

/** "+210 %", "new", "gone": how spend changed from one span to the next of equal length. */
export function toChange(cost: Nanodollars, before: Nanodollars): string {
  if (before === 0) return cost === 0 ? '' : 'new'
  if (cost === 0) return 'gone'
  const change = Math.round(((cost - before) / before) * 100)
  return `${change > 0 ? '+' : change < 0 ? '−' : ''}${Math.abs(change)} %`
}
