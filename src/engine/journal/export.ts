import { stringify } from 'csv-stringify/sync'
import type { Instant } from '../../contract/index.ts'
import type { createJournalReader, EventRow } from './journal.store.ts'

export type AuditPage = {
  readonly format: 'jsonl' | 'csv'
  readonly since?: Instant | undefined
  readonly until?: Instant | undefined
  /** `next` of the page before; 0 for the first, which has the head of a CSV. */
  readonly after: number
}

/** Rows that are looked through for a page: as many as are written in a few milliseconds, because everything else waits meanwhile. */
const PAGE_ROWS = 1000
const csvHead = ['seq', 'id', 'type', 'time', 'at', 'actor', 'subject', 'correlation_id', 'data', 'previous', 'hash'] as const

/**
 * A page of the record, oldest first, each row with the hash before it and its own. In JSON lines `data` is the very text that was hashed,
 * so that whoever has the file can recompute the chain; a CSV is for reading, since what a spreadsheet would take for a formula is marked.
 * From `since` up to and without `until`; a page may be empty and yet not be the last.
 */
export function exportAudit(reader: ReturnType<typeof createJournalReader>, { format, since, until, after }: AuditPage): { text: string; next: number | null } {
  const rows = reader.since(after, PAGE_ROWS)
  let previous = reader.hashOf(after)
  const chained = rows.map((row) => {
    const link = { row, previous }
    previous = row.hash
    return link
  })
  const wanted = chained.filter(({ row }) => (since === undefined || row.at >= since) && (until === undefined || row.at < until))
  const next = rows.length === PAGE_ROWS ? (rows.at(-1)?.seq ?? null) : null
  if (format === 'jsonl') return { text: wanted.map((link) => `${toJson(link)}\n`).join(''), next }
  return { text: stringify([...(after === 0 ? [csvHead] : []), ...wanted.map(toCells)], { escape_formulas: true }), next }
}

type Link = { readonly row: EventRow; readonly previous: string }

const toJson = ({ row, previous }: Link): string =>
  JSON.stringify({
    seq: row.seq,
    id: row.id,
    type: row.type,
    at: row.at,
    actor: row.actor,
    subject: row.subject,
    correlationId: row.correlation_id,
    data: row.data,
    previous,
    hash: row.hash,
  })

const toCells = ({ row, previous }: Link) => [
  row.seq,
  row.id,
  row.type,
  new Date(row.at).toISOString(),
  row.at,
  row.actor,
  row.subject,
  row.correlation_id ?? '',
  row.data,
  previous,
  row.hash,
]
