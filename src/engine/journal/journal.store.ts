import type { AuditRow, EventId, EventType, Instant, ReefEvent } from '../../contract/index.ts'
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

/** What narrows a search of the record; `text` is looked for anywhere in a row. */
export type AuditFilter = {
  readonly type?: string | undefined
  readonly subject?: string | undefined
  readonly actor?: string | undefined
  readonly text?: string | undefined
}
type Nullable<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> | null }

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
  // The primary key backwards within a span, so that a question to which nothing fits ends with it.
  const page = db.prepare<Required<Nullable<AuditFilter>> & { from: number; before: number; limit: number }, EventRow>(
    `SELECT ${columns} FROM event
      WHERE seq >= :from AND seq < :before AND (:type IS NULL OR type = :type) AND (:subject IS NULL OR subject = :subject)
        AND (:actor IS NULL OR actor = :actor)
        AND (:text IS NULL OR data LIKE :text ESCAPE '\\' OR type LIKE :text ESCAPE '\\' OR subject LIKE :text ESCAPE '\\')
      ORDER BY seq DESC LIMIT +:limit`,
  )
  const ofTypes = db.prepare<{ types: string; since: number; until: number; limit: number }, EventRow>(
    `SELECT ${columns} FROM event WHERE seq > :since AND seq <= :until AND type IN (SELECT value FROM json_each(:types)) ORDER BY seq LIMIT +:limit`,
  )
  const hashOf = db.prepare<{ seq: number }, { hash: string }>('SELECT hash FROM event WHERE seq = :seq')
  const lastSeq = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM event')
  return {
    since: (seq: number, limit: number): EventRow[] => since.all({ since: seq, limit }),
    eventsSince: (seq: number, limit: number): ReefEvent[] => since.all({ since: seq, limit }).map(toEvent),
    last: (limit: number): ReefEvent[] => last.all({ limit }).reverse().map(toEvent),
    /** Newest first, between two places of the record. */
    page: (filter: AuditFilter, from: number, before: number, limit: number): AuditRow[] =>
      page
        .all({
          from,
          before,
          limit,
          type: filter.type ?? null,
          subject: filter.subject ?? null,
          actor: filter.actor ?? null,
          text: filter.text ? `%${filter.text.replaceAll(/[\\%_]/g, '\\$&')}%` : null,
        })
        .map((row) => ({ ...toEvent(row), hash: row.hash })),
    /** Events of some types after `since` and up to `until`, oldest first. */
    ofTypes: (types: readonly EventType[], since: number, until: number, limit: number): ReefEvent[] =>
      ofTypes.all({ types: JSON.stringify(types), since, until, limit }).map(toEvent),
    /** What the next row's hash builds on; empty before the first row. */
    hashOf: (seq: number): string => hashOf.get({ seq })?.hash ?? '',
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
