import { expect, it } from 'vitest'
import { formatDuration, hours, Instant, minutes, seconds } from './time.ts'

it.each([
  [0, '0:00'],
  [59_999, '0:59'],
  [minutes(1), '1:00'],
  [hours(1) - 1, '59:59'],
  [hours(1), '1:00:00'],
  [hours(25) + minutes(1) + seconds(1), '25:01:01'],
  [-5, '0:00'],
])('writes %i ms as %s (U-24)', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

it('takes instants as whole milliseconds after 1970 only', () => {
  expect([0, 1_700_000_000_000].every((value) => Instant.safeParse(value).success)).toBe(true)
  expect([-1, 1.5, Number.NaN, '2026-11-20', null].some((value) => Instant.safeParse(value).success)).toBe(false)
})
