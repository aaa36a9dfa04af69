import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ReefError } from '../kernel/errors.ts'
import type { WriteDb } from './db.ts'

type Migration = { readonly number: number; readonly name: string; readonly sql: string; readonly hash: string }

/** Numbered `.sql` files, forward only. What has been applied is recorded with its hash and may never change. */
export function migrate(db: WriteDb, dir: string, now: number): { readonly applied: string[] } {
  db.exec('CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT')
  const known = readMigrations(dir)
  const done = db.prepare('SELECT number, name, hash FROM migration ORDER BY number').all() as Array<{ number: number; name: string; hash: string }>
  for (const row of done) {
    const file = known.find((migration) => migration.number === row.number)
    if (!file)
      throw new ReefError('store/newer-than-program', `The data directory was written by a newer REEF (it has migration ${row.name}).`, {
        remedy: 'Start the newer version, or restore the backup made before the update.',
      })
    if (file.hash !== row.hash)
      throw new ReefError('store/newer-than-program', `Migration ${row.name} differs from the one that made this database.`, {
        remedy: 'Use the released program that belongs to this data directory.',
      })
  }
  const open = known.filter((migration) => !done.some((row) => row.number === migration.number))
  for (const migration of open) {
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(migration.sql)
      db.prepare('INSERT INTO migration (number, name, hash, applied_at) VALUES (?, ?, ?, ?)').run(migration.number, migration.name, migration.hash, now)
      db.exec('COMMIT')
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK')
      throw new Error(`migration ${migration.name} failed`, { cause: error })
    }
  }
  return { applied: open.map((migration) => migration.name) }
}

export function readMigrations(dir: string): Migration[] {
  return readdirSync(dir)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(dir, name), 'utf8')
      return { number: Number(name.slice(0, 4)), name, sql, hash: createHash('sha256').update(sql).digest('hex') }
    })
}
