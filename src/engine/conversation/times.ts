import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../../contract/index.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string, shape: 'time' | 'day'): Intl.DateTimeFormat {
  const key = `${shape} ${zone}`
  const known = formats.get(key)
  if (known) return known
  // English as in New Zealand knows the short names of its own zones; elsewhere it says GMT+2.
  const made = new Intl.DateTimeFormat('en-NZ', {
    timeZone: zone,
    ...(shape === 'time'
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' }
      : { weekday: 'short', day: 'numeric', month: 'short' }),
  } as const)
  formats.set(key, made)
  return made
}

/** The calendar day of an instant in a zone. */
export const dayOf = (at: number, zone: string): Temporal.PlainDate => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()

/** "16:10 NZDT", and "Sun, 4 Apr 16:10 NZST" where it is another day than now. */
export function timeOf(at: Instant, now: Instant, zone: string): string {
  const time = format(zone, 'time').format(at)
  return dayOf(at, zone).equals(dayOf(now, zone)) ? time : `${format(zone, 'day').format(at)} ${time}`
}

/** "14:03", for what has just happened. */
export const clockOf = (at: Instant, zone: string): string => format(zone, 'time').format(at).slice(0, 5)
