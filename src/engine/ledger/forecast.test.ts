import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecastDay, forecastMonth, toHistory } from './forecast.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const today = Date.parse('2026-11-21T00:00:00Z')
const endOfMonth = Date.parse('2026-12-01T00:00:00Z')
const daysBefore = (count: number) => Array.from({ length: count + 1 }, (_, i) => today - (count - i) * DAY)

/** The same amount in each of some hours of each of so many days before today; `of` says how a day compares with the others. */
const toHours = (days: number, hours: readonly number[], amount: number, of: (daysAgo: number) => number = () => 1) =>
  Array.from({ length: days }, (_, i) => i + 1).flatMap((ago) =>
    hours.map((hour) => ({ hour: today - ago * DAY + hour * HOUR, cost: Math.round(amount * of(ago)) })),
  )

describe('the end of the day (U-75)', () => {
  const at = (hour: number, spent: number, stop = 1e12) => ({ now: today + hour * HOUR, spent, end: today + DAY, stop })

  it('is what is spent and what usually comes after this hour', () => {
    const history = toHistory(toHours(20, [9, 15, 21], 1_000_000))
    const { low, middle, high, error } = forecastDay(history, daysBefore(20), at(12, 1_000_000))
    expect([low, middle, high, error]).toEqual([3_000_000, 3_000_000, 3_000_000, 0])
  })

  it('grows with a day that is dearer than usual, and less so in the morning than in the evening', () => {
    const history = toHistory(toHours(20, [6, 12, 18], 1_000_000))
    const rest = (hour: number, usual: number) => forecastDay(history, daysBefore(20), at(hour, 2 * usual)).middle - 2 * usual
    // Twice the usual until now: at seven a third of a day is known, at one two thirds.
    expect([rest(7, 1_000_000) / 2_000_000, rest(13, 2_000_000) / 1_000_000]).toEqual([expect.closeTo(1.571, 3), expect.closeTo(1.727, 3)])
  })

  it('leaves a tenth of all days below the band and a tenth above it', () => {
    // Eleven days, each a million dearer than the one after it.
    const history = toHistory(toHours(11, [20], 1_000_000, (ago) => ago))
    const { low, middle, high } = forecastDay(history, daysBefore(11), at(12, 0))
    expect([low, middle, high]).toEqual([2_000_000, 6_000_000, 10_000_000])
  })

  it('goes on at the rate of today when there are fewer than three days to compare with, and knows no error then', () => {
    const { low, middle, high, error, method } = forecastDay(toHistory(toHours(2, [1], 5)), daysBefore(2), at(6, 1_000_000))
    expect([low, middle, high, error]).toEqual([1_000_000, 4_000_000, 7_000_000, null])
    expect(method).toContain('fewer than 3 days')
  })

  it('says when the stop is reached at this rate, at once when it is passed, and nothing when it is not', () => {
    const history = toHistory(toHours(14, [18], 10_000_000))
    const exhaustedAt = (stop: number) => forecastDay(history, daysBefore(14), at(12, 0, stop)).exhaustedAt
    expect([exhaustedAt(5_000_000), exhaustedAt(0), exhaustedAt(11_000_000)]).toEqual([today + 18 * HOUR, today + 12 * HOUR, null])
  })

  it('tells its own error as the same method would have had it on the days before', () => {
    // Every other day nothing: the middle of the days before is half of a busy day, whichever comes.
    const history = toHistory(toHours(28, [20], 4_000_000, (ago) => (ago % 2 === 0 ? 1 : 0)))
    const { error } = forecastDay(history, daysBefore(28), at(12, 0))
    expect(error).toBeCloseTo(0.5, 1)
  })
})

describe('the end of the month (U-75)', () => {
  const at = (spent: number, spentToday: number, stop = 1e15) => ({
    now: today + 12 * HOUR,
    spent,
    spentToday,
    end: endOfMonth,
    endOfDay: today + DAY,
    stop,
  })

  it('is the rest of today and for each day left what a day costs', () => {
    const history = toHistory(toHours(36, [6, 18], 1_000_000))
    const { low, middle, high, error } = forecastMonth(history, daysBefore(36), at(41_000_000, 1_000_000))
    expect([low, middle, high, error]).toEqual([60_000_000, 60_000_000, 60_000_000, 0])
  })

  it('widens with the spread of single days, but less than as if all of them went the same way', () => {
    const history = toHistory(toHours(36, [18], 2_000_000, (ago) => (ago % 2 === 0 ? 2 : 0)))
    const { low, middle, high } = forecastMonth(history, daysBefore(36), at(0, 0))
    expect(middle).toBe(20_000_000)
    expect(high - middle).toBeGreaterThan(5_000_000)
    expect(high - middle).toBeLessThan(18_000_000)
    expect(middle - low).toBeGreaterThan(5_000_000)
  })
})

describe('a forecast, whatever was spent', () => {
  it('is a band in order, never below what is spent already, and reaches a limit only between now and the end', () => {
    const costs = fc.array(fc.integer({ min: -1_000_000_000, max: 100_000_000_000 }), { minLength: 0, maxLength: 40 * 24 })
    const numbers = fc.record({
      days: fc.nat(36),
      elapsed: fc.integer({ min: 0, max: DAY - 1 }),
      spent: fc.integer({ min: -1_000_000_000, max: 500_000_000_000 }),
      stop: fc.nat(3_000_000_000_000),
    })
    fc.assert(
      fc.property(costs, numbers, (hours, { days, elapsed, spent, stop }) => {
        const history = toHistory(hours.map((cost, i) => ({ hour: today - (i + 1) * HOUR, cost })))
        const now = today + elapsed
        const day = forecastDay(history, daysBefore(days), { now, spent, end: today + DAY, stop })
        const month = forecastMonth(history, daysBefore(days), { now, spent, end: endOfMonth, stop, endOfDay: today + DAY, spentToday: spent })
        for (const [{ low, middle, high, error, exhaustedAt }, end] of [[day, today + DAY] as const, [month, endOfMonth] as const]) {
          expect([spent <= low, low <= middle, middle <= high, [low, middle, high].every(Number.isSafeInteger)]).toEqual([true, true, true, true])
          expect(error === null || error >= 0).toBe(true)
          if (exhaustedAt !== null) expect([exhaustedAt >= now, exhaustedAt <= end]).toEqual([true, true])
        }
        expect(month.middle).toBeGreaterThanOrEqual(day.middle)
      }),
      { numRuns: 200 },
    )
  })
})

describe('what was spent between two moments', () => {
  it('adds up to the whole, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e9), { minLength: 1, maxLength: 48 }), fc.array(fc.nat(48 * HOUR), { maxLength: 6 }), (costs, cuts) => {
        const history = toHistory(costs.map((cost, i) => ({ hour: today + i * HOUR, cost })))
        const ends = [0, ...cuts, 48 * HOUR].sort((a, b) => a - b)
        const parts = ends.slice(1).map((end, i) => history.between(today + (ends[i] ?? 0), today + end))
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(
          costs.reduce((sum, cost) => sum + cost, 0),
          3,
        )
      }),
    )
  })
})
