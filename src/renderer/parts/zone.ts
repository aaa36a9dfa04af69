import { createContext, useContext, useMemo } from 'react'

/** IANA name of the zone that the owner reads times in. The shell provides it from the factory's settings. */
export const ZoneContext = createContext('UTC')

export type ZoneFormat = {
  readonly zone: string
  /** 14:32 */
  time(at: number): string
  /** 14:32:07 */
  timeWithSeconds(at: number): string
  /** 21 Nov, 14:32 NZDT */
  full(at: number): string
  /** 21 Nov */
  day(at: number): string
  /** 2026-11-21 14:32:07 UTC, for hovering. */
  utc(at: number): string
  /** NZDT */
  zoneName(at: number): string
  /** Whether two instants fall on the same day there. */
  isSameDay(a: number, b: number): boolean
}

/** Makes the writers of times once for a zone. An unknown zone falls back to UTC, and says UTC. */
export function createZoneFormat(wanted: string): ZoneFormat {
  const zone = isKnownZone(wanted) ? wanted : 'UTC'
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-NZ', { timeZone: zone, hourCycle: 'h23', ...options })
  const time = make({ hour: '2-digit', minute: '2-digit' })
  const seconds = make({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = make({ day: 'numeric', month: 'short' })
  const date = make({ dateStyle: 'short' })
  const name = make({ timeZoneName: 'short' })
  const zoneName = (at: number) => name.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? zone
  return {
    zone,
    time: (at) => time.format(at),
    timeWithSeconds: (at) => seconds.format(at),
    full: (at) => `${day.format(at)}, ${time.format(at)} ${zoneName(at)}`,
    day: (at) => day.format(at),
    utc: (at) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    zoneName,
    isSameDay: (a, b) => date.format(a) === date.format(b),
  }
}

function isKnownZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}

export function useZone(): ZoneFormat {
  const zone = useContext(ZoneContext)
  return useMemo(() => createZoneFormat(zone), [zone])
}
