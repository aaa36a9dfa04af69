import type { CallFilter, CallId, CallView, Nanodollars, SpendRow } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'
import type { Span } from './days.ts'
import { type CallRow, callColumns, openColumns, toCall } from './ledger.store.ts'
import type { PriceSource } from './price.ts'
import type { MeteredUsage, Service } from './usage.ts'

/** What spend_sum keeps sums by: hour by hour, and by task day by day of UTC. */
export type Dim = 'agent' | 'model' | 'project' | 'provider' | 'task'
type SumRow = { key: string; calls: number; input: number; cache_read: number; cache_write: number; output: number; cost: Nanodollars; list_cost: Nanodollars }
export type KeyCost = { readonly key: string; readonly start: number; readonly cost: number }

/** A bill with all that it was made of. */
export type BilledCall = {
  readonly call: CallView
  readonly usage: MeteredUsage
  readonly computedCost: Nanodollars
  readonly reportedCost: Nanodollars | null
  /** Ids of the envelopes that it was reserved against. */
  readonly envelopes: readonly number[]
  /** The price that it was made at; null for a call that was never priced. `rates`: JSON of a Rate. */
  readonly price: { readonly source: PriceSource; readonly version: string; readonly rates: string } | null
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Hours looked through at a time for calls of an agent, a model or the like. */
const HOURS_AT_ONCE = 64

/** Spans of time, oldest first, as the rows of a table. */
const SPANS = `span AS (SELECT json_extract(value, '$[0]') AS start, json_extract(value, '$[1]') AS stop FROM json_each(:spans))`
const sumsOf = (alias: string) =>
  ['calls', 'input', 'cache_read', 'cache_write', 'output', 'cost', 'list_cost'].map((column) => `sum(${alias}.${column}) AS ${column}`).join(', ')
const hourColumns = 'task_id AS key, calls, input, cache_read, cache_write, output, cost, list_cost'

type FilterArgs = { agent: string | null; model: string | null; provider: string | null; project: string | null; from: number; to: number }
/** A filter that is not asked for is null. */
const MATCHES =
  '(:agent IS NULL OR agent = :agent) AND (:model IS NULL OR model = :model) AND (:provider IS NULL OR provider = :provider) AND (:project IS NULL OR project = :project)'
const IN_SPAN = 'at >= :from AND at < :to'
const NEWEST = 'ORDER BY at DESC, id DESC LIMIT :limit'

type BilledRow = CallRow & {
  cache_write_1h: number
  reasoning: number
  web_searches: number
  service: Service
  computed_cost: Nanodollars
  reported_cost: Nanodollars | null
  envelopes: string
  source: PriceSource | null
  version: string | null
  rates: string | null
}
const billedColumns = `${callColumns.replaceAll(/(\w+)/g, 'c.$1')}, c.cache_write_1h, c.reasoning, c.web_searches, c.service, c.computed_cost, c.reported_cost, c.envelopes, p.source, p.version, p.rates`
const billedFrom = 'FROM call c LEFT JOIN price p ON p.id = c.price_id'

/** Everything that is read of the money. Sums come from what is kept by the hour; a bill is read only where bills are asked for. */
export function createSpendReader(db: ReadDb) {
  // Primary key of spend_sum: each span is one range of it.
  const bySpan = db.prepare<{ spans: string }, SumRow & { start: number }>(
    `WITH ${SPANS} SELECT span.start AS start, '' AS key, ${sumsOf('s')}
       FROM span CROSS JOIN spend_sum s ON s.dim = 'all' AND s.hour >= span.start AND s.hour < span.stop GROUP BY span.start`,
  )
  const byKey = db.prepare<{ dim: Dim; from: number; to: number }, SumRow>(
    `SELECT key, ${sumsOf('s')} FROM spend_sum s WHERE dim = :dim AND hour >= :from AND hour < :to GROUP BY key ORDER BY sum(cost) DESC, key`,
  )
  // Whole days by task, and the hours before the first and after the last of them.
  const byTask = db.prepare<{ from: number; firstDay: number; lastDay: number; to: number; limit: number }, SumRow>(
    `SELECT part.key AS key, ${sumsOf('part')} FROM (
       SELECT key, calls, input, cache_read, cache_write, output, cost, list_cost FROM spend_sum WHERE dim = 'task' AND hour >= :firstDay AND hour < :lastDay
       UNION ALL SELECT ${hourColumns} FROM spend_hour WHERE hour >= :from AND hour < :firstDay
       UNION ALL SELECT ${hourColumns} FROM spend_hour WHERE hour >= :lastDay AND hour < :to) part
      GROUP BY part.key ORDER BY sum(part.cost) DESC, part.key LIMIT :limit`,
  )
  const cells = db.prepare<{ dim: Dim; spans: string }, KeyCost>(
    `WITH ${SPANS} SELECT span.start AS start, s.key AS key, sum(s.cost) AS cost
       FROM span CROSS JOIN spend_sum s ON s.dim = :dim AND s.hour >= span.start AND s.hour < span.stop GROUP BY span.start, s.key ORDER BY span.start`,
  )
  // Index call_of_task.
  const taskHours = db.prepare<{ tasks: string; from: number; to: number }, KeyCost>(
    `SELECT c.task_id AS key, c.at - c.at % ${HOUR} AS start, sum(c.cost) AS cost
       FROM json_each(:tasks) t CROSS JOIN call c ON c.task_id = t.value WHERE c.at >= :from AND c.at < :to GROUP BY 1, 2`,
  )
  const shift = db.prepare<{ dim: Dim; before: number; from: number; to: number }, { key: string; cost: Nanodollars; before: Nanodollars }>(
    `SELECT key, sum(iif(hour >= :from, cost, 0)) AS cost, sum(iif(hour < :from, cost, 0)) AS before
       FROM spend_sum WHERE dim = :dim AND hour >= :before AND hour < :to AND key <> '' GROUP BY key`,
  )
  const hours = db.prepare<{ from: number; to: number }, { hour: number; cost: number }>(
    "SELECT hour, cost FROM spend_sum WHERE dim = 'all' AND hour >= :from AND hour < :to ORDER BY hour",
  )
  const firstHour = db.prepare<[], { hour: number | null }>("SELECT min(hour) AS hour FROM spend_sum WHERE dim = 'all'")
  const days = db.prepare<{ provider: string; from: number; to: number }, { day: number; cost: Nanodollars }>(
    `SELECT hour - hour % ${DAY} AS day, sum(cost) AS cost FROM spend_sum
      WHERE dim = 'provider' AND hour >= :from AND hour < :to AND key = :provider GROUP BY 1`,
  )
  // Indexes call_by_time, which holds the cost too, and adjustment_by_charge.
  const between = db.prepare<{ from: number; to: number }, { cost: Nanodollars }>(
    `SELECT coalesce((SELECT sum(cost) FROM call WHERE ${IN_SPAN}), 0)
          + coalesce((SELECT sum(amount) FROM adjustment WHERE charged_at >= :from AND charged_at < :to), 0) AS cost`,
  )
  const perHour = db.prepare<{ from: number; to: number }, { cost: Nanodollars }>(`SELECT coalesce(sum(cost), 0) AS cost FROM call WHERE ${IN_SPAN}`)
  // Index call_doubtful, whose condition this is.
  const doubtful = db.prepare<{ from: number; to: number }, { estimated: Nanodollars; unpriced: Nanodollars }>(
    `SELECT coalesce(sum(iif(confidence = 'estimated', cost, 0)), 0) AS estimated, coalesce(sum(iif(price_source = 'ceiling', cost, 0)), 0) AS unpriced
       FROM call WHERE state <> 'open' AND (confidence = 'estimated' OR price_source = 'ceiling') AND ${IN_SPAN}`,
  )

  const at = db.prepare<{ id: string }, { at: number }>('SELECT at FROM call WHERE id = :id UNION ALL SELECT at FROM reservation WHERE id = :id')
  type PageArgs = FilterArgs & { lastAt: number; lastId: string; limit: number }
  // There are never many of these.
  const underWay = db.prepare<PageArgs & { taskId: string | null; planId: string | null }, CallRow>(
    `SELECT ${openColumns} FROM reservation
      WHERE (:taskId IS NULL OR task_id = :taskId) AND (:planId IS NULL OR plan_id = :planId) AND ${IN_SPAN} AND ${MATCHES} AND (at, id) < (:lastAt, :lastId) ${NEWEST}`,
  )
  const page = (index: string, where: string) =>
    db.prepare<PageArgs & { taskId?: string; planId?: string | null }, CallRow>(
      `SELECT ${callColumns} FROM call INDEXED BY ${index} WHERE ${where} AND ${IN_SPAN} AND ${MATCHES} AND (at, id) < (:lastAt, :lastId) ${NEWEST}`,
    )
  const ofTask = page('call_of_task', 'task_id = :taskId AND (:planId IS NULL OR plan_id = :planId)')
  const ofPlan = page('call_of_plan', 'plan_id = :planId')
  const inTime = page('call_by_time', 'true')
  // Primary key of spend_hour, from its end: the calls of an agent, a model or the like are found by the hours that have some.
  const hoursOf = db.prepare<FilterArgs, { hour: number }>(
    `SELECT DISTINCT hour FROM spend_hour WHERE hour > :from - ${HOUR} AND hour < :to AND calls > 0 AND ${MATCHES} ORDER BY hour DESC LIMIT ${HOURS_AT_ONCE}`,
  )
  const billed = db.prepare<{ id: string }, BilledRow>(`SELECT ${billedColumns} ${billedFrom} WHERE c.id = :id`)
  const unbilled = db.prepare<{ id: string }, BilledRow>(
    `SELECT ${openColumns}, 0 AS cache_write_1h, 0 AS reasoning, 0 AS web_searches, service, 0 AS computed_cost, NULL AS reported_cost, envelopes, NULL AS source,
            NULL AS version, NULL AS rates
       FROM reservation WHERE id = :id`,
  )
  const bills = db.prepare<{ from: number; to: number; lastAt: number; lastId: string; limit: number }, BilledRow>(
    `SELECT ${billedColumns} ${billedFrom}
      WHERE c.at >= :from AND c.at < :to AND (c.at, c.id) > (:lastAt, :lastId) ORDER BY c.at, c.id LIMIT :limit`,
  )

  function* closedWith(args: PageArgs): Generator<CallRow> {
    let to = args.to
    for (;;) {
      const found = hoursOf.all({ ...args, to })
      for (const { hour } of found) yield* inTime.all({ ...args, from: Math.max(args.from, hour), to: Math.min(args.to, hour + HOUR) })
      if (found.length < HOURS_AT_ONCE) return
      to = found.at(-1)?.hour ?? 0
    }
  }

  return {
    sumBySpan: (spans: readonly Span[]): Array<SpendRow & { start: number }> =>
      bySpan.all({ spans: JSON.stringify(spans) }).map((row) => ({ ...toSpendRow(row), start: row.start })),
    /** The dearest first; tasks only as far as `limit`. `from` and `to` are starts of clock hours. */
    sumByKey(dim: Dim, from: number, to: number, limit: number): SpendRow[] {
      if (dim !== 'task') return byKey.all({ dim, from, to }).map(toSpendRow)
      const firstDay = Math.min(to, Math.ceil(from / DAY) * DAY)
      const lastDay = Math.max(firstDay, to - (to % DAY))
      return byTask.all({ from, to, firstDay, lastDay, limit }).map(toSpendRow)
    },
    /** The cost of each key in each span. */
    cells: (dim: Exclude<Dim, 'task'>, spans: readonly Span[]): KeyCost[] => cells.all({ dim, spans: JSON.stringify(spans) }),
    /** The cost of some tasks by the hour: `start` is that of the hour. */
    taskHours: (tasks: readonly string[], from: number, to: number): KeyCost[] => taskHours.all({ tasks: JSON.stringify(tasks), from, to }),
    /** What each key cost from `from` on, and what between `before` and `from`. */
    shift: (dim: Dim, before: number, from: number, to: number) => shift.all({ dim, before, from, to }),
    hours: (from: number, to: number) => hours.all({ from, to }),
    /** The first hour in which anything was billed. */
    firstHour: (): number | null => firstHour.get()?.hour ?? null,
    /** What the ledger has for a provider, by the day of UTC, corrections included. */
    days: (provider: string, from: number, to: number) => days.all({ provider, from, to }),
    /** To the call, corrections included. */
    spentBetween: (from: number, to: number): Nanodollars => between.get({ from, to })?.cost ?? (0 as Nanodollars),
    /** To the call, without corrections: how fast money goes. */
    billedBetween: (from: number, to: number): Nanodollars => perHour.get({ from, to })?.cost ?? (0 as Nanodollars),
    doubtful: (from: number, to: number) => doubtful.get({ from, to }) ?? { estimated: 0 as Nanodollars, unpriced: 0 as Nanodollars },

    /** Newest first. `before` is the id of the last call seen. */
    calls({ taskId, planId, agent, model, provider, project, since, until }: CallFilter, limit: number, before: string | undefined): CallView[] {
      const last = before === undefined ? undefined : { at: at.get({ id: before })?.at ?? 0, id: before }
      const lastAt = last?.at ?? Number.MAX_SAFE_INTEGER
      const named = { agent: agent ?? null, model: model ?? null, provider: provider ?? null, project: project ?? null }
      const args = { ...named, from: since ?? 0, to: Math.min(until ?? Number.MAX_SAFE_INTEGER, lastAt + 1), lastAt, lastId: last?.id ?? '', limit }
      const rows = underWay.all({ ...args, taskId: taskId ?? null, planId: planId ?? null })
      const open = rows.length
      if (taskId) rows.push(...ofTask.all({ ...args, taskId, planId: planId ?? null }))
      else if (planId) rows.push(...ofPlan.all({ ...args, planId }))
      else if (Object.values(named).every((name) => name === null)) rows.push(...inTime.all(args))
      else for (const row of closedWith(args)) if (rows.push(row) >= open + limit) break
      return rows
        .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
        .slice(0, limit)
        .map(toCall)
    },
    bill(id: CallId): BilledCall | undefined {
      const row = billed.get({ id }) ?? unbilled.get({ id })
      return row && toBilled(row)
    },
    /** Oldest first, only what is closed. `after` is the id of the last bill seen. */
    bills({ from, to, limit, after }: { from: number; to: number; limit: number; after: string | undefined }): BilledCall[] {
      const lastAt = after === undefined ? -1 : (at.get({ id: after })?.at ?? Number.MAX_SAFE_INTEGER)
      return bills.all({ from: Math.max(from, lastAt), to, limit, lastAt, lastId: after ?? '' }).map(toBilled)
    },
  }
}
export type SpendReader = ReturnType<typeof createSpendReader>

const toSpendRow = (row: SumRow): SpendRow => ({
  key: row.key,
  calls: row.calls,
  cost: row.cost,
  listCost: row.list_cost,
  usage: { input: row.input, cacheRead: row.cache_read, cacheWrite: row.cache_write, output: row.output },
})

function toBilled(row: BilledRow): BilledCall {
  const call = toCall(row)
  return {
    call,
    usage: { ...call.usage, cacheWrite1h: row.cache_write_1h, reasoning: row.reasoning, webSearches: row.web_searches, service: row.service },
    computedCost: row.computed_cost,
    reportedCost: row.reported_cost,
    envelopes: JSON.parse(row.envelopes) as number[],
    price: row.source !== null && row.version !== null && row.rates !== null ? { source: row.source, version: row.version, rates: row.rates } : null,
  }
}
