import { describe, expect, it } from 'vitest'
import { nextWallTime, spanAt } from './zone.ts'

const zone = 'Pacific/Auckland'
const night = { from: '22:00', to: '07:00', zone }
const at = (text: string) => Date.parse(text)
const hours = (span: { start: number; end: number } | undefined) => span && (span.end - span.start) / 3_600_000

describe('quiet hours by the wall clock of a zone (R-183, U-62)', () => {
  it.each([
    ['an ordinary night', '2026-11-20T14:00:00Z', 9],
    ['the night in which daylight saving ends', '2027-04-03T15:00:00Z', 10],
    ['the night in which it begins', '2027-09-25T15:00:00Z', 8],
  ])('lasts as long as the clocks say: %s', (_, instant, length) => {
    expect(hours(spanAt(at(instant), night))).toBe(length)
  })

  it('begins at its first minute and is over at its last', () => {
    const start = at('2026-11-20T22:00:00+13:00')
    const end = at('2026-11-21T07:00:00+13:00')
    expect(spanAt(start, night)).toEqual({ start, end })
    expect(spanAt(start - 1, night)).toBeUndefined()
    expect(spanAt(end - 1, night)).toEqual({ start, end })
    expect(spanAt(end, night)).toBeUndefined()
  })

  it('may lie within one day, and may have no length', () => {
    expect(hours(spanAt(at('2026-11-20T13:00:00+13:00'), { from: '12:00', to: '14:00', zone }))).toBe(2)
    expect(spanAt(at('2026-11-20T13:00:00+13:00'), { from: '12:00', to: '12:00', zone })).toBeUndefined()
  })

  it('holds both passes of a time that comes twice', () => {
    expect(spanAt(at('2027-04-04T02:30:00+13:00'), night)).toEqual(spanAt(at('2027-04-04T02:30:00+12:00'), night))
  })
})

describe('the next time a clock shows', () => {
  it('is today, or tomorrow where it has passed', () => {
    expect(nextWallTime(at('2026-11-20T06:59:00+13:00'), '07:00', zone)).toBe(at('2026-11-20T07:00:00+13:00'))
    expect(nextWallTime(at('2026-11-20T07:00:00+13:00'), '07:00', zone)).toBe(at('2026-11-21T07:00:00+13:00'))
  })

  it('comes an hour later where the clock jumps over it, and the first time where it comes twice', () => {
    expect(nextWallTime(at('2027-09-26T00:00:00+12:00'), '02:30', zone)).toBe(at('2027-09-26T03:30:00+13:00'))
    expect(nextWallTime(at('2027-04-04T00:00:00+13:00'), '02:30', zone)).toBe(at('2027-04-04T02:30:00+13:00'))
  })
})
