import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../../contract/index.ts'

/** A span of every day by the clock on the wall of a zone; it may go over midnight. */
export type DailySpan = { readonly from: string; readonly to: string; readonly zone: string }

/** The day that an instant lies in, and its time of day, by the wall clock of an IANA zone. */
const zoned = (at: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)

/**
 * When a wall clock of the zone shows `time` (HH:MM) on a day. A time that is skipped comes as much later as the clock jumps, one that
 * comes twice is meant the first time (RFC 5545).
 */
export function wallTime(day: Temporal.PlainDate, time: string, zone: string): Instant {
  return day.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds as Instant
}

/** The next instant after `at` at which the wall clock of the zone shows `time`. */
export function nextWallTime(at: number, time: string, zone: string): Instant {
  const day = zoned(at, zone).toPlainDate()
  const today = wallTime(day, time, zone)
  return today > at ? today : wallTime(day.add({ days: 1 }), time, zone)
}

/** The span that an instant lies in, its end not included; undefined outside of it, and for a span of no length. */
export function spanAt(at: number, { from, to, zone }: DailySpan): { readonly start: Instant; readonly end: Instant } | undefined {
  if (from === to) return undefined
  const today = zoned(at, zone).toPlainDate()
  for (const day of [today.subtract({ days: 1 }), today]) {
    const start = wallTime(day, from, zone)
    const end = wallTime(to > from ? day : day.add({ days: 1 }), to, zone)
    if (start <= at && at < end) return { start, end }
  }
  return undefined
}
