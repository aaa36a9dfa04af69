import { formatDuration } from '../../contract/index.ts'
import { useNow } from './now.ts'
import { useZone } from './zone.ts'

/** "18 min ago", "in 3 h": the largest unit that still says something. */
export function formatAgo(at: number, now: number): string {
  const gap = Math.abs(now - at)
  const text = formatSpan(gap)
  if (gap < 5000) return 'now'
  return at > now ? `in ${text}` : `${text} ago`
}

/** "42 s", "18 min", "3 h 20 min", "2 d 4 h". */
export function formatSpan(ms: number): string {
  const s = Math.floor(Math.max(0, ms) / 1000)
  if (s < 60) return `${s} s`
  const m = Math.floor(s / 60)
  if (m < 60) return `${m} min`
  const h = Math.floor(m / 60)
  if (h < 24) return m % 60 > 0 && h < 10 ? `${h} h ${m % 60} min` : `${h} h`
  const d = Math.floor(h / 24)
  return h % 24 > 0 && d < 10 ? `${d} d ${h % 24} h` : `${d} d`
}

/** How long ago, or until; hover says when exactly. */
export function Ago({ at }: { at: number }) {
  const now = useNow(1000)
  const zone = useZone()
  return (
    <time dateTime={new Date(at).toISOString()} title={`${zone.full(at)} · ${zone.utc(at)}`}>
      {formatAgo(at, now)}
    </time>
  )
}

/** The time of day in the owner's zone, with the day when it is not today; hover says UTC (U-24). */
export function At({ at, seconds = false }: { at: number; seconds?: boolean }) {
  const now = useNow(60_000)
  const zone = useZone()
  const time = seconds ? zone.timeWithSeconds(at) : zone.time(at)
  return (
    <time dateTime={new Date(at).toISOString()} title={`${zone.full(at)} · ${zone.utc(at)}`}>
      {zone.isSameDay(at, now) ? time : `${zone.day(at)}, ${time}`}
    </time>
  )
}

/** Time since `from`, running, or until `to` once it has ended: h:mm:ss. */
export function Elapsed({ from, to }: { from: number; to?: number | null }) {
  return to == null ? <Running from={from} /> : <span>{formatDuration(to - from)}</span>
}

function Running({ from }: { from: number }) {
  const now = useNow(1000)
  return <span>{formatDuration(now - from)}</span>
}
