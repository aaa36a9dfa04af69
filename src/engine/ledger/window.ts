import type { Instant } from '../../contract/index.ts'
import { startOfDay, toDay } from './days.ts'

/** A calendar day or month of the owner's zone: from `start` up to and without `end`. */
export type Window = { readonly start: Instant; readonly end: Instant }
export type Windows = { readonly day: Window; readonly month: Window }

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The day and the month that an instant lies in, by the calendar of the zone, clock changes considered. */
export function windowsAt(at: number, zone: string): Windows {
  const start = startOfDay(at, zone)
  const noon = start + 12 * HOUR
  // From noon to noon a whole number of days reaches the day meant, whatever the clock did in between.
  const monthStart = startOfDay(noon - (dayOfMonth(at, zone) - 1) * DAY, zone)
  const inNextMonth = monthStart + 12 * HOUR + 31 * DAY
  const monthEnd = startOfDay(startOfDay(inNextMonth, zone) + 12 * HOUR - (dayOfMonth(inNextMonth, zone) - 1) * DAY, zone)
  return { day: toWindow(start, startOfDay(noon + DAY, zone)), month: toWindow(monthStart, monthEnd) }
}

/** The same, remembered: asking a calendar takes longer than making a reservation. */
export function createWindows(zone: () => string) {
  let last: (Windows & { zone: string }) | undefined
  return (at: number): Windows => {
    const name = zone()
    if (!last || last.zone !== name || at < last.day.start || at >= last.day.end) last = { ...windowsAt(at, name), zone: name }
    return last
  }
}

const toWindow = (start: number, end: number): Window => ({ start: start as Instant, end: end as Instant })
const dayOfMonth = (at: number, zone: string): number => Number(toDay(at, zone).slice(8))
