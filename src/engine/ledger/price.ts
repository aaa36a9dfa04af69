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
}

/** The provider of the script that ships: the only one that is free because of its name. */
const REHEARSAL = 'rehearsal'
/** Makers of models: their list price is the price of a model that is reached under a name of the owner's choosing. */
const makers = ['anthropic', 'openai', 'google', 'xai', 'mistral', 'deepseek', 'moonshotai', 'zai', 'minimax', 'meta', 'xiaomi', 'groq', 'cerebras']

/** What a call costs, in whole nanodollars. Never zero for a model it does not know: that one costs the ceiling and is flagged. */
export function createPrices({ file, overrideFile, ceiling }: PricesDeps) {
  const catalogue = readCatalogue(file)
  const override = createOverride(overrideFile)

  return {
    price(provider: string, model: string, usage: MeteredUsage, at: Instant): Priced {
      if (provider === REHEARSAL) return { cost: 0 as Nanodollars, source: 'rehearsal', estimated: false }
      const own = override.find(provider, model, at)
      if (own) return { cost: toCost(own, usage) as Nanodollars, source: 'override', estimated: false }
      const found = findRate(catalogue, provider, model)
      if (found) return { cost: toCost(found.rate, usage) as Nanodollars, source: 'catalogue', estimated: found.guessed }
      return { cost: toCost(toCeiling(), usage) as Nanodollars, source: 'ceiling', estimated: true }
    },
    /** What is known of a model before it is called; nulls for one that nobody lists. */
    describe(provider: string, model: string, at: Instant): KnownModel {
      const rate = override.find(provider, model, at) ?? findRate(catalogue, provider, model)?.rate
      return { model, inputUsdPerMTok: rate?.input ?? null, outputUsdPerMTok: rate?.output ?? null, contextWindow: rate?.contextWindow ?? null }
    },
    /** Ids that the catalogue lists for a provider of this name. */
    models: (provider: string): string[] => [...(catalogue.get(provider)?.keys() ?? [])],
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

function readCatalogue(file: string): Catalogue {
  const { providers } = PriceFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  return new Map(Object.entries(providers).map(([name, models]) => [name, new Map(Object.entries(models).map(([id, row]) => [id, toRate(row)]))]))
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

function createOverride(file: string) {
  let stamp = -1
  let prices: OverrideFile['prices'] = []
  let problem: string | null = null
  refresh()
  if (problem) throw new ReefError('settings/invalid', problem, { field: 'prices.json', remedy: 'Correct it, or remove it to go back to the catalogue.' })

  return {
    find(provider: string, model: string, at: Instant): Rate | undefined {
      refresh()
      const due = prices.filter((entry) => entry.from === undefined || Date.parse(entry.from) <= at).sort((a, b) => (a.from ?? '').localeCompare(b.from ?? ''))
      const entry = due.findLast((other) => other.model === `${provider}/${model}`) ?? due.findLast((other) => other.model === `${provider}/*`)
      return entry && toOverrideRate(entry)
    },
    problem: () => problem,
  }

  /** A file that went bad changes nothing: the last good one stays in force. */
  function refresh(): void {
    const found = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (found === stamp) return
    stamp = found
    const read = found === 0 ? { prices: [] } : readOverride(file)
    problem = 'problem' in read ? read.problem : null
    if ('prices' in read) prices = read.prices
  }
}

function readOverride(file: string): { prices: OverrideFile['prices'] } | { problem: string } {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { problem: `${file} is not valid JSON.` }
  }
  const parsed = OverrideFile.safeParse(json)
  if (parsed.success) return { prices: parsed.data.prices }
  const [issue] = parsed.error.issues
  return { problem: `${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid'}.` }
}
