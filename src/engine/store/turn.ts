import { closeSync, fdatasync, openSync } from 'node:fs'
import { type Sync, type WriteDb, write, writeAhead } from './db.ts'

type Waiting = { readonly run: () => void; readonly settle: () => void; readonly reject: (error: unknown) => void }

export type TurnHooks = {
  /** Inside the transaction, after all bodies: what was gathered in memory is written. */
  readonly beforeCommit: () => void
  /** Nothing of the turn happened: what was remembered of it is forgotten. */
  readonly rolledBack: () => void
}

/** How long a write that nobody waits for may wait for company, and how many go together at most: everything else stands still while they are written. */
const COMPANY_MS = 25
const MOST_IN_GROUP = 16
/** How often the disk is told at most. */
const SYNC_MS = 25

/**
 * Writes of one turn of the event loop in one transaction; with `soon` they wait a moment for company, and go in one of their own. A
 * body behaves as in `write`, and may be run a second time, alone, when another of its transaction throws. Answers when the transaction
 * is in the log file, which a killed engine leaves behind whole; the disk is told beside the loop, so what a loss of power can take is
 * what was written in the last moments (ADR 0024).
 */
export function createTurnWriter(db: WriteDb, { beforeCommit, rolledBack }: TurnHooks) {
  const sync = createSync(`${db.name}-wal`)
  let turn: Waiting[] = []
  let group: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  function commitTurn(): void {
    const bodies = turn
    turn = []
    commit(bodies)
  }

  function commitGroup(): void {
    const bodies = group
    group = []
    clearTimeout(timer)
    timer = undefined
    commit(bodies)
  }

  function commit(bodies: readonly Waiting[]): void {
    if (bodies.length === 0) return
    try {
      writeAhead(db, () => {
        for (const { run } of bodies) run()
        beforeCommit()
      })
    } catch (error) {
      if (!isUndone() || bodies.length === 1) for (const { reject } of bodies) reject(error)
      else for (const one of bodies) commitAlone(one)
      return
    }
    sync()
    for (const { settle } of bodies) settle()
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

  function join(one: Waiting, when: 'now' | 'soon'): void {
    if (when === 'now') {
      if (turn.push(one) === 1) setImmediate(commitTurn)
    } else if (group.push(one) === MOST_IN_GROUP) setImmediate(commitGroup)
    else timer ??= setTimeout(commitGroup, COMPANY_MS)
  }

  return {
    write: <T>(body: () => Sync<T>, when: 'now' | 'soon' = 'now'): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        let result: T
        const run = () => {
          result = body()
        }
        join({ run, settle: () => resolve(result), reject }, when)
      }),
    /** Whether any wait for company. */
    isWaiting: (): boolean => group.length > 0,
    /** Commits those that wait for company, for whoever looks at what they change. Not inside a transaction, which is not theirs. */
    catchUp(): void {
      if (group.length > 0 && !db.inTransaction) commitGroup()
    },
  }
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
    const handle = openIfThere(file)
    if (handle === undefined) done()
    else
      fdatasync(handle, () => {
        closeSync(handle)
        done()
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

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch {
    return undefined
  }
}
