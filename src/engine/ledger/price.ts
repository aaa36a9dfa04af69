import { readFileSync, statSync } from 'node:fs'
import type { Instant, Nanodollars } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { OverrideFile, PriceFile, type Rate, toCost, toOverrideRate, toRate } from './rate.ts'
import type { MeteredUsage } from './usage.ts'

export type PriceSource = 'catalogue' | 'override' | 'ceiling' | 'rehearsal'
export type Priced = {
  readonly cost: Nanodollars
  readonly source: PriceSource
  /** True when the price is a guess: the ceiling, or another seller's price of the same model. */
  readonly estimated: boolean
}
/** The price that a call is made at, and where it stands. */
export type Quote = {
  readonly rate: Rate
  readonly source: PriceSource
  /** Which edition of its source. */
  readonly version: string
  readonly estimated: boolean
}
export type KnownModel = {
  readonly model: string
  readonly inputUsdPerMTok: number | null
  readonly outputUsdPerMTok: number | null
  readonly contextWindow: number | null
}

export type PricesDeps = {
  /** The catalogue that ships, assets/prices.json. */
  readonly file: string
  /** The owner's prices; need not exist. Read again when it changes. */
  readonly overrideFile: string
  /** Nanodollars per million tokens for a model that nobody lists. */
  readonly ceiling: () => { readonly input: number; readonly output: number }
  /** How long the owner's file is taken to be the same without a look, milliseconds. */
  readonly recheckMs?: number
}

/** The provider of the script that ships: the only one that is free because of its name. */
const REHEARSAL = 'rehearsal'
/** Makers of models: their list price is the price of a model that is reached under a name of the owner's choosing. */
const makers = ['anthropic', 'openai', 'google', 'xai', 'mistral', 'deepseek', 'moonshotai', 'zai', 'minimax', 'meta', 'xiaomi', 'groq', 'cerebras']

/** What a call costs, in whole nanodollars. Never zero for a model it does not know: that one costs the ceiling and is flagged. */
export function createPrices({ file, overrideFile, ceiling, recheckMs = 0 }: PricesDeps) {
  const catalogue = readCatalogue(file)
  const override = createOverride(overrideFile, recheckMs)

  /** The catalogue never changes while the engine runs, and looking a model up under all its names takes a while. */
  const listed = new Map<string, ReturnType<typeof findRate>>()

  function quote(provider: string, model: string, at: Instant): Quote {
    if (provider === REHEARSAL) return { rate: free, source: 'rehearsal', version: '1', estimated: false }
    const own = override.find(provider, model, at)
    if (own) return { ...own, source: 'override', estimated: false }
    const name = `${provider}/${model}`
    if (!listed.has(name)) listed.set(name, findRate(catalogue.rates, provider, model))
    const found = listed.get(name)
    if (found) return { rate: found.rate, source: 'catalogue', version: catalogue.version, estimated: found.guessed }
    return { rate: toCeiling(), source: 'ceiling', version: 'settings', estimated: true }
  }

  return {
    quote,
    /** What a local model's tokens cost elsewhere: by the list, or, where nobody sells it, what small hosted models cost. */
    shadow(provider: string, model: string, at: Instant): Quote {
      const found = quote(provider, model, at)
      return found.source === 'ceiling' ? { rate: smallHosted, source: 'ceiling', version: 'small hosted models', estimated: true } : found
    },
    price(provider: string, model: string, usage: MeteredUsage, at: Instant): Priced {
      const { rate, source, estimated } = quote(provider, model, at)
      return { cost: toCost(rate, usage) as Nanodollars, source, estimated }
    },
    /** What is known of a model before it is called; nulls for one that nobody lists. */
    describe(provider: string, model: string, at: Instant): KnownModel {
      const rate = override.find(provider, model, at)?.rate ?? findRate(catalogue.rates, provider, model)?.rate
      return { model, inputUsdPerMTok: rate?.input ?? null, outputUsdPerMTok: rate?.output ?? null, contextWindow: rate?.contextWindow ?? null }
    },
    /** Ids that the catalogue lists for a provider of this name. */
    models: (provider: string): string[] => [...(catalogue.rates.get(provider)?.keys() ?? [])],
    /** Why the override file that lies on disk is not in force; null when all is well. */
    problem: (): string | null => override.problem(),
  }

  function toCeiling(): Rate {
    const { input, output } = ceiling()
    return { input: input / 1e9, output: output / 1e9, cacheRead: input / 1e9, cacheWrite: (input * 1.25) / 1e9, contextWindow: null, tiers: [] }
  }
}
export type Prices = ReturnType<typeof createPrices>

type Catalogue = ReadonlyMap<string, ReadonlyMap<string, Rate>>

/** Eight billion parameters at the sellers of pi-ai's catalogue: a tenth of a dollar in, four tenths out. */
const smallHosted: Rate = { input: 0.1, output: 0.4, cacheRead: 0.1, cacheWrite: 0.1, contextWindow: null, tiers: [] }
const free: Rate = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, contextWindow: null, tiers: [] }

function readCatalogue(file: string): { readonly rates: Catalogue; readonly version: string } {
  const { providers, source, asOf } = PriceFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  const rates = new Map(Object.entries(providers).map(([name, models]) => [name, new Map(Object.entries(models).map(([id, row]) => [id, toRate(row)]))]))
  return { rates, version: `${source}, ${asOf}` }
}

/** The provider's own list, then the maker's, then the dearest seller's: a guess errs high. */
function findRate(catalogue: Catalogue, provider: string, model: string): { rate: Rate; guessed: boolean } | undefined {
  const own = findIn(catalogue.get(provider), model)
  if (own) return { rate: own, guessed: false }
  for (const maker of makers) {
    const rate = findIn(catalogue.get(maker), model)
    if (rate) return { rate, guessed: false }
  }
  const sold = [...catalogue.values()].flatMap((models) => findIn(models, model) ?? []).sort((a, b) => b.output + b.input - (a.output + a.input))
  return sold[0] && { rate: sold[0], guessed: true }
}

function findIn(models: ReadonlyMap<string, Rate> | undefined, model: string): Rate | undefined {
  if (!models) return undefined
  for (const name of toNames(model)) {
    const rate = models.get(name)
    if (rate) return rate
  }
  return undefined
}

/** A model under the names it goes by: exact, without its maker, without its date, with the dashes of the one and the dots of the other. */
function toNames(model: string): string[] {
  const bare = model.slice(model.lastIndexOf('/') + 1)
  const undated = bare.replace(/[-@](20\d{6}|20\d\d-\d\d-\d\d|latest)$/, '')
  const dashed = undated.replaceAll(/(\d)\.(\d)/g, '$1-$2')
  return [...new Set([model, bare, undated, dashed])]
}

function createOverride(file: string, recheckMs: number) {
  let lookedAt = Number.NEGATIVE_INFINITY
  let stamp = -1
  let prices: OverrideFile['prices'] = []
  let asOf = ''
  let problem: string | null = null
  refresh()
  if (problem) throw new ReefError('settings/invalid', problem, { field: 'prices.json', remedy: 'Correct it, or remove it to go back to the catalogue.' })

  return {
    find(provider: string, model: string, at: Instant): { rate: Rate; version: string } | undefined {
      refresh()
      const due = prices.filter((entry) => entry.from === undefined || Date.parse(entry.from) <= at).sort((a, b) => (a.from ?? '').localeCompare(b.from ?? ''))
      const entry = due.findLast((other) => other.model === `${provider}/${model}`) ?? due.findLast((other) => other.model === `${provider}/*`)
      return entry && { rate: toOverrideRate(entry), version: entry.from ?? asOf }
    },
    problem: () => problem,
  }

  /** A file that went bad changes nothing: the last good one stays in force. */
  function refresh(): void {
    const now = performance.now()
    if (now - lookedAt < recheckMs) return
    lookedAt = now
    const found = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (found === stamp) return
    stamp = found
    const read = found === 0 ? { prices: [], asOf: '' } : readOverride(file)
    problem = 'problem' in read ? read.problem : null
    if (!('prices' in read)) return
    prices = read.prices
    asOf = read.asOf
  }
}

function readOverride(file: string): OverrideFile | { problem: string } {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { problem: `${file} is not valid JSON.` }
  }
  const parsed = OverrideFile.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return { problem: `${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid'}.` }
}
