import type { Instant } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'

export type AcceptedVersion = { readonly file: string; readonly sha256: string; readonly content: string; readonly acceptedAt: Instant }
type AcceptedRow = { file: string; sha256: string; content: string; accepted_at: Instant }
type Judged = {
  file: string
  name: string | null
  sha256: string
  content: string
  verdict: 'accepted' | 'rejected'
  line: number | null
  message: string | null
  accepted_at: number | null
}

export function createRosterStore(db: WriteDb) {
  const insert = db.prepare<Judged>(
    'INSERT INTO agent_version (file, name, sha256, content, verdict, line, message, accepted_at) VALUES (:file, :name, :sha256, :content, :verdict, :line, :message, :accepted_at)',
  )
  const accepted = db.prepare<{ file: string }, AcceptedRow>(
    "SELECT file, sha256, content, accepted_at FROM agent_version WHERE file = :file AND verdict = 'accepted' ORDER BY id DESC LIMIT 1",
  )
  const lastRejected = db.prepare<{ file: string }, { sha256: string }>(
    "SELECT sha256 FROM agent_version WHERE file = :file AND verdict = 'rejected' ORDER BY id DESC LIMIT 1",
  )
  const any = db.prepare<[], { id: number }>('SELECT id FROM agent_version LIMIT 1')
  return {
    accept: (file: string, name: string, sha256: string, content: string, at: Instant): void =>
      void insert.run({ file, name, sha256, content, verdict: 'accepted', line: null, message: null, accepted_at: at }),
    reject: (file: string, sha256: string, content: string, line: number | null, message: string): void =>
      void insert.run({ file, name: null, sha256, content, verdict: 'rejected', line, message, accepted_at: null }),
    lastAccepted(file: string): AcceptedVersion | undefined {
      const row = accepted.get({ file })
      return row && { file: row.file, sha256: row.sha256, content: row.content, acceptedAt: row.accepted_at }
    },
    lastRejected: (file: string): string | undefined => lastRejected.get({ file })?.sha256,
    isEmpty: (): boolean => any.get() === undefined,
  }
}
