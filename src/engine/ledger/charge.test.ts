import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shareOut, toChargeLines } from './charge.ts'
import { type Rate, toCost } from './rate.ts'
import { noUsage } from './usage.ts'

const price = fc.double({ min: 0, max: 75, noNaN: true })
const rates = { input: price, output: price, cacheRead: price, cacheWrite: price }
const rate: fc.Arbitrary<Rate> = fc.record({
  ...rates,
  contextWindow: fc.constant(null),
  tiers: fc.array(fc.record({ above: fc.integer({ min: 1, max: 300_000 }), ...rates }), { maxLength: 2 }),
})
const usage = fc
  .record({
    input: fc.nat(500_000),
    cacheRead: fc.nat(500_000),
    cacheWrite: fc.nat(100_000),
    output: fc.nat(64_000),
    webSearches: fc.nat(5),
    long: fc.nat(100),
  })
  .map(({ long, ...rest }) => ({ ...noUsage, ...rest, cacheWrite1h: Math.floor((rest.cacheWrite * long) / 100) }))

it('the lines of a bill add up to it exactly, for every price, tier and service (U-71)', () => {
  fc.assert(
    fc.property(rate, usage, fc.constantFrom('standard', 'batch', 'flex', 'priority'), (of, used, service) => {
      const computedCost = toCost(of, { ...used, service })
      const lines = toChargeLines(of, { ...used, service }, computedCost)
      expect(lines.reduce((sum, line) => sum + line.cost, 0)).toBe(computedCost)
      expect(lines.every((line) => line.quantity > 0 && line.cost >= 0)).toBe(true)
      // Each line is its own quantity at its own price; only rounding comes between.
      for (const { meter, quantity, unitPrice, cost } of lines)
        expect(Math.abs(cost - (meter === 'web-search' ? quantity * unitPrice : (quantity * unitPrice) / 1e6))).toBeLessThanOrEqual(
          lines.length + quantity / 1e6 + cost / 1e9,
        )
    }),
    { numRuns: 500 },
  )
})

it('a service that costs half or double shows in the price of each line', () => {
  const list: Rate = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, contextWindow: null, tiers: [] }
  const used = { ...noUsage, input: 1000, output: 100 }
  const prices = (service: 'standard' | 'batch' | 'priority') =>
    toChargeLines(list, { ...used, service }, toCost(list, { ...used, service })).map((line) => [line.unitPrice / 1e9, line.cost])
  expect(prices('standard')).toEqual([
    [3, 3_000_000],
    [15, 1_500_000],
  ])
  expect(prices('batch')).toEqual([
    [1.5, 1_500_000],
    [7.5, 750_000],
  ])
  expect(prices('priority')).toEqual([
    [6, 6_000_000],
    [30, 3_000_000],
  ])
})

it('what is shared out is all given away, and nobody who had no part gets one but for the rounding', () => {
  fc.assert(
    fc.property(fc.nat(1e15), fc.array(fc.nat(1e15), { minLength: 1, maxLength: 6 }), (total, weights) => {
      const shares = shareOut(total, weights)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total)
      expect(shares.every((share) => share >= 0)).toBe(true)
    }),
  )
})
