import { close, fsync, open } from 'node:fs'
import { type Sync, type WriteDb, write } from './db.ts'

type Waiting = { readonly run: () => void; readonly settle: () => void; readonly reject: (error: unknown) => void }

export type TurnHooks = {
  /** Inside the transaction, after all bodies: what was gathered in memory is written. */
  readonly beforeCommit: () => void
  /** Nothing of the turn happened: what was remembered of it is forgotten. */
  readonly rolledBack: () => void
}

/** How long a write that nobody waits for may wait for one that somebody does. Callers who are let go together come back together. */
const COMPANY_MS = 1
/** How often the disk is told at most. */
const SYNC_MS = 10

/**
 * Writes of one turn of the event loop in one transaction; with `soon` they wait a moment for company. A body behaves as in `write`, and
 * may be run a second time, alone, when another of its turn throws. Answers when the transaction is in the log file, which a killed
 * engine leaves behind whole; the disk is told at once and beside the loop, so what a loss of power can take is what was written in the
 * last few milliseconds (ADR 0024).
 */
export function createTurnWriter(db: WriteDb, { beforeCommit, rolledBack }: TurnHooks) {
  const sync = createSync(`${db.name}-wal`)
  const relax = db.prepare('PRAGMA synchronous = NORMAL')
  const insist = db.prepare('PRAGMA synchronous = FULL')
  let waiting: Waiting[] = []
  let turnIsDue = false
  let timer: NodeJS.Timeout | undefined

  function commit(): void {
    const turn = waiting
    waiting = []
    turnIsDue = false
    clearTimeout(timer)
    timer = undefined
    if (turn.length === 0) return
    try {
      writeUnsynced(() => {
        for (const { run } of turn) run()
        beforeCommit()
      })
    } catch (error) {
      if (!isUndone() || turn.length === 1) for (const { reject } of turn) reject(error)
      else for (const one of turn) commitAlone(one)
      return
    }
    sync()
    for (const { settle } of turn) settle()
  }

  function commitAlone({ run, settle, reject }: Waiting): void {
    try {
      write(db, () => {
        run()
        beforeCommit()
      })
    } catch (error) {
      isUndone()
      reject(error)
      return
    }
    settle()
  }

  /** False where not even that works: then nothing of the turn can be tried again. */
  function isUndone(): boolean {
    try {
      rolledBack()
      return true
    } catch {
      return false
    }
  }

  function writeUnsynced(body: () => void): void {
    relax.run()
    try {
      write(db, body)
    } finally {
      insist.run()
    }
  }

  return <T>(body: () => Sync<T>, when: 'now' | 'soon' = 'now'): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      let result: T
      const run = () => {
        result = body()
      }
      waiting.push({ run, settle: () => resolve(result), reject })
      if (when === 'soon') timer ??= setTimeout(commit, COMPANY_MS)
      else if (!turnIsDue) {
        turnIsDue = true
        setImmediate(commit)
      }
    })
}
export type TurnWriter = ReturnType<typeof createTurnWriter>

/** Has a file written to the disk, one time after the other with a pause between; whoever asks meanwhile is served by the next. */
function createSync(file: string): () => void {
  let isRunning = false
  let isAsked = false

  function run(): void {
    isRunning = true
    isAsked = false
    // Opened each time: SQLite may have made the log anew, and an open file would keep a deleted one.
    open(file, 'r', (missing, handle) => {
      if (missing) return done()
      fsync(handle, () => close(handle, done))
    })
  }

  function done(): void {
    setTimeout(() => {
      isRunning = false
      if (isAsked) run()
    }, SYNC_MS).unref()
  }

  return () => {
    if (isRunning) isAsked = true
    else run()
  }
}
