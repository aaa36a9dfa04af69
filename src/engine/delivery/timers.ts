import { setTimeout as wait } from 'node:timers/promises'

/** Time that passes. Whoever starts something here stops it. */
export type Timers = {
  /** Answers how to stop it. */
  every(ms: number, act: () => void): () => void
  /** Ends early and quietly when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemTimers: Timers = {
  every(ms, act) {
    const timer = setInterval(act, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  sleep: (ms, signal) => wait(ms, undefined, { signal, ref: false }).catch(() => {}),
}
