import type { ChargeLine, Nanodollars } from '../../contract/index.ts'
import { HOUR_WRITE, type Rate, ratesFor, serviceFactor, WEB_SEARCH_PRICE } from './rate.ts'
import type { MeteredUsage } from './usage.ts'

/**
 * The bill of a call, line by line, as its price made it; the lines add up to the computed cost. A bill is rounded once, so the last
 * kind of token carries what rounding leaves.
 */
export function toChargeLines(rate: Rate, usage: MeteredUsage, computedCost: number): ChargeLine[] {
  const { cacheWrite1h, webSearches } = usage
  const rates = ratesFor(rate, usage.input + usage.cacheRead + usage.cacheWrite)
  const factor = Number(serviceFactor[usage.service]) / 100
  const token = (meter: ChargeLine['meter'], quantity: number, usdPerMTok: number) => ({ meter, quantity, unitPrice: Math.round(usdPerMTok * factor * 1e9) })
  const tokens = [
    token('input', usage.input, rates.input),
    token('cache-read', usage.cacheRead, rates.cacheRead),
    token('cache-write', usage.cacheWrite - cacheWrite1h, rates.cacheWrite),
    token('cache-write-1h', cacheWrite1h, rates.input * HOUR_WRITE),
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
