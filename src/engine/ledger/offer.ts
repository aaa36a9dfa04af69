import type { Billing, Instant, Nanodollars } from '../../contract/index.ts'
import { boundInput, boundOutput, type CallSize, fitOutput, type ModelLimits, toWorstCost, toWorstPrice } from './bound.ts'
import type { Quote } from './price.ts'

/** A model that may answer the call, and how it is paid. */
export type CallTarget = { readonly provider: string; readonly model: string; readonly billing: Billing; readonly limits: ModelLimits }
export type Amount = { readonly cash: Nanodollars; readonly list: Nanodollars }
type Offer = {
  readonly target: CallTarget
  readonly price: ReturnType<typeof toWorstPrice>
  readonly input: number
  readonly output: { readonly most: number; readonly least: number }
}

export type FittingDeps = {
  readonly quote: (provider: string, model: string, billing: Billing, at: Instant) => Quote
  /** Longest answer that may be asked for, tokens. */
  readonly maxOutputTokens: () => number
}

/** How long an answer each of the models may give for what is left. */
export function createFitting({ quote, maxOutputTokens }: FittingDeps) {
  const toOffer = (target: CallTarget, size: CallSize, now: Instant): Offer => {
    const { rate } = quote(target.provider, target.model, target.billing, now)
    const limits = { contextWindow: target.limits.contextWindow ?? rate.contextWindow, maxOutput: target.limits.maxOutput }
    const input = boundInput(size, limits)
    return { target, price: toWorstPrice(rate, size, input), input, output: boundOutput(size, limits, maxOutputTokens()) }
  }
  /** The longest answer that there is room for, the longest that is asked for and the shortest that is worth the call; below that, it does not fit. */
  return (targets: readonly CallTarget[], size: CallSize, room: { readonly cash: number; readonly list: number }, now: Instant) => {
    const offers = targets.map((target) => toOffer(target, size, now))
    const most = Math.min(...offers.map(({ output }) => output.most))
    const least = Math.min(most, Math.max(...offers.map(({ output }) => output.least)))
    const fitting = offers.map(({ target, price, input }) => fitOutput(price, input, isMetered(target) ? Math.min(room.cash, room.list) : room.list))
    return { offers, most, least, output: Math.min(most, ...fitting) }
  }
}

/** What the dearest of the models costs: in cash, where it costs cash, and by the list. */
export function toAmount(offers: readonly Offer[], output: number): Amount {
  let cash = 0
  let list = 0
  for (const { target, price, input } of offers) {
    const cost = toWorstCost(price, input, output)
    list = Math.max(list, cost)
    if (isMetered(target)) cash = Math.max(cash, cost)
  }
  return { cash: cash as Nanodollars, list: list as Nanodollars }
}

export const isMetered = ({ billing }: Pick<CallTarget, 'billing'>): boolean => billing === 'metered'
