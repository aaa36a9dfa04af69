import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Instant } from '../../contract/index.ts'
import { createPrices } from './price.ts'
import { type Rate, toCost } from './rate.ts'
import { type MeteredUsage, noUsage } from './usage.ts'

const file = join(import.meta.dirname, '../../../assets/prices.json')
const ceiling = () => ({ input: 15_000_000_000, output: 75_000_000_000 })
const now = Date.parse('2026-11-21T00:00:00Z') as Instant
const used = (usage: Partial<MeteredUsage>): MeteredUsage => ({ ...noUsage, ...usage })

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reef-prices-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

let stamp = 1_000_000
/** The owner's file, with a time of its own, as an editor leaves it. */
function override(content: unknown): string {
  const path = join(dir, 'prices.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  stamp += 10
  utimesSync(path, stamp, stamp)
  return path
}
const open = () => createPrices({ file, overrideFile: join(dir, 'prices.json'), ceiling })

describe('a call is priced to the nanodollar (R-124, R-130, R-218)', () => {
  const bills: Array<[why: string, provider: string, model: string, usage: Partial<MeteredUsage>, cost: number]> = [
    ['Anthropic: a cache written for five minutes', 'anthropic', 'claude-sonnet-4-5', { input: 3, cacheWrite: 12_304, output: 550 }, 54_399_000],
    [
      'Anthropic: the same written for an hour costs twice the input',
      'anthropic',
      'claude-sonnet-4-5',
      { input: 3, cacheWrite: 12_304, cacheWrite1h: 12_304, output: 550 },
      82_083_000,
    ],
    [
      'Anthropic: some of it for an hour',
      'anthropic',
      'claude-opus-4-5',
      { input: 10, cacheRead: 500, cacheWrite: 3000, cacheWrite1h: 2000, output: 20 },
      27_050_000,
    ],
    ['Anthropic: reading a cache costs a tenth', 'anthropic', 'claude-haiku-4-5-20251001', { input: 1000, cacheRead: 100_000, output: 1000 }, 16_000_000],
    ['Anthropic: the newest, which the catalogue did not know', 'anthropic', 'claude-sonnet-5-5', { input: 1_000_000, output: 1_000_000 }, 12_000_000_000],
    ['OpenAI: cached input, thinking is output', 'openai', 'gpt-5', { input: 200, cacheRead: 800, output: 500, reasoning: 320 }, 5_350_000],
    ['OpenAI: a model by its date', 'openai', 'gpt-4o-2024-08-06', { input: 1000, output: 1000 }, 12_500_000],
    ['OpenAI: a price per token below a nanodollar of the million', 'openai', 'gpt-5-nano', { input: 1, cacheRead: 1, output: 1 }, 455],
    ['Gemini: up to 200,000 tokens', 'google', 'gemini-2.5-pro', { input: 200_000, output: 1000 }, 260_000_000],
    ['Gemini: one more, and all of it costs the long price', 'google', 'gemini-2.5-pro', { input: 200_001, output: 1000 }, 515_002_500],
    ['Gemini: cached tokens count towards the length', 'google', 'gemini-3.1-pro-preview', { input: 50_000, cacheRead: 150_001, output: 1000 }, 278_000_400],
    ['xAI: the tier that its own list has', 'xai', 'grok-4.5', { input: 250_000, output: 1000 }, 1_012_000_000],
    ['OpenAI: the tier above 272,000', 'openai', 'gpt-5.5', { input: 272_001, output: 0 }, 2_720_010_000],
    ['a maker’s price for its model behind a proxy', 'my-proxy', 'anthropic/claude-sonnet-4.5', { input: 1000, output: 100 }, 4_500_000],
    ['a model by the name without its date', 'anthropic', 'claude-opus-4-1-20250805', { input: 0, output: 0 }, 0],
    ['the rehearsal, whatever it says it used', 'rehearsal', 'scripted-builder', { input: 1_000_000, output: 1_000_000 }, 0],
    [
      'a cache whose price the list gives as zero costs what input costs',
      'cloudflare-ai-gateway',
      'gpt-5.5',
      { cacheRead: 1000, cacheWrite: 1000 },
      10_000_000,
    ],
    ['nothing used', 'openai', 'gpt-5', {}, 0],
  ]

  it.each(bills)('%s', (_, provider, model, usage, cost) => {
    const priced = open().price(provider, model, used(usage), now)
    expect(priced.cost).toBe(cost)
    expect(Number.isSafeInteger(priced.cost)).toBe(true)
  })

  it('by the ceiling and as an estimate when nobody knows the model, and never for nothing', () => {
    const usage = used({ input: 1000, cacheRead: 1000, cacheWrite: 1000, output: 1000 })
    expect(open().price('anthropic', 'claude-nobody-knows', usage, now)).toEqual({
      cost: 15_000_000 * 2 + 18_750_000 + 75_000_000,
      source: 'ceiling',
      estimated: true,
    })
    expect(open().price('elsewhere', 'scripted-builder', usage, now).cost).toBeGreaterThan(0)
    expect(open().describe('anthropic', 'claude-nobody-knows', now)).toMatchObject({ inputUsdPerMTok: null, outputUsdPerMTok: null, contextWindow: null })
  })

  it('as an estimate at the dearest seller’s price when only sellers list it', () => {
    const priced = open().price('my-vllm', 'deepseek.v3.2', used({ input: 1_000_000, output: 1_000_000 }), now)
    expect(priced).toMatchObject({ source: 'catalogue', estimated: true })
    expect(priced.cost).toBeGreaterThanOrEqual(2_470_000_000)
  })

  it('exactly, also where a double would not do, and without a price that the list gives as zero', () => {
    const rate: Rate = { input: 75, output: 600, cacheRead: 0.0375, cacheWrite: 93.75, contextWindow: null, tiers: [] }
    const tokens = fc.nat(2_000_000)
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, fc.double({ min: 0, max: 1, noNaN: true }), (input, cacheRead, cacheWrite, output, share) => {
        const cacheWrite1h = Math.floor(cacheWrite * share)
        const exact =
          BigInt(input) * 75_000_000_000n +
          BigInt(cacheRead) * 37_500_000n +
          BigInt(cacheWrite - cacheWrite1h) * 93_750_000_000n +
          BigInt(cacheWrite1h) * 150_000_000_000n +
          BigInt(output) * 600_000_000_000n
        expect(BigInt(toCost(rate, { input, cacheRead, cacheWrite, cacheWrite1h, output, reasoning: 0, webSearches: 0, service: 'standard' }))).toBe(
          (exact + 500_000n) / 1_000_000n,
        )
      }),
    )
    const prices = open()
    for (const model of prices.models('openai'))
      expect(prices.price('openai', model, used({ cacheRead: 1_000_000, cacheWrite: 1_000_000 }), now).cost, model).toBeGreaterThan(0)
  })
})

describe('the owner’s own prices (R-351)', () => {
  const at = (text: string) => Date.parse(text) as Instant
  const million = used({ input: 1_000_000 })

  it('win over the catalogue, from their day on, one model before a whole provider', () => {
    override({
      asOf: '2026-11-20',
      prices: [
        { model: 'local/*', input: 0, output: 0 },
        { model: 'local/big', input: 0.5, output: 1 },
        { model: 'openai/gpt-5', from: '2026-12-01', input: 2, output: 20, cacheRead: 0.2, tiers: [{ above: 100, input: 4, output: 40 }] },
      ],
    })
    const prices = open()
    expect(prices.price('local', 'qwen', million, now)).toEqual({ cost: 0, source: 'override', estimated: false })
    expect(prices.price('local', 'big', million, now).cost).toBe(500_000_000)
    expect(prices.price('openai', 'gpt-5', million, at('2026-11-30T23:59:59Z'))).toMatchObject({ cost: 1_250_000_000, source: 'catalogue' })
    expect(prices.price('openai', 'gpt-5', million, at('2026-12-01T00:00:00Z'))).toMatchObject({ cost: 4_000_000_000, source: 'override' })
    expect(prices.price('openai', 'gpt-5', used({ cacheRead: 50 }), at('2026-12-01T00:00:00Z')).cost).toBe(10_000)
  })

  it('are read again when the file changes; a bad file changes nothing and says what is wrong with it', () => {
    const prices = open()
    const cost = () => prices.price('openai', 'gpt-5', million, now).cost
    override({ asOf: '2026-11-20', prices: [{ model: 'openai/gpt-5', input: 3, output: 3 }] })
    expect([cost(), prices.problem()]).toEqual([3_000_000_000, null])
    override({ asOf: '2026-11-20', prices: [{ model: 'openai/gpt-5', input: -3, output: 3 }] })
    expect([cost(), prices.problem()]).toEqual([3_000_000_000, expect.stringContaining('prices.0.input')])
    override('{')
    expect([cost(), prices.problem()]).toEqual([3_000_000_000, expect.stringContaining('not valid JSON')])
    rmSync(join(dir, 'prices.json'))
    expect([cost(), prices.problem()]).toEqual([1_250_000_000, null])
  })

  it('stop the start when they are bad from the beginning', () => {
    override({ asOf: '2026-11-20', prices: [{ model: 'gpt-5', input: 1, output: 1 }] })
    expect(open).toThrow(/written PROVIDER\/MODEL/)
  })
})
