import { stringify } from 'csv-stringify/sync'
import type { Instant } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'
import { createAdjustReader } from './adjust.store.ts'
import { type Cell, focusColumns, toCorrectionRow, toDollars, toFocusRows } from './focus.ts'
import { type BilledCall, createSpendReader } from './spend.store.ts'

export type ExportDeps = {
  readonly reader: ReadDb
  /** Projects that have been released. */
  readonly products: () => ReadonlySet<string>
  /** Tiers of tasks, by id. */
  readonly tiers: (taskIds: readonly string[]) => ReadonlyMap<string, string>
}
export type ExportPage = {
  readonly format: 'calls' | 'focus'
  readonly since?: Instant | undefined
  readonly until?: Instant | undefined
  /** `next` of the page before; the first page, which has the head, when left out. */
  readonly after?: string | undefined
}

/** Calls of a page: as many as are written in a tenth of a second, because everything else waits meanwhile. */
const mostCalls = { calls: 2500, focus: 500 }

/**
 * The ledger as CSV, oldest first and page by page. Only bills are in it, no call under way. A FOCUS file ends with the corrections,
 * so that its BilledCost adds up to what the ledger says for the same span.
 */
export function createExport({ reader: readDb, products, tiers }: ExportDeps) {
  const reader = createSpendReader(readDb)
  const adjustments = createAdjustReader(readDb)

  return ({ format, since, until, after }: ExportPage): { text: string; next: string | null } => {
    const from = since ?? 0
    const to = until ?? Number.MAX_SAFE_INTEGER
    const bills = reader.bills({ from, to, limit: mostCalls[format], after })
    const next = bills.length === mostCalls[format] ? (bills.at(-1)?.call.id ?? null) : null
    const header = after === undefined
    if (format === 'calls') return { text: toCsv(callColumns, bills.map(toCallRow), header), next }
    const released = products()
    const tierOf = tiers([...new Set(bills.flatMap(({ call }) => call.taskId ?? []))])
    const rows = bills.flatMap((bill) => toFocusRows(bill, { isProduct: (project) => released.has(project), tierOf: (taskId) => tierOf.get(taskId) ?? null }))
    const corrections = next === null ? adjustments.between(from, to).map(toCorrectionRow) : []
    return { text: toCsv(focusColumns, [...rows, ...corrections], header), next }
  }
}
export type Export = ReturnType<typeof createExport>

/** A text that a spreadsheet would take for a formula gets an apostrophe in front: names of models and projects come from outside. */
const toCsv = (columns: readonly string[], rows: ReadonlyArray<Readonly<Record<string, Cell>>>, header: boolean): string =>
  stringify([...(header ? [columns] : []), ...rows.map((row) => columns.map((column) => row[column]))], { escape_formulas: true, cast: { bigint: toDollars } })

const callColumns = [
  'id',
  'at',
  'agent',
  'project',
  'plan_id',
  'task_id',
  'attempt_id',
  'session_id',
  'provider',
  'model',
  'billing',
  'state',
  'status',
  'latency_ms',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'cost_usd',
  'list_cost_usd',
  'reserved_usd',
  'confidence',
  'request_id',
] as const

const toCallRow = ({ call }: BilledCall): Record<(typeof callColumns)[number], Cell> => ({
  id: call.id,
  at: new Date(call.at).toISOString(),
  agent: call.agent,
  project: call.project,
  plan_id: call.planId,
  task_id: call.taskId,
  attempt_id: call.attemptId,
  session_id: call.sessionId,
  provider: call.provider,
  model: call.model,
  billing: call.billing,
  state: call.state,
  status: call.status,
  latency_ms: call.latencyMs,
  input_tokens: call.usage.input,
  cache_read_tokens: call.usage.cacheRead,
  cache_write_tokens: call.usage.cacheWrite,
  output_tokens: call.usage.output,
  cost_usd: BigInt(call.cost),
  list_cost_usd: BigInt(call.listCost),
  reserved_usd: BigInt(call.reserved),
  confidence: call.confidence,
  request_id: call.requestId,
})
