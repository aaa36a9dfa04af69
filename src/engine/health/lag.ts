import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the engine's one thread is, in milliseconds; a slow screen or a stuck heartbeat begins here. */
export function createLagMeter() {
  const histogram = monitorEventLoopDelay({ resolution: 10 })
  histogram.enable()
  return {
    /** 99th percentile since start; the histogram's own resolution is taken off. */
    p99Ms: (): number => Math.max(0, Math.round(histogram.percentile(99) / 1e4) / 100 - 10),
    [Symbol.dispose]: () => void histogram.disable(),
  }
}
export type LagMeter = ReturnType<typeof createLagMeter>
