import { homedir } from 'node:os'
import {
  type Actor,
  type AttemptId,
  type CircuitView,
  type Discovery,
  type Instant,
  type ModelAlias,
  ModelAlias as ModelAliasName,
  type ModelRef,
  type ModelTier,
  type ModelView,
  modelAliases,
  type ProviderPreset,
  type RouteChoiceId,
  type RouteChoiceView,
  type SessionId,
  seconds,
  type TaskId,
  type WireFormat,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { type Circuit, createBreakers, type Outcome, type Rest, toView } from './breaker.ts'
import { createChoiceReader, createChoiceStore } from './choice.store.ts'
import { type Ask, type ChoiceAnswer, createChoices, needsLists } from './choices.ts'
import { discover } from './connect/discover.ts'
import { providerPresets } from './connect/presets.ts'
import { createAbilities } from './model.ts'
import { createModels, type Prices } from './models.ts'
import { toSpoken } from './pick.ts'
import { createProviders, type Secrets } from './providers.ts'
import type { AnswerHeaders } from './reset.ts'
import type { ProviderRoute, Route } from './route.ts'
import { createRouterReader, createRouterStore } from './router.store.ts'

export type RouterDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly secrets: Secrets
  readonly prices: Prices
  /** What models can do, assets/models.json. */
  readonly modelsFile: string
  readonly env?: NodeJS.ProcessEnv
  readonly fetch?: typeof fetch
}

/** Which call looks for a way: the provider of its token, the model of its body, and the wire that it is written in. */
export type Call = {
  readonly provider: string
  readonly model: string
  readonly wire: WireFormat
  readonly agent: string
  readonly taskId: TaskId | null
  readonly attemptId: AttemptId | null
  readonly sessionId: SessionId
}

/** Somebody who can serve a call, and what he can take and give at most. */
export type Target = Route & { readonly limits: { readonly contextWindow: number | null; readonly maxOutput: number | null } }

const toLimits = ({ contextWindow, maxOutput }: Target['limits']): Target['limits'] => ({ contextWindow, maxOutput })

/** Sessions come and go for months. */
const MOST_WAYS = 1000

type CatalogueRow = { ref: ModelRef; inputUsdPerMTok: number | null; outputUsdPerMTok: number | null; contextWindow: number | null }

/** Tasks that wait for one quota come back one after the other within this. */
const SPREAD_MS = seconds(60)
const DISCOVER_MS = seconds(3)

/** Where models are reached, which one does what, and what rests. It knows no budget: whether a call may be paid is the ledger's word. */
export function createRouter(deps: RouterDeps) {
  const { db, reader: readDb, clock, append, secrets, prices, modelsFile, env = process.env, fetch: call = fetch } = deps
  const store = createRouterStore(db)
  const reader = createRouterReader(readDb)
  const choiceStore = createChoiceStore(db)
  const choiceReader = createChoiceReader(readDb)
  /** Ways that were found, by session and what it asked for: it asks the same hundreds of times. */
  const ways = new Map<string, readonly Target[]>()
  const providers = createProviders({
    db,
    store,
    reader,
    clock,
    append,
    secrets,
    env,
    fetch: call,
    circuitOf: (provider) => breakers.state(provider),
    changed: (provider) => {
      ways.clear()
      breakers.forget(provider)
      models.forget(provider)
    },
  })
  const breakers = createBreakers({
    clock,
    circuits: reader.circuits().filter(isStillTrue),
    opened(circuit, isNews) {
      ways.clear()
      write(db, () => {
        store.openCircuit(circuit)
        if (isNews) append({ type: 'circuit.opened', subject: circuit.provider, actor: 'engine', data: toView(circuit, circuit.state) })
      })
    },
    closed: (circuit) =>
      write(db, () => {
        store.closeCircuit(circuit)
        append({ type: 'circuit.closed', subject: circuit.provider, actor: 'engine', data: { ...toView(circuit, 'closed'), until: null } })
      }),
  })
  for (const circuit of reader.circuits()) if (!isStillTrue(circuit)) write(db, () => store.closeCircuit(circuit))
  const abilities = createAbilities(modelsFile)
  const models = createModels({ providers, rules: reader.rules, prices, abilities, clock, circuitOf: breakers.state })
  const { decide, record, toChoice } = createChoices({
    db,
    store: choiceStore,
    reader: choiceReader,
    models,
    breakers,
    rehearsal: () => reader.get('rehearsal'),
    clock,
    append,
  })
  const { add, connected, connectRehearsal, list, remove, resolve, rotate } = providers

  return {
    add,
    connected,
    connectRehearsal,
    list,
    remove,
    resolve,
    rotate,
    route,

    /** What REEF knows how to connect, and whether the environment holds a key for it. */
    presets: (): ProviderPreset[] => providerPresets(env),
    /** What could be connected without being told; looks on this machine alone and takes about a second. */
    discover: (): Promise<Discovery> => discover({ fetch: call, homeDir: env['HOME'] ?? homedir(), env, signal: AbortSignal.timeout(DISCOVER_MS) }),

    /** Asks for the list of models, which costs nothing anywhere. Whoever asks has done something about it: a rest is over. */
    async test(name: string): Promise<{ reachable: boolean; models: string[]; message: string }> {
      const answer = await models.refresh(name)
      if (answer.reachable) breakers.forget(name)
      return answer
    },

    /** The models that the provider itself lists; those of the price list when it cannot be asked. */
    async catalogue(name: string): Promise<{ models: CatalogueRow[] }> {
      const row = providers.get(name)
      const live = providers.hasKey(row) ? (await models.refresh(name)).models : []
      const ids = live.length > 0 ? live : prices.models(name)
      return {
        models: ids.map((id): CatalogueRow => {
          const { inputUsdPerMTok, outputUsdPerMTok, contextWindow } = models.view(row, id)
          return { ref: `${name}/${id}` as ModelRef, inputUsdPerMTok, outputUsdPerMTok, contextWindow }
        }),
      }
    },

    /** Every model that could be chosen, and those of `named` that nobody lists. Waits at most two seconds for a list that was never read. */
    async models(named: readonly string[] = []): Promise<ModelView[]> {
      await models.ready()
      return models.list([...reader.rules().keys(), ...named])
    },

    /** The owner's word about a model. Throws model/unknown where its provider is not connected. */
    setModel({ ref, tier, enabled }: { ref: string; tier?: ModelTier | undefined; enabled?: boolean | undefined }, actor: Actor): ModelView {
      const name = ref.slice(0, Math.max(0, ref.indexOf('/')))
      const row = reader.get(name)
      if (!row || row.rehearsal === 1)
        throw new ReefError('model/unknown', `No provider is connected that could have ${ref}.`, {
          field: 'ref',
          remedy: 'List the models with: reef model list',
        })
      const rule = reader.rules().get(ref)
      return write(db, () => {
        store.setRule({ ref, tier: tier ?? rule?.tier ?? null, isEnabled: enabled ?? rule?.isEnabled ?? true }, clock.now())
        const view = models.view(row, ref.slice(name.length + 1))
        const said = { ...view, tier: tier ?? view.tier, enabled: enabled ?? view.enabled }
        append({ type: 'model.changed', subject: ref, actor, data: said })
        return said
      })
    },

    /** Who does it. A choice is written down with what there was to choose from, and told; a wait or a lack is not. */
    async choose(ask: Ask): Promise<ChoiceAnswer> {
      if (needsLists(ask)) await models.ready()
      const { wish, decision } = decide(ask)
      if (decision.kind === 'resting') return { kind: 'resting', rest: stagger(decision.rest, ask.taskId) }
      if (decision.kind === 'missing') return { kind: 'missing', message: decision.message }
      const choice = record(ask, wish, decision, null)
      admit(decision.ref, ask.attemptId ?? choice.id)
      return { kind: 'chosen', choiceId: choice.id, ref: decision.ref, fallbacks: decision.fallbacks, reason: decision.reason }
    },

    /** How a reviewer's or planner's choice went. A builder's goes as its attempt does and needs no word. */
    settleChoice: (id: RouteChoiceId, state: 'succeeded' | 'failed' | 'interrupted'): void => write(db, () => choiceStore.settle(id, state, clock.now())),

    /** Why the models of a task were chosen, newest first; and what would be chosen now, which is written down nowhere. */
    async explain(taskId: TaskId, ask: Ask): Promise<{ choices: RouteChoiceView[]; now: RouteChoiceView }> {
      if (needsLists(ask)) await models.ready()
      const { wish, decision } = decide(ask)
      return { choices: choiceReader.ofTask(taskId), now: { ...toChoice(ask, wish, decision), outcome: null } }
    },

    /**
     * Ways for one call, the best first, all of them in its wire. A way that rests is left out while there is another. Throws
     * provider/unknown, provider/no-key or provider/invalid where nothing can serve it.
     */
    targets(asked: Call): readonly Target[] {
      // A question of the provider as a whole, such as for its models.
      if (asked.model === '') return [{ ...route(asked.provider), model: '', limits: { contextWindow: null, maxOutput: null } }]
      const key = `${asked.sessionId} ${asked.attemptId} ${asked.wire} ${asked.provider}/${asked.model}`
      const known = ways.get(key)
      if (known) return known
      const all = toRefs(asked).flatMap((ref, i) => toWay(ref, asked.wire, i === 0))
      const holder = asked.attemptId ?? asked.sessionId
      const awake = all.filter(({ provider, model }) => !breakers.resting(provider, model, holder))
      const [first] = awake
      if (first) breakers.admit(first.provider, first.model, holder)
      const targets = (awake.length > 0 ? awake : all).map((way) => ({ ...way, limits: toLimits(abilities(way.provider, way.model)) }))
      // While something rests, every call has to be asked about anew.
      if (all.every(({ provider, model }) => breakers.state(provider, model) === 'closed')) keepWays(key, targets)
      return targets
    },

    /** Names under which a program that was given a provider may ask for a model. */
    names: (provider: string): string[] => [...modelAliases, ...models.of(provider)],

    /** How a call ended; heard from the gateway. The headers of the answer may say until when a limit holds. */
    report: ({ provider, model }: { provider: string; model: string }, outcome: Outcome, headers?: AnswerHeaders): void =>
      breakers.report(provider, model, outcome, headers),

    /** Why new work for a provider, or one model of it, had better wait; undefined when it need not. A quota ends for each task at a moment of its own. */
    resting(provider: string, model?: string, taskId: TaskId | null = null): Rest | undefined {
      const rest = breakers.resting(provider, model)
      return rest && stagger(rest, taskId)
    },

    /** Everything that rests, for whoever wants to know before it begins. */
    health: (): CircuitView[] => breakers.list(),
  }

  function route(provider: string): ProviderRoute {
    return providers.toRoute(providers.get(provider))
  }

  function keepWays(key: string, targets: readonly Target[]): void {
    if (ways.size >= MOST_WAYS) ways.clear()
    ways.set(key, targets)
  }

  function admit(ref: string, holder: string): void {
    const slash = ref.indexOf('/')
    breakers.admit(ref.slice(0, slash), ref.slice(slash + 1), holder)
  }

  /** PROVIDER/MODEL of whoever may serve a call, the best first. */
  function toRefs(asked: Call): string[] {
    const alias = ModelAliasName.safeParse(asked.model).data
    if (alias) return toAliasRefs(asked, alias)
    const ref = `${asked.provider}/${asked.model}`
    const choice = asked.attemptId ? choiceReader.ofAttempt(asked.attemptId).find((other) => other.chosen === ref) : undefined
    return [ref, ...(choice?.fallbacks ?? [])]
  }

  /** `reef/auto` is what the attempt was given; a tier is a choice of its own, made once for a session. */
  function toAliasRefs(asked: Call, alias: ModelAlias): string[] {
    const { agent, attemptId, sessionId, taskId, wire } = asked
    const given = alias === 'reef/auto' && attemptId ? choiceReader.ofAttempt(attemptId).filter((way) => way.role === 'builder' && way.kind !== null) : []
    const own = choiceReader.ofSession(sessionId).filter((way) => way.asked === alias)
    const known = [...given, ...own].find((way) => speaks(way.chosen, wire))
    if (known) return [known.chosen, ...known.fallbacks]
    const wires = (['anthropic', 'openai-responses', 'openai-chat', 'ollama'] as const).filter((other) => toSpoken(other) === toSpoken(wire))
    const ask: Ask = {
      role: 'builder',
      // No task of its own: how it goes says nothing of models for that kind of work.
      kind: null,
      agent,
      // Whoever is served by a subscription is the program that it is granted for.
      driver: reader.get(asked.provider)?.billing === 'subscription' ? 'claude-code' : 'pi',
      wires,
      tier: 'mid',
      asked: alias,
      fallback: null,
      exclude: [],
      isLastResort: false,
      inputTokens: 0,
      named: [],
      taskId,
      attemptId,
    }
    const { wish, decision } = decide(ask)
    if (decision.kind !== 'chosen') {
      const why = decision.kind === 'resting' ? decision.rest.detail : decision.message
      throw new ReefError('model/none-connected', `Nothing can serve ${alias} in the wire ${wire}: ${why}.`, {
        remedy: 'Name a model, or connect another provider.',
      })
    }
    record(ask, wish, decision, sessionId)
    return [decision.ref, ...decision.fallbacks]
  }

  function speaks(ref: string, wire: WireFormat): boolean {
    const row = reader.get(ref.slice(0, ref.indexOf('/')))
    return row !== undefined && toSpoken(row.wire) === toSpoken(wire)
  }

  /** Whoever stands in is left out when it cannot be reached; the first one says why. */
  function toWay(ref: string, wire: WireFormat, isFirst: boolean): Route[] {
    if (isFirst) {
      const route = resolve(ref)
      if (toSpoken(route.wire) !== toSpoken(wire))
        throw new ReefError('provider/invalid', `The provider ${route.provider} speaks ${route.wire}, and the call is written in ${wire}.`, {
          remedy: 'Give the agent another driver, or a model of another provider.',
        })
      return [route]
    }
    const row = reader.get(ref.slice(0, ref.indexOf('/')))
    return row && providers.hasKey(row) && toSpoken(row.wire) === toSpoken(wire) ? [resolve(ref)] : []
  }

  /** A key in the environment may be another one since the last start: it is tried. */
  function isStillTrue({ provider, state }: Circuit): boolean {
    return reader.get(provider) !== undefined && !(state === 'refused' && providers.keyIsInEnvironment(provider))
  }
}
export type Router = ReturnType<typeof createRouter>

/** A quota ends for everyone at once: each task comes back at a moment of its own within a minute, always the same one. */
function stagger(rest: Rest, taskId: TaskId | null): Rest {
  if (rest.kind !== 'quota' || rest.until === null || taskId === null) return rest
  // FNV-1a: the end of an id alone differs for tasks of one plan.
  const hash = [...taskId].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16_777_619) >>> 0, 2_166_136_261)
  return { ...rest, until: (rest.until + (hash % SPREAD_MS)) as Instant }
}
