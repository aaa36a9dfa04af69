import { type Actor, type ModelRef, ProviderName, type ProviderView, WireFormat } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { createBreakers, type Outcome, type Rest } from './breaker.ts'
import { findEnvironmentKey, isPrivateHost, type ProviderRoute, type Route, toBaseUrl } from './route.ts'
import { createRouterReader, createRouterStore, type ProviderRow } from './router.store.ts'

export type RouterDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly secrets: { get(name: string): string | undefined; set(name: string, value: string): void; delete(name: string): void }
  /** What is known of a provider's models without asking it. */
  readonly prices: {
    models(provider: string): string[]
    describe(
      provider: string,
      model: string,
      at: ReturnType<Clock['now']>,
    ): { inputUsdPerMTok: number | null; outputUsdPerMTok: number | null; contextWindow: number | null }
  }
  readonly env?: NodeJS.ProcessEnv
  readonly fetch?: typeof fetch
}

type CatalogueRow = { ref: ModelRef; inputUsdPerMTok: number | null; outputUsdPerMTok: number | null; contextWindow: number | null }

/** The script that ships: no key, no price, and its name is taken. */
const REHEARSAL = 'rehearsal'
const TEST_TIMEOUT_MS = 10_000

/** Which providers there are and how a model of theirs is reached. Keys come from the secrets file or the environment, never from the database. */
export function createRouter({ db, reader: readDb, clock, append, secrets, prices, env = process.env, fetch: call = fetch }: RouterDeps) {
  const store = createRouterStore(db)
  const reader = createRouterReader(readDb)
  const breakers = createBreakers({ clock })

  return {
    list: (): ProviderView[] => reader.all().map(toView),
    /** True as soon as a model that really thinks can be asked. */
    connected: (): boolean => reader.all().some((row) => row.rehearsal === 0),

    /** Throws provider/invalid with the field at fault. The key is stored before the row, so that no row waits for its key. */
    add(input: { name: string; wire: string; baseUrl: string; key?: string | undefined }, actor: Actor): ProviderView {
      const name = parse(ProviderName, input.name, 'name')
      const wire = parse(WireFormat, input.wire, 'wire')
      const baseUrl = toBaseUrl(input.baseUrl)
      if (name === REHEARSAL)
        throw new ReefError('provider/invalid', 'The name rehearsal belongs to the script that comes with REEF.', {
          field: 'name',
          remedy: 'Choose another name.',
        })
      if (reader.get(name))
        throw new ReefError('provider/invalid', `There is a provider called ${name} already.`, {
          field: 'name',
          remedy: `Remove it first with: reef provider remove ${name}`,
        })
      if (input.key !== undefined && !/^[\x21-\x7e]+$/.test(input.key.trim()))
        throw new ReefError('provider/invalid', 'A key is one line without spaces.', { field: 'key', remedy: 'Copy it again from the provider.' })
      if (input.key) secrets.set(secretOf(name), input.key.trim())
      breakers.forget(name)
      return insert({ name, wire, baseUrl, rehearsal: 0, createdAt: clock.now() }, actor)
    },

    /** Where the script listens this time. It changes with every start, so it is no event beyond the first. */
    connectRehearsal(url: string): void {
      const baseUrl = toBaseUrl(url)
      if (!write(db, () => store.move(REHEARSAL, baseUrl)))
        insert({ name: REHEARSAL, wire: 'anthropic', baseUrl, rehearsal: 1, createdAt: clock.now() }, 'engine')
    },

    /** Its key goes with it. */
    remove(name: string, actor: Actor): void {
      const row = find(name)
      if (row.rehearsal === 1)
        throw new ReefError('provider/invalid', 'The rehearsal belongs to REEF; it costs nothing and cannot be removed.', { field: 'name' })
      write(db, () => {
        store.remove(name)
        append({ type: 'provider.removed', subject: name, actor, data: toView(row) })
      })
      secrets.delete(secretOf(name))
    },

    route: (provider: string): ProviderRoute => toRoute(find(provider)),

    /** How a call of this provider's ended; heard from the gateway. */
    report: (provider: string, outcome: Outcome): void => breakers.report(provider, outcome),
    /** Why new work for this provider had better wait; undefined when it need not. */
    resting: (provider: string): Rest | undefined => breakers.resting(provider),

    /** Of PROVIDER/MODEL. Throws provider/unknown, or provider/no-key where a key is needed and there is none. */
    resolve(ref: string): Route {
      const slash = ref.indexOf('/')
      const model = ref.slice(slash + 1)
      if (slash < 1 || model === '')
        throw new ReefError('provider/unknown', `${ref} names no model.`, { remedy: 'A model is written PROVIDER/MODEL, e.g. anthropic/claude-sonnet-4-5' })
      return { ...toRoute(find(ref.slice(0, slash))), model }
    },

    /** Asks for the list of models, which costs nothing anywhere. Whoever asks has done something about it: a rest is over. */
    async test(name: string): Promise<{ reachable: boolean; models: string[]; message: string }> {
      const answer = await ask(toRoute(find(name)))
      if (answer.reachable) breakers.forget(name)
      return answer
    },

    /** The models that the provider itself lists; those of the price list when it cannot be asked. */
    async catalogue(name: string): Promise<{ models: CatalogueRow[] }> {
      const row = find(name)
      const live = hasKey(row) ? (await ask(toRoute(row))).models : []
      const ids = live.length > 0 ? live : prices.models(name)
      return { models: ids.map((id): CatalogueRow => ({ ref: `${name}/${id}` as ModelRef, ...describe(name, id) })) }
    },
  }

  function insert(row: ProviderRow, actor: Actor): ProviderView {
    write(db, () => {
      store.insert(row)
      append({ type: 'provider.added', subject: row.name, actor, data: toView(row) })
    })
    return toView(row)
  }

  function find(name: string): ProviderRow {
    const row = reader.get(name)
    if (!row)
      throw new ReefError('provider/unknown', `No provider is called ${name}.`, {
        field: 'provider',
        remedy: 'List them with: reef provider list; add one with: reef provider add',
      })
    return row
  }

  function keyOf(name: string): { key: string; source: 'stored' | 'environment' } | undefined {
    const stored = secrets.get(secretOf(name))
    if (stored) return { key: stored, source: 'stored' }
    const given = findEnvironmentKey(name, env)
    return given ? { key: given, source: 'environment' } : undefined
  }

  function hasKey(row: ProviderRow): boolean {
    return row.rehearsal === 1 || isPrivateHost(new URL(row.baseUrl).hostname) || keyOf(row.name) !== undefined
  }

  function toRoute(row: ProviderRow): ProviderRoute {
    if (!hasKey(row))
      throw new ReefError('provider/no-key', `The provider ${row.name} has no key.`, {
        field: 'key',
        remedy: `Give it one in Settings, or set REEF_PROVIDER_${row.name.toUpperCase().replaceAll('-', '_')}_KEY before REEF starts.`,
      })
    return {
      provider: row.name,
      wire: row.wire,
      baseUrl: row.baseUrl,
      key: row.rehearsal === 1 ? undefined : keyOf(row.name)?.key,
      rehearsal: row.rehearsal === 1,
    }
  }

  function toView(row: ProviderRow): ProviderView {
    return {
      name: row.name,
      wire: row.wire,
      baseUrl: row.baseUrl,
      key: row.rehearsal === 1 ? 'none' : (keyOf(row.name)?.source ?? 'none'),
      rehearsal: row.rehearsal === 1,
    }
  }

  function describe(provider: string, model: string): Omit<CatalogueRow, 'ref'> {
    const { inputUsdPerMTok, outputUsdPerMTok, contextWindow } = prices.describe(provider, model, clock.now())
    return { inputUsdPerMTok, outputUsdPerMTok, contextWindow }
  }

  async function ask({ provider, wire, baseUrl, key }: ProviderRoute): Promise<{ reachable: boolean; models: string[]; message: string }> {
    const unreachable = (message: string) => ({ reachable: false, models: [], message })
    const headers: Record<string, string> = { accept: 'application/json' }
    if (key && wire === 'anthropic') headers['x-api-key'] = key
    if (key && wire !== 'anthropic') headers['authorization'] = `Bearer ${key}`
    if (wire === 'anthropic') headers['anthropic-version'] = '2023-06-01'
    try {
      // A redirect would carry the key to wherever it points.
      const answer = await call(`${baseUrl}/models${wire === 'anthropic' ? '?limit=1000' : ''}`, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(TEST_TIMEOUT_MS),
      })
      if (answer.status === 401 || answer.status === 403) return unreachable(`${provider} refused the key (${answer.status}).`)
      if (!answer.ok) return unreachable(`${provider} answered ${answer.status} for ${baseUrl}/models.`)
      const models = toModels(await answer.json())
      return {
        reachable: true,
        models,
        message: models.length > 0 ? `${provider} answers and lists ${models.length} models.` : `${provider} answers; it lists no models.`,
      }
    } catch (error) {
      return unreachable(`${provider} could not be reached at ${baseUrl}: ${toCause(error)}`)
    }
  }
}
export type Router = ReturnType<typeof createRouter>

const secretOf = (name: string): string => `provider/${name}`

function toModels(answer: unknown): string[] {
  const { data } = (answer ?? {}) as { data?: unknown }
  if (!Array.isArray(data)) return []
  return data.map((entry: { id?: unknown }) => entry?.id).filter((id): id is string => typeof id === 'string' && /^\S{1,200}$/.test(id))
}

function toCause(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: { code?: string; message?: string } }
  return name === 'TimeoutError' ? 'no answer within 10 s' : (cause?.code ?? cause?.message ?? message)
}

function parse<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: { message: string }[] } } },
  value: unknown,
  field: string,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ReefError('provider/invalid', `${field}: ${result.error.issues[0]?.message ?? 'invalid'}.`, { field })
}
