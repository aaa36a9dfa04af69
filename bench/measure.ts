import { loadavg } from 'node:os'
import { performance } from 'node:perf_hooks'

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN
}
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Milliseconds that `body` takes. */
export function time(body: () => void): number {
  const start = performance.now()
  body()
  return performance.now() - start
}

/** The middle one of `rounds` figures; every figure is taken on fresh ground made by `round`. */
export function medianOf(rounds: number, round: () => number): number {
  return median(Array.from({ length: rounds }, round))
}

/** What this process has used of all cores until now. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A tail figure of a busy machine measures its neighbours; the note says so and the reader decides. */
export const busyNote = (cores: number): string =>
  (loadavg()[0] ?? 0) > cores ? ` (machine busy: load ${(loadavg()[0] ?? 0).toFixed(1)} on ${cores} cores)` : ''
