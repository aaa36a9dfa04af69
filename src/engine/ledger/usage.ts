import type { TokenUsage } from '../../contract/index.ts'

/** How fast a provider was asked to be; it has its price. */
export type Service = 'standard' | 'batch' | 'flex' | 'priority'

/**
 * What one call used. The four buckets of the contract are disjoint; `cacheWrite1h` is the part of `cacheWrite` that was
 * written for an hour and costs more, `reasoning` the part of `output` that nobody reads.
 */
export type MeteredUsage = TokenUsage & {
  readonly cacheWrite1h: number
  readonly reasoning: number
  /** Searches that the provider made for the model; billed by the piece. */
  readonly webSearches: number
  readonly service: Service
}

export const noUsage: MeteredUsage = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, reasoning: 0, webSearches: 0, service: 'standard' }

/** Bytes of a request for one token. English and code have about four; JSON escapes and other scripts have fewer. */
const REQUEST_BYTES_PER_TOKEN = 3
const ANSWER_BYTES_PER_TOKEN = 2
/** Tokens that were on their way when the line was cut. */
const TAIL_TOKENS = 64
/** Tokens a second, for thinking that is not shown: more than any model that hides it is known to make. */
const HIDDEN_TOKENS_PER_SECOND = 300

export type Unfinished = {
  /** What the provider had reported before the end, if anything. */
  readonly known: MeteredUsage | null
  readonly requestBytes: number
  readonly answerBytes: number
  /** How long the provider can have worked on it. */
  readonly seconds: number
  /** True where a model may think without showing it, and where nobody saw the answer. */
  readonly hidden: boolean
  readonly service: Service
  /** Tokens that the reservation still pays for when so much is used already: no more can have been. */
  readonly afford: (used: MeteredUsage) => { readonly input: number; readonly output: number }
}

/** A bill for what no provider has put a figure to: high rather than low, never below what was reported before the end, never above the reservation. */
export function estimateUsage({ known, service, requestBytes, answerBytes, seconds, hidden, afford }: Unfinished): MeteredUsage {
  const before = known ?? { ...noUsage, service }
  const counted = before.input + before.cacheRead + before.cacheWrite
  const asked = Math.ceil(requestBytes / REQUEST_BYTES_PER_TOKEN)
  const sent = { ...before, output: 0, input: counted > 0 ? before.input : Math.min(asked, afford(before).input) }
  const seen = Math.ceil(answerBytes / ANSWER_BYTES_PER_TOKEN) + TAIL_TOKENS
  const thought = hidden ? Math.ceil(Math.max(0, seconds) * HIDDEN_TOKENS_PER_SECOND) + TAIL_TOKENS : 0
  return { ...sent, output: Math.max(before.output, Math.min(afford(sent).output, Math.max(seen, thought))) }
}
