const formats = new Map<string, Intl.DateTimeFormat>()

/** "2026-02-03 12:01:07" in the factory's zone. An unknown zone falls back to this machine's. */
export function dateTime(at: number, zone: string): string {
  const part = parts(at, zone)
  return `${part('year')}-${part('month')}-${part('day')} ${clock(part)}`
}

export const clockTime = (at: number, zone: string): string => clock(parts(at, zone))

type Part = (type: Intl.DateTimeFormatPartTypes) => string
const clock = (part: Part): string => `${part('hour')}:${part('minute')}:${part('second')}`

function parts(at: number, zone: string): Part {
  const found = formatFor(zone).formatToParts(at)
  return (type) => found.find((part) => part.type === type)?.value ?? ''
}

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = makeFormat(zone)
  formats.set(zone, made)
  return made
}

function makeFormat(zone: string): Intl.DateTimeFormat {
  const shape = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  try {
    return new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', shape)
  }
}

/** "24h", "7d", "2026-02-03" or a full ISO time, as an instant; undefined when it is none of them. */
export function parseSince(text: string, now: number): number | undefined {
  const ago = /^(\d{1,4})([mhd])$/.exec(text)
  if (ago) return Math.max(0, now - Number(ago[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[ago[2] as 'm' | 'h' | 'd'])
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isFinite(at) && at >= 0 ? at : undefined
}
