import { createHash } from 'node:crypto'
import type { Actor, EventData, EventType, Instant, ReefEvent } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { afterCommit, type ReadDb, type WriteDb } from '../store/index.ts'
import { createJournalReader, createJournalStore, type EventRow } from './journal.store.ts'
import type { Redact } from './redact.ts'

/** What a module hands over when something happened. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: { readonly type: K; readonly subject: string; readonly actor?: Actor; readonly correlationId?: string | null; readonly data: EventData<K> }
}[T]

export type Append = (event: NewEvent) => void

export type JournalDeps = { db: WriteDb; reader: ReadDb; clock: Clock; redact: Redact }

/**
 * The append-only record. `append` must be called inside the transaction of the change it reports;
 * listeners hear of it once that transaction is on disk, in order. A rolled-back change leaves nothing.
 */
export function createJournal({ db, reader: readDb, clock, redact }: JournalDeps) {
  const store = createJournalStore(db)
  const reader = createJournalReader(readDb)
  const listeners = new Set<(event: ReefEvent) => void>()

  const append: Append = (event) => {
    if (!db.inTransaction) throw new Error(`${event.type} appended outside a transaction`)
    const head = store.head()
    const seq = (head?.seq ?? 0) + 1
    const row: Omit<EventRow, 'hash'> = {
      seq,
      id: newId('evt', clock),
      type: event.type,
      at: clock.now() as Instant,
      actor: event.actor ?? 'engine',
      subject: event.subject,
      correlation_id: event.correlationId ?? null,
      data: redact(JSON.stringify(event.data)),
    }
    store.insert({ ...row, hash: chainHash(head?.hash ?? '', row) })
    afterCommit(db, () => {
      const { seq: _, data, correlation_id, ...rest } = row
      const told = { ...rest, seq, correlationId: correlation_id, data: event.data } as ReefEvent
      for (const listener of listeners) listener(told)
    })
  }

  return {
    append,
    /** Called after commit, synchronously, in order. A listener must not throw and must not write. */
    listen(listener: (event: ReefEvent) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reader,
    /** Recomputes the whole chain. O(n) in events; runs on the reader. */
    verify(): { ok: boolean; rows: number; firstBroken: number | null; head: string } {
      let previous = ''
      let rows = 0
      for (;;) {
        const batch = reader.since(rows, 2000)
        if (batch.length === 0) return { ok: true, rows, firstBroken: null, head: previous }
        for (const { hash, ...row } of batch) {
          if (row.seq !== rows + 1 || chainHash(previous, row) !== hash) return { ok: false, rows, firstBroken: row.seq, head: previous }
          previous = hash
          rows += 1
        }
      }
    },
  }
}
export type Journal = ReturnType<typeof createJournal>

function chainHash(previous: string, row: Omit<EventRow, 'hash'>): string {
  return createHash('sha256')
    .update(`${previous}\n${row.seq}\n${row.id}\n${row.type}\n${row.at}\n${row.actor}\n${row.subject}\n${row.correlation_id ?? ''}\n${row.data}`)
    .digest('hex')
}
