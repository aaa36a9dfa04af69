import type { AuditRow, EventId, Instant, ReefEvent } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

export type EventRow = {
  seq: number
  id: EventId
  type: string
  at: Instant
  actor: string
  subject: string
  correlation_id: string | null
  data: string
  hash: string
}

const columns = 'seq, id, type, at, actor, subject, correlation_id, data, hash'

export function createJournalStore(db: WriteDb) {
  // By place, not by name: this runs for every change, and looking up nine names costs as much as the insert.
  const insert = db.prepare<[number, EventId, string, Instant, string, string, string | null, string, string]>(
    `INSERT INTO event (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // The primary key read backwards: one step, however long the journal.
  const head = db.prepare<[], { seq: number; hash: string }>('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1')
  return {
    insert: (row: Omit<EventRow, 'hash'>, hash: string) =>
      void insert.run(row.seq, row.id, row.type, row.at, row.actor, row.subject, row.correlation_id, row.data, hash),
    head: () => head.get(),
  }
}

export function createJournalReader(db: ReadDb) {
  const since = db.prepare<{ since: number; limit: number }, EventRow>(`SELECT ${columns} FROM event WHERE seq > :since ORDER BY seq LIMIT +:limit`)
  const last = db.prepare<{ limit: number }, EventRow>(`SELECT ${columns} FROM event ORDER BY seq DESC LIMIT +:limit`)
  const page = db.prepare<{ before: number; limit: number; type: string | null; subject: string | null }, EventRow>(
    `SELECT ${columns} FROM event WHERE seq < :before AND (:type IS NULL OR type = :type) AND (:subject IS NULL OR subject = :subject) ORDER BY seq DESC LIMIT +:limit`,
  )
  const lastSeq = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM event')
  return {
    since: (seq: number, limit: number): EventRow[] => since.all({ since: seq, limit }),
    eventsSince: (seq: number, limit: number): ReefEvent[] => since.all({ since: seq, limit }).map(toEvent),
    last: (limit: number): ReefEvent[] => last.all({ limit }).reverse().map(toEvent),
    page: (before: number, limit: number, type?: string, subject?: string): AuditRow[] =>
      page.all({ before, limit, type: type ?? null, subject: subject ?? null }).map((row) => ({ ...toEvent(row), hash: row.hash })),
    lastSeq: (): number => lastSeq.get()?.seq ?? 0,
  }
}

export function toEvent(row: EventRow): ReefEvent {
  return {
    seq: row.seq,
    id: row.id,
    type: row.type,
    at: row.at,
    actor: row.actor,
    subject: row.subject,
    correlationId: row.correlation_id,
    data: JSON.parse(row.data),
  } as ReefEvent
}
