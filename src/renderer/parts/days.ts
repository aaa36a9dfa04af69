const HOUR = 3_600_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** The calendar day of an instant in a zone: 2026-11-20. */
export function toDay(at: number, zone: string): string {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
  formats.set(zone, format)
  return format.format(at)
}

/** The first instant of the calendar day that `at` lies in; days of 23 and 25 hours are counted right. */
export function startOfDay(at: number, zone: string): number {
  const day = toDay(at, zone)
  // Zones differ by quarter hours at the least: back by hours while the day lasts, then by quarters.
  let start = at - (at % (HOUR / 4))
  while (toDay(start - HOUR, zone) === day) start -= HOUR
  while (toDay(start - HOUR / 4, zone) === day) start -= HOUR / 4
  return start
}
