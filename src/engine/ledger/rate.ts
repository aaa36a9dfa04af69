import { z } from 'zod'
import type { MeteredUsage, Service } from './usage.ts'

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

/** Anthropic's price of a cache write that is kept for an hour, as a multiple of the input. */
export const HOUR_WRITE = 2
/** Ten dollars for a thousand, with Anthropic and OpenAI alike. */
export const WEB_SEARCH_PRICE = 10_000_000
/** In hundredths of the list price: half for what may wait, twice for what must not. */
export const serviceFactor: Record<Service, bigint> = { standard: 100n, batch: 50n, flex: 50n, priority: 200n }

/** The rates that a request of so many input tokens is billed by. */
export const ratesFor = (rate: Rate, wholeInput: number): Rates =>
  rate.tiers.filter((tier) => wholeInput > tier.above).sort((a, b) => b.above - a.above)[0] ?? rate

/** Nanodollars, exact and rounded half up once. Whole numbers throughout: a million tokens at 75 dollars leave the range of a double. */
export function toCost(rate: Rate, usage: MeteredUsage): number {
  const rates = ratesFor(rate, usage.input + usage.cacheRead + usage.cacheWrite)
  const shortWrite = usage.cacheWrite - usage.cacheWrite1h
  const total =
    part(usage.input, rates.input) +
    part(usage.cacheRead, rates.cacheRead) +
    part(shortWrite, rates.cacheWrite) +
    part(usage.cacheWrite1h, rates.input * HOUR_WRITE) +
    part(usage.output, rates.output)
  return Number(((total * serviceFactor[usage.service]) / 100n + 500_000n) / 1_000_000n) + usage.webSearches * WEB_SEARCH_PRICE
}

/** Millionths of a nanodollar. */
const part = (tokens: number, usdPerMTok: number): bigint => BigInt(tokens) * BigInt(Math.round(usdPerMTok * 1e9))
