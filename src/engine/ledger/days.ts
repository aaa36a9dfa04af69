/** Half open: from `start` up to and without `stop`. */
export type Span = readonly [start: number, stop: number]

const HOUR = 3_600_000
const DAY = 24 * HOUR
const formats = new Map<string, Intl.DateTimeFormat>()

/** The calendar day of an instant in a zone: 2026-11-20. */
export const toDay = (at: number, zone: string): string => toLocal(at, zone).slice(0, 10)

/** The first instant of the calendar day that `at` lies in, clock changes considered. */
export function startOfDay(at: number, zone: string): number {
  const day = toDay(at, zone)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const guess = midnight - offset(midnight, zone)
  const start = midnight - offset(guess, zone)
  // Where a clock change skips midnight, the day begins when the clock has jumped.
  return [guess, start].sort((a, b) => a - b).find((time) => toDay(time, zone) === day) ?? start
}

/** Spans from `since` to `now`, oldest first: hours of up to two days, else calendar days, several to a span when there are more than `most`. */
export function toSpans(since: number, now: number, zone: string, most: number): Span[] {
  const starts = now - since <= 2 * DAY ? hoursFrom(since, now) : daysFrom(since, now, zone)
  const each = Math.ceil(starts.length / most)
  const kept = starts.filter((_, i) => i % each === 0)
  return kept.map((start, i) => [start, kept[i + 1] ?? now + HOUR])
}

export function daysFrom(since: number, now: number, zone: string): number[] {
  const starts: number[] = []
  // Noon and half a day of slack reach the next day whatever the clock does.
  for (let start = startOfDay(since, zone); start <= now; start = startOfDay(start + 36 * HOUR, zone)) starts.push(start)
  return starts
}

function hoursFrom(since: number, now: number): number[] {
  const starts: number[] = []
  for (let start = since - (since % HOUR); start <= now; start += HOUR) starts.push(start)
  return starts
}

const offset = (at: number, zone: string): number => Date.parse(`${toLocal(at, zone)}Z`) - (at - (((at % 1000) + 1000) % 1000))

function toLocal(at: number, zone: string): string {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(zone, format)
  return format.format(at).replace(' ', 'T')
}
