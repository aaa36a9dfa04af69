import Database from 'better-sqlite3'

declare const mode: unique symbol
/** A connection that may only read. */
export type ReadDb = Database.Database & { readonly [mode]?: 'read' }
/** The one connection that writes; there is one per data directory. */
export type WriteDb = Database.Database & { readonly [mode]?: 'read' } & { readonly writable: true }

const afterCommits = new WeakMap<Database.Database, Array<() => void>>()
type Brackets = { readonly begin: Database.Statement; readonly commit: Database.Statement; setSync: ((isOn: boolean) => void) | undefined }
const brackets = new WeakMap<Database.Database, Brackets>()

/** Opens the writing connection: WAL, every commit on disk before it is answered, foreign keys on. */
export function openWriter(file: string): WriteDb {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 5000')
  db.pragma('temp_store = MEMORY')
  // Everything waits while the log is carried over into the file: at 16 MB that is every few seconds at most, and seldom within a call.
  db.pragma('wal_autocheckpoint = 4000')
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
export const write = <T>(db: WriteDb, body: () => Sync<T>): T => transact(db, body, true)

/** The same, but answers when it is in the log file and not yet on the disk; to be told to the disk by the caller. */
export const writeAhead = <T>(db: WriteDb, body: () => Sync<T>): T => transact(db, body, false)

function transact<T>(db: WriteDb, body: () => Sync<T>, isSynced: boolean): T {
  if (db.inTransaction) return body()
  const callbacks: Array<() => void> = []
  const own = bracketsOf(db)
  if (!isSynced) own.setSync ??= createSyncSwitch(db)
  own.setSync?.(isSynced)
  own.begin.run()
  afterCommits.set(db, callbacks)
  let result: T
  try {
    result = body()
    own.commit.run()
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

function bracketsOf(db: WriteDb): Brackets {
  const known = brackets.get(db)
  if (known) return known
  const prepared: Brackets = { begin: db.prepare('BEGIN IMMEDIATE'), commit: db.prepare('COMMIT'), setSync: undefined }
  brackets.set(db, prepared)
  return prepared
}

/** Says whether a commit is on the disk before it is answered, where that changes: saying it costs as much as a row. */
function createSyncSwitch(db: WriteDb): (isOn: boolean) => void {
  const [off, on] = [db.prepare('PRAGMA synchronous = NORMAL'), db.prepare('PRAGMA synchronous = FULL')]
  // SQLite does this when it compiles: before the first run, which does nothing, and anew before every later one.
  off.run()
  on.run()
  let wasOn = true
  return (isOn) => {
    if (isOn === wasOn) return
    ;(isOn ? on : off).run()
    wasOn = isOn
  }
}
