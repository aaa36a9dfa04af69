import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Instant, ModelTier, ModelView, Nanodollars } from '../../contract/index.ts'
import type { Rest } from './breaker.ts'
import { NO_RECORD, type TrackRecord, toPassRate } from './expect.ts'
import { type Decision, pick, type Wish } from './pick.ts'

const model = (ref: string, more: Partial<ModelView> = {}): ModelView => ({
  ref,
  provider: ref.slice(0, ref.indexOf('/')),
  wire: 'anthropic',
  billing: 'metered',
  tier: 'mid',
  contextWindow: 200_000,
  maxOutput: 8_000,
  tools: true,
  vision: false,
  inputUsdPerMTok: 3,
  outputUsdPerMTok: 15,
  circuit: 'closed',
  enabled: true,
  ...more,
})
const tiers: Array<[tier: ModelTier, usd: number]> = [
  ['fast', 0.5],
  ['mid', 3],
  ['frontier', 15],
]
const pyramid = tiers.map(([tier, usd]) => model(`far/${tier}`, { tier, inputUsdPerMTok: usd, outputUsdPerMTok: usd * 5 }))
const wish = (more: Partial<Wish> = {}): Wish => ({
  agent: 'Rex',
  driver: 'pi',
  wires: ['anthropic', 'openai-responses', 'openai-chat', 'ollama'],
  purpose: 'build',
  tier: 'mid',
  asked: null,
  fallback: null,
  exclude: [],
  isLastResort: false,
  inputTokens: 0,
  named: [],
  ...more,
})
const dollars = (usd: number) => Math.round(usd * 1e9) as Nanodollars
const choose = (models: readonly ModelView[], more: Partial<Wish> = {}, records: Record<string, TrackRecord> = {}, rests: Record<string, Rest> = {}) =>
  pick(wish(more), { models, recordOf: (ref) => records[ref] ?? NO_RECORD, restOf: ({ ref }) => rests[ref] })
const refOf = (decision: Decision) => (decision.kind === 'chosen' ? decision.ref : decision.kind)
const why = (decision: Decision, ref: string) => decision.candidates.find((one) => one.ref === ref)?.excluded

describe('the pyramid (R-112, R-113)', () => {
  it('starts at the cheapest model that is good enough for the task', () => {
    expect(tiers.map(([tier]) => refOf(choose(pyramid, { tier })))).toEqual(['far/fast', 'far/mid', 'far/frontier'])
    const decision = choose(pyramid)
    expect(decision).toMatchObject({ kind: 'chosen', fallbacks: ['far/frontier'] })
    expect(decision.kind === 'chosen' && decision.reason).toMatch(
      /^Cheapest of 2 models that can do it, from tier mid up\. far\/mid: about \$\d\.\d\d to the end, with 80 % of attempts at build passing \(none seen yet\)\.$/,
    )
    expect(why(decision, 'far/fast')).toBe('below tier mid')
  })

  it('counts retries: a cheap model that fails costs more than a dear one that passes (R-114)', () => {
    const cost = (ref: string, passed: number, failed: number, usd: number) => ({
      [ref]: { passed, failed, costs: Array.from({ length: passed + failed }, () => dollars(usd)) },
    })
    const models = [pyramid[1], model('far/better', { tier: 'mid', inputUsdPerMTok: 6, outputUsdPerMTok: 30 }), pyramid[2]] as ModelView[]
    expect(refOf(choose(models))).toBe('far/mid')
    const records = { ...cost('far/mid', 1, 19, 0.5), ...cost('far/better', 19, 1, 0.7) }
    const decision = choose(models, {}, records)
    expect(refOf(decision)).toBe('far/better')
    expect(decision.candidates.find((one) => one.ref === 'far/mid')).toMatchObject({ samples: 20, passRate: 0.2 })
  })

  it('takes what the owner has for nothing first where a cheap model will do, and never lets local work leave the house', () => {
    const local = model('home/qwen', { tier: 'local', billing: 'local', wire: 'ollama', inputUsdPerMTok: null, outputUsdPerMTok: null, contextWindow: null })
    expect(refOf(choose([...pyramid, local], { tier: 'fast' }))).toBe('home/qwen')
    expect([refOf(choose([...pyramid, local], { tier: 'local' })), refOf(choose(pyramid, { tier: 'local' }))]).toEqual(['home/qwen', 'missing'])
    expect(choose([...pyramid, local], { tier: 'local', isLastResort: true })).toMatchObject({ ref: 'home/qwen', fallbacks: [] })
  })

  it('makes do with the best there is when nothing good enough is connected, and says so', () => {
    const decision = choose(pyramid.slice(0, 1), { tier: 'frontier' })
    expect(decision).toMatchObject({ kind: 'chosen', ref: 'far/fast', reason: expect.stringContaining('No connected model is of tier frontier or above') })
  })

  it('asks nobody who cannot do it, long input included, and says of each why not (R-119)', () => {
    const models = [
      model('a/wire', { wire: 'openai-chat' }),
      model('b/small', { contextWindow: 16_000 }),
      model('c/deaf', { tools: false }),
      model('d/off', { enabled: false }),
      model('e/unpriced', { inputUsdPerMTok: null, outputUsdPerMTok: null, tier: 'frontier' }),
      model('f/plan', { billing: 'subscription' }),
      model('g/built'),
    ]
    const decision = choose(models, { wires: ['anthropic'], exclude: ['g/built'], purpose: 'review' })
    expect(decision.kind).toBe('missing')
    expect(Object.fromEntries(decision.candidates.map((one) => [one.ref, one.excluded]))).toEqual({
      'a/wire': 'speaks openai-chat, which pi does not',
      'b/small': 'takes 16000 tokens, and 32000 are needed',
      'c/deaf': 'cannot use tools',
      'd/off': 'taken out of the choice by the owner',
      'e/unpriced': 'nobody lists its price',
      'f/plan': 'a subscription that serves Claude Code alone',
      'g/built': 'built what is to be reviewed',
    })
    expect(refOf(choose(models, { driver: 'claude-code', wires: ['anthropic'], exclude: ['g/built'] }))).toBe('f/plan')
    expect(refOf(choose(models.slice(4, 5), { named: ['e/unpriced'] }))).toBe('e/unpriced')
    expect(
      refOf(
        choose([model('h/short', { contextWindow: 100_000 }), model('h/long', { contextWindow: 1_000_000, inputUsdPerMTok: 9 })], { inputTokens: 150_000 }),
      ),
    ).toBe('h/long')
  })

  it('goes round what rests, and waits for the first that comes back when all of it does', () => {
    const rest = (until: number): Rest => ({ kind: 'quota', until: until as Instant, detail: `until ${until}` })
    expect(refOf(choose(pyramid, {}, {}, { 'far/mid': rest(5) }))).toBe('far/frontier')
    expect(choose(pyramid, {}, {}, { 'far/mid': rest(9), 'far/frontier': rest(5) })).toMatchObject({ kind: 'resting', rest: { until: 5, kind: 'quota' } })
  })
})

describe('a model that the owner named', () => {
  const down: Rest = { kind: 'breaker', until: 5 as Instant, detail: 'far failed 3 times in a row' }

  it('is taken, whatever it costs and whatever is cheaper', () => {
    expect(choose(pyramid, { asked: 'far/frontier', tier: 'fast' })).toMatchObject({
      ref: 'far/frontier',
      fallbacks: [],
      reason: 'The owner named far/frontier for Rex.',
    })
  })

  it('gives way to its fallback when it rests or has failed, and is waited for when there is none', () => {
    expect(choose(pyramid, { asked: 'far/mid', fallback: 'far/fast' }, {}, { 'far/mid': down })).toMatchObject({
      ref: 'far/fast',
      reason: 'far failed 3 times in a row, so Rex takes far/fast instead.',
    })
    expect(choose(pyramid, { asked: 'far/mid', fallback: 'far/fast' })).toMatchObject({ ref: 'far/mid', fallbacks: ['far/fast'] })
    expect(choose(pyramid, { asked: 'far/mid', fallback: 'far/fast', isLastResort: true })).toMatchObject({ ref: 'far/fast', fallbacks: ['far/mid'] })
    expect(choose(pyramid, { asked: 'far/mid' }, {}, { 'far/mid': down })).toMatchObject({ kind: 'resting', rest: down })
    expect(choose(pyramid, { asked: 'gone/mid' })).toMatchObject({
      kind: 'missing',
      message: 'Rex is set to gone/mid, and its provider is not connected or has no key',
    })
  })

  it('and has failed twice without a fallback hands over to the tier above (R-113)', () => {
    expect(choose(pyramid, { asked: 'far/mid', isLastResort: true })).toMatchObject({
      ref: 'far/frontier',
      reason: expect.stringMatching(/^far\/mid has failed at it, so it goes one tier up\./),
    })
    expect(refOf(choose(pyramid, { asked: 'far/frontier', isLastResort: true }))).toBe('far/frontier')
  })
})

describe('whatever is connected', () => {
  const anyModel = fc
    .record({
      name: fc.integer({ min: 0, max: 9 }),
      tier: fc.constantFrom<ModelTier>('local', 'fast', 'mid', 'frontier'),
      wire: fc.constantFrom<ModelView['wire']>('anthropic', 'openai-responses', 'openai-chat', 'ollama'),
      usd: fc.double({ min: 0.01, max: 100, noNaN: true }),
      isEnabled: fc.boolean(),
    })
    .map(({ name, tier, wire, usd, isEnabled }) =>
      model(`p${name % 3}/m${name}`, {
        tier,
        wire,
        inputUsdPerMTok: usd,
        outputUsdPerMTok: usd * 4,
        billing: tier === 'local' ? 'local' : 'metered',
        enabled: isEnabled,
      }),
    )
  const models = fc.uniqueArray(anyModel, { maxLength: 10, selector: (one) => one.ref })

  it('a reviewer is never the builder, not even when it stands in (C-17)', () => {
    const refs = fc.option(
      fc.integer({ min: 0, max: 9 }).map((n) => `p${n % 3}/m${n}`),
      { nil: null },
    )
    fc.assert(
      fc.property(
        models,
        refs,
        refs,
        fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
        fc.boolean(),
        (connected, asked, fallback, built, isLastResort) => {
          const exclude = built.map((n) => `p${n % 3}/m${n}`)
          const decision = choose(connected, { purpose: 'review', driver: 'direct', asked, fallback, exclude, isLastResort })
          if (decision.kind !== 'chosen') return
          expect([decision.ref, ...decision.fallbacks].filter((ref) => exclude.includes(ref))).toEqual([])
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('the cheapest capable one is first, by the whole cost of the task, and its stand-ins speak its wire', () => {
    const height = { local: 1, fast: 1, mid: 2, frontier: 3 }
    fc.assert(
      fc.property(models, fc.constantFrom<ModelTier>('fast', 'mid', 'frontier'), (connected, tier) => {
        const decision = choose(connected, { tier })
        const able = connected.filter((one) => one.enabled)
        const costOf = (one: ModelView): number =>
          one.billing === 'local' ? 0 : Math.round(1000 * (120_000 * (one.inputUsdPerMTok ?? 0) + 20_000 * (one.outputUsdPerMTok ?? 0)))
        const total = (one: ModelView): number => {
          const p = toPassRate(one.tier, NO_RECORD)
          const rescues = able.filter((other) => height[other.tier] > height[one.tier]).map((other) => costOf(other) / toPassRate(other.tier, NO_RECORD))
          return Math.round(costOf(one) * (2 - p) + (1 - p) ** 2 * (rescues.length > 0 ? Math.min(...rescues) : costOf(one) / p))
        }
        const best = Math.max(...able.map((one) => height[one.tier]))
        const wanted = able.filter((one) => height[one.tier] >= Math.min(height[tier], best))
        if (decision.kind !== 'chosen') {
          expect(wanted).toEqual([])
          return
        }
        expect(total(connected.find((one) => one.ref === decision.ref) as ModelView)).toBe(Math.min(...wanted.map(total)))
        const spoken = (ref: string) => connected.find((one) => one.ref === ref)?.wire.replace('ollama', 'openai-chat')
        expect(new Set([decision.ref, ...decision.fallbacks].map(spoken)).size).toBe(1)
      }),
      { numRuns: 1000 },
    )
  })
})
