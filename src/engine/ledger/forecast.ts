import type { Forecast, Instant, Nanodollars } from '../../contract/index.ts'

/** What was spent, hour by hour. */
export type History = {
  /** Money of a stretch of time; of an hour that is cut, its share by time. */
  readonly between: (from: number, to: number) => number
}
/** First instants of calendar days, oldest first; the last one is the day that `now` lies in. */
export type Days = readonly number[]

type Now = {
  readonly now: number
  /** Of the day, or of the month. */
  readonly spent: number
  /** When the day, or the month, is over. */
  readonly end: number
  /** The limit of the day, or of the month. */
  readonly stop: number
}

/** Days that a forecast looks back on, and days that it is tested on. */
const LOOK_BACK = 14
const FEWEST = 3
/** How far a tenth of all cases lies from the middle, in standard deviations. */
const TENTH = 1.2816
const HOUR = 3_600_000
const DAY = 24 * HOUR

export function toHistory(hours: ReadonlyArray<{ hour: number; cost: number }>): History {
  const costs = new Map(hours.map(({ hour, cost }) => [hour, cost]))
  return {
    between(from, to) {
      let sum = 0
      for (let hour = from - (from % HOUR); hour < to; hour += HOUR) {
        const share = (Math.min(to, hour + HOUR) - Math.max(from, hour)) / HOUR
        sum += Math.max(0, costs.get(hour) ?? 0) * share
      }
      return sum
    },
  }
}

/**
 * The end of the day. Each of the last 14 days says what came after this time of day; that is scaled by how today compares with the
 * usual until now, and added to what is spent. The band is what a tenth of those days stayed below and a tenth went above. With fewer
 * than three days to look back on, the rate of today goes on.
 */
export function forecastDay(history: History, days: Days, at: Now): Forecast {
  const { now, spent, end, stop } = at
  const today = days.length - 1
  const elapsed = now - (days[today] ?? now)
  const rest = restOfDay(history, days, today, elapsed, spent, end - now)
  const errors = pastDays(days, LOOK_BACK).flatMap((i) => {
    const start = days[i] ?? 0
    const next = days[i + 1] ?? 0
    const actual = history.between(start, next)
    if (i < FEWEST || actual <= 0 || start + elapsed >= next) return []
    const before = history.between(start, start + elapsed)
    return [Math.abs(before + restOfDay(history, days, i, elapsed, before, next - start - elapsed).middle - actual) / actual]
  })
  return toForecast(at, rest, {
    error: errors.length < FEWEST ? null : mean(errors),
    exhaustedAt: reachedAt(now, end, spent, rest.middle, stop),
    method:
      pastDays(days, LOOK_BACK).length < FEWEST
        ? "today's rate, because there are fewer than 3 days to compare with"
        : 'what the last 14 days spent after this time of day, scaled by how today compares with them so far',
  })
}

/**
 * The end of the month: the rest of today as above, and for each day left the mean of the last 14, whose spread makes the band; the
 * spreads of single days are taken as independent. The error is that of the same sum over as many days, at most seven, in the past.
 */
export function forecastMonth(history: History, days: Days, at: Now & { readonly endOfDay: number; readonly spentToday: number }): Forecast {
  const { now, spent, end, stop, endOfDay, spentToday } = at
  const today = days.length - 1
  const restToday = restOfDay(history, days, today, now - (days[today] ?? now), spentToday, endOfDay - now)
  const left = Math.round((end - endOfDay) / DAY)
  const coming = wholeDays(history, days, today, left, spentToday + restToday.middle)
  const spread = (side: 'low' | 'high') => Math.hypot(restToday[side] - restToday.middle, TENTH * coming.deviation)
  const middle = restToday.middle + coming.middle
  const rest = { low: Math.max(0, middle - spread('low')), middle, high: middle + spread('high') }
  const span = Math.min(7, Math.max(1, left))
  const errors = pastDays(days, LOOK_BACK + span).flatMap((i) => {
    const last = days[i + span]
    const actual = last === undefined ? 0 : history.between(days[i] ?? 0, last)
    if (i < FEWEST || actual <= 0) return []
    return [Math.abs(wholeDays(history, days, i, span, 0).middle - actual) / actual]
  })
  return toForecast(at, rest, {
    error: errors.length < FEWEST ? null : mean(errors),
    exhaustedAt: reachedAt(now, end, spent, middle, stop),
    method: `the rest of today, and for each day left the mean of the last ${LOOK_BACK} whole days; its error is that of ${span === 1 ? 'a day' : `${span} days`} foretold in the same way`,
  })
}

type Band = { readonly low: number; readonly middle: number; readonly high: number }

/** What comes after so much of a day: from the days before it alone, so that a past day can be asked like today. */
function restOfDay(history: History, days: Days, day: number, elapsed: number, spent: number, left: number): Band {
  const past = pastDays(days.slice(0, day + 1), LOOK_BACK).map((i) => {
    const start = days[i] ?? 0
    const end = Math.max(start + elapsed, days[i + 1] ?? 0)
    return { before: history.between(start, start + elapsed), after: history.between(start + elapsed, end) }
  })
  if (past.length < FEWEST) {
    // What was spent in the first minutes is no rate yet.
    const middle = (Math.max(0, spent) / Math.max(elapsed, HOUR)) * left
    return { low: 0, middle, high: 2 * middle }
  }
  const before = mean(past.map((one) => one.before))
  // A quarter of a usual day counts on both sides: in the morning a few cents say little about the evening.
  const usual = (before + mean(past.map((one) => one.after))) / 4
  const factor = before + usual > 0 ? (Math.max(0, spent) + usual) / (before + usual) : 1
  const after = past.map((one) => one.after * factor).sort((a, b) => a - b)
  return { low: quantile(after, 0.1), middle: quantile(after, 0.5), high: quantile(after, 0.9) }
}

/** The sum of so many whole days from `day` on. Without days to look back on, each is like today. */
function wholeDays(history: History, days: Days, day: number, count: number, today: number): { middle: number; deviation: number } {
  const past = pastDays(days.slice(0, day + 1), LOOK_BACK).map((i) => history.between(days[i] ?? 0, days[i + 1] ?? 0))
  if (past.length < FEWEST) return { middle: today * count, deviation: (today * count) / TENTH }
  const middle = mean(past)
  const deviation = Math.sqrt(past.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (past.length - 1))
  return { middle: middle * count, deviation: deviation * Math.sqrt(count) }
}

/** Indexes of the last whole days before the last of `days`. */
function pastDays(days: Days, most: number): number[] {
  const whole = Math.max(0, days.length - 1)
  return Array.from({ length: Math.min(most, whole) }, (_, i) => whole - Math.min(most, whole) + i)
}

function toForecast({ spent }: Now, rest: Band, more: Pick<Forecast, 'method' | 'error' | 'exhaustedAt'>): Forecast {
  const whole = (amount: number) => (spent + Math.round(Math.max(0, amount))) as Nanodollars
  return { low: whole(rest.low), middle: whole(rest.middle), high: whole(rest.high), ...more }
}

/** When the limit is reached if the rest comes evenly. */
function reachedAt(now: number, end: number, spent: number, rest: number, stop: number): Instant | null {
  if (spent >= stop) return now as Instant
  if (spent + rest < stop) return null
  return Math.round(now + ((end - now) * (stop - spent)) / rest) as Instant
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Between the two neighbours, where it falls between them. */
function quantile(sorted: readonly number[], q: number): number {
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? 0
  return low + ((sorted[Math.ceil(place)] ?? low) - low) * (place - Math.floor(place))
}
