import type { Instant } from '../../contract/index.ts'

/** Where every "now" in the engine comes from, so that a test can hold time still. */
export type Clock = { now(): Instant }

export const systemClock: Clock = { now: () => Date.now() as Instant }

/** Whether the time to try again has come. One that is further ahead than `longest` was set before the clock was put back: it has come too. */
export const isDue = (at: number, now: number, longest: number): boolean => now >= at || at - now > longest

/** A clock that moves only when told to. */
export function createManualClock(start = 1_700_000_000_000): Clock & { advance(ms: number): void } {
  let now = start
  return {
    now: () => now as Instant,
    advance: (ms) => {
      now += ms
    },
  }
}
