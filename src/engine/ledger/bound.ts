import { HOUR_WRITE, type Rate, type Rates, serviceFactor, toCost, WEB_SEARCH_PRICE } from './rate.ts'
import type { MeteredUsage, Service } from './usage.ts'

/** What is known of a call before it is made, as far as it decides what the call can cost at most. */
export type CallSize = {
  /** Of the whole request body. */
  readonly bytes: number
  /**
   * Input tokens by what the provider counted of the same session's longest request and a token for each byte that is new; null
   * where it has not counted any. Used only where a token for each byte of all does not fit: it takes on trust that the session
   * goes on from that request.
   */
  readonly counted: number | null
  /** True where the request points to more than it contains: an earlier answer, a file, an address. */
  readonly refersOutside: boolean
  /** Longest answer that the caller asked for; null where he named none. */
  readonly askedOutput: number | null
  /** What a shorter limit would make invalid, like a thinking budget. */
  readonly leastOutput: number
  /** Answers that were asked for at once. */
  readonly choices: number
  readonly hourCache: boolean
  readonly webSearches: number
  readonly service: Service
  /** False for a call that makes no text, like an embedding: its output is nothing and has no limit to set. */
  readonly writes: boolean
}

/** What one model can take and give at most; null where nobody knows. */
export type ModelLimits = { readonly contextWindow: number | null; readonly maxOutput: number | null }

/** Tokens that a provider adds of its own: the instructions for tools, the marks around messages. */
const ADDED_TOKENS = 1000
/** What a search brings, and what OpenAI bills for one as a block. Programs offer the tool in every call and hardly ever use it. */
const SEARCH_TOKENS = 8000
/** The same bytes may come to a few more tokens beside others, or in other words. */
const COUNT_MARGIN = 1.25
/** For a model whose limit nobody lists: nearly every model can write so much. */
const UNLISTED_OUTPUT = 8192
/** The widest window that is sold, for a model of which nobody knows. */
const WIDEST = 2_000_000
/** An answer cut shorter than this is of no use to anybody. */
const USEFUL_OUTPUT = 2048

/**
 * Input tokens that a request cannot exceed. A byte-level tokenizer makes at most one token of a byte, so the length of the
 * body is a true bound; what it refers to outside of itself is bounded only by the model's window. Searches are the exception: what
 * they find, and how often the model reads all of it again, no request shows.
 */
export function boundInput(size: CallSize, limits: ModelLimits): number {
  if (size.refersOutside) return limits.contextWindow ?? WIDEST
  return Math.min(
    limits.contextWindow ?? Number.POSITIVE_INFINITY,
    ADDED_TOKENS + size.webSearches * SEARCH_TOKENS + Math.min(size.bytes, size.counted === null ? size.bytes : Math.ceil(size.counted * COUNT_MARGIN)),
  )
}

/** The longest answer that a call may be given, and the shortest that is worth making it for. */
export function boundOutput(size: CallSize, limits: ModelLimits, cap: number): { readonly most: number; readonly least: number } {
  if (!size.writes) return { most: 0, least: 0 }
  const able = limits.maxOutput ?? (size.askedOutput === null ? UNLISTED_OUTPUT : Number.POSITIVE_INFINITY)
  const most = Math.max(Math.min(size.askedOutput ?? cap, cap, able), Math.min(size.leastOutput, able))
  return { most, least: Math.min(most, Math.max(USEFUL_OUTPUT, size.leastOutput)) }
}

/** Nanodollars a token, every input token at the dearest price that it can have. */
type WorstPrice = { readonly input: number; readonly output: number; readonly searches: number }

/** The worst prices for a request of at most so many input tokens: it may be billed by any tier that it can reach. */
export function toWorstPrice(rate: Rate, size: CallSize, input: number): WorstPrice {
  const reached: readonly Rates[] = [rate, ...rate.tiers.filter((tier) => input > tier.above)]
  const dearest = (price: (rates: Rates) => number) => Math.max(...reached.map(price))
  const perToken = (usdPerMTok: number) => usdPerMTok * 1000 * (Number(serviceFactor[size.service]) / 100)
  return {
    input: perToken(dearest(({ input: fresh, cacheRead, cacheWrite }) => Math.max(fresh * (size.hourCache ? HOUR_WRITE : 1), cacheRead, cacheWrite))),
    output: perToken(dearest(({ output }) => output)) * size.choices,
    searches: size.webSearches * WEB_SEARCH_PRICE,
  }
}

/** Whole nanodollars that so many tokens cost at most; never below what the same tokens are billed. */
export const toWorstCost = (price: WorstPrice, input: number, output: number): number =>
  Math.ceil(input * price.input) + Math.ceil(output * price.output) + price.searches

/** The longest answer whose worst cost stays within `room`; below zero when not even the request fits. */
export function fitOutput(price: WorstPrice, input: number, room: number): number {
  const spare = room - toWorstCost(price, input, 0)
  return spare < 0 ? -1 : price.output === 0 ? Number.POSITIVE_INFINITY : Math.floor(spare / price.output)
}

/** How many more tokens in, or out, fit into a reservation when so much of it is used already. */
export function toAffordable(rate: Rate, reserved: number, used: MeteredUsage): { readonly input: number; readonly output: number } {
  const spent = toCost(rate, used)
  const spare = Math.max(0, reserved - spent - 1)
  const mostOf = (bucket: 'input' | 'output'): number => {
    const million = toCost(rate, { ...used, [bucket]: used[bucket] + 1_000_000 }) - spent
    return million === 0 ? Number.MAX_SAFE_INTEGER : Math.floor((spare * 1_000_000) / million)
  }
  return { input: mostOf('input'), output: mostOf('output') }
}
