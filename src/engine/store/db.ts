import Database from 'better-sqlite3'

declare const mode: unique symbol
/** A connection that may only read. */
export type ReadDb = Database.Database & { readonly [mode]?: 'read' }
/** The one connection that writes; there is one per data directory. */
export type WriteDb = Database.Database & { readonly [mode]?: 'read' } & { readonly writable: true }

const afterCommits = new WeakMap<Database.Database, Array<() => void>>()
const brackets = new WeakMap<Database.Database, { begin: Database.Statement; commit: Database.Statement }>()

/** Opens the writing connection: WAL, every commit on disk before it is answered, foreign keys on. */
export function openWriter(file: string): WriteDb {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 5000')
  db.pragma('temp_store = MEMORY')
  // At most 64 MB: the 2 MB that SQLite takes by itself make every claim in a long queue read from the file.
  db.pragma('cache_size = -65536')
  return Object.assign(db, { writable: true as const })
}

export function openReader(file: string): ReadDb {
  const db = new Database(file, { readonly: true })
  db.pragma('busy_timeout = 5000')
  return db
}

export type Sync<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Runs `body` in one transaction (BEGIN IMMEDIATE). Inside another `write` it joins that one.
 * A throw rolls everything back; a body that returns a promise does not compile, because SQLite would commit before it is done.
 */
export function write<T>(db: WriteDb, body: () => Sync<T>): T {
  if (db.inTransaction) return body()
  const callbacks: Array<() => void> = []
  const { begin, commit } = bracketsOf(db)
  begin.run()
  afterCommits.set(db, callbacks)
  let result: T
  try {
    result = body()
    commit.run()
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

/** The running transaction, as something to compare with: another object for each one, undefined outside. */
export const transactionOf = (db: WriteDb): object | undefined => afterCommits.get(db)

function bracketsOf(db: WriteDb) {
  const known = brackets.get(db)
  if (known) return known
  const prepared = { begin: db.prepare('BEGIN IMMEDIATE'), commit: db.prepare('COMMIT') }
  brackets.set(db, prepared)
  return prepared
}
