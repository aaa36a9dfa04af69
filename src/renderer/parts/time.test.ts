import { expect, it } from 'vitest'
import { formatAgo, formatSpan } from './time.tsx'
import { createZoneFormat } from './zone.ts'

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [12_000_000, '3 h 20 min'],
  [36_000_000, '10 h'],
  [187_200_000, '2 d 4 h'],
  [-5, '0 s'],
])('writes a span of %i ms as %s (U-24)', (ms, text) => {
  expect(formatSpan(ms)).toBe(text)
})

it('says past and future, and calls the last seconds now', () => {
  expect([formatAgo(0, 120_000), formatAgo(120_000, 0), formatAgo(0, 4000)]).toEqual(['2 min ago', 'in 2 min', 'now'])
})

it('reads an instant in the owner’s zone on both sides of daylight saving, with the zone’s name (U-24, U-116)', () => {
  const zone = createZoneFormat('Pacific/Auckland')
  const twice = [Date.UTC(2027, 3, 3, 13, 30), Date.UTC(2027, 3, 3, 14, 30)]
  expect(twice.map((at) => zone.full(at))).toEqual(['4 Apr, 02:30 NZDT', '4 Apr, 02:30 NZST'])
  const skipped = [Date.UTC(2026, 8, 26, 13, 59), Date.UTC(2026, 8, 26, 14, 0)]
  expect(skipped.map((at) => zone.time(at))).toEqual(['01:59', '03:00'])
  expect(zone.utc(Date.UTC(2026, 10, 21, 1, 32, 7))).toBe('2026-11-21 01:32:07 UTC')
})

it('falls back to UTC, and says so, when the zone is unknown', () => {
  expect(createZoneFormat('Mars/Olympus').full(0)).toBe('1 Jan, 00:00 UTC')
})
