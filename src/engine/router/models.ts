import { setTimeout as pause } from 'node:timers/promises'
import { type CircuitState, type Instant, type ModelTier, type ModelView, minutes, seconds } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Listed } from './listing.ts'
import { type Abilities, toTier } from './model.ts'
import type { Providers } from './providers.ts'
import type { ModelRule, ProviderRow } from './router.store.ts'

export type Prices = {
  models(provider: string): string[]
  describe(
    provider: string,
    model: string,
    at: Instant,
  ): { readonly inputUsdPerMTok: number | null; readonly outputUsdPerMTok: number | null; readonly contextWindow: number | null }
}

export type ModelsDeps = {
  readonly providers: Providers
  readonly rules: () => ReadonlyMap<string, ModelRule>
  /** What is known of a provider's models without asking it. */
  readonly prices: Prices
  readonly abilities: Abilities
  readonly clock: Clock
  readonly circuitOf: (provider: string, model: string) => CircuitState
}

type Facts = Pick<ModelView, 'inputUsdPerMTok' | 'outputUsdPerMTok' | 'contextWindow' | 'maxOutput' | 'tools' | 'vision'>

/** A provider's list is good for so long; a choice never waits for a newer one. */
const STALE_MS = minutes(10)
/** A price list that the owner edits is in force within this. */
const FACTS_MS = minutes(1)
/** The first choice after a start waits this long for lists that were never read, once. */
const FIRST_LIST_MS = seconds(2)

/** Which models there are to choose from: what a provider lists itself, and until it has done so what the price list has of it. */
export function createModels({ providers, rules, prices, abilities, clock, circuitOf }: ModelsDeps) {
  const lists = new Map<string, { ids: readonly string[]; at: number }>()
  const asking = new Map<string, Promise<Listed>>()
  const facts = new Map<string, { at: number; of: Map<string, Facts> }>()

  return {
    /** Asks a provider for its models now, and remembers them. One question at a time. */
    refresh,

    forget(provider: string): void {
      lists.delete(provider)
      facts.delete(provider)
    },

    /** Waits for the lists of providers that were never asked, at most two seconds; renews old ones behind the scenes. */
    async ready(): Promise<void> {
      const due = providers.usable().filter(({ name }) => (lists.get(name)?.at ?? Number.NEGATIVE_INFINITY) <= clock.now() - STALE_MS)
      const first = due.filter(({ name }) => !lists.has(name))
      const answers = due.map(({ name }) => refresh(name))
      if (first.length > 0) await Promise.race([Promise.all(answers), pause(FIRST_LIST_MS, undefined, { ref: false })])
    },

    /** Every model of the providers that can be called, and those of `named` that they do not list. */
    list(named: readonly string[] = []): ModelView[] {
      const known = rules()
      return providers.usable().flatMap((row) => {
        const own = named.filter((ref) => ref.startsWith(`${row.name}/`)).map((ref) => ref.slice(row.name.length + 1))
        const ids = new Set([...namesOf(row.name), ...own])
        return [...ids].map((id) => toView(row, id, known.get(`${row.name}/${id}`)))
      })
    },

    /** What a provider's models are called, as far as is known. */
    of: namesOf,

    /** One model, also when nobody lists it. */
    view: (row: ProviderRow, model: string): ModelView => toView(row, model, rules().get(`${row.name}/${model}`)),
  }

  function namesOf(provider: string): readonly string[] {
    const listed = lists.get(provider)?.ids ?? []
    return listed.length > 0 ? listed : prices.models(provider)
  }

  async function refresh(provider: string): Promise<Listed> {
    const running = asking.get(provider)
    if (running) return running
    const answer = providers.ask(provider).finally(() => asking.delete(provider))
    asking.set(provider, answer)
    const listed = await answer
    // One that could not be asked keeps its last list, and is not asked again at every choice.
    lists.set(provider, { ids: listed.reachable ? listed.models : (lists.get(provider)?.ids ?? []), at: clock.now() })
    return listed
  }

  function toView(row: ProviderRow, model: string, rule: ModelRule | undefined): ModelView {
    const known = describe(row.name, model)
    const tier: ModelTier = rule?.tier ?? toTier(row.billing, known)
    return {
      ref: `${row.name}/${model}`,
      provider: row.name,
      wire: row.wire,
      billing: row.billing,
      tier,
      ...known,
      circuit: circuitOf(row.name, model),
      enabled: rule?.isEnabled ?? true,
    }
  }

  function describe(provider: string, model: string): Facts {
    let cached = facts.get(provider)
    if (!cached || cached.at <= clock.now() - FACTS_MS) {
      cached = { at: clock.now(), of: new Map() }
      facts.set(provider, cached)
    }
    const found = cached.of.get(model)
    if (found) return found
    const { inputUsdPerMTok, outputUsdPerMTok, contextWindow } = prices.describe(provider, model, clock.now())
    const ability = abilities(provider, model)
    const fresh = { ...ability, inputUsdPerMTok, outputUsdPerMTok, contextWindow: contextWindow ?? ability.contextWindow }
    cached.of.set(model, fresh)
    return fresh
  }
}
export type Models = ReturnType<typeof createModels>
