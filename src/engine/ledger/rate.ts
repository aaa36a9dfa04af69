import { z } from 'zod'
import type { MeteredUsage } from './usage.ts'

/** US dollars per million tokens, as price lists print them. */
export type Rates = { readonly input: number; readonly output: number; readonly cacheRead: number; readonly cacheWrite: number }
/** The highest tier that a request's whole input exceeds applies to all of the request. */
export type Rate = Rates & { readonly contextWindow: number | null; readonly tiers: readonly (Rates & { readonly above: number })[] }

const price = z.number().nonnegative()
const Row = z.union([
  z.tuple([price, price, price, price, z.int().nullable()]),
  z.tuple([price, price, price, price, z.int().nullable(), z.array(z.tuple([z.int(), price, price, price, price]))]),
])
export const PriceFile = z.object({ v: z.literal(1), asOf: z.iso.date(), source: z.string(), providers: z.record(z.string(), z.record(z.string(), Row)) })

const OverrideTier = z.strictObject({ above: z.int().positive(), input: price, output: price, cacheRead: price.optional(), cacheWrite: price.optional() })
/** The owner's own prices: what he knows better than the catalogue, from a day on. `PROVIDER/*` stands for every model of a provider. */
export const OverrideFile = z.strictObject({
  asOf: z.iso.date(),
  prices: z.array(
    z.strictObject({
      model: z.string().regex(/^[a-z0-9][a-z0-9-]*\/\S+$/, 'written PROVIDER/MODEL, or PROVIDER/*'),
      from: z.iso.date().optional().describe('Applies to calls from this day on, UTC; always when left out'),
      input: price,
      output: price,
      cacheRead: price.optional(),
      cacheWrite: price.optional(),
      contextWindow: z.int().positive().optional(),
      tiers: z.array(OverrideTier).default([]),
    }),
  ),
})
export type OverrideFile = z.infer<typeof OverrideFile>

export function toRate(row: z.infer<typeof Row>): Rate {
  const [input, output, cacheRead, cacheWrite, contextWindow, tiers = []] = row
  return {
    ...toListed([input, output, cacheRead, cacheWrite]),
    contextWindow,
    tiers: tiers.map(([above, ...rates]) => ({ above, ...toListed(rates) })),
  }
}

/** Catalogues write 0 for a cache price that they do not know; such tokens cost what input costs. */
const toListed = ([input, output, cacheRead, cacheWrite]: [number, number, number, number]): Rates => ({
  input,
  output,
  cacheRead: cacheRead || input,
  cacheWrite: cacheWrite || input,
})

export function toOverrideRate({ tiers, contextWindow, ...rest }: OverrideFile['prices'][number]): Rate {
  return { ...toOwn(rest), contextWindow: contextWindow ?? null, tiers: tiers.map(({ above, ...tier }) => ({ above, ...toOwn(tier) })) }
}

const toOwn = ({
  input,
  output,
  cacheRead,
  cacheWrite,
}: {
  input: number
  output: number
  cacheRead?: number | undefined
  cacheWrite?: number | undefined
}): Rates => ({
  input,
  output,
  cacheRead: cacheRead ?? input,
  cacheWrite: cacheWrite ?? input,
})

/** Nanodollars, exact and rounded half up once. Whole numbers throughout: a million tokens at 75 dollars leave the range of a double. */
export function toCost(rate: Rate, usage: MeteredUsage): number {
  const whole = usage.input + usage.cacheRead + usage.cacheWrite
  const rates = rate.tiers.filter((tier) => whole > tier.above).sort((a, b) => b.above - a.above)[0] ?? rate
  const shortWrite = usage.cacheWrite - usage.cacheWrite1h
  const total =
    part(usage.input, rates.input) +
    part(usage.cacheRead, rates.cacheRead) +
    part(shortWrite, rates.cacheWrite) +
    // Anthropic's price of a write that is kept for an hour: twice the input.
    part(usage.cacheWrite1h, rates.input * 2) +
    part(usage.output, rates.output)
  return Number((total + 500_000n) / 1_000_000n)
}

/** Millionths of a nanodollar. */
const part = (tokens: number, usdPerMTok: number): bigint => BigInt(tokens) * BigInt(Math.round(usdPerMTok * 1e9))
