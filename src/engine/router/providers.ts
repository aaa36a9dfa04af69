import { type Actor, Billing, type CircuitState, ProviderName, type ProviderView, WireFormat } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { type WriteDb, write } from '../store/index.ts'
import { isSubscriptionKey } from './connect/subscription.ts'
import { askModels, type Listed } from './listing.ts'
import { findEnvironmentKey, isPrivateHost, type ProviderRoute, type Route, toBaseUrl } from './route.ts'
import type { createRouterReader, createRouterStore, ProviderRow } from './router.store.ts'

export type Secrets = { get(name: string): string | undefined; set(name: string, value: string): void; delete(name: string): void }

export type ProvidersDeps = {
  readonly db: WriteDb
  readonly store: ReturnType<typeof createRouterStore>
  readonly reader: ReturnType<typeof createRouterReader>
  readonly clock: Clock
  readonly append: Append
  readonly secrets: Secrets
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof fetch
  readonly circuitOf: (provider: string) => CircuitState
  /** The owner did something about it. */
  readonly changed: (provider: string) => void
}

/** The script that ships: no key, no price, and its name is taken. */
const REHEARSAL = 'rehearsal'

/** Which providers there are. Keys come from the secrets file or the environment, never from the database. */
export function createProviders({ db, store, reader, clock, append, secrets, env, fetch: call, circuitOf, changed }: ProvidersDeps) {
  return {
    list: (): ProviderView[] => reader.all().map(toView),
    /** True as soon as a model that really thinks can be asked. */
    connected: (): boolean => reader.all().some((row) => row.rehearsal === 0),
    /** Those that a model can be chosen from. */
    usable: (): ProviderRow[] => reader.all().filter((row) => row.rehearsal === 0 && hasKey(row)),
    get: find,
    hasKey,
    toRoute,

    /** Throws provider/invalid with the field at fault. The key is stored before the row, so that no row waits for its key. */
    add(input: { name: string; wire: string; baseUrl: string; key?: string | undefined; billing?: string | undefined }, actor: Actor): ProviderView {
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
      const key = input.key ? toKey(input.key) : undefined
      // Other servers on this machine may pass calls on to somebody who sends a bill.
      const usual = key && isSubscriptionKey(key) ? 'subscription' : wire === 'ollama' ? 'local' : 'metered'
      const billing = parse(Billing, input.billing ?? usual, 'billing')
      if (key) secrets.set(secretOf(name), key)
      return insert({ name, wire, baseUrl, billing, keySetAt: key ? clock.now() : null, rehearsal: 0, createdAt: clock.now() }, actor)
    },

    /** Replaces the key; calls from now on use it. */
    rotate(name: string, key: string, actor: Actor): ProviderView {
      const row = find(name)
      if (row.rehearsal === 1) throw new ReefError('provider/invalid', 'The rehearsal needs no key.', { field: 'name' })
      secrets.set(secretOf(name), toKey(key))
      write(db, () => {
        store.setKeyAt(name, clock.now())
        changed(name)
        append({ type: 'provider.rotated', subject: name, actor, data: toView(find(name)) })
      })
      return toView(find(name))
    },

    /** Where the script listens this time. It changes with every start, so it is no event beyond the first. */
    connectRehearsal(url: string): void {
      const baseUrl = toBaseUrl(url)
      if (!write(db, () => store.move(REHEARSAL, baseUrl)))
        insert({ name: REHEARSAL, wire: 'anthropic', baseUrl, billing: 'metered', keySetAt: null, rehearsal: 1, createdAt: clock.now() }, 'engine')
    },

    /** Its key goes with it. */
    remove(name: string, actor: Actor): void {
      const row = find(name)
      if (row.rehearsal === 1)
        throw new ReefError('provider/invalid', 'The rehearsal belongs to REEF; it costs nothing and cannot be removed.', { field: 'name' })
      write(db, () => {
        const view = toView(row)
        store.remove(name)
        changed(name)
        append({ type: 'provider.removed', subject: name, actor, data: view })
      })
      secrets.delete(secretOf(name))
    },

    /** Of PROVIDER/MODEL. Throws provider/unknown, or provider/no-key where a key is needed and there is none. */
    resolve(ref: string): Route {
      const slash = ref.indexOf('/')
      const model = ref.slice(slash + 1)
      if (slash < 1 || model === '')
        throw new ReefError('provider/unknown', `${ref} names no model.`, { remedy: 'A model is written PROVIDER/MODEL, e.g. anthropic/claude-sonnet-4-5' })
      return { ...toRoute(find(ref.slice(0, slash))), model }
    },

    /** Asks for the list of models, which costs nothing anywhere. */
    ask: (name: string): Promise<Listed> => askModels(toRoute(find(name)), call),

    /** True where the key could be another one since the last start without REEF knowing. */
    keyIsInEnvironment: (name: string): boolean => keyOf(name)?.source === 'environment',
  }

  function insert(row: ProviderRow, actor: Actor): ProviderView {
    return write(db, () => {
      store.insert(row)
      changed(row.name)
      append({ type: 'provider.added', subject: row.name, actor, data: toView(row) })
      return toView(row)
    })
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
      billing: row.billing,
      rehearsal: row.rehearsal === 1,
    }
  }

  function toView(row: ProviderRow): ProviderView {
    return {
      name: row.name,
      wire: row.wire,
      baseUrl: row.baseUrl,
      key: row.rehearsal === 1 ? 'none' : (keyOf(row.name)?.source ?? 'none'),
      keySetAt: row.keySetAt,
      billing: row.billing,
      circuit: circuitOf(row.name),
      rehearsal: row.rehearsal === 1,
    }
  }
}
export type Providers = ReturnType<typeof createProviders>

const secretOf = (name: string): string => `provider/${name}`

function toKey(text: string): string {
  const key = text.trim()
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new ReefError('provider/invalid', 'A key is one line without spaces.', { field: 'key', remedy: 'Copy it again from the provider.' })
  return key
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
