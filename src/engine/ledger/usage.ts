import type { TokenUsage } from '../../contract/index.ts'

/**
 * What one call used. The four buckets of the contract are disjoint; `cacheWrite1h` is the part of `cacheWrite` that was
 * written for an hour and costs more, `reasoning` the part of `output` that nobody reads.
 */
export type MeteredUsage = TokenUsage & { readonly cacheWrite1h: number; readonly reasoning: number }

export const noUsage: MeteredUsage = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, reasoning: 0 }

/** Bytes of a request for one token. English and code have about four; JSON escapes and other scripts have fewer. */
const REQUEST_BYTES_PER_TOKEN = 3
const ANSWER_BYTES_PER_TOKEN = 2
/** Tokens that were on their way when the line was cut. */
const TAIL_TOKENS = 64

/** A bill for what no provider has put a figure to: high rather than low, and never below what was reported before the end. */
export function estimateUsage({ known, requestBytes, answerBytes }: { known: MeteredUsage | null; requestBytes: number; answerBytes: number }): MeteredUsage {
  const before = known ?? noUsage
  const counted = before.input + before.cacheRead + before.cacheWrite
  const output = Math.ceil(answerBytes / ANSWER_BYTES_PER_TOKEN) + TAIL_TOKENS
  return {
    ...before,
    input: counted > 0 ? before.input : Math.ceil(requestBytes / REQUEST_BYTES_PER_TOKEN),
    output: Math.max(before.output, output),
  }
}

/** Of a request of an agent, which sends the beginning of its conversation again with every call. */
const USUALLY_CACHED = 0.9
/** Tokens. What programs allow at most, 128,000, would hold back whole budgets for one call. */
const USUAL_OUTPUT = 2000

/** What a call will probably use, while nothing is known of it but its length: for holding money back, never for a bill. */
export function expectUsage(requestBytes: number): MeteredUsage {
  const tokens = Math.ceil(requestBytes / REQUEST_BYTES_PER_TOKEN)
  const cacheRead = Math.floor(tokens * USUALLY_CACHED)
  return { ...noUsage, input: tokens - cacheRead, cacheRead, output: USUAL_OUTPUT }
}
