import { expect, it } from 'vitest'
import { startOfDay, toDay } from './days.ts'

it('begins a day where the owner’s calendar does, on days of 23 and 25 hours too', () => {
  // Clocks go back on 4 April 2027 and forward on 26 September 2027.
  for (const [at, zone, start] of [
    ['2026-11-21T10:30:00Z', 'Pacific/Auckland', '2026-11-20T11:00:00.000Z'],
    ['2027-04-04T11:59:00Z', 'Pacific/Auckland', '2027-04-03T11:00:00.000Z'],
    ['2027-04-04T12:00:00Z', 'Pacific/Auckland', '2027-04-04T12:00:00.000Z'],
    ['2027-09-26T05:00:00Z', 'Pacific/Auckland', '2027-09-25T12:00:00.000Z'],
    ['2026-11-21T00:00:00Z', 'Asia/Kathmandu', '2026-11-20T18:15:00.000Z'],
    ['2026-11-21T23:59:59Z', 'UTC', '2026-11-21T00:00:00.000Z'],
  ] as const)
    expect([at, zone, new Date(startOfDay(Date.parse(at), zone)).toISOString()]).toEqual([at, zone, start])
  expect(toDay(Date.parse('2026-11-20T11:00:00Z'), 'Pacific/Auckland')).toBe('2026-11-21')
})
