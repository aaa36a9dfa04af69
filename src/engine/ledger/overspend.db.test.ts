import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CallId } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter, type ReadDb } from '../store/index.ts'
import { boundInput, boundOutput, type CallSize } from './bound.ts'
import type { DefaultBudgets } from './budget.ts'
import { createBudgets } from './budgets.ts'
import { createLedger } from './ledger.ts'
import type { CallTarget } from './offer.ts'
import { createPrices } from './price.ts'
import { noUsage } from './usage.ts'
import { windowsAt } from './window.ts'

const root = join(import.meta.dirname, '../../..')
const zone = 'Pacific/Auckland'
const cap = 4000
const known = (provider: string, model: string, contextWindow: number): CallTarget => ({
  provider,
  model,
  billing: 'metered',
  limits: { contextWindow, maxOutput: 64_000 },
})
/** A plain price, one with a long-context tier, one that nobody lists, and one that costs no cash. */
const targets: readonly CallTarget[] = [
  known('anthropic', 'claude-sonnet-4-5', 200_000),
  known('google', 'gemini-2.5-pro', 1_000_000),
  known('nobody', 'never-heard-of', 50_000),
  { ...known('ollama', 'qwen3:8b', 32_000), billing: 'local' },
]

const size: fc.Arbitrary<CallSize> = fc.record({
  bytes: fc.integer({ min: 1, max: 300_000 }),
  counted: fc.constant(null),
  refersOutside: fc.constantFrom(false, false, false, true),
  askedOutput: fc.option(fc.integer({ min: 1, max: 8000 })),
  leastOutput: fc.constantFrom(1, 1, 1, 2500),
  choices: fc.constantFrom(1, 1, 2),
  hourCache: fc.boolean(),
  webSearches: fc.constant(0),
  service: fc.constantFrom('standard', 'standard', 'flex', 'priority'),
  writes: fc.constantFrom(true, true, true, false),
})
const share = fc.double({ min: 0, max: 1, noNaN: true })
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      asks: fc.array(fc.record({ agent: fc.nat(2), task: fc.nat(3), target: fc.nat(3), size }), { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('settle' as const), which: fc.nat(), input: share, cached: share, output: share, waits: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), which: fc.nat(), answerBytes: fc.nat(100_000), hidden: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock' as const), hours: fc.integer({ min: -60, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), agentDay: fc.integer({ min: 1, max: 3_000_000_000 }) }) },
)

type Open = { id: CallId; target: CallTarget; size: CallSize; output: number; amount: number; day: number; agent: number; task: number }

it('spent and held never pass a limit when a call is admitted, whatever is raced, killed, late or set, and everything held drains (R-198, R-200, R-219)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 40, maxLength: 120 }), async (acts) => {
      const world = open()
      const { clock, db, reader, defaults } = world
      let { ledger } = world
      const running: Open[] = []
      const closed: Open[] = []
      /** The model: what each agent's day has settled and holds, in cash. */
      const days = new Map<string, { spent: number; held: number }>()
      const dayOf = ({ day, agent }: Pick<Open, 'day' | 'agent'>) => {
        const key = `${agent} ${day}`
        const found = days.get(key) ?? { spent: 0, held: 0 }
        days.set(key, found)
        return found
      }
      const book = (call: Open, cost: number) => {
        const day = dayOf(call)
        day.held -= call.amount
        day.spent += cost
        running.splice(running.indexOf(call), 1)
        closed.push(call)
      }

      /** Ends that wait for company, while others ask for what they still hold. */
      let waiting: Array<{ call: Open; bill: ReturnType<typeof ledger.settle> }> = []
      const booked = <T>(bill: Promise<T>): Promise<T> => {
        ledger.catchUp()
        return bill
      }
      const drain = async () => {
        for (const { call, bill } of waiting) {
          const { cost, reserved } = await booked(bill)
          expect(cost).toBeLessThanOrEqual(reserved)
          book(call, cost)
        }
        waiting = []
      }

      for (const step of acts) {
        if (step.kind !== 'reserve' && !('waits' in step)) await drain()
        const call = 'which' in step && running.length > 0 ? running[step.which % running.length] : undefined
        switch (step.kind) {
          case 'reserve': {
            const day = windowsAt(clock.now(), zone).day.start
            const answers = await Promise.all(
              step.asks.map(async (ask) => ({
                ...ask,
                answer: await ledger.reserve(origin(ask), [targets[ask.target] as CallTarget], ask.size, { patienceMs: 0 }),
              })),
            )
            for (const { agent, task, target: at, size: asked, answer } of answers) {
              if (answer.kind !== 'reserved') continue
              const target = targets[at] as CallTarget
              const { most } = boundOutput(asked, target.limits, cap)
              const granted: Open = {
                id: answer.id,
                target,
                size: asked,
                output: Math.min(answer.maxOutput ?? most, most),
                amount: answer.amount,
                day,
                agent,
                task,
              }
              running.push(granted)
              dayOf(granted).held += answer.amount
            }
            await drain()
            for (const [agent, { spent, held }] of [0, 1, 2].map((agent) => [agent, dayOf({ day, agent })] as const))
              if (answers.some((one) => one.agent === agent && one.answer.kind === 'reserved' && one.answer.amount > 0))
                expect(spent + held).toBeLessThanOrEqual(defaults.agentDay)
            break
          }
          case 'settle': {
            if (!call || waiting.some((one) => one.call === call)) break
            const input = Math.floor(step.input * boundInput(call.size, call.target.limits))
            const cacheRead = Math.floor(step.cached * input * 0.5)
            const cacheWrite = Math.floor(step.cached * (input - cacheRead))
            const output = Math.floor(step.output * call.output) * call.size.choices
            const usage = {
              ...noUsage,
              input: input - cacheRead - cacheWrite,
              cacheRead,
              cacheWrite,
              cacheWrite1h: call.size.hourCache ? cacheWrite : 0,
              output,
              service: call.size.service,
            }
            waiting.push({ call, bill: ledger.settle(call.id, { usage, status: 200, latencyMs: 1, requestId: null, confidence: 'exact' }) })
            if (!step.waits) await drain()
            break
          }
          case 'cut': {
            if (!call) break
            const { answerBytes, hidden } = step
            const bill = await booked(ledger.settleCut(call.id, { known: null, answerBytes, hidden, status: 499, latencyMs: 60_000, requestId: null }))
            expect(bill).toMatchObject({ confidence: 'estimated' })
            expect(bill.cost).toBeLessThanOrEqual(bill.reserved)
            book(call, bill.cost)
            break
          }
          case 'fail': {
            if (!call) break
            expect((await booked(ledger.fail(call.id, { status: 503 }))).cost).toBe(0)
            book(call, 0)
            break
          }
          case 'late': {
            const before = closed.length > 0 ? closed[step.which % closed.length] : undefined
            if (!before) break
            const first = ledger.get(before.id)
            const usage = { ...noUsage, input: 1_000_000, output: 1_000_000 }
            expect(await booked(ledger.settle(before.id, { usage, status: 200, latencyMs: 1, requestId: null, confidence: 'exact' }))).toEqual(first)
            break
          }
          case 'kill': {
            ledger = world.nextLife()
            ledger.recover()
            for (const one of [...running]) book(one, ledger.get(one.id)?.cost ?? Number.NaN)
            break
          }
          case 'clock':
            clock.advance(step.hours * 3_600_000)
            break
          case 'limit':
            defaults.agentDay = step.agentDay
        }
      }
      await drain()
      for (const call of [...running]) {
        await booked(ledger.fail(call.id, { status: 503 }))
        book(call, 0)
      }
      const envelopes = all(reader, 'SELECT scope, subject, period, window_start AS day, spent, held FROM envelope')
      expect(envelopes.filter(({ held }) => held !== 0)).toEqual([])
      for (const { scope, subject, period, day, spent } of envelopes)
        if (scope === 'agent' && period === 'day') expect(spent).toBe(days.get(`${subject.slice(1)} ${day}`)?.spent ?? 0)
      const cost = all(reader, 'SELECT coalesce(sum(cost), 0) AS cost FROM call')[0]?.cost
      expect([...days.values()].reduce((sum, { spent }) => sum + spent, 0)).toBe(cost)
      expect(all(reader, 'SELECT count(*) AS n FROM reservation')).toEqual([{ n: 0 }])
      db.close()
      reader.close()
      rmSync(world.dir, { recursive: true })
    }),
    { numRuns: Number(process.env['REEF_OVERSPEND_RUNS'] ?? 20), endOnFailure: true },
  )
}, 120_000)

const start = Date.parse('2027-04-03T09:30:00Z')
const id = (prefix: string, n: number) => `${prefix}_01JC000000000000000000000${n}` as never
const origin = ({ agent, task }: { agent: number; task: number }) => ({
  sessionId: null,
  attemptId: id('att', task),
  taskId: id('task', task),
  planId: id('plan', 0),
  project: 'demo',
  agent: `A${agent}`,
  team: 'factory',
  wire: 'anthropic',
})

function open() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-overspend-'))
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(root, 'migrations'), 1)
  const reader = openReader(join(dir, 'reef.db'))
  const clock = createManualClock(start)
  const { append } = createJournal({ db, reader, clock, redact: (text) => text })
  const usd = 1_000_000_000
  const defaults: { -readonly [K in keyof DefaultBudgets]: number } = {
    call: 1 * usd,
    agentDay: 2 * usd,
    teamDay: 4 * usd,
    projectDay: 100 * usd,
    globalDay: 5 * usd,
    globalDaySoft: 3 * usd,
    globalMonth: 9 * usd,
  }
  const prices = createPrices({
    file: join(root, 'assets/prices.json'),
    overrideFile: join(dir, 'none.json'),
    ceiling: () => ({ input: 15 * usd, output: 75 * usd }),
  })
  const nextLife = () => {
    const budgets = createBudgets({
      db,
      clock,
      append,
      zone: () => zone,
      defaults: () => defaults,
      setDefault: () => {},
      work: () => ({ task: 1.5 * usd, plan: 3 * usd }),
      setWork: () => {},
      paused: () => null,
      mostFreeCalls: () => 1000,
    })
    return createLedger({ db, clock, append, prices, budgets, maxOutputTokens: () => cap, charge: () => {} })
  }
  return { dir, db, reader, clock, defaults, nextLife, ledger: nextLife() }
}

type Row = { scope: string; subject: string; period: string; day: number; spent: number; held: number; n: number; cost: number }
const all = (reader: ReadDb, sql: string): Row[] => reader.prepare<[], Row>(sql).all()
