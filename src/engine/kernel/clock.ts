import type { Instant } from '../../contract/index.ts'

/** Where every "now" in the engine comes from, so that a test can hold time still. */
export type Clock = { now(): Instant }

export const systemClock: Clock = { now: () => Date.now() as Instant }

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
