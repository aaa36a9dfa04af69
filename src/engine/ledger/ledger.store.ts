import type { AttemptId, CallId, CallView, Instant, Nanodollars, PlanId, SpendBy, SpendRow, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import type { PriceSource } from './price.ts'
import type { MeteredUsage } from './usage.ts'

type CallRow = {
  id: CallId
  at: Instant
  attempt_id: AttemptId | null
  task_id: TaskId | null
  plan_id: PlanId | null
  project: string | null
  agent: string
  provider: string
  model: string
  wire: string
  state: CallView['state']
  input: number
  cache_read: number
  cache_write: number
  output: number
  cost: Nanodollars
  confidence: CallView['confidence']
  status: number | null
  latency_ms: number | null
  request_id: string | null
}

const columns =
  'id, at, attempt_id, task_id, plan_id, project, agent, provider, model, wire, state, input, cache_read, cache_write, output, cost, confidence, status, latency_ms, request_id'

export type NewCall = Pick<CallRow, 'id' | 'at' | 'attempt_id' | 'task_id' | 'plan_id' | 'project' | 'agent' | 'provider' | 'model' | 'wire' | 'confidence'> & {
  readonly request_bytes: number
  readonly held: Nanodollars
}
export type Bill = {
  readonly id: CallId
  readonly state: 'settled' | 'failed'
  readonly usage: MeteredUsage
  readonly cost: Nanodollars
  readonly computedCost: Nanodollars
  readonly reportedCost: Nanodollars | null
  readonly priceSource: PriceSource | null
  readonly confidence: CallView['confidence']
  readonly status: number | null
  readonly latencyMs: number | null
  readonly ttftMs: number | null
  readonly requestId: string | null
}
export type OpenCall = { readonly id: CallId; readonly at: Instant; readonly provider: string; readonly model: string; readonly requestBytes: number }

export function createLedgerStore(db: WriteDb) {
  const insert = db.prepare<NewCall>(
    `INSERT INTO call (id, at, attempt_id, task_id, plan_id, project, agent, provider, model, wire, state, confidence, request_bytes, held)
     VALUES (:id, :at, :attempt_id, :task_id, :plan_id, :project, :agent, :provider, :model, :wire, 'open', :confidence, :request_bytes, :held)`,
  )
  const close = db.prepare<Omit<Bill, 'usage'> & MeteredUsage, CallRow>(
    `UPDATE call
        SET state = :state, held = 0, input = :input, cache_read = :cacheRead, cache_write = :cacheWrite, cache_write_1h = :cacheWrite1h, output = :output,
            reasoning = :reasoning, cost = :cost, computed_cost = :computedCost, reported_cost = :reportedCost, price_source = :priceSource,
            confidence = :confidence, status = :status, latency_ms = :latencyMs, ttft_ms = :ttftMs, request_id = :requestId
      WHERE id = :id AND state = 'open'
  RETURNING ${columns}`,
  )
  const addUp = db.prepare<Record<string, string | number>>(
    `INSERT INTO spend_hour (hour, agent, provider, model, project, task_id, calls, input, cache_read, cache_write, output, cost)
     VALUES (:hour, :agent, :provider, :model, :project, :taskId, 1, :input, :cacheRead, :cacheWrite, :output, :cost)
     ON CONFLICT (hour, agent, provider, model, project, task_id) DO UPDATE
        SET calls = calls + 1, input = input + excluded.input, cache_read = cache_read + excluded.cache_read,
            cache_write = cache_write + excluded.cache_write, output = output + excluded.output, cost = cost + excluded.cost`,
  )
  const get = db.prepare<{ id: string }, CallRow>(`SELECT ${columns} FROM call WHERE id = :id`)
  // Index call_open: holds only what is under way.
  const open = db.prepare<[], OpenCall>(`SELECT id, at, provider, model, request_bytes AS requestBytes FROM call WHERE state = 'open'`)
  // Index call_open again. A named limit that is null asks for all.
  const held = db.prepare<{ taskId: TaskId | null; planId: PlanId | null }, { held: Nanodollars | null }>(
    `SELECT sum(held) AS held FROM call
      WHERE state = 'open' AND (:taskId IS NULL OR task_id = :taskId) AND (:planId IS NULL OR plan_id = :planId)`,
  )
  const HOUR = 3_600_000
  return {
    insert: (row: NewCall) => void insert.run(row),
    /** The call as it then stands; undefined when it was closed before. */
    close({ usage, ...bill }: Bill): CallView | undefined {
      const row = close.get({ ...bill, ...usage })
      if (!row) return undefined
      addUp.run({
        hour: row.at - (row.at % HOUR),
        agent: row.agent,
        provider: row.provider,
        model: row.model,
        project: row.project ?? '',
        taskId: row.task_id ?? '',
        ...toUsage(row),
        cost: row.cost,
      })
      return toCall(row)
    },
    get: (id: CallId): CallView | undefined => toCallOrNone(get.get({ id })),
    open: (): OpenCall[] => open.all(),
    held: (of: { taskId: TaskId | null; planId: PlanId | null }): Nanodollars => held.get(of)?.held ?? (0 as Nanodollars),
  }
}

/** Half-open spans of time, oldest first, as the rows of a table. */
const SPANS = `span AS (SELECT json_extract(value, '$[0]') AS start, json_extract(value, '$[1]') AS stop FROM json_each(:spans))`
const SUMS =
  'sum(s.calls) AS calls, sum(s.input) AS input, sum(s.cache_read) AS cache_read, sum(s.cache_write) AS cache_write, sum(s.output) AS output, sum(s.cost) AS cost'
const keys: Record<Exclude<SpendBy, 'day'>, string> = { agent: 's.agent', model: 's.model', provider: 's.provider', project: 's.project', task: 's.task_id' }

type SumRow = { key: string; calls: number; input: number; cache_read: number; cache_write: number; output: number; cost: Nanodollars }
export type Span = readonly [start: number, stop: number]

export function createLedgerReader(db: ReadDb) {
  const page = (where: string) =>
    db.prepare<{ before: string; limit: number; id?: string }, CallRow>(`SELECT ${columns} FROM call WHERE ${where} id < :before ORDER BY id DESC LIMIT :limit`)
  const all = page('')
  const ofTask = page('task_id = :id AND')
  const ofPlan = page('plan_id = :id AND')
  // The rollup's primary key begins with the hour: each span is one range of it.
  const bySpan = db.prepare<{ spans: string }, SumRow & { start: number }>(
    `WITH ${SPANS} SELECT span.start AS start, '' AS key, ${SUMS} FROM span CROSS JOIN spend_hour s ON s.hour >= span.start AND s.hour < span.stop GROUP BY span.start`,
  )
  const byKey = Object.fromEntries(
    Object.entries(keys).map(([by, key]) => [
      by,
      {
        rows: db.prepare<{ since: number }, SumRow>(
          `SELECT ${key} AS key, ${SUMS} FROM spend_hour s WHERE s.hour >= :since GROUP BY ${key} ORDER BY cost DESC, key`,
        ),
        series: db.prepare<{ spans: string; named: string }, { start: number; key: string; cost: Nanodollars }>(
          `WITH ${SPANS}, named AS (SELECT value AS name FROM json_each(:named))
           SELECT span.start AS start, coalesce((SELECT name FROM named WHERE name = ${key}), 'other') AS key, sum(s.cost) AS cost
             FROM span CROSS JOIN spend_hour s ON s.hour >= span.start AND s.hour < span.stop
            GROUP BY span.start, 2 ORDER BY span.start, 2`,
        ),
      },
    ]),
  )
  const spent = db.prepare<{ from: number }, { cost: Nanodollars | null }>('SELECT sum(cost) AS cost FROM spend_hour WHERE hour >= :from')
  // Index call_by_time holds the cost too: no row is read.
  const between = db.prepare<{ from: number; to: number }, { cost: Nanodollars | null }>('SELECT sum(cost) AS cost FROM call WHERE at >= :from AND at < :to')
  const of = (by: Exclude<SpendBy, 'day'>) => {
    const found = byKey[by]
    if (!found) throw new Error(`no column for ${by}`)
    return found
  }

  return {
    calls({
      limit,
      before,
      taskId,
      planId,
    }: {
      limit: number
      before?: string | undefined
      taskId?: TaskId | undefined
      planId?: PlanId | undefined
    }): CallView[] {
      // '~' sorts after every id.
      const at = { before: before ?? '~', limit }
      if (taskId) return ofTask.all({ ...at, id: taskId }).map(toCall)
      return (planId ? ofPlan.all({ ...at, id: planId }) : all.all(at)).map(toCall)
    },
    sumBySpan: (spans: readonly Span[]): Array<SpendRow & { start: number }> =>
      bySpan.all({ spans: JSON.stringify(spans) }).map((row) => ({ ...toSpendRow(row), start: row.start })),
    sumByKey: (by: Exclude<SpendBy, 'day'>, since: number): SpendRow[] => of(by).rows.all({ since }).map(toSpendRow),
    /** Cost of each span and key; keys that are not named come together as "other". */
    seriesByKey: (by: Exclude<SpendBy, 'day'>, spans: readonly Span[], named: readonly string[]) =>
      of(by).series.all({ spans: JSON.stringify(spans), named: JSON.stringify(named) }),
    /** Everything booked from an hour on; `from` is the start of a clock hour. */
    spentSince: (from: number): Nanodollars => spent.get({ from })?.cost ?? (0 as Nanodollars),
    spentBetween: (from: number, to: number): Nanodollars => between.get({ from, to })?.cost ?? (0 as Nanodollars),
  }
}

const toUsage = (row: Pick<SumRow, 'input' | 'cache_read' | 'cache_write' | 'output'>) => ({
  input: row.input,
  cacheRead: row.cache_read,
  cacheWrite: row.cache_write,
  output: row.output,
})
const toSpendRow = (row: SumRow): SpendRow => ({ key: row.key, calls: row.calls, cost: row.cost, usage: toUsage(row) })
const toCallOrNone = (row: CallRow | undefined): CallView | undefined => row && toCall(row)

function toCall(row: CallRow): CallView {
  return {
    id: row.id,
    at: row.at,
    attemptId: row.attempt_id,
    taskId: row.task_id,
    planId: row.plan_id,
    project: row.project,
    agent: row.agent,
    provider: row.provider,
    model: row.model,
    wire: row.wire,
    state: row.state,
    usage: toUsage(row),
    cost: row.cost,
    confidence: row.confidence,
    status: row.status,
    latencyMs: row.latency_ms,
    requestId: row.request_id,
  }
}
