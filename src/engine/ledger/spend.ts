import type {
  BudgetView,
  CallDetail,
  CallFilter,
  CallId,
  CallView,
  Instant,
  Nanodollars,
  SpendBy,
  SpendInsight,
  SpendRow,
  SpendSummary,
  SpendToday,
} from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import type { ReadDb } from '../store/index.ts'
import { toChargeLines } from './charge.ts'
import { daysFrom, type Span, startOfDay, toDay, toSpans } from './days.ts'
import { forecastDay, forecastMonth, toHistory } from './forecast.ts'
import type { Rate } from './rate.ts'
import { createSpendReader, type Dim, type KeyCost } from './spend.store.ts'
import { windowsAt } from './window.ts'

export type SpendDeps = {
  readonly reader: ReadDb
  readonly clock: Clock
  /** Books every call that has ended: what is read is never behind. */
  readonly catchUp: () => void
  /** Projects that have been released. */
  readonly products: () => ReadonlySet<string>
  /** What the money bought in a span; `products`: released for the first time in it. */
  readonly work: (since: number, until: number) => Work
  /** Limits behind the envelopes of a call, as they stand now. */
  readonly budgetsOf: (envelopes: readonly number[]) => BudgetView[]
  /** The limits that a forecast is held against. */
  readonly stops: () => { readonly day: Nanodollars; readonly month: Nanodollars }
}
export type Work = {
  readonly passedTasks: number
  readonly mergedChanges: number
  readonly products: number
  /** Of attempts that ended without success. */
  readonly failedAttemptCost: Nanodollars
  /** Of attempts after the first of a task. */
  readonly retryCost: Nanodollars
}
type Within = { readonly since?: Instant | undefined; readonly until?: Instant | undefined; readonly zone: string }

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MOST_POINTS = 600
/** Keys that a stacked chart can still tell apart. */
const MOST_KEYS = 12
const MOST_ROWS = 500
const MOST_MOVERS = 8
/** Of the day's curve, besides the point of now. */
const MOST_HOURS = 24
/** Days that a forecast needs: fourteen to test on, fourteen before each of them, and a week ahead. */
const FORECAST_DAYS = 36

/** What the money went into, read from the ledger; changes nothing. Sums are by the hour: a span begins with the hour that `since` lies in. */
export function createSpend({ reader: readDb, clock, catchUp, products, work, budgetsOf, stops }: SpendDeps) {
  const reader = createSpendReader(readDb)

  return {
    /** Sums, the dearest first, days the newest first. Days are those of the zone; an hour belongs to the day in which it begins. */
    summary({ by, zone, ...within }: Within & { readonly by: SpendBy }): SpendSummary {
      catchUp()
      const { since, until, from, to } = toRange(within, zone)
      const rows = by === 'day' ? sumByDay(since, from, to, zone) : by === 'product' ? sumByProduct(from, to) : reader.sumByKey(by, from, to, MOST_ROWS)
      const [whole] = reader.sumBySpan([[from, to]])
      return {
        by,
        since,
        until,
        total: whole?.cost ?? (0 as Nanodollars),
        listTotal: whole?.listCost ?? (0 as Nanodollars),
        calls: whole?.calls ?? 0,
        rows: rows.slice(0, MOST_ROWS),
        series: toSeries(by, from, to, zone, rows),
      }
    },

    /** What the calendar day has cost so far, to the call, and what the last sixty minutes did. */
    today(zone: string): Pick<SpendToday, 'spent' | 'perHour' | 'asOf'> {
      catchUp()
      const now = clock.now()
      return { spent: spentSince(startOfDay(now, zone), now), perHour: reader.billedBetween(now - HOUR, now + 1), asOf: now }
    },

    /** Newest first. */
    calls({ limit, before, ...filter }: CallFilter & { limit: number; before?: string | undefined }): CallView[] {
      catchUp()
      return reader.calls(filter, limit, before)
    },

    /** One call with its bill, line by line. Throws call/unknown. */
    call(id: CallId): CallDetail {
      catchUp()
      const bill = reader.bill(id)
      if (!bill) throw new ReefError('call/unknown', `There is no call ${id}.`, { field: 'id' })
      const { call, price, computedCost, reportedCost, envelopes } = bill
      return {
        call,
        lines: price ? toChargeLines(JSON.parse(price.rates) as Rate, bill.usage, computedCost) : [],
        price: price && { source: price.source, version: price.version },
        computedCost,
        reportedCost,
        overrun: Math.max(0, call.cost - call.reserved) as Nanodollars,
        budgets: budgetsOf(envelopes),
      }
    },

    /** Where the money went and where it is going. */
    insight({ zone, ...within }: Within): SpendInsight {
      catchUp()
      const { since, until, upTo, from, to } = toRange(within, zone)
      const [sum] = reader.sumBySpan([[from, to]])
      const done = work(since, upTo)
      const total = sum?.cost ?? 0
      const input = sum ? sum.usage.input + sum.usage.cacheRead + sum.usage.cacheWrite : 0
      const unit = (name: SpendInsight['units'][number]['unit'], count: number) => ({
        unit: name,
        count,
        each: count > 0 ? (Math.round(total / count) as Nanodollars) : null,
        scope: 'LLM only' as const,
      })
      return {
        since,
        until,
        cacheHitRate: sum && input > 0 ? sum.usage.cacheRead / input : null,
        failedAttempts: done.failedAttemptCost,
        retries: done.retryCost,
        ...reader.doubtful(since, upTo),
        units: [unit('passing task', done.passedTasks), unit('merged change', done.mergedChanges), unit('product', done.products)],
        movers: toMovers(from, to),
        ...foretell(zone),
      }
    },

    /** How the day and the month will end. */
    forecast(zone: string): Pick<SpendInsight, 'dayForecast' | 'monthForecast'> {
      catchUp()
      return foretell(zone)
    },
  }

  function toRange({ since, until }: Omit<Within, 'zone'>, zone: string) {
    const now = clock.now()
    const first = since ?? (startOfDay(now - 29 * DAY, zone) as Instant)
    const last = until ?? now
    const to = Math.ceil((last + (until === undefined ? 1 : 0)) / HOUR) * HOUR
    return { since: first, until: last, upTo: until ?? now + 1, from: first - (first % HOUR), to: Math.max(first - (first % HOUR), to) }
  }

  /** Where midnight does not fall on an hour of UTC, the part before the first whole hour is read call by call. */
  function spentSince(start: number, now: number): Nanodollars {
    const firstHour = Math.ceil(start / HOUR) * HOUR
    const edge = firstHour > start ? reader.spentBetween(start, firstHour) : 0
    const [rest] = reader.sumBySpan([[firstHour, now + HOUR]])
    return (edge + (rest?.cost ?? 0)) as Nanodollars
  }

  function sumByDay(since: number, from: number, to: number, zone: string): SpendRow[] {
    const days = daysFrom(since, to - 1, zone)
    const spans = days.map((start, i): Span => [Math.max(start, from), Math.min(to, days[i + 1] ?? to)])
    return reader
      .sumBySpan(spans)
      .map(({ start, ...row }) => ({ ...row, key: toDay(Math.max(start, since), zone) }))
      .sort((a, b) => b.key.localeCompare(a.key))
  }

  /** A row for each project that was released, and one without a name for everything else. */
  function sumByProduct(from: number, to: number): SpendRow[] {
    const released = products()
    const rows = new Map<string, SpendRow>()
    for (const row of reader.sumByKey('project', from, to, MOST_ROWS)) {
      const key = released.has(row.key) ? row.key : ''
      rows.set(key, addRows({ ...row, key }, rows.get(key)))
    }
    return [...rows.values()].sort((a, b) => b.cost - a.cost)
  }

  function toSeries(by: SpendBy, from: number, to: number, zone: string, rows: readonly SpendRow[]): SpendSummary['series'] {
    if (by === 'day')
      return reader.sumBySpan(withEnd(toSpans(from, to - 1, zone, MOST_POINTS), from, to)).map((row) => ({ at: row.start as Instant, key: '', cost: row.cost }))
    const spans = withEnd(toSpans(from, to - 1, zone, Math.floor(MOST_POINTS / MOST_KEYS)), from, to)
    const named = new Set(rows.slice(0, MOST_KEYS - 1).map((row) => row.key))
    const kept = by === 'task' ? tasksBySpan([...named], spans) : reader.cells(by === 'product' ? 'project' : by, spans)
    const released = by === 'product' ? products() : undefined
    const sums = new Map<string, { at: Instant; key: string; cost: Nanodollars }>()
    for (const { start, key, cost } of kept) {
      const own = released && !released.has(key) ? '' : key
      const shown = named.has(own) ? own : OTHER
      const place = `${start}/${shown}`
      sums.set(place, { at: start as Instant, key: shown, cost: ((sums.get(place)?.cost ?? 0) + cost) as Nanodollars })
    }
    return [...sums.values()].sort((a, b) => a.at - b.at || a.key.localeCompare(b.key))
  }

  /** The named tasks are read call by call, being few; all others are what is left of everything. */
  function tasksBySpan(tasks: readonly string[], spans: readonly Span[]): KeyCost[] {
    const [first] = spans
    const last = spans.at(-1)
    if (!first || !last) return []
    let i = 0
    const named = reader
      .taskHours(tasks, first[0], last[1])
      .sort((a, b) => a.start - b.start)
      .map(({ key, start, cost }) => {
        while (i < spans.length - 1 && (spans[i]?.[1] ?? 0) <= start) i++
        return { key, start: spans[i]?.[0] ?? start, cost }
      })
    const known = new Map<number, number>()
    for (const { start, cost } of named) known.set(start, (known.get(start) ?? 0) + cost)
    const others = reader.sumBySpan(spans).map(({ start, cost }) => ({ key: OTHER, start, cost: cost - (known.get(start) ?? 0) }))
    return [...named, ...others.filter(({ cost }) => cost !== 0)]
  }

  /** What changed most against the span of equal length before, whichever way. */
  function toMovers(from: number, to: number): SpendInsight['movers'] {
    const dims = ['agent', 'model', 'project'] as const
    return dims
      .flatMap((by) => reader.shift(by satisfies Dim, from - (to - from), from, to).map((row) => ({ by, ...row })))
      .filter((row) => row.cost !== row.before)
      .sort((a, b) => Math.abs(b.cost - b.before) - Math.abs(a.cost - a.before))
      .slice(0, MOST_MOVERS)
  }

  function foretell(zone: string): Pick<SpendInsight, 'today' | 'dayForecast' | 'monthForecast'> {
    const now = clock.now()
    const { day, month } = windowsAt(now, zone)
    const known = reader.firstHour()
    const days = daysFrom(Math.max(now - FORECAST_DAYS * DAY, known ?? now), now, zone)
    const hours = reader.hours(Math.min(days[0] ?? now, day.start), now + HOUR)
    const history = toHistory(hours)
    const spentToday = spentSince(day.start, now)
    const spentThisMonth = spentSince(month.start, now)
    const stop = stops()
    return {
      today: toCurve(day.start, now, hours, spentToday),
      dayForecast: forecastDay(history, days, { now, spent: spentToday, end: day.end, stop: stop.day }),
      monthForecast: forecastMonth(history, days, {
        now,
        spent: spentThisMonth,
        end: month.end,
        stop: stop.month,
        endOfDay: day.end,
        spentToday,
      }),
    }
  }
}
export type Spend = ReturnType<typeof createSpend>

const OTHER = 'other'

const addRows = (a: SpendRow, b: SpendRow | undefined): SpendRow =>
  b
    ? {
        key: a.key,
        calls: a.calls + b.calls,
        cost: (a.cost + b.cost) as Nanodollars,
        listCost: (a.listCost + b.listCost) as Nanodollars,
        usage: {
          input: a.usage.input + b.usage.input,
          cacheRead: a.usage.cacheRead + b.usage.cacheRead,
          cacheWrite: a.usage.cacheWrite + b.usage.cacheWrite,
          output: a.usage.output + b.usage.output,
        },
      }
    : a

/** Spans of a calendar, cut to the range that is asked for. */
const withEnd = (spans: readonly Span[], from: number, to: number): Span[] =>
  spans.map(([start, stop]): Span => [Math.max(start, from), Math.min(stop, to)]).filter(([start, stop]) => start < stop)

/** The day so far, summed up at the end of each hour; the last point is now. */
function toCurve(start: number, now: number, hours: ReadonlyArray<{ hour: number; cost: number }>, spent: number): SpendInsight['today'] {
  const ofToday = hours.filter(({ hour }) => hour >= start)
  // What was spent before the first whole hour, where midnight falls between two.
  let sum = spent - ofToday.reduce((all, { cost }) => all + cost, 0)
  const points: SpendInsight['today'] = [{ at: start as Instant, spent: 0 as Nanodollars }]
  for (let hour = Math.ceil(start / HOUR) * HOUR; hour + HOUR < now && points.length < MOST_HOURS; hour += HOUR) {
    sum += ofToday.find((one) => one.hour === hour)?.cost ?? 0
    points.push({ at: (hour + HOUR) as Instant, spent: sum as Nanodollars })
  }
  return [...points, { at: now as Instant, spent: spent as Nanodollars }]
}
