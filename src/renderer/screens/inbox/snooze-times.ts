import type { ZoneFormat } from '../../parts/zone.ts'

const MINUTE = 60_000
/** Every zone is a whole number of quarter hours away from UTC. */
const STEP = 15 * MINUTE

export type Snooze = { readonly label: string; readonly until: number; readonly possible: boolean }

/** 15 minutes, an hour, until morning: an instant each, and whether it lies before the deadline (U-46). `morning` is a time of day such as 07:00. */
export function toSnoozes(now: number, deadline: number, morning: string, zone: Pick<ZoneFormat, 'time'>): readonly Snooze[] {
  const choice = (label: string, until: number): Snooze => ({ label, until, possible: until < deadline })
  const next = nextMorning(now, morning, zone)
  return [choice('15 min', now + 15 * MINUTE), choice('1 h', now + 60 * MINUTE), ...(next === undefined ? [] : [choice(`Until morning, ${morning}`, next)])]
}

/** The next instant at which the clock on the wall reads `morning`; found on the wall, so that a day of 23 or 25 hours is right too. */
function nextMorning(now: number, morning: string, zone: Pick<ZoneFormat, 'time'>): number | undefined {
  const minutes = Number(morning.slice(3)) % 15
  const from = Math.floor(now / STEP) * STEP + minutes * MINUTE
  for (let at = from; at <= from + 26 * 60 * MINUTE; at += STEP) if (at > now && zone.time(at) === morning) return at
  return undefined
}
