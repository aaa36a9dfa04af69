import { z } from 'zod'

/** An instant: epoch milliseconds, UTC. Zones exist only where a person reads or writes a time. */
export const Instant = z.int().nonnegative().brand<'Instant'>()
export type Instant = z.infer<typeof Instant>

/** A length of time in milliseconds. */
export const Duration = z.int().nonnegative()
export type Duration = z.infer<typeof Duration>

export const seconds = (n: number): Duration => n * 1000
export const minutes = (n: number): Duration => n * 60_000
export const hours = (n: number): Duration => n * 3_600_000

/** h:mm:ss, or m:ss below an hour (U-24). */
export function formatDuration(ms: Duration): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const pad = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(total / 3600)
  const m = Math.floor((total % 3600) / 60)
  return h > 0 ? `${h}:${pad(m)}:${pad(total % 60)}` : `${m}:${pad(total % 60)}`
}
