import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallId } from '../../src/contract/index.ts'
import { createVelocity, isTooFast, toNorm, toUsualHours, toVelocityWords } from '../../src/engine/ledger/velocity.ts'
import { write } from '../../src/engine/store/index.ts'
import { type Books, HOUR, type Made, openBooks, start } from './world.ts'

const MINUTE = 60_000
const USD = 1e9
const settings = { factor: 3, floorPerHour: 5 * USD, alarmPerHour: 20 * USD }
const usd = (dollars: number) => Math.round(dollars * USD)

let books: Books
beforeEach(() => {
  books = openBooks()
})
afterEach(() => books[Symbol.dispose]())

const open = () => createVelocity({ reader: books.reader, clock: books.clock, settings: () => settings })
/** Calls at minutes from the start of the test, in the order of time. */
const spend = (calls: ReadonlyArray<Made & { readonly minute: number; readonly dollars: number }>): CallId[] =>
  write(books.db, () =>
    [...calls]
      .sort((a, b) => a.minute - b.minute)
      .map(({ minute, dollars, ...made }) => {
        books.at(start + minute * MINUTE)
        return books.call({ ...made, reportedCost: usd(dollars) })
      }),
  )
/** One call of so much in each of so many hours before the start. */
const history = (hours: number, dollars: number, made: Made = {}) =>
  spend(Array.from({ length: hours }, (_, i) => ({ ...made, minute: -60 * (i + 2), dollars })))

describe('an agent that spends out of proportion (R-204, C-20, U-74)', () => {
  it('is told with its rate, its norm and the calls that made it, the dearest first', () => {
    history(8, 1.5)
    const calls = spend([...Array.from({ length: 11 }, (_, i) => ({ minute: -12 + i, dollars: 0.4 + i / 10 })), { minute: -20, dollars: 9 }])
    books.at(start)
    const { agents, perHour } = open().check()
    expect(agents).toEqual([{ agent: 'Rex', perHour: usd(4 * 9.9), norm: usd(6), calls: calls.slice(2).reverse() }])
    expect(perHour).toBe(usd(4 * 9.9))
    expect(agents.map(toVelocityWords)).toEqual(['spends $39.60 an hour, 6.6 times its norm of $6.00'])
  })

  it('is told once: when the owner lets it go on, only what it begins from then on counts', () => {
    history(8, 0.5)
    spend([{ minute: -5, dollars: 3 }])
    books.at(start)
    const velocity = open()
    expect(velocity.check().agents).toHaveLength(1)
    books.at(start + 5000)
    expect(velocity.check().agents).toEqual([])
    spend([{ minute: 2, dollars: 1.4 }])
    books.at(start + 3 * MINUTE)
    expect(velocity.check().agents).toEqual([])
    const [again] = spend([{ minute: 4, dollars: 1.4 }])
    books.at(start + 5 * MINUTE)
    expect(velocity.check().agents).toMatchObject([{ perHour: usd(11.2), calls: [expect.any(String), again] }])
  })

  it('is found on a subscription and a local model too, by the list, while they are no cash; a rehearsal is never', () => {
    spend([
      { minute: -5, dollars: 4, agent: 'Scout', billing: 'subscription' },
      { minute: -4, dollars: 4, agent: 'Hawk', billing: 'local' },
      { minute: -3, dollars: 4, agent: 'Kev', source: 'rehearsal', confidence: 'rehearsal' },
    ])
    books.at(start)
    const { agents, perHour, isRacing } = open().check()
    expect([agents.map(({ agent, norm }) => [agent, norm]), perHour, isRacing]).toEqual([
      [
        ['Hawk', null],
        ['Scout', null],
      ],
      0,
      false,
    ])
  })

  it('is found though its call began long before: what counts is when it was billed', () => {
    const [id] = spend([{ minute: -40, dollars: 9 }])
    books.at(start)
    expect(open().check().agents).toEqual([])
    books.db.exec('DROP TRIGGER call_is_final')
    books.db.prepare('UPDATE call SET latency_ms = :ms WHERE id = :id').run({ ms: 35 * MINUTE, id })
    expect(open().check().agents).toMatchObject([{ agent: 'Rex', calls: [id] }])
  })

  it('without six hours of work has no norm, and is stopped at the floor times the factor', () => {
    history(5, 20)
    const [last] = spend([{ minute: -3, dollars: 3.7 }])
    books.at(start)
    expect(open().check().agents).toEqual([])
    spend([{ minute: -2, dollars: 0.05 }])
    books.at(start)
    const { agents } = open().check()
    expect(agents).toMatchObject([{ norm: null, perHour: usd(15), calls: [last, expect.any(String)] }])
    expect(agents.map(toVelocityWords)).toEqual(['spends $15.00 an hour, and has worked too little to have a norm'])
  })

  it('is judged by what it does at this time of day where that is known, and not by what it did two weeks ago', () => {
    const days = (n: number, hour: number, dollars: number) => Array.from({ length: n }, (_, i) => ({ minute: (-24 * (i + 1) + hour) * 60 + 1, dollars }))
    spend([...days(8, 0, 5), ...days(8, 2, 5), ...days(8, 6, 0.1), ...days(8, 12, 0.1), { minute: -15 * 24 * 60, dollars: 500 }, { minute: -1, dollars: 10 }])
    books.at(start)
    expect(open().check().agents).toEqual([])
    books.at(start + 6 * HOUR)
    spend([{ minute: 6 * 60 - 1, dollars: 10 }])
    expect(open().check().agents).toMatchObject([{ norm: usd(0.4), perHour: usd(40) }])
  })
})

describe('whatever an agent spends', () => {
  /** Hours of work within the last days, each with one rush that begins at some minute. */
  const rushes = fc.uniqueArray(fc.integer({ min: 2, max: 13 * 24 }), { minLength: 12, maxLength: 60 })
  const minutes = fc.array(fc.integer({ min: 0, max: 44 }), { minLength: 61, maxLength: 61 })
  const rush = (minute: number, dollars: number, pieces: number) =>
    Array.from({ length: pieces }, (_, i) => ({ minute: minute + (10 * i) / pieces, dollars: dollars / pieces }))

  function work(hours: readonly number[], at: readonly number[], dollars: number, now: number) {
    books[Symbol.dispose]()
    books = openBooks()
    // The test begins at a quarter past; hours of the clock do not.
    spend([...hours.flatMap((hour, i) => rush(-60 * hour - 15 + (at[i] ?? 0), dollars, 4)), ...rush(-10.1, now, 4)])
    books.at(start)
    return open().check().agents
  }

  it('it is never paused for working as it always does, in rushes with long waits between', () => {
    fc.assert(
      fc.property(rushes, minutes, fc.double({ min: 0.1, max: 50, noNaN: true }), (hours, at, dollars) => {
        // A rush that falls into two quarters of the clock has at least half of itself in one of them.
        expect(work(hours, at, dollars, dollars)).toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  it('it is paused when that is three times its rush or more, and above the floor', () => {
    fc.assert(
      fc.property(
        rushes,
        minutes,
        fc.double({ min: 0.45, max: 50, noNaN: true }),
        fc.double({ min: 3.01, max: 20, noNaN: true }),
        (hours, at, dollars, times) => {
          expect(work(hours, at, dollars, dollars * times)).toMatchObject([{ agent: 'Rex' }])
        },
      ),
      { numRuns: 25 },
    )
  })

  it('it is not paused below the floor, however little it did before', () => {
    fc.assert(
      fc.property(rushes, minutes, fc.double({ min: 0.0001, max: 0.01, noNaN: true }), (hours, at, dollars) => {
        expect(work(hours, at, dollars, 1.24)).toEqual([])
      }),
      { numRuns: 15 },
    )
  })
})

describe('the rate of the whole factory (R-205)', () => {
  it('is cash an hour by the last quarter, and an alarm from the threshold on', () => {
    const agents = ['Rex', 'Hawk', 'Scout', 'Kev', 'Forge']
    spend([
      ...agents.map((agent) => ({ minute: -3, dollars: 0.99, agent })),
      { minute: -40, dollars: 50 },
      { minute: -2, dollars: 50, billing: 'local' as const, agent: 'Atlas' },
    ])
    books.at(start)
    expect(open().check()).toMatchObject({ perHour: usd(19.8), isRacing: false })
    spend([{ minute: -1, dollars: 0.05, agent: 'Dash' }])
    books.at(start)
    expect(open().check()).toMatchObject({ perHour: usd(20), isRacing: true, agents: [{ agent: 'Atlas' }] })
  })
})

describe('a norm', () => {
  it('is the median of six or more, and none of fewer', () => {
    expect([toNorm([1, 2, 3, 4, 5]), toNorm([6, 1, 5, 2, 4, 3]), toNorm([9, 1, 1, 1, 1, 1, 1])]).toEqual([null, 3.5, 1])
  })

  it('prefers the hours two before to two after, across midnight, and falls back on all of them', () => {
    const midnight = Date.parse('2026-11-20T00:00:00Z')
    const at = (hours: number) => midnight - hours * HOUR
    const alike = [1, 2, 22, 24, 26, 48].map(at)
    expect(toUsualHours([...alike, at(3), at(12)], midnight)).toEqual(alike)
    expect(toUsualHours([...alike.slice(1), at(3), at(12)], midnight)).toEqual([...alike.slice(1), at(3), at(12)])
    const many = Array.from({ length: 240 }, (_, i) => at(i + 1))
    const near = many.filter((one) => [22, 23, 0, 1, 2].includes(new Date(one).getUTCHours()))
    expect(toUsualHours(many, midnight)).toEqual(near.filter((_, i) => i % 3 === 0))
  })

  it('is passed at exactly so many times, and protects nobody below the floor', () => {
    expect([
      isTooFast(30, 10, 3, 5),
      isTooFast(29, 10, 3, 5),
      isTooFast(4, 1, 3, 5),
      isTooFast(5, 1, 3, 5),
      isTooFast(14, null, 3, 5),
      isTooFast(15, null, 3, 5),
    ]).toEqual([true, false, false, true, false, true])
  })
})

it('every question is a search of an index: nothing reads the ledger from its beginning', () => {
  const asked: string[] = []
  const prepare = (sql: string) => {
    asked.push(sql)
    return books.reader.prepare(sql)
  }
  createVelocity({ reader: { prepare } as unknown as Books['reader'], clock: books.clock, settings: () => settings })
  const plans = asked.map((sql) => {
    const given = Object.fromEntries([...sql.matchAll(/:(\w+)/g)].map(([, name]) => [name, 1]))
    return (books.reader.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(given) as Array<{ detail: string }>).map(({ detail }) => detail)
  })
  expect(plans.map(([first]) => first?.replace(/\(.*/, ''))).toEqual([
    'SEARCH call USING INDEX call_by_time ',
    'SEARCH call USING INDEX call_by_time ',
    'SEARCH spend_sum USING PRIMARY KEY ',
    'SEARCH call USING INDEX call_by_time ',
  ])
})
