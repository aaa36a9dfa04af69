import type { MeteredUsage } from '../ledger/index.ts'

/** A short request says nothing of a long one: what a provider adds of its own weighs too much in it. */
const FEWEST_BYTES = 8192
const MOST_KEPT = 1000

/**
 * How many tokens a byte of a session's requests came to, as its provider counted the last one. A session sends its conversation
 * again with every call, so the next request is mostly the same bytes.
 */
export function createDensities() {
  const tokensPerByte = new Map<string, number>()
  return {
    learn(who: string, bytes: number, { input, cacheRead, cacheWrite }: MeteredUsage): void {
      if (bytes < FEWEST_BYTES) return
      if (tokensPerByte.size >= MOST_KEPT) tokensPerByte.clear()
      tokensPerByte.set(who, (input + cacheRead + cacheWrite) / bytes)
    },
    /** Tokens that so many bytes probably are; null for whoever was not counted yet. */
    guess(who: string, bytes: number): number | null {
      const known = tokensPerByte.get(who)
      return known === undefined ? null : Math.ceil(known * bytes)
    },
  }
}
