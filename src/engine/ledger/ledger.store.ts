import type { AttemptId, Billing, CallId, CallView, Instant, Nanodollars, PlanId, SessionId, TaskId } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'
import type { PriceSource } from './price.ts'
import type { MeteredUsage, Service } from './usage.ts'

/** A call as far as the contract shows it: a row of `call` when it has ended, before that made from one of `reservation`. */
export type CallRow = {
  id: CallId
  at: Instant
  session_id: SessionId | null
  attempt_id: AttemptId | null
  task_id: TaskId | null
  plan_id: PlanId | null
  project: string | null
  agent: string
  provider: string
  model: string
  wire: string
  billing: Billing
  state: CallView['state']
  input: number
  cache_read: number
  cache_write: number
  output: number
  cost: Nanodollars
  list_cost: Nanodollars
  reserved: Nanodollars
  confidence: CallView['confidence']
  status: number | null
  latency_ms: number | null
  request_id: string | null
}

/** The columns of a CallRow. */
export const callColumns =
  'id, at, session_id, attempt_id, task_id, plan_id, project, agent, provider, model, wire, billing, state, input, cache_read, cache_write, output, cost, list_cost, reserved, confidence, status, latency_ms, request_id'

/** The same of a call under way. */
export const openColumns = `id, at, session_id, attempt_id, task_id, plan_id, project, agent, provider, model, wire, billing, 'open' AS state, 0 AS input, 0 AS cache_read,
  0 AS cache_write, 0 AS output, 0 AS cost, 0 AS list_cost, reserved, 'estimated' AS confidence, NULL AS status, NULL AS latency_ms, NULL AS request_id`

/** What an open call holds, and what it takes to bill it when nobody heard its end. */
export type HeldCall = Pick<
  CallRow,
  'id' | 'at' | 'session_id' | 'attempt_id' | 'task_id' | 'plan_id' | 'project' | 'agent' | 'provider' | 'model' | 'wire' | 'billing' | 'reserved'
> & {
  readonly team: string
  readonly request_bytes: number
  readonly service: Service
  readonly reserved_list: Nanodollars
  /** Ids of envelopes, as JSON. */
  readonly envelopes: string
}
export type Bill = {
  readonly id: CallId
  readonly state: 'settled' | 'failed'
  readonly usage: MeteredUsage
  readonly cost: Nanodollars
  readonly listCost: Nanodollars
  readonly computedCost: Nanodollars
  readonly reportedCost: Nanodollars | null
  readonly priceSource: PriceSource | null
  readonly priceId: number | null
  readonly confidence: CallView['confidence']
  readonly status: number | null
  readonly latencyMs: number | null
  readonly ttftMs: number | null
  readonly requestId: string | null
}
/** Of a bill for nothing. */
export const unpriced = {
  cost: 0 as Nanodollars,
  listCost: 0 as Nanodollars,
  computedCost: 0 as Nanodollars,
  reportedCost: null,
  priceSource: null,
  priceId: null,
  ttftMs: null,
} as const
export type NewPrice = {
  readonly provider: string
  readonly model: string
  readonly source: PriceSource
  readonly version: string
  readonly rates: string
  readonly at: Instant
}

/** Of a reservation, and the first of a bill. */
const heldColumns = [
  'id',
  'at',
  'session_id',
  'attempt_id',
  'task_id',
  'plan_id',
  'project',
  'agent',
  'team',
  'provider',
  'model',
  'wire',
  'billing',
  'request_bytes',
  'reserved',
  'reserved_list',
  'envelopes',
  'service',
] as const satisfies ReadonlyArray<keyof HeldCall>
const endColumns =
  'state, input, cache_read, cache_write, cache_write_1h, output, reasoning, web_searches, cost, list_cost, computed_cost, reported_cost, price_source, price_id, confidence, status, latency_ms, ttft_ms, request_id'
type Value = string | number | null

export function createLedgerStore(db: WriteDb) {
  // By place, not by name: these run for every call, and looking up that many names costs as much as the insert.
  const insert = db.prepare<[Value[]]>(`INSERT INTO reservation (${heldColumns}) VALUES (${toPlaces(heldColumns.length)})`)
  const bill = db.prepare<[Value[]]>(`INSERT INTO call (${heldColumns}, ${endColumns}) VALUES (${toPlaces(heldColumns.length + endColumns.split(',').length)})`)
  const drop = db.prepare<[string]>('DELETE FROM reservation WHERE id = ?')
  const billed = db.prepare<{ id: string }, CallRow>(`SELECT ${callColumns} FROM call WHERE id = :id`)
  const underWay = db.prepare<{ id: string }, CallRow>(`SELECT ${openColumns} FROM reservation WHERE id = :id`)
  const open = db.prepare<[], HeldCall>(`SELECT ${heldColumns} FROM reservation`)
  const addPrice = db.prepare<NewPrice>(
    `INSERT INTO price (provider, model, source, version, rates, at) VALUES (:provider, :model, :source, :version, :rates, :at)
     ON CONFLICT (provider, model, source, version, rates) DO NOTHING`,
  )
  const priceId = db.prepare<Omit<NewPrice, 'at'>, { id: number }>(
    'SELECT id FROM price WHERE provider = :provider AND model = :model AND source = :source AND version = :version AND rates = :rates',
  )
  // Index call_of_task: a task has few calls.
  const freeCalls = db.prepare<{ taskId: TaskId; attemptId: AttemptId }, { n: number }>(
    `SELECT (SELECT count(*) FROM call WHERE task_id = :taskId AND attempt_id = :attemptId AND billing <> 'metered')
          + (SELECT count(*) FROM reservation WHERE task_id = :taskId AND attempt_id = :attemptId AND billing <> 'metered') AS n`,
  )
  return {
    insert: (call: HeldCall) => void insert.run(toValues(call)),
    /** The bill in place of the reservation; `service` as it was used. False when there is none. */
    close(held: HeldCall, { usage, ...end }: Bill): boolean {
      const values = toValues({ ...held, service: usage.service })
      values.push(end.state, usage.input, usage.cacheRead, usage.cacheWrite, usage.cacheWrite1h, usage.output, usage.reasoning, usage.webSearches)
      values.push(end.cost, end.listCost, end.computedCost, end.reportedCost, end.priceSource, end.priceId, end.confidence)
      values.push(end.status, end.latencyMs, end.ttftMs, end.requestId)
      bill.run(values)
      return drop.run(held.id).changes === 1
    },
    get(id: CallId): CallView | undefined {
      const row = billed.get({ id }) ?? underWay.get({ id })
      return row && toCall(row)
    },
    open: (): HeldCall[] => open.all(),
    /** Its id, and whether it is used for the first time. */
    price(row: NewPrice): { id: number; isNew: boolean } {
      const isNew = addPrice.run(row).changes === 1
      const { at: _, ...key } = row
      return { id: priceId.get(key)?.id ?? 0, isNew }
    },
    /** Calls of an attempt that cost no cash, because of who answers them. */
    freeCalls: (taskId: TaskId, attemptId: AttemptId): number => freeCalls.get({ taskId, attemptId })?.n ?? 0,
  }
}

const toPlaces = (count: number): string => Array.from({ length: count }, () => '?').join(', ')
const toValues = (call: HeldCall): Value[] => heldColumns.map((column) => call[column])

export function toCall(row: CallRow): CallView {
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
    usage: { input: row.input, cacheRead: row.cache_read, cacheWrite: row.cache_write, output: row.output },
    cost: row.cost,
    listCost: row.list_cost,
    reserved: row.reserved,
    billing: row.billing,
    sessionId: row.session_id,
    confidence: row.confidence,
    status: row.status,
    latencyMs: row.latency_ms,
    requestId: row.request_id,
  }
}

/** The call as it stands when this bill has closed it. */
export function toClosed(held: HeldCall, { state, usage, cost, listCost, confidence, status, latencyMs, requestId }: Bill): CallView {
  const { input, cacheRead, cacheWrite, output } = usage
  return {
    id: held.id,
    at: held.at,
    attemptId: held.attempt_id,
    taskId: held.task_id,
    planId: held.plan_id,
    project: held.project,
    agent: held.agent,
    provider: held.provider,
    model: held.model,
    wire: held.wire,
    state,
    usage: { input, cacheRead, cacheWrite, output },
    cost,
    listCost,
    reserved: held.reserved,
    billing: held.billing,
    sessionId: held.session_id,
    confidence,
    status,
    latencyMs,
    requestId,
  }
}
