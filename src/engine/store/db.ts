import Database from 'better-sqlite3'

declare const mode: unique symbol
/** A connection that may only read. */
export type ReadDb = Database.Database & { readonly [mode]?: 'read' }
/** The one connection that writes; there is one per data directory. */
export type WriteDb = Database.Database & { readonly [mode]?: 'read' } & { readonly writable: true }

const afterCommits = new WeakMap<Database.Database, Array<() => void>>()

/** Opens the writing connection: WAL, every commit on disk before it is answered, foreign keys on. */
export function openWriter(file: string): WriteDb {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 5000')
  db.pragma('temp_store = MEMORY')
  return Object.assign(db, { writable: true as const })
}

export function openReader(file: string): ReadDb {
  const db = new Database(file, { readonly: true })
  db.pragma('busy_timeout = 5000')
  return db
}

type Sync<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Runs `body` in one transaction (BEGIN IMMEDIATE). Inside another `write` it joins that one.
 * A throw rolls everything back; a body that returns a promise does not compile, because SQLite would commit before it is done.
 */
export function write<T>(db: WriteDb, body: () => Sync<T>): T {
  if (db.inTransaction) return body()
  const callbacks: Array<() => void> = []
  afterCommits.set(db, callbacks)
  db.exec('BEGIN IMMEDIATE')
  let result: T
  try {
    result = body()
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  } finally {
    afterCommits.delete(db)
  }
  for (const callback of callbacks) callback()
  return result
}

/** Runs once the running transaction is on disk; never when it is rolled back. Outside a transaction it runs at once. */
export function afterCommit(db: WriteDb, callback: () => void): void {
  const callbacks = afterCommits.get(db)
  if (callbacks) callbacks.push(callback)
  else callback()
}
