import type { Billing, Instant, ModelTier, WireFormat } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import type { Circuit } from './breaker.ts'

export type ProviderRow = {
  readonly name: string
  readonly wire: WireFormat
  readonly baseUrl: string
  readonly billing: Billing
  readonly keySetAt: Instant | null
  readonly rehearsal: 0 | 1
  readonly createdAt: Instant
}
/** The owner's own word about a model. */
export type ModelRule = { readonly ref: string; readonly tier: ModelTier | null; readonly isEnabled: boolean }
type RuleRow = { ref: string; tier: ModelTier | null; enabled: 0 | 1 }

const columns = 'name, wire, base_url AS baseUrl, billing, key_set_at AS keySetAt, rehearsal, created_at AS createdAt'

export function createRouterStore(db: WriteDb) {
  const insert = db.prepare<ProviderRow>(
    `INSERT INTO provider (name, wire, base_url, billing, key_set_at, rehearsal, created_at)
     VALUES (:name, :wire, :baseUrl, :billing, :keySetAt, :rehearsal, :createdAt)`,
  )
  const move = db.prepare<{ name: string; baseUrl: string }>('UPDATE provider SET base_url = :baseUrl WHERE name = :name')
  const setKeyAt = db.prepare<{ name: string; at: Instant }>('UPDATE provider SET key_set_at = :at WHERE name = :name')
  const remove = db.prepare<{ name: string }>('DELETE FROM provider WHERE name = :name')
  const setRule = db.prepare<RuleRow & { at: Instant }>(
    `INSERT INTO model_rule (ref, tier, enabled, changed_at) VALUES (:ref, :tier, :enabled, :at)
     ON CONFLICT (ref) DO UPDATE SET tier = excluded.tier, enabled = excluded.enabled, changed_at = excluded.changed_at`,
  )
  const openCircuit = db.prepare<Circuit>(
    `INSERT INTO circuit (provider, model, state, until, trips, detail, since) VALUES (:provider, :model, :state, :until, :trips, :detail, :since)
     ON CONFLICT (provider, model) DO UPDATE SET state = excluded.state, until = excluded.until, trips = excluded.trips, detail = excluded.detail, since = excluded.since`,
  )
  const closeCircuit = db.prepare<{ provider: string; model: string }>('DELETE FROM circuit WHERE provider = :provider AND model = :model')
  return {
    insert: (row: ProviderRow) => void insert.run(row),
    /** False when there is no such provider. */
    move: (name: string, baseUrl: string): boolean => move.run({ name, baseUrl }).changes === 1,
    setKeyAt: (name: string, at: Instant) => void setKeyAt.run({ name, at }),
    remove: (name: string): boolean => remove.run({ name }).changes === 1,
    setRule: ({ ref, tier, isEnabled }: ModelRule, at: Instant) => void setRule.run({ ref, tier, enabled: isEnabled ? 1 : 0, at }),
    openCircuit: (circuit: Circuit) => void openCircuit.run(circuit),
    closeCircuit: ({ provider, model }: Pick<Circuit, 'provider' | 'model'>) => void closeCircuit.run({ provider, model }),
  }
}

export function createRouterReader(db: ReadDb) {
  const all = db.prepare<[], ProviderRow>(`SELECT ${columns} FROM provider ORDER BY rehearsal, name`)
  const byName = db.prepare<{ name: string }, ProviderRow>(`SELECT ${columns} FROM provider WHERE name = :name`)
  const rules = db.prepare<[], RuleRow>('SELECT ref, tier, enabled FROM model_rule')
  const circuits = db.prepare<[], Circuit>('SELECT provider, model, state, until, trips, detail, since FROM circuit')
  return {
    all: (): ProviderRow[] => all.all(),
    get: (name: string): ProviderRow | undefined => byName.get({ name }),
    rules: (): Map<string, ModelRule> => new Map(rules.all().map(({ ref, tier, enabled }) => [ref, { ref, tier, isEnabled: enabled === 1 }])),
    circuits: (): Circuit[] => circuits.all(),
  }
}
