import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDay } from './days.ts'
import { createWindows, windowsAt } from './window.ts'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
const span = ({ start, end }: { start: number; end: number }) => [new Date(start).toISOString(), new Date(end).toISOString(), (end - start) / HOUR]

describe('the day and the month of a limit (R-199)', () => {
  const days: Array<[why: string, zone: string, moment: string, start: string, end: string, hours: number]> = [
    ['an ordinary day in Auckland', 'Pacific/Auckland', '2027-01-15T00:00:00Z', '2027-01-14T11:00:00.000Z', '2027-01-15T11:00:00.000Z', 24],
    ['the day on which its summer ends', 'Pacific/Auckland', '2027-04-04T03:00:00Z', '2027-04-03T11:00:00.000Z', '2027-04-04T12:00:00.000Z', 25],
    ['the hour that comes twice on it', 'Pacific/Auckland', '2027-04-03T14:30:00Z', '2027-04-03T11:00:00.000Z', '2027-04-04T12:00:00.000Z', 25],
    ['the day on which its summer begins', 'Pacific/Auckland', '2027-09-26T03:00:00Z', '2027-09-25T12:00:00.000Z', '2027-09-26T11:00:00.000Z', 23],
    ['the last millisecond of a day', 'Pacific/Auckland', '2027-04-04T11:59:59.999Z', '2027-04-03T11:00:00.000Z', '2027-04-04T12:00:00.000Z', 25],
    ['the first of the next one', 'Pacific/Auckland', '2027-04-04T12:00:00.000Z', '2027-04-04T12:00:00.000Z', '2027-04-05T12:00:00.000Z', 24],
    ['a day that begins at half past', 'Asia/Kolkata', '2027-03-01T18:29:59Z', '2027-02-28T18:30:00.000Z', '2027-03-01T18:30:00.000Z', 24],
    ['half an hour off, with a summer', 'America/St_Johns', '2027-03-14T12:00:00Z', '2027-03-14T03:30:00.000Z', '2027-03-15T02:30:00.000Z', 23],
    ['the eastern edge of the calendar', 'Pacific/Apia', '2027-01-01T00:00:00Z', '2026-12-31T11:00:00.000Z', '2027-01-01T11:00:00.000Z', 24],
    ['a day after one that never was', 'Pacific/Apia', '2011-12-31T00:00:00Z', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z', 24],
    ['a day without a midnight', 'Africa/Cairo', '2027-04-30T12:00:00Z', '2027-04-29T22:00:00.000Z', '2027-04-30T21:00:00.000Z', 23],
    ['Greenwich', 'UTC', '2028-02-29T23:59:59Z', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z', 24],
  ]
  it.each(days)('%s', (_, zone, moment, ...window) => {
    expect(span(windowsAt(at(moment), zone).day)).toEqual(window)
  })

  const months: Array<[why: string, zone: string, moment: string, start: string, end: string]> = [
    ['April in Auckland is an hour longer', 'Pacific/Auckland', '2027-04-15T00:00:00Z', '2027-03-31T11:00:00.000Z', '2027-04-30T12:00:00.000Z'],
    ['September in Auckland is an hour shorter', 'Pacific/Auckland', '2027-09-01T00:00:00Z', '2027-08-31T12:00:00.000Z', '2027-09-30T11:00:00.000Z'],
    ['December ends with the year', 'Pacific/Auckland', '2027-12-31T10:59:59Z', '2027-11-30T11:00:00.000Z', '2027-12-31T11:00:00.000Z'],
    ['January begins it', 'Pacific/Auckland', '2027-12-31T11:00:00Z', '2027-12-31T11:00:00.000Z', '2028-01-31T11:00:00.000Z'],
    ['February of a leap year', 'Asia/Kolkata', '2028-02-29T18:29:59Z', '2028-01-31T18:30:00.000Z', '2028-02-29T18:30:00.000Z'],
    ['March of America', 'America/St_Johns', '2027-03-01T03:30:00Z', '2027-03-01T03:30:00.000Z', '2027-04-01T02:30:00.000Z'],
  ]
  it.each(months)('%s', (_, zone, moment, start, end) => {
    expect(span(windowsAt(at(moment), zone).month).slice(0, 2)).toEqual([start, end])
  })

  it('follow on one another without a gap, wherever one lives and whatever the clock does', () => {
    const zone = fc.constantFrom(
      'Pacific/Auckland',
      'Pacific/Apia',
      'Pacific/Kiritimati',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'America/St_Johns',
      'America/Santiago',
      'America/Havana',
      'Africa/Cairo',
      'Asia/Beirut',
      'Australia/Lord_Howe',
      'Europe/London',
      'UTC',
    )
    fc.assert(
      fc.property(zone, fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') }), (name, moment) => {
        const { day, month } = windowsAt(moment, name)
        expect(day.start <= moment && moment < day.end && month.start <= day.start && day.end <= month.end).toBe(true)
        const today = toDay(moment, name)
        expect([toDay(day.start, name), toDay(day.end - 1, name)]).toEqual([today, today])
        expect([toDay(day.start - 1, name) < today, toDay(day.end, name) > today]).toEqual([true, true])
        expect([toDay(month.start, name), toDay(month.end, name).slice(8)]).toEqual([`${today.slice(0, 7)}-01`, '01'])
        expect(windowsAt(day.end, name).day.start).toBe(day.end)
        expect(windowsAt(day.start - 1, name).day.end).toBe(day.start)
        expect(windowsAt(month.end, name).month.start).toBe(month.end)
        expect(windowsAt(month.start - 1, name).month.end).toBe(month.start)
      }),
      { numRuns: 400 },
    )
  })

  it('are asked of the calendar again when the day ends, when the clock is set back, and when the zone changes', () => {
    let zone = 'Pacific/Auckland'
    const windows = createWindows(() => zone)
    const moment = at('2027-04-04T11:59:59.999Z')
    const steps = [moment, moment + 1, moment - 40 * HOUR, moment]
    for (const step of steps) expect(windows(step)).toMatchObject(windowsAt(step, zone))
    zone = 'Asia/Kolkata'
    expect(windows(moment)).toMatchObject(windowsAt(moment, zone))
  })
})
