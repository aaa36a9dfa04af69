import type { Instant, WireFormat } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

export type ProviderRow = { readonly name: string; readonly wire: WireFormat; readonly baseUrl: string; readonly rehearsal: 0 | 1; readonly createdAt: Instant }

const columns = 'name, wire, base_url AS baseUrl, rehearsal, created_at AS createdAt'

export function createRouterStore(db: WriteDb) {
  const insert = db.prepare<ProviderRow>(
    'INSERT INTO provider (name, wire, base_url, rehearsal, created_at) VALUES (:name, :wire, :baseUrl, :rehearsal, :createdAt)',
  )
  const move = db.prepare<{ name: string; baseUrl: string }>('UPDATE provider SET base_url = :baseUrl WHERE name = :name')
  const remove = db.prepare<{ name: string }>('DELETE FROM provider WHERE name = :name')
  return {
    insert: (row: ProviderRow) => void insert.run(row),
    /** False when there is no such provider. */
    move: (name: string, baseUrl: string): boolean => move.run({ name, baseUrl }).changes === 1,
    remove: (name: string): boolean => remove.run({ name }).changes === 1,
  }
}

export function createRouterReader(db: ReadDb) {
  const all = db.prepare<[], ProviderRow>(`SELECT ${columns} FROM provider ORDER BY rehearsal, name`)
  const byName = db.prepare<{ name: string }, ProviderRow>(`SELECT ${columns} FROM provider WHERE name = :name`)
  return { all: (): ProviderRow[] => all.all(), get: (name: string): ProviderRow | undefined => byName.get({ name }) }
}
