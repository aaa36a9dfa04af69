import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallView, SpendBy } from '../../src/contract/index.ts'
import { createSpendReader } from '../../src/engine/ledger/spend.store.ts'
import { migrate, openWriter } from '../../src/engine/store/index.ts'
import { type Books, COST, DAY, HOUR, instant, openBooks, start, task } from './world.ts'

let books: Books
beforeEach(() => {
  books = openBooks()
})
afterEach(() => books[Symbol.dispose]())

const dimensions = ['agent', 'model', 'provider', 'project', 'task', 'product'] as const
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('sums (R-207, R-220, U-71)', () => {
  it('of every side and every span are the sums of the calls and the corrections, exactly, whatever was spent when, by whom and in which order', () => {
    const anyCall = fc.record({
      wait: fc.integer({ min: 0, max: 30 * HOUR }),
      agent: fc.constantFrom('Rex', 'Hawk', 'Scout'),
      provider: fc.constantFrom('anthropic', 'openai', 'elsewhere'),
      model: fc.constantFrom('claude-sonnet-4-5', 'gpt-5', 'unheard-of'),
      project: fc.constantFrom('demo', 'other', null),
      taskId: fc.constantFrom(task(1), task(2), null),
      billing: fc.constantFrom('metered', 'metered', 'subscription', 'local'),
      usage: fc.record({ input: fc.nat(100_000), cacheRead: fc.nat(100_000), cacheWrite: fc.nat(100_000), output: fc.nat(20_000) }),
      end: fc.constantFrom('settle', 'settle', 'settle', 'fail', 'leave'),
      correction: fc.constantFrom(0, 0, 0, -0.25, 1.5),
    })
    const span = fc.option(fc.tuple(fc.nat(200 * HOUR), fc.nat(200 * HOUR)))
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 20 }), span, (calls, cut) => {
        using own = openBooks()
        own.released.add('demo')
        for (const { wait, correction, provider, ...made } of calls) {
          own.clock.advance(wait)
          own.call({ provider, ...made })
          if (correction !== 0) own.adjust.adjust({ provider, amountUsd: correction, reason: 'test' }, 'owner')
        }
        const now = own.clock.now()
        // Sums are by the hour, so the model's spans begin and end with one.
        const since = start - (start % HOUR) + (cut ? cut[0] - (cut[0] % HOUR) : 0)
        const until = cut ? since + cut[1] - (cut[1] % HOUR) + HOUR : now - (now % HOUR) + HOUR
        const within = (at: number) => at >= since && at < until
        const all = own.spend.calls({ limit: 1000 }).filter((call) => call.state !== 'open' && within(call.at))
        const corrections = own.adjust.list({ limit: 1000 }).filter(({ chargedAt }) => within(chargedAt))
        const total = sum(all.map((call) => call.cost)) + sum(corrections.map(({ amount }) => amount))
        for (const by of [...dimensions, 'day'] as SpendBy[]) {
          const summary = own.spend.summary({ by, zone: 'UTC', since: instant(since), until: instant(until) })
          expect([by, summary.total, summary.listTotal, summary.calls]).toEqual([by, total, sum(all.map((call) => call.listCost)), all.length])
          expect([by, sum(summary.series.map((point) => point.cost)), sum(summary.rows.map((row) => row.cost))]).toEqual([by, total, total])
        }
        for (const by of dimensions) {
          const key = (call: CallView) =>
            ({
              agent: call.agent,
              model: call.model,
              provider: call.provider,
              project: call.project ?? '',
              task: call.taskId ?? '',
              product: call.project === 'demo' ? 'demo' : '',
            })[by]
          for (const row of own.spend.summary({ by, zone: 'UTC', since: instant(since), until: instant(until) }).rows) {
            const mine = all.filter((call) => key(call) === row.key)
            const corrected = sum(corrections.filter((one) => row.key === (by === 'provider' ? one.provider : '')).map(({ amount }) => amount))
            const add = (pick: (call: CallView) => number) => sum(mine.map(pick))
            expect({ by, ...row }).toEqual({
              by,
              key: row.key,
              calls: mine.length,
              cost: add((call) => call.cost) + corrected,
              listCost: add((call) => call.listCost),
              usage: {
                input: add((call) => call.usage.input),
                cacheRead: add((call) => call.usage.cacheRead),
                cacheWrite: add((call) => call.usage.cacheWrite),
                output: add((call) => call.usage.output),
              },
            })
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('by day are days of the owner’s zone, newest first, and the chart begins with the oldest', () => {
    // 23:15 on the 20th in Auckland, then 00:15 and 01:15 on the 21st.
    for (let i = 0; i < 3; i++) {
      books.call()
      books.clock.advance(HOUR)
    }
    const summary = books.spend.summary({ by: 'day', zone: 'Pacific/Auckland' })
    expect(summary.rows.map(({ key, calls, cost }) => [key, calls, cost])).toEqual([
      ['2026-11-21', 2, 2 * COST],
      ['2026-11-20', 1, COST],
    ])
    expect(summary.series.map(({ at, cost }) => [new Date(at).toISOString(), cost])).toEqual([
      ['2026-11-19T11:00:00.000Z', COST],
      ['2026-11-20T11:00:00.000Z', 2 * COST],
    ])
  })

  it('end where they are asked to end', () => {
    for (let i = 0; i < 5; i++) {
      books.call()
      books.clock.advance(DAY)
    }
    const summary = books.spend.summary({ by: 'day', zone: 'UTC', since: instant('2026-11-21T00:00:00Z'), until: instant('2026-11-23T00:00:00Z') })
    expect(summary.rows.map(({ key }) => key)).toEqual(['2026-11-22', '2026-11-21'])
    expect([summary.total, summary.until]).toEqual([2 * COST, Date.parse('2026-11-23T00:00:00Z')])
  })

  it('fit a chart: at most 600 points, the dearest keys by name and the rest together, and nothing lost', () => {
    for (let day = 0; day < 120; day++) {
      for (let key = 0; key < 8; key++) {
        const n = (day + key * 7) % 40
        books.call({ agent: `Agent ${n}`, taskId: task(n), usage: { output: 100 + key } })
      }
      books.clock.advance(DAY)
    }
    for (const by of ['agent', 'task', 'day'] as const) {
      const summary = books.spend.summary({ by, zone: 'UTC', since: instant(start) })
      expect(summary.series.length).toBeLessThanOrEqual(600)
      expect(sum(summary.series.map((point) => point.cost))).toBe(summary.total)
      if (by !== 'day') expect([summary.rows.length, new Set(summary.series.map((point) => point.key)).size]).toEqual([40, 12])
    }
  })

  it('by product name what was released and put the rest together, so that nothing is missing', () => {
    books.released.add('shop')
    books.call({ project: 'shop' })
    books.call({ project: 'draft' })
    books.call({ project: null })
    const { rows, total } = books.spend.summary({ by: 'product', zone: 'UTC' })
    expect(rows.map(({ key, cost }) => [key, cost])).toEqual([
      ['', 2 * COST],
      ['shop', COST],
    ])
    expect(total).toBe(3 * COST)
  })

  it('tell cash and the price by the list apart: a subscription and an own model cost nothing and are worth something', () => {
    books.call({ billing: 'subscription' })
    books.call({ billing: 'local' })
    const { total, listTotal, rows } = books.spend.summary({ by: 'agent', zone: 'UTC' })
    expect([total, listTotal, rows[0]?.cost, rows[0]?.listCost]).toEqual([0, 2 * COST, 0, 2 * COST])
  })
})

describe('sums of a ledger that is older than they are', () => {
  it('are those that would have been kept from the beginning', () => {
    const dir = mkdtempSync(join(tmpdir(), 'reef-sums-'))
    const migrations = join(import.meta.dirname, '../../migrations')
    const rows =
      "INSERT INTO spend_hour VALUES (3600000, 'Rex', 'a', 'm', 'demo', 't1', 1, 2, 3, 4, 5, 6, 7), (90000000, 'Rex', 'b', 'm', '', 't1', 1, 2, 3, 4, 5, 6, 7), (93600000, 'Hawk', 'a', 'm', '', 't1', 10, 20, 30, 40, 50, -60, 70)"
    const sums = (before: boolean) => {
      const db = openWriter(join(dir, `${before}.db`))
      const old = join(dir, 'old')
      if (before) {
        cpSync(migrations, old, { recursive: true, filter: (file) => !file.includes('0014-') })
        migrate(db, old, 1)
        db.exec(rows)
      }
      migrate(db, migrations, 1)
      if (!before) db.exec(rows)
      const found = db.prepare('SELECT * FROM spend_sum ORDER BY dim, hour, key').all()
      db.close()
      return found
    }
    const kept = sums(false)
    expect(sums(true)).toEqual(kept)
    expect(kept).toContainEqual({
      dim: 'task',
      hour: 86_400_000,
      key: 't1',
      calls: 11,
      input: 22,
      cache_read: 33,
      cache_write: 44,
      output: 55,
      cost: -54,
      list_cost: 77,
    })
    rmSync(dir, { recursive: true })
  })
})

describe('today', () => {
  const today = (zone: string) => books.spend.today(zone)

  it('is what the owner’s day has cost to the call, and what the last sixty minutes did', () => {
    books.call()
    books.clock.advance(30 * 60_000)
    books.call()
    expect(today('Pacific/Auckland')).toEqual({ spent: 2 * COST, perHour: 2 * COST, asOf: start + 30 * 60_000 })
    // 00:10 in Auckland: a new day, the same hour.
    books.clock.advance(25 * 60_000)
    expect(today('Pacific/Auckland')).toMatchObject({ spent: 0, perHour: 2 * COST })
    expect(today('UTC')).toMatchObject({ spent: 2 * COST })
    books.clock.advance(HOUR)
    books.call()
    expect(today('Pacific/Auckland')).toMatchObject({ spent: COST, perHour: COST })
  })

  it('begins in the middle of an hour of UTC where the zone does, corrections included', () => {
    // 18:15 UTC is 23:45 in Kolkata; the day begins at 18:30 UTC.
    books.clock.advance(8 * HOUR)
    books.call()
    books.clock.advance(14 * 60_000)
    books.call()
    books.clock.advance(60_000)
    books.call()
    expect([today('Asia/Kolkata').spent, today('UTC').spent]).toEqual([COST, 3 * COST])
    books.adjust.adjust({ provider: 'anthropic', amountUsd: 1, reason: 'late fee' }, 'owner')
    expect([today('Asia/Kolkata').spent, today('UTC').spent]).toEqual([COST + 1e9, 3 * COST + 1e9])
    expect(today('UTC').perHour).toBe(3 * COST)
  })
})

describe('the reading side stays quick', () => {
  it('because no statement of it reads the calls from end to end', () => {
    const statements: string[] = []
    createSpendReader(
      new Proxy(books.reader, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) => {
            if (name === 'prepare') statements.push(String(args[0]))
            return value.apply(target, args) as unknown
          }
        },
      }),
    )
    expect(statements.length).toBeGreaterThan(15)
    for (const statement of statements) {
      const names = [...new Set([...statement.matchAll(/[:](\w+)/g)].map(([, name]) => name as string))]
      const args = Object.fromEntries(names.map((name) => [name, ['spans', 'tasks'].includes(name) ? '[]' : 1]))
      const plan = books.reader.prepare<[Record<string, unknown>], { detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).all(args)
      const scans = plan
        .map(({ detail }) => detail)
        .filter((detail) => /^SCAN (c|call|s|spend_sum|spend_hour|adjustment|p|price)\b/.test(detail) && !detail.includes('INDEX'))
      expect([statement, scans]).toEqual([statement, []])
    }
  })
})
