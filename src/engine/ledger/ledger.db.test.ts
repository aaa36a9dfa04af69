import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallView, ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { createLedgerReader, createLedgerStore } from './ledger.store.ts'
import { type CallEnd, type CallOrigin, createLedger } from './ledger.ts'
import { createPrices } from './price.ts'
import { noUsage } from './usage.ts'

const root = join(import.meta.dirname, '../../..')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const start = Date.parse('2026-11-20T10:15:00Z')
const ceiling = () => ({ input: 15_000_000_000, output: 75_000_000_000 })

const origin: CallOrigin = {
  attemptId: 'att_01JC0000000000000000000001',
  taskId: 'task_01JC0000000000000000000001',
  planId: 'plan_01JC0000000000000000000001',
  project: 'demo',
  agent: 'Rex',
  provider: 'anthropic',
  model: 'claude-sonnet-4-5',
  wire: 'anthropic',
  requestBytes: 3000,
}
const end: CallEnd = { usage: { ...noUsage, input: 1000, output: 100 }, status: 200, latencyMs: 5, requestId: 'req_1', confidence: 'exact' }
const COST = 4_500_000

function openLedger(dir: string, options: { refuseCharge?: boolean } = {}) {
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(root, 'migrations'), 1)
  const reader = openReader(join(dir, 'reef.db'))
  const clock = createManualClock(start)
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const charged: CallView[] = []
  const charge = (call: CallView) => {
    if (options.refuseCharge) throw new Error('the task is gone')
    charged.push(call)
  }
  const prices = createPrices({ file: join(root, 'assets/prices.json'), overrideFile: join(dir, 'prices.json'), ceiling })
  const nextLife = () => createLedger({ db, reader, clock, append: journal.append, prices, charge })
  const ledger = nextLife()
  const close = () => {
    db.close()
    reader.close()
  }
  return { db, reader, clock, ledger, nextLife, events, charged, close }
}

let dir: string
let world: ReturnType<typeof openLedger>
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reef-ledger-'))
  world = openLedger(dir)
})
afterEach(() => {
  world.close()
  rmSync(dir, { recursive: true })
})
const reopen = () => {
  world.close()
  world = openLedger(dir)
}
const spend = (more: Partial<CallOrigin> = {}, use: Partial<CallEnd['usage']> = {}) =>
  world.ledger.settle(world.ledger.open({ ...origin, ...more }), { ...end, usage: { ...end.usage, ...use } })
const settled = () => world.events.filter((event) => event.type === 'call.settled').length

describe('one call (R-206, R-207)', () => {
  it('is on record with everything before it is made, and with its bill when it ends', () => {
    const id = world.ledger.open(origin)
    const { requestBytes: _, ...who } = origin
    expect(world.ledger.get(id)).toEqual({
      ...who,
      id,
      at: start,
      state: 'open',
      usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 },
      cost: 0,
      confidence: 'estimated',
      status: null,
      latencyMs: null,
      requestId: null,
    })
    const call = world.ledger.settle(id, end)
    expect(call).toMatchObject({
      state: 'settled',
      usage: { input: 1000, output: 100 },
      cost: COST,
      confidence: 'exact',
      status: 200,
      latencyMs: 5,
      requestId: 'req_1',
    })
    expect([world.charged, world.events.map(({ type, subject, actor, data }) => ({ type, subject, actor, data }))]).toEqual([
      [call],
      [{ type: 'call.settled', subject: id, actor: 'agent:Rex', data: call }],
    ])
  })

  it('is billed once, whoever says again how it ended', () => {
    const id = world.ledger.open(origin)
    const first = world.ledger.settle(id, end)
    expect(world.ledger.settle(id, { ...end, usage: { ...end.usage, output: 999_999 } })).toEqual(first)
    expect(world.ledger.fail(id, { status: 500 })).toEqual(first)
    expect(world.ledger.recover()).toBe(0)
    expect([settled(), world.charged.length, world.ledger.summary({ by: 'model', zone: 'UTC' }).total]).toEqual([1, 1, COST])
  })

  it('costs nothing when the provider did not take it, and is counted all the same', () => {
    world.ledger.fail(world.ledger.open(origin), { status: 429, latencyMs: 9, requestId: 'req_9' })
    expect(world.ledger.calls({ limit: 10 })).toMatchObject([{ state: 'failed', cost: 0, status: 429, latencyMs: 9, requestId: 'req_9' }])
    expect([settled(), world.charged.length, world.ledger.summary({ by: 'model', zone: 'UTC' })]).toMatchObject([1, 0, { total: 0, calls: 1 }])
  })

  it('costs what the provider itself reports, and keeps what the price list would have said', () => {
    const id = world.ledger.open({ ...origin, provider: 'openrouter', model: 'nobody/knows-it' })
    expect(world.ledger.settle(id, { ...end, reportedCost: 140_000 as CallEnd['reportedCost'] & number })).toMatchObject({ cost: 140_000, confidence: 'exact' })
    expect(world.db.prepare('SELECT computed_cost, reported_cost, price_source FROM call').get()).toEqual({
      computed_cost: 22_500_000,
      reported_cost: 140_000,
      price_source: 'ceiling',
    })
  })

  it('is an estimate when the price or the figures are, and a rehearsal when it is one', () => {
    const confidence = (more: Partial<CallOrigin>, said: 'exact' | 'estimated' = 'exact') =>
      world.ledger.settle(world.ledger.open({ ...origin, ...more }), { ...end, confidence: said }).confidence
    expect([confidence({}), confidence({}, 'estimated'), confidence({ model: 'claude-unheard-of' }), confidence({ provider: 'rehearsal' })]).toEqual([
      'exact',
      'estimated',
      'estimated',
      'rehearsal',
    ])
    expect(world.charged.length).toBe(3)
  })

  it('is not half billed: when it cannot be charged, nothing of the bill is on record', () => {
    world.close()
    world = openLedger(dir, { refuseCharge: true })
    const id = world.ledger.open(origin)
    expect(() => world.ledger.settle(id, end)).toThrow('the task is gone')
    expect([world.ledger.get(id)?.state, settled(), world.ledger.summary({ by: 'day', zone: 'UTC' }).calls]).toEqual(['open', 0, 0])
  })
})

describe('a call that nobody lived to see the end of (C-26)', () => {
  it('is billed at the next start by the length of what was asked, once', () => {
    const id = world.ledger.open(origin)
    spend()
    reopen()
    world.clock.advance(5000)
    expect([world.ledger.recover(), world.ledger.recover()]).toEqual([1, 0])
    expect(world.ledger.get(id)).toMatchObject({
      state: 'settled',
      confidence: 'estimated',
      usage: { input: 1000, output: 64 },
      cost: 3_960_000,
      status: null,
      latencyMs: 5000,
    })
    expect(world.charged.length).toBe(1)
  })

  it('is not one of this life: a session that outlived the engine may be quicker than its recovery', () => {
    world.ledger.open(origin)
    reopen()
    const quick = world.ledger.open(origin)
    expect([world.ledger.recover(), world.ledger.get(quick)?.state]).toEqual([1, 'open'])
    expect(world.ledger.settle(quick, end)).toMatchObject({ cost: COST, confidence: 'exact' })
  })

  it('was on the disk before it was made: a process that is killed right after loses nothing', () => {
    world.close()
    const program = `
      import { openWriter, openReader } from ${JSON.stringify(join(root, 'src/engine/store/index.ts'))}
      import { createLedger } from ${JSON.stringify(join(root, 'src/engine/ledger/index.ts'))}
      const db = openWriter(${JSON.stringify(join(dir, 'reef.db'))})
      const reader = openReader(${JSON.stringify(join(dir, 'reef.db'))})
      const never = () => { throw new Error('not reached') }
      const ledger = createLedger({ db, reader, clock: { now: () => ${start} }, append: never, charge: never, prices: { price: () => ({ cost: 7, source: 'catalogue', estimated: false }) } })
      ledger.open(${JSON.stringify(origin)})
      process.kill(process.pid, 'SIGKILL')
    `
    expect(() => execFileSync(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' })).toThrow()
    world = openLedger(dir)
    expect([world.ledger.held(), world.ledger.recover(), world.ledger.held()]).toEqual([7, 1, 0])
    expect(world.ledger.calls({ limit: 10 })).toMatchObject([{ state: 'settled', confidence: 'estimated', cost: 3_960_000 }])
  })
})

describe('money that is about to be spent (R-078)', () => {
  it('is held while a call runs, for its task, its plan and the day, and given back when it ends', () => {
    const other = { ...origin, taskId: 'task_01JC0000000000000000000002' } as const
    // 1000 tokens of input, nine of ten from the cache, and 2000 of a usual answer.
    const one = 30_570_000
    const [first, second] = [world.ledger.open(origin), world.ledger.open(other)]
    world.ledger.open({ ...origin, taskId: null, planId: null, provider: 'rehearsal' })
    const held = () => [
      world.ledger.held(),
      world.ledger.held({ planId: origin.planId }),
      world.ledger.held({ taskId: origin.taskId }),
      world.ledger.held({ taskId: 'task_01JC0000000000000000000009' }),
    ]
    expect(held()).toEqual([2 * one, 2 * one, one, 0])
    world.ledger.settle(first, end)
    expect(held()).toEqual([one, one, 0, 0])
    world.ledger.fail(second, { status: 500 })
    expect(held()).toEqual([0, 0, 0, 0])
  })
})

describe('the calls as a list', () => {
  it('come newest first, page by page, of all, of a task or of a plan', () => {
    const other = { taskId: 'task_01JC0000000000000000000002', planId: 'plan_01JC0000000000000000000002' } as const
    const ids = Array.from({ length: 25 }, (_, i) => {
      world.clock.advance(i % 3)
      return spend(i % 5 === 0 ? other : {}).id
    }).reverse()
    const walk = (page: Parameters<typeof world.ledger.calls>[0]) => {
      const seen: string[] = []
      for (let calls = world.ledger.calls(page); calls.length > 0; calls = world.ledger.calls({ ...page, before: seen.at(-1) }))
        seen.push(...calls.map((call) => call.id))
      return seen
    }
    expect(walk({ limit: 10 })).toEqual(ids)
    expect(walk({ limit: 1 })).toEqual(ids)
    expect(walk({ limit: 3, taskId: other.taskId })).toEqual(ids.filter((_, i) => (24 - i) % 5 === 0))
    expect(walk({ limit: 3, planId: other.planId })).toEqual(ids.filter((_, i) => (24 - i) % 5 === 0))
    expect(world.ledger.calls({ limit: 10, before: ids.at(-1) })).toEqual([])
  })
})

describe('sums (R-207, R-220)', () => {
  const dimensions = ['agent', 'model', 'provider', 'project', 'task'] as const

  it('of the hours are the sums of the calls, exactly, whatever was spent when, by whom and in which order', () => {
    const anyCall = fc.record({
      wait: fc.integer({ min: 0, max: 3 * HOUR }),
      agent: fc.constantFrom('Rex', 'Hawk', 'Scout'),
      provider: fc.constantFrom('anthropic', 'openai', 'rehearsal', 'elsewhere'),
      model: fc.constantFrom('claude-sonnet-4-5', 'gpt-5', 'unheard-of'),
      project: fc.constantFrom('demo', 'other', null),
      taskId: fc.constantFrom(origin.taskId, null),
      input: fc.nat(100_000),
      cacheRead: fc.nat(100_000),
      cacheWrite: fc.nat(100_000),
      output: fc.nat(20_000),
      how: fc.constantFrom('settle', 'settle', 'settle', 'fail', 'leave'),
    })
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 25 }), (calls) => {
        world.db.exec('DELETE FROM call; DELETE FROM spend_hour')
        for (const { wait, input, cacheRead, cacheWrite, output, how, ...who } of calls) {
          world.clock.advance(wait)
          const id = world.ledger.open({ ...origin, ...who })
          if (how === 'settle') world.ledger.settle(id, { ...end, usage: { ...noUsage, input, cacheRead, cacheWrite, output } })
          if (how === 'fail') world.ledger.fail(id, { status: 500 })
        }
        world.nextLife().recover()
        const all = world.ledger.calls({ limit: 1000 })
        const total = all.reduce((sum, call) => sum + call.cost, 0)
        for (const by of dimensions) {
          const summary = world.ledger.summary({ by, zone: 'UTC', since: start as CallView['at'] })
          expect([summary.total, summary.calls, summary.series.reduce((sum, point) => sum + point.cost, 0)]).toEqual([total, all.length, total])
          const key = (call: CallView) =>
            ({ agent: call.agent, model: call.model, provider: call.provider, project: call.project ?? '', task: call.taskId ?? '' })[by]
          for (const row of summary.rows) {
            const mine = all.filter((call) => key(call) === row.key)
            const add = (pick: (call: CallView) => number) => mine.reduce((sum, call) => sum + pick(call), 0)
            expect(row).toEqual({
              key: row.key,
              calls: mine.length,
              cost: add((call) => call.cost),
              usage: {
                input: add((call) => call.usage.input),
                cacheRead: add((call) => call.usage.cacheRead),
                cacheWrite: add((call) => call.usage.cacheWrite),
                output: add((call) => call.usage.output),
              },
            })
          }
        }
        expect(world.ledger.summary({ by: 'day', zone: 'Pacific/Auckland', since: start as CallView['at'] })).toMatchObject({ total, calls: all.length })
      }),
      { numRuns: 25 },
    )
  })

  it('by day are days of the owner’s zone, newest first, and the chart begins with the oldest', () => {
    // 23:15 on the 20th in Auckland, then 00:15 and 01:15 on the 21st.
    for (let i = 0; i < 3; i++) {
      spend()
      world.clock.advance(HOUR)
    }
    const summary = world.ledger.summary({ by: 'day', zone: 'Pacific/Auckland' })
    expect(summary.rows.map(({ key, calls, cost }) => [key, calls, cost])).toEqual([
      ['2026-11-21', 2, 2 * COST],
      ['2026-11-20', 1, COST],
    ])
    expect(summary.series.map(({ at, cost }) => [new Date(at).toISOString(), cost])).toEqual([
      ['2026-11-19T11:00:00.000Z', COST],
      ['2026-11-20T11:00:00.000Z', 2 * COST],
    ])
  })

  it('fit a chart: at most 600 points, the dearest keys by name and the rest together, and nothing lost', () => {
    for (let day = 0; day < 120; day++) {
      for (let key = 0; key < 8; key++) spend({ agent: `Agent ${(day + key * 7) % 40}` }, { output: 100 + key })
      world.clock.advance(DAY)
    }
    for (const by of ['agent', 'day'] as const) {
      const summary = world.ledger.summary({ by, zone: 'UTC', since: start as CallView['at'] })
      expect(summary.series.length).toBeLessThanOrEqual(600)
      expect(summary.series.reduce((sum, point) => sum + point.cost, 0)).toBe(summary.total)
    }
    const { rows, series } = world.ledger.summary({ by: 'agent', zone: 'UTC', since: start as CallView['at'] })
    expect([rows.length, new Set(series.map((point) => point.key)).size]).toEqual([40, 12])
  })
})

describe('today', () => {
  it('is what the owner’s day has cost to the call, and what the last sixty minutes did', () => {
    const today = (zone: string) => world.ledger.today(zone)
    spend()
    world.clock.advance(30 * 60_000)
    spend()
    expect(today('Pacific/Auckland')).toEqual({ spent: 2 * COST, perHour: 2 * COST, asOf: start + 30 * 60_000 })
    // 00:10 in Auckland: a new day, the same hour.
    world.clock.advance(25 * 60_000)
    expect(today('Pacific/Auckland')).toMatchObject({ spent: 0, perHour: 2 * COST })
    expect(today('UTC')).toMatchObject({ spent: 2 * COST })
    world.clock.advance(HOUR)
    spend()
    expect(today('Pacific/Auckland')).toMatchObject({ spent: COST, perHour: COST })
  })

  it('begins in the middle of an hour of UTC where the zone does', () => {
    // 18:15 UTC is 23:45 in Kolkata; the day begins at 18:30 UTC.
    world.clock.advance(8 * HOUR)
    spend()
    world.clock.advance(14 * 60_000)
    spend()
    world.clock.advance(60_000)
    spend()
    expect(world.ledger.today('Asia/Kolkata').spent).toBe(COST)
    expect(world.ledger.today('UTC').spent).toBe(3 * COST)
  })
})

describe('the ledger stays quick', () => {
  it('because no statement of it reads a table from end to end', () => {
    const statements: string[] = []
    const listen = <T extends typeof world.db | typeof world.reader>(db: T): T =>
      new Proxy(db, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) => {
            if (name === 'prepare') statements.push(String(args[0]))
            return value.apply(target, args) as unknown
          }
        },
      })
    createLedgerStore(listen(world.db))
    createLedgerReader(listen(world.reader))
    const scans = statements.flatMap((sql) => {
      const nulls = Object.fromEntries([...sql.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, null]))
      const steps = world.db.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(nulls)
      return steps.map((step) => step.detail).filter((detail) => /^SCAN (call|spend_hour|s)\b/.test(detail) && !detail.includes('INDEX call_open'))
    })
    expect([statements.length > 15, scans]).toEqual([true, []])
  })
})
