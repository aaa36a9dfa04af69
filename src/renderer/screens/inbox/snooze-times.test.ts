import { expect, it } from 'vitest'
import { createZoneFormat } from '../../parts/zone.ts'
import { toSnoozes } from './snooze-times.ts'

const zone = createZoneFormat('Pacific/Auckland')
const hours = (n: number) => n * 3_600_000
const utc = (text: string) => Date.parse(`${text}Z`)
const words = (now: number, deadline: number, morning = '07:00') =>
  toSnoozes(now, deadline, morning, zone).map((one) => `${one.label}: ${zone.full(one.until)}${one.possible ? '' : ', too late'}`)

it('offers a quarter, an hour and the morning, and never what lies past the deadline (U-46)', () => {
  const now = utc('2026-11-21T01:32')
  expect(words(now, now + hours(4))).toEqual(['15 min: 21 Nov, 14:47 NZDT', '1 h: 21 Nov, 15:32 NZDT', 'Until morning, 07:00: 22 Nov, 07:00 NZDT, too late'])
  expect(words(now, now + 15 * 60_000).map((one) => one.endsWith('too late'))).toEqual([true, true, true])
})

it('means the morning of the wall, also through the nights of 23 and of 25 hours, and for a time between the quarters (U-116)', () => {
  const evenings = ['2027-04-03T09:00', '2027-09-25T10:00'].map(utc)
  expect(evenings.map((now) => words(now, now + hours(30))[2])).toEqual([
    'Until morning, 07:00: 4 Apr, 07:00 NZST',
    'Until morning, 07:00: 26 Sept, 07:00 NZDT',
  ])
  expect(evenings.map((now) => (toSnoozes(now, Infinity, '07:00', zone)[2]?.until ?? 0) - now)).toEqual([hours(10), hours(8)])
  expect(words(utc('2026-11-21T01:32'), Infinity, '06:50')[2]).toBe('Until morning, 06:50: 22 Nov, 06:50 NZDT')
})
