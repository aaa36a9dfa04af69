import type { AttemptId, CallId, CallView, Instant, Nanodollars, PlanId, SpendBy, SpendRow, SpendSummary, TaskId } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { daysFrom, startOfDay, toDay, toSpans } from './days.ts'
import { createLedgerReader, createLedgerStore, type Span } from './ledger.store.ts'
import type { Prices } from './price.ts'
import { estimateUsage, expectUsage, type MeteredUsage, noUsage } from './usage.ts'

export type LedgerDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly prices: Pick<Prices, 'price'>
  /** Books the cost on attempt, task and plan; called inside the transaction that bills the call. */
  readonly charge: (call: CallView) => void
}

export type CallOrigin = {
  readonly attemptId: AttemptId | null
  readonly taskId: TaskId | null
  readonly planId: PlanId | null
  readonly project: string | null
  readonly agent: string
  readonly provider: string
  readonly model: string
  readonly wire: string
  /** Length of the request as far as it is known; what a call is billed by when nobody lives to see its answer. */
  readonly requestBytes?: number
}
export type CallEnd = {
  readonly usage: MeteredUsage
  readonly status: number | null
  readonly latencyMs: number
  readonly ttftMs?: number | null
  readonly requestId: string | null
  /** exact: the provider's own final figures; estimated: anything else. */
  readonly confidence: 'exact' | 'estimated'
  /** The provider's own bill, where it sends one. */
  readonly reportedCost?: Nanodollars | null
}
export type CallFailure = { readonly status: number; readonly latencyMs?: number; readonly requestId?: string | null }

const HOUR = 3_600_000
const MOST_POINTS = 600
/** Keys that a stacked chart can still tell apart. */
const MOST_KEYS = 12
const MOST_ROWS = 500

/** Every model call and what it cost. A call is open from before it is made until it is settled or failed, exactly once. */
export function createLedger({ db, reader: readDb, clock, append, prices, charge }: LedgerDeps) {
  const store = createLedgerStore(db)
  const reader = createLedgerReader(readDb)
  /** Read before anybody can open another: the calls of sessions that outlived an engine come back before recovery does. */
  let left = store.open()

  return {
    /** Committed when it returns: from here on the call is paid for, whatever becomes of the engine. */
    open(origin: CallOrigin): CallId {
      const id = newId('call', clock) as CallId
      write(db, () =>
        store.insert({
          id,
          at: clock.now(),
          attempt_id: origin.attemptId,
          task_id: origin.taskId,
          plan_id: origin.planId,
          project: origin.project,
          agent: origin.agent,
          provider: origin.provider,
          model: origin.model,
          wire: origin.wire,
          confidence: 'estimated',
          request_bytes: origin.requestBytes ?? 0,
          held: prices.price(origin.provider, origin.model, expectUsage(origin.requestBytes ?? 0), clock.now()).cost,
        }),
      )
      return id
    },

    /** Bills a call and books it everywhere in one transaction. A second time changes nothing and answers the first bill. */
    settle: (id: CallId, end: CallEnd): CallView => write(db, () => bill(id, end)),

    /** The provider took no work: no tokens, no cost. */
    fail: (id: CallId, { status, latencyMs, requestId }: CallFailure): CallView =>
      write(db, () =>
        close({ ...unpriced, id, state: 'failed', usage: noUsage, confidence: 'exact', status, latencyMs: latencyMs ?? null, requestId: requestId ?? null }),
      ),

    /** Bills the calls of an engine that died before their end by the length of what was asked; those of this life are left alone. Answers how many there were. */
    recover(): number {
      return write(db, () => {
        const open = left
        left = []
        for (const call of open) {
          const usage = estimateUsage({ known: null, requestBytes: call.requestBytes, answerBytes: 0 })
          bill(call.id, { usage, status: null, latencyMs: Math.max(0, clock.now() - call.at), requestId: null, confidence: 'estimated' })
        }
        return open.length
      })
    },

    /**
     * What the calls under way are expected to cost: of a task, of a plan, or of all. Limits count it together with what is
     * spent, so that many calls side by side cannot each take the last dollar.
     */
    held: ({ taskId, planId }: { taskId?: TaskId | null; planId?: PlanId | null } = {}): Nanodollars =>
      store.held({ taskId: taskId ?? null, planId: planId ?? null }),

    get: (id: CallId): CallView | undefined => store.get(id),

    /** Newest first. */
    calls: (page: { limit: number; before?: string | undefined; taskId?: TaskId | undefined; planId?: PlanId | undefined }): CallView[] => reader.calls(page),

    /** Sums from the hourly rollup; days are those of the zone. Hours belong to the day in which they begin. */
    summary({ by, since, zone }: { by: SpendBy; since?: Instant | undefined; zone: string }): SpendSummary {
      const now = clock.now()
      const from = since ?? (startOfDay(now - 29 * 24 * HOUR, zone) as Instant)
      const rows = by === 'day' ? sumByDay(from, now, zone) : reader.sumByKey(by, from - (from % HOUR))
      return {
        by,
        since: from,
        total: sum(rows.map((row) => row.cost)) as Nanodollars,
        calls: sum(rows.map((row) => row.calls)),
        rows: rows.slice(0, MOST_ROWS),
        series: toSeries(by, from, now, zone, rows),
      }
    },

    /** What the calendar day has cost so far, to the call, and what the last sixty minutes did. */
    today(zone: string): { spent: Nanodollars; perHour: Nanodollars; asOf: Instant } {
      const now = clock.now()
      const start = startOfDay(now, zone)
      const firstHour = Math.ceil(start / HOUR) * HOUR
      // Where midnight does not fall on an hour of UTC, the part before the first whole hour is read call by call.
      const edge = firstHour > start ? reader.spentBetween(start, firstHour) : 0
      return { spent: (edge + reader.spentSince(firstHour)) as Nanodollars, perHour: reader.spentBetween(now - HOUR, now + 1), asOf: now }
    },
  }

  function bill(id: CallId, { usage, reportedCost, confidence, ttftMs, ...end }: CallEnd): CallView {
    const call = store.get(id)
    if (!call) throw new Error(`there is no call ${id}`)
    const priced = prices.price(call.provider, call.model, usage, call.at)
    const reported = reportedCost ?? null
    return close({
      ...end,
      id,
      state: 'settled',
      usage,
      // A provider that reports nothing at all charged somewhere else; zero is not taken for an answer.
      cost: reported ? reported : priced.cost,
      computedCost: priced.cost,
      reportedCost: reported,
      priceSource: priced.source,
      confidence: priced.source === 'rehearsal' ? 'rehearsal' : priced.estimated && !reported ? 'estimated' : confidence,
      ttftMs: ttftMs ?? null,
    })
  }

  function close(bill: Parameters<typeof store.close>[0]): CallView {
    const call = store.close(bill)
    if (!call) {
      const before = store.get(bill.id)
      if (!before) throw new Error(`there is no call ${bill.id}`)
      return before
    }
    append({ type: 'call.settled', subject: call.id, actor: toActor(call.agent), correlationId: call.planId, data: call })
    if (call.cost > 0) charge(call)
    return call
  }

  function sumByDay(since: number, now: number, zone: string): SpendRow[] {
    const days = daysFrom(since, now, zone)
    const spans = days.map((start, i): Span => [Math.max(start, since - (since % HOUR)), days[i + 1] ?? now + HOUR])
    return reader
      .sumBySpan(spans)
      .map(({ start, ...row }) => ({ ...row, key: toDay(Math.max(start, since), zone) }))
      .sort((a, b) => b.key.localeCompare(a.key))
  }

  function toSeries(by: SpendBy, since: number, now: number, zone: string, rows: readonly SpendRow[]): SpendSummary['series'] {
    if (by === 'day') return reader.sumBySpan(toSpans(since, now, zone, MOST_POINTS)).map((row) => ({ at: row.start as Instant, key: '', cost: row.cost }))
    const named = rows.slice(0, MOST_KEYS - 1).map((row) => row.key)
    const spans = toSpans(since, now, zone, Math.floor(MOST_POINTS / MOST_KEYS))
    return reader.seriesByKey(by, spans, named).map((row) => ({ at: row.start as Instant, key: row.key, cost: row.cost }))
  }
}
export type Ledger = ReturnType<typeof createLedger>

const unpriced = { cost: 0 as Nanodollars, computedCost: 0 as Nanodollars, reportedCost: null, priceSource: null, ttftMs: null } as const
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const toActor = (agent: string): `agent:${string}` => `agent:${agent.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`
