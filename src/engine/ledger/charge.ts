import type { ChargeLine, Nanodollars, TokenUsage } from '../../contract/index.ts'
import { type Rate, ratesFor, toCost, WEB_SEARCH_PRICE } from './rate.ts'
import { noUsage } from './usage.ts'

export type Charged = {
  readonly usage: TokenUsage
  readonly cacheWrite1h: number
  readonly webSearches: number
  readonly computedCost: number
}

/** What the list price is multiplied by, for the services that a provider has. */
const services = [
  ['standard', 1],
  ['batch', 0.5],
  ['priority', 2],
] as const

/**
 * The bill of a call, line by line, as its price made it; the lines add up to the computed cost. A bill is rounded once, so the last
 * kind of token carries what rounding leaves.
 */
export function toChargeLines(rate: Rate, { usage, cacheWrite1h, webSearches, computedCost }: Charged): ChargeLine[] {
  const rates = ratesFor(rate, usage.input + usage.cacheRead + usage.cacheWrite)
  const metered = { ...noUsage, ...usage, cacheWrite1h, webSearches }
  const [, factor] = services.find(([service]) => toCost(rate, { ...metered, service }) === computedCost) ?? services[0]
  const token = (meter: ChargeLine['meter'], quantity: number, usdPerMTok: number) => ({ meter, quantity, unitPrice: Math.round(usdPerMTok * factor * 1e9) })
  const tokens = [
    token('input', usage.input, rates.input),
    token('cache-read', usage.cacheRead, rates.cacheRead),
    token('cache-write', usage.cacheWrite - cacheWrite1h, rates.cacheWrite),
    token('cache-write-1h', cacheWrite1h, rates.input * 2),
    token('output', usage.output, rates.output),
  ].filter((line) => line.quantity > 0)
  const searches = webSearches > 0 ? [{ meter: 'web-search' as const, quantity: webSearches, unitPrice: WEB_SEARCH_PRICE }] : []
  const forSearches = tokens.length === 0 ? computedCost : Math.min(computedCost, webSearches * WEB_SEARCH_PRICE)
  const costs = shareOut(
    computedCost - (searches.length > 0 ? forSearches : 0),
    tokens.map((line) => line.quantity * line.unitPrice),
  )
  return [
    ...tokens.map((line, i) => ({ ...line, unitPrice: line.unitPrice as Nanodollars, cost: (costs[i] ?? 0) as Nanodollars })),
    ...searches.map((line) => ({ ...line, unitPrice: line.unitPrice as Nanodollars, cost: forSearches as Nanodollars })),
  ]
}

/** Shares an amount out in proportion to weights, whole and exact: the last one gets what rounding leaves. */
export function shareOut(total: number, weights: readonly number[]): number[] {
  // A million tokens at 75 dollars leave the range of a double.
  const parts = weights.map((weight) => BigInt(Math.round(weight)))
  const whole = parts.reduce((sum, part) => sum + part, 0n)
  const shares = parts.map((part) => (whole === 0n ? 0 : Number((BigInt(total) * part) / whole)))
  const left = total - shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share, i) => (i === shares.length - 1 ? share + left : share))
}
