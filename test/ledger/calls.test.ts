import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallFilter, CallView } from '../../src/contract/index.ts'
import { isReefError } from '../../src/engine/kernel/errors.ts'
import { type Books, DAY, HOUR, instant, openBooks, plan, start, task } from './world.ts'

let books: Books
beforeEach(() => {
  books = openBooks()
})
afterEach(() => books[Symbol.dispose]())

/** Every page, one after the other. */
function walk(filter: CallFilter & { limit: number }): string[] {
  const seen: string[] = []
  for (let calls = books.spend.calls(filter); calls.length > 0; calls = books.spend.calls({ ...filter, before: seen.at(-1) }))
    seen.push(...calls.map(({ id }) => id))
  return seen
}

describe('the calls as a list (U-71)', () => {
  it('come newest first, page by page, whatever they are filtered by, those under way among them, each exactly once', () => {
    const who = {
      agent: fc.constantFrom('Rex', 'Hawk'),
      model: fc.constantFrom('gpt-5', 'claude-sonnet-4-5'),
      provider: fc.constantFrom('openai', 'anthropic'),
      project: fc.constantFrom('demo', 'shop'),
    }
    const what = {
      taskId: fc.constantFrom(task(1), task(2)),
      planId: fc.constantFrom(plan(1), plan(2)),
    }
    const end = fc.constantFrom('settle', 'settle', 'fail', 'leave')
    const anyCall = fc.record({ ...who, ...what, end, wait: fc.oneof(fc.constant(0), fc.nat(3 * HOUR), fc.nat(20 * DAY)) })
    const span = fc.record({ since: fc.nat(50 * DAY), until: fc.integer({ min: 30 * DAY, max: 200 * DAY }) }, { requiredKeys: [] })
    const filter = fc
      .tuple(
        fc.record(who, { requiredKeys: [] }),
        fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, fc.record(what, { requiredKeys: [] })),
        fc.oneof(fc.constant({}), span),
      )
      .map((parts) => Object.assign({}, ...parts) as { since?: number; until?: number })
    fc.assert(
      fc.property(
        fc.array(anyCall, { minLength: 10, maxLength: 25 }),
        fc.array(filter, { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        (calls, filters, limit) => {
          books[Symbol.dispose]()
          books = openBooks()
          const made = calls.map(({ wait, ...call }) => {
            books.clock.advance(wait)
            return { id: books.call(call), at: books.clock.now(), ...call }
          })
          for (const { since, until, ...named } of [{}, ...filters]) {
            const span = { ...(since !== undefined && { since: instant(start + since) }), ...(until !== undefined && { until: instant(start + until) }) }
            const mine = made.filter(
              (call) =>
                Object.entries(named).every(([key, value]) => call[key as 'agent'] === value) &&
                call.at >= (span.since ?? 0) &&
                call.at < (span.until ?? Infinity),
            )
            expect(walk({ ...named, ...span, limit })).toEqual(mine.map(({ id }) => id).reverse())
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('keep the order of their time, also after the clock was set back', () => {
    const first = books.call()
    books.clock.advance(-2 * HOUR)
    const earlier = books.call({ agent: 'Hawk' })
    books.clock.advance(5 * HOUR)
    const last = books.call()
    expect(walk({ limit: 1 })).toEqual([last, first, earlier])
    expect(walk({ limit: 1, project: 'demo' })).toEqual([last, first, earlier])
  })

  it('are found for an agent that made its last call half a year ago', () => {
    const old = books.call({ agent: 'Hawk' })
    for (let i = 0; i < 200; i++) {
      books.clock.advance(DAY)
      books.call()
    }
    expect(books.spend.calls({ agent: 'Hawk', limit: 10 }).map(({ id }) => id)).toEqual([old])
    expect(books.spend.calls({ agent: 'Nobody', limit: 10 })).toEqual([])
  })
})

describe('one call (U-71, U-78)', () => {
  const detail = (made: Parameters<Books['call']>[0]) => books.spend.call(books.call(made))

  it('shows its bill line by line, at the price that it was made at', () => {
    const { lines, price, computedCost, overrun } = detail({
      usage: { input: 1000, cacheRead: 2000, cacheWrite: 500, cacheWrite1h: 200, output: 100, webSearches: 2 },
    })
    expect(lines).toEqual([
      { meter: 'input', quantity: 1000, unitPrice: 3_000_000_000, cost: 3_000_000 },
      { meter: 'cache-read', quantity: 2000, unitPrice: 300_000_000, cost: 600_000 },
      { meter: 'cache-write', quantity: 300, unitPrice: 3_750_000_000, cost: 1_125_000 },
      { meter: 'cache-write-1h', quantity: 200, unitPrice: 6_000_000_000, cost: 1_200_000 },
      { meter: 'output', quantity: 100, unitPrice: 15_000_000_000, cost: 1_500_000 },
      { meter: 'web-search', quantity: 2, unitPrice: 10_000_000, cost: 20_000_000 },
    ])
    expect([price, computedCost, overrun]).toEqual([{ source: 'catalogue', version: 'test, 2026-11-01' }, 27_425_000, 0])
  })

  it('shows the provider’s own figure beside ours, and by how much it went over what was held', () => {
    const { reportedCost, computedCost, call, overrun } = detail({ reportedCost: 5_000_000, reserved: 4_000_000 })
    expect([reportedCost, computedCost, call.cost, overrun]).toEqual([5_000_000, 4_500_000, 5_000_000, 1_000_000])
  })

  it('has no lines while it is under way and none when the provider took no work', () => {
    expect([detail({ end: 'leave' }).lines, detail({ end: 'fail' }).lines]).toEqual([[], []])
  })

  it('that nobody made is refused by name', () => {
    const ask = () => books.spend.call('call_01JC0000000000000000000009' as CallView['id'])
    expect(ask).toThrow(/no call call_01JC0000000000000000000009/)
    try {
      ask()
    } catch (error) {
      expect(isReefError(error, 'call/unknown')).toBe(true)
    }
  })
})

describe('what the money bought (U-71, U-72, U-77, R-114)', () => {
  const insight = () => books.spend.insight({ zone: 'UTC', since: instant(start - HOUR) })

  it('tells how much came from caches, what is not exact and what nobody lists a price of', () => {
    books.call({ usage: { input: 1000, cacheRead: 3000, output: 0 } })
    books.call({ confidence: 'estimated', usage: { input: 1000, output: 0 } })
    books.call({ source: 'ceiling', confidence: 'estimated', usage: { input: 2000, output: 0 } })
    books.call({ end: 'leave' })
    expect(insight()).toMatchObject({ cacheHitRate: 3000 / 7000, estimated: 9_000_000, unpriced: 6_000_000 })
  })

  it('divides the money by what came of it, and says nothing where nothing came', () => {
    books.facts.work = {
      ...books.facts.work,
      passedTasks: 2,
      products: 0,
      mergedChanges: 1,
      failedAttemptCost: instant(7) as never,
      retryCost: instant(3) as never,
    }
    books.call()
    const { units, failedAttempts, retries } = insight()
    expect(units).toEqual([
      { unit: 'passing task', count: 2, each: 2_250_000, scope: 'LLM only' },
      { unit: 'merged change', count: 1, each: 4_500_000, scope: 'LLM only' },
      { unit: 'product', count: 0, each: null, scope: 'LLM only' },
    ])
    expect([failedAttempts, retries]).toEqual([7, 3])
  })

  it('names what changed most against the span of equal length before', () => {
    books.call({ agent: 'Rex', model: 'gpt-5' })
    books.clock.advance(DAY)
    books.call({ agent: 'Hawk', model: 'gpt-5', usage: { input: 3000 } })
    const { movers } = books.spend.insight({ zone: 'UTC', since: instant(books.clock.now() - 20 * HOUR) })
    expect(movers.slice(0, 2)).toEqual([
      { by: 'agent', key: 'Hawk', cost: 10_500_000, before: 0 },
      { by: 'model', key: 'gpt-5', cost: 10_500_000, before: 4_500_000 },
    ])
    expect(movers.at(-1)).toEqual({ by: 'agent', key: 'Rex', cost: 0, before: 4_500_000 })
  })

  it('draws the day as it adds up, from nothing to what is spent now, in no more than 25 points', () => {
    books.at('2026-11-21T00:30:00Z')
    for (let hour = 0; hour < 23; hour++) {
      books.call()
      books.clock.advance(HOUR)
    }
    const { today } = insight()
    expect(today.length).toBeLessThanOrEqual(25)
    expect([today[0]?.spent, today[1]?.spent, today.at(-1)]).toEqual([0, 4_500_000, { at: books.clock.now(), spent: 23 * 4_500_000 }])
    expect(today.every(({ at, spent }, i) => i === 0 || (at > (today[i - 1]?.at ?? 0) && spent >= (today[i - 1]?.spent ?? 0)))).toBe(true)
  })
})
