import { hash as digest } from 'node:crypto'
import type { Actor, AuditRow, EventData, EventType, Instant, ReefEvent } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { afterCommit, type ReadDb, transactionOf, type WriteDb } from '../store/index.ts'
import { type AuditFilter, createJournalReader, createJournalStore, type EventRow } from './journal.store.ts'
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
  // Where the chain stands inside the running transaction. It is read anew in the next one: a rolled-back end is no end.
  let end: { readonly of: object; seq: number; hash: string; readonly told: ReefEvent[] } | undefined

  function endOfChain(transaction: object) {
    if (end?.of !== transaction) {
      const told: ReefEvent[] = []
      end = { of: transaction, ...(store.head() ?? { seq: 0, hash: '' }), told }
      afterCommit(db, () => {
        for (const event of told) for (const listener of listeners) listener(event)
      })
    }
    return end
  }

  const append: Append = (event) => {
    const transaction = transactionOf(db)
    if (!transaction) throw new Error(`${event.type} appended outside a transaction`)
    const chain = endOfChain(transaction)
    const text = JSON.stringify(event.data)
    const data = redact(text)
    const row: Omit<EventRow, 'hash'> = {
      seq: chain.seq + 1,
      id: newId('evt', clock),
      type: event.type,
      at: clock.now() as Instant,
      actor: event.actor ?? 'engine',
      subject: event.subject,
      correlation_id: event.correlationId ?? null,
      data,
    }
    const hash = chainHash(chain.hash, row)
    store.insert(row, hash)
    chain.seq = row.seq
    chain.hash = hash
    const { seq, id, at, actor, correlation_id: correlationId } = row
    chain.told.push({
      seq,
      id,
      type: event.type,
      at,
      actor,
      subject: event.subject,
      correlationId,
      data: data === text ? event.data : JSON.parse(data),
    } as ReefEvent)
  }

  return {
    append,
    /** Called after commit, synchronously, in order. A listener must not throw and must not write. */
    listen(listener: (event: ReefEvent) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reader,
    /** Rows before `before` that fit, newest first. A long way back is walked in steps, and others work between two of them. */
    async search(filter: AuditFilter, { before, limit }: { before: number; limit: number }): Promise<AuditRow[]> {
      const found: AuditRow[] = []
      for (let end = Math.min(before, reader.lastSeq() + 1); end > 1 && found.length < limit; end = Math.max(1, end - STEP)) {
        if (end < before) await yieldTurn()
        found.push(...reader.page(filter, Math.max(1, end - STEP), end, limit - found.length))
      }
      return found
    },
    /** Recomputes the whole chain. O(n) in events; runs on the reader, and lets others work between two batches. */
    async verify(): Promise<{ ok: boolean; rows: number; firstBroken: number | null; head: string }> {
      let previous = ''
      let rows = 0
      for (;;) {
        await yieldTurn()
        const batch = reader.since(rows, 1000)
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

/** Rows that are looked through before others have their turn: some ten milliseconds. */
const STEP = 10_000
const yieldTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

function chainHash(previous: string, row: Omit<EventRow, 'hash'>): string {
  return digest(
    'sha256',
    `${previous}\n${row.seq}\n${row.id}\n${row.type}\n${row.at}\n${row.actor}\n${row.subject}\n${row.correlation_id ?? ''}\n${row.data}`,
    'hex',
  )
}
