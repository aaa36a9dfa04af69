import type { MeteredUsage } from '../ledger/index.ts'

/** A short request fits by its bytes. */
const FEWEST_BYTES = 8192
const MOST_KEPT = 1000

/**
 * How many tokens the longest request of a session came to, as its provider counted it. A session sends its conversation again with
 * every call, so the next request is the same bytes and some new ones, each of which is a token at most.
 */
export function createCounts() {
  const longest = new Map<string, { readonly bytes: number; readonly tokens: number }>()
  return {
    learn(who: string, bytes: number, { input, cacheRead, cacheWrite }: MeteredUsage): void {
      const tokens = input + cacheRead + cacheWrite
      const known = longest.get(who)
      if (bytes < FEWEST_BYTES || bytes < (known?.bytes ?? 0)) return
      if (longest.size >= MOST_KEPT) longest.clear()
      // Of two of the same length the denser one.
      longest.set(who, { bytes, tokens: bytes === known?.bytes ? Math.max(tokens, known.tokens) : tokens })
    },
    /** Tokens that a request of so many bytes comes to at most, where it goes on from the longest; null for whoever was not counted yet. */
    guess(who: string, bytes: number): number | null {
      const known = longest.get(who)
      return known === undefined ? null : Math.min(bytes, known.tokens + Math.max(0, bytes - known.bytes))
    },
  }
}
