import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysFrom, startOfDay, toDay, toSpans } from './days.ts'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
const iso = (time: number) => new Date(time).toISOString()
const zones = [
  'UTC',
  'Pacific/Auckland',
  'America/New_York',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'Asia/Beirut',
]

describe('a calendar day in a zone', () => {
  it('begins at midnight there, also when the clock is changed on it', () => {
    expect([
      iso(startOfDay(at('2026-11-20T10:59:59Z'), 'Pacific/Auckland')),
      iso(startOfDay(at('2026-11-20T11:00:00Z'), 'Pacific/Auckland')),
      iso(startOfDay(at('2026-04-05T20:00:00Z'), 'Pacific/Auckland')),
      iso(startOfDay(at('2026-09-27T05:00:00Z'), 'Pacific/Auckland')),
      iso(startOfDay(at('2026-11-20T10:00:00Z'), 'Asia/Kolkata')),
      // Here midnight does not exist on the day the clock jumps: the day begins at one.
      iso(startOfDay(at('2018-11-04T12:00:00Z'), 'America/Sao_Paulo')),
    ]).toEqual([
      '2026-11-19T11:00:00.000Z',
      '2026-11-20T11:00:00.000Z',
      '2026-04-05T12:00:00.000Z',
      '2026-09-26T12:00:00.000Z',
      '2026-11-19T18:30:00.000Z',
      '2018-11-04T03:00:00.000Z',
    ])
  })

  it('is found from any instant of it, in every zone and year', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: at('2015-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') }), (zone, time) => {
        const start = startOfDay(time, zone)
        expect(start).toBeLessThanOrEqual(time)
        expect(toDay(start, zone)).toBe(toDay(time, zone))
        expect(toDay(start - 1, zone)).not.toBe(toDay(time, zone))
      }),
      { numRuns: 500 },
    )
  })

  it('follows the one before, without a day left out or told twice', () => {
    for (const zone of zones) {
      const days = daysFrom(at('2026-01-01T12:00:00Z'), at('2026-12-31T12:00:00Z'), zone).map((start) => toDay(start, zone))
      expect(new Set(days).size, zone).toBe(days.length)
      expect([365, 366]).toContain(days.length)
    }
  })
})

describe('spans of a chart', () => {
  it('are hours up to two days, then days, then several days, and never more than asked for', () => {
    const now = at('2026-11-21T10:30:00Z')
    expect(toSpans(now - 5 * HOUR, now, 'UTC', 600).map(([start]) => iso(start).slice(11, 16))).toEqual(['05:00', '06:00', '07:00', '08:00', '09:00', '10:00'])
    expect(toSpans(now - 49 * HOUR, now, 'UTC', 600).map(([start]) => iso(start).slice(0, 10))).toEqual(['2026-11-19', '2026-11-20', '2026-11-21'])
    for (const years of [1, 3, 20]) {
      const spans = toSpans(now - years * 365 * 24 * HOUR, now, 'Pacific/Auckland', 50)
      expect(spans.length).toBeLessThanOrEqual(50)
      expect(spans.every(([start, stop], i) => start < stop && (spans[i + 1]?.[0] ?? stop) === stop)).toBe(true)
      expect(spans.at(-1)?.[1]).toBeGreaterThan(now)
    }
  })
})
