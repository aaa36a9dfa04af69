import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Billing, CallId, Instant, Nanodollars, PlanId, ReefEvent, TaskId } from '../../src/contract/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createAdjust, createExport, createSpend, type MeteredUsage, noUsage, type Work } from '../../src/engine/ledger/index.ts'
import { type Rate, toCost } from '../../src/engine/ledger/rate.ts'
import { migrate, openReader, openWriter, write } from '../../src/engine/store/index.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const start = Date.parse('2026-11-20T10:15:00Z')

export const sonnet: Rate = {
  input: 3,
  output: 15,
  cacheRead: 0.3,
  cacheWrite: 3.75,
  contextWindow: 1_000_000,
  tiers: [{ above: 200_000, input: 6, output: 22.5, cacheRead: 0.6, cacheWrite: 7.5 }],
}

export type Made = {
  readonly agent?: string
  readonly project?: string | null
  readonly provider?: string
  readonly model?: string
  readonly taskId?: TaskId | null
  readonly planId?: PlanId | null
  readonly billing?: Billing
  readonly usage?: Partial<MeteredUsage>
  readonly reportedCost?: number | undefined
  readonly reserved?: number
  readonly source?: 'catalogue' | 'override' | 'ceiling' | 'rehearsal'
  readonly confidence?: 'exact' | 'estimated' | 'rehearsal'
  /** fail: the provider took no work; leave: it is under way. */
  readonly end?: 'settle' | 'fail' | 'leave'
}

/** The reading side of the ledger over a real file. */
export function openBooks() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-spend-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '../../migrations'), 1)
  const reader = openReader(file)
  const clock = createManualClock(start)
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const addPrice = db.prepare(
    `INSERT INTO price (provider, model, source, version, rates, at) VALUES (:provider, :model, :source, 'test, 2026-11-01', :rates, 0) ON CONFLICT DO NOTHING`,
  )
  const addCall = db.prepare(
    `INSERT INTO call (id, at, attempt_id, task_id, plan_id, session_id, project, agent, provider, model, wire, billing, state, input, cache_read, cache_write,
                       cache_write_1h, output, web_searches, service, cost, computed_cost, reported_cost, list_cost, price_source, price_id, confidence, status,
                       latency_ms, request_id, reserved)
     VALUES (:id, :at, :attempt, :task, :plan, :session, :project, :agent, :provider, :model, 'anthropic', :billing, :state, :input, :cacheRead, :cacheWrite,
             :cacheWrite1h, :output, :searches, :service, :cost, :computed, :reported, :list, :source,
             (SELECT id FROM price WHERE provider = :provider AND model = :model AND source = :source), :confidence, :status, :latency, 'req_1', :reserved)`,
  )
  const reserve = db.prepare(
    `INSERT INTO reservation (id, at, attempt_id, task_id, plan_id, session_id, project, agent, team, provider, model, wire, billing, request_bytes, service,
                              reserved, reserved_list, envelopes)
     VALUES (:id, :at, :attempt, :task, :plan, :session, :project, :agent, 'factory', :provider, :model, 'anthropic', :billing, 0, 'standard', :reserved, :reserved, '[]')`,
  )
  const addUp = db.prepare(
    `INSERT INTO spend_hour (hour, agent, provider, model, project, task_id, calls, input, cache_read, cache_write, output, cost, list_cost)
     VALUES (:hour, :agent, :provider, :model, :project, :task, 1, :input, :cacheRead, :cacheWrite, :output, :cost, :list)
     ON CONFLICT DO UPDATE SET calls = calls + 1, input = input + excluded.input, cache_read = cache_read + excluded.cache_read,
            cache_write = cache_write + excluded.cache_write, output = output + excluded.output, cost = cost + excluded.cost, list_cost = list_cost + excluded.list_cost`,
  )
  const released = new Set<string>()
  const work: Work = { passedTasks: 0, mergedChanges: 0, products: 0, failedAttemptCost: 0 as Nanodollars, retryCost: 0 as Nanodollars }
  const facts = { work, stops: { day: 100e9 as Nanodollars, month: 1500e9 as Nanodollars } }
  const noted: Array<{ chargedAt: number; amount: number }> = []
  const spend = createSpend({
    reader,
    clock,
    catchUp: () => {},
    products: () => released,
    work: () => facts.work,
    budgetsOf: () => [],
    stops: () => facts.stops,
  })

  return {
    db,
    reader,
    clock,
    events,
    spend,
    released,
    facts,
    noted,
    adjust: createAdjust({ db, reader, clock, append: journal.append, noteAdjustment: (one) => noted.push(one) }),
    toFile: createExport({ reader, products: () => released, tiers: (ids) => new Map(ids.map((id) => [id, 'mid'])) }),
    /** One call, now, as the ledger leaves it behind. 1,000 tokens in and 100 out cost 4,500,000 nanodollars. */
    call(made: Made = {}): CallId {
      const { billing = 'metered', end = 'settle', source = 'catalogue', provider = 'anthropic', model = 'claude-sonnet-4-5', agent = 'Rex' } = made
      const taskId = made.taskId === undefined ? task(1) : made.taskId
      const project = made.project === undefined ? 'demo' : made.project
      const usage = { ...noUsage, ...(end === 'settle' && { input: 1000, output: 100, ...made.usage }) }
      const computed = toCost(sonnet, usage)
      const list = end === 'settle' ? (made.reportedCost ?? computed) : 0
      const cost = billing === 'metered' ? list : 0
      const at = clock.now()
      const id = newId('call', clock) as CallId
      const { input, cacheRead, cacheWrite, output } = usage
      const used = { input, cacheRead, cacheWrite, output, cost, list }
      write(db, () => {
        const begun = {
          id,
          at,
          attempt: 'att_01JC0000000000000000000001',
          task: taskId,
          plan: made.planId === undefined ? plan(1) : made.planId,
          session: 'ses_01JC0000000000000000000001',
          project,
          agent,
          provider,
          model,
          billing,
          reserved: made.reserved ?? 100_000_000,
        }
        if (end === 'leave') return void reserve.run(begun)
        addPrice.run({ provider, model, source, rates: JSON.stringify(sonnet) })
        addCall.run({
          ...begun,
          ...used,
          state: { settle: 'settled', fail: 'failed' }[end],
          cacheWrite1h: usage.cacheWrite1h,
          searches: usage.webSearches,
          service: usage.service,
          computed,
          reported: made.reportedCost ?? null,
          source: end === 'settle' ? source : null,
          confidence: made.confidence ?? 'exact',
          status: { settle: 200, fail: 500 }[end],
          latency: 1500,
        })
        addUp.run({ ...used, hour: at - (at % HOUR), agent, provider, model, project: project ?? '', task: taskId ?? '' })
      })
      return id
    },
    at: (time: string | number): void => clock.advance((typeof time === 'string' ? Date.parse(time) : time) - clock.now()),
    [Symbol.dispose](): void {
      db.close()
      reader.close()
      rmSync(dir, { recursive: true })
    },
  }
}
export type Books = ReturnType<typeof openBooks>

export const COST = 4_500_000
export const task = (n: number): TaskId => `task_01JC${String(n).padStart(22, '0')}`
export const plan = (n: number): PlanId => `plan_01JC${String(n).padStart(22, '0')}`
export const instant = (time: string | number): Instant => (typeof time === 'string' ? Date.parse(time) : time) as Instant
