import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundInput, boundOutput, type CallSize, fitOutput, toWorstCost, toWorstPrice } from './bound.ts'
import { type Rate, toCost } from './rate.ts'
import { noUsage } from './usage.ts'

const plain: CallSize = {
  bytes: 9000,
  counted: null,
  refersOutside: false,
  askedOutput: null,
  leastOutput: 1,
  choices: 1,
  hourCache: false,
  webSearches: 0,
  service: 'standard',
  writes: true,
}
const sized = (more: Partial<CallSize>): CallSize => ({ ...plain, ...more })
const known = { contextWindow: 200_000, maxOutput: 64_000 }
const unknown = { contextWindow: null, maxOutput: null }

const usd = fc.integer({ min: 0, max: 150_000 }).map((n) => n / 1000)
const rates = { input: usd, output: usd, cacheRead: usd, cacheWrite: usd }
const anyRate: fc.Arbitrary<Rate> = fc.record({
  ...rates,
  contextWindow: fc.constant(null),
  tiers: fc.array(fc.record({ ...rates, above: fc.integer({ min: 1, max: 500_000 }) }), { maxLength: 3 }),
})
const anySize: fc.Arbitrary<CallSize> = fc.record({
  bytes: fc.integer({ min: 1, max: 2_000_000 }),
  counted: fc.option(fc.nat(1_000_000)),
  refersOutside: fc.boolean(),
  askedOutput: fc.option(fc.integer({ min: 1, max: 200_000 })),
  leastOutput: fc.constantFrom(1, 3000, 40_000),
  choices: fc.integer({ min: 1, max: 5 }),
  hourCache: fc.boolean(),
  webSearches: fc.constantFrom(0, 0, 5),
  service: fc.constantFrom('standard', 'batch', 'flex', 'priority'),
  writes: fc.boolean(),
})
const anyLimits = fc.record({
  contextWindow: fc.option(fc.integer({ min: 1000, max: 2_000_000 })),
  maxOutput: fc.option(fc.integer({ min: 100, max: 128_000 })),
})
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('the worst that a call can cost (R-198)', () => {
  it('is never below what it is billed, whatever the price, the tiers, the cache and the service', () => {
    fc.assert(
      fc.property(anyRate, anySize, anyLimits, share, share, share, share, share, (rate, size, limits, used, cached, written, hour, answered) => {
        const input = boundInput(size, limits)
        const { most } = boundOutput(size, limits, 32_000)
        const whole = Math.floor(input * used)
        const cacheRead = Math.floor(whole * cached * (1 - written))
        const cacheWrite = Math.floor(whole * cached * written)
        const usage = {
          ...noUsage,
          input: whole - cacheRead - cacheWrite,
          cacheRead,
          cacheWrite,
          cacheWrite1h: size.hourCache ? Math.floor(cacheWrite * hour) : 0,
          output: Math.floor(most * answered) * size.choices,
          webSearches: size.webSearches,
          service: size.service,
        }
        expect(toWorstCost(toWorstPrice(rate, size, input), input, most)).toBeGreaterThanOrEqual(toCost(rate, usage))
      }),
      { numRuns: 2000 },
    )
  })

  it('fits into what is left with the longest answer that does, and not with one token more', () => {
    fc.assert(
      fc.property(anyRate, anySize, anyLimits, fc.nat(20_000_000_000), (rate, size, limits, room) => {
        const input = boundInput(size, limits)
        const price = toWorstPrice(rate, size, input)
        const output = fitOutput(price, input, room)
        if (output < 0) expect(toWorstCost(price, input, 0)).toBeGreaterThan(room)
        else if (output === Number.POSITIVE_INFINITY) expect(price.output).toBe(0)
        else {
          expect(toWorstCost(price, input, output)).toBeLessThanOrEqual(room)
          expect(toWorstCost(price, input, output + 1)).toBeGreaterThan(room)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('what a request can have in it', () => {
  it('is a token for each of its bytes and what a provider adds, at most the window', () => {
    expect([boundInput(plain, known), boundInput(sized({ bytes: 5_000_000 }), known), boundInput(sized({ bytes: 5_000_000 }), unknown)]).toEqual([
      10_000, 200_000, 5_001_000,
    ])
  })

  it('is what the provider counted, and a little more, where it was asked', () => {
    expect(boundInput(sized({ counted: 1000 }), known)).toBe(2250)
  })

  it('is the whole window where it points to more than it contains, and the widest of all where nobody knows the window', () => {
    expect([boundInput(sized({ refersOutside: true }), known), boundInput(sized({ refersOutside: true }), unknown)]).toEqual([200_000, 2_000_000])
  })

  it('has so much more in it as five searches bring, not as often as the model may read it', () => {
    expect(boundInput(sized({ bytes: 1000, webSearches: 5 }), known)).toBe(42_000)
  })
})

describe('the longest answer', () => {
  const bound = (more: Partial<CallSize>, limits: Parameters<typeof boundOutput>[1] = known) => boundOutput(sized(more), limits, 32_000)

  it('is what the caller asked for, what the owner allows or what the model can, whichever is least', () => {
    expect([
      bound({ askedOutput: 500 }).most,
      bound({ askedOutput: 50_000 }).most,
      bound({}).most,
      bound({ askedOutput: 50_000 }, { ...known, maxOutput: 8000 }).most,
      bound({}, { ...known, maxOutput: 8000 }).most,
    ]).toEqual([500, 32_000, 32_000, 8000, 8000])
  })

  it('is what nearly every model can where nobody lists it and nobody asked', () => {
    expect([bound({}, unknown).most, bound({ askedOutput: 20_000 }, unknown).most]).toEqual([8192, 20_000])
  })

  it('is cut no shorter than is of use, nor than the thinking that it was given (R-219)', () => {
    expect([
      bound({ askedOutput: 10_000 }),
      bound({ askedOutput: 500 }),
      bound({ askedOutput: 20_000, leastOutput: 11_024 }),
      // Thinking that was asked for is above the owner's cap, but not above what the model can.
      bound({ askedOutput: 60_000, leastOutput: 41_024 }),
      bound({ askedOutput: 60_000, leastOutput: 41_024 }, { ...known, maxOutput: 20_000 }),
    ]).toEqual([
      { most: 10_000, least: 2048 },
      { most: 500, least: 500 },
      { most: 20_000, least: 11_024 },
      { most: 41_024, least: 41_024 },
      { most: 20_000, least: 20_000 },
    ])
  })

  it('of an embedding is nothing', () => {
    expect(bound({ writes: false, askedOutput: 500 })).toEqual({ most: 0, least: 0 })
  })
})
