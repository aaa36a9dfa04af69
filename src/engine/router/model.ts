import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Billing, ModelTier } from '../../contract/index.ts'

const Row = z.tuple([z.int().positive(), z.int().positive(), z.literal([0, 1]), z.literal([0, 1])])
const ModelFile = z.object({ v: z.literal(1), providers: z.record(z.string(), z.record(z.string(), Row)) })

/** What a model can do. Nulls where nobody knows. */
export type Ability = { readonly contextWindow: number | null; readonly maxOutput: number | null; readonly vision: boolean; readonly tools: boolean }

/** Makers of models: what they say of a model goes before what a reseller says. */
const makers = ['anthropic', 'openai', 'google', 'xai', 'mistral', 'deepseek', 'moonshotai', 'zai', 'minimax', 'meta', 'groq', 'cerebras']

/** Names of what providers list beside models that hold a conversation: other uses, other ways to call them, and doors that answer the next day. */
const SILENT = /embed|whisper|\btts|dall-e|moderation|rerank|transcri|image|realtime|speech|audio|guard\b|:batch$/i

const unknown: Ability = { contextWindow: null, maxOutput: null, vision: false, tools: true }

/** What models can do, from assets/models.json. A model that it does not list is taken to talk and to use tools, and not to see, unless its name says otherwise. */
export function createAbilities(file: string) {
  const { providers } = ModelFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  const byProvider = new Map(
    Object.entries(providers).map(([name, models]) => [name, new Map(Object.entries(models).map(([id, row]) => [id, toAbility(row)]))]),
  )
  const anywhere = new Map<string, Ability>()
  for (const name of [...makers, ...byProvider.keys()])
    for (const [id, ability] of byProvider.get(name) ?? []) for (const key of [id, toBare(id)]) if (!anywhere.has(key)) anywhere.set(key, ability)

  return (provider: string, model: string): Ability => {
    const bare = toBare(model)
    const own = byProvider.get(provider)
    const known = own?.get(model) ?? own?.get(bare) ?? anywhere.get(model) ?? anywhere.get(bare) ?? unknown
    return SILENT.test(model) ? { ...known, tools: false } : known
  }
}
export type Abilities = ReturnType<typeof createAbilities>

const toAbility = ([contextWindow, maxOutput, vision, tools]: z.infer<typeof Row>): Ability => ({
  contextWindow,
  maxOutput,
  vision: vision === 1,
  tools: tools === 1,
})

/** Without its maker, and without its date. */
const toBare = (model: string): string => model.slice(model.lastIndexOf('/') + 1).replace(/[-@](20\d{6}|20\d\d-\d\d-\d\d|latest)$/, '')

/**
 * The cost pyramid (R-112: about 60 % of tasks on free and cheap models, 30 % mid, 10 % frontier): most dollars for a million tokens, at
 * three tokens in for one out, that a model of the tier may cost. What is dearer is frontier; the owner's rule goes before the price.
 */
export const MOST_USD_OF_FAST = 1
export const MOST_USD_OF_MID = 8

/** A price that nobody lists is taken for a high one. */
export function toTier(billing: Billing, price: { readonly inputUsdPerMTok: number | null; readonly outputUsdPerMTok: number | null }): ModelTier {
  if (billing === 'local') return 'local'
  if (price.inputUsdPerMTok === null || price.outputUsdPerMTok === null) return 'frontier'
  const blended = (3 * price.inputUsdPerMTok + price.outputUsdPerMTok) / 4
  return blended <= MOST_USD_OF_FAST ? 'fast' : blended <= MOST_USD_OF_MID ? 'mid' : 'frontier'
}
