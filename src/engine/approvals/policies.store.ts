import type { ActionName, ApprovalView, Instant, PolicyProblem, PolicyVersionView } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import { isAlarm } from './oversight.store.ts'
import type { OwnFile } from './policy-file.ts'

export type PolicyVersion = PolicyVersionView & { readonly sha256: string; readonly files: readonly OwnFile[] }
type VersionRow = { version: number; sha256: string; files: string; accepted_at: Instant; accepted_by: string; note: string }

/** An action of the past, as far as its tier depends on it. */
export type PastAction = {
  readonly id: string
  readonly at: Instant
  readonly action: ActionName
  readonly agent: string
  readonly project: string | null
  readonly amountUsd: number
  readonly taintedBy: string | null
  readonly card: Pick<ApprovalView, 'what' | 'previews'>
}

const columns = 'version, sha256, files, accepted_at, accepted_by, note'

export function createPoliciesStore(db: WriteDb) {
  const insert = db.prepare<VersionRow>(`INSERT INTO policy_version (${columns}) VALUES (:version, :sha256, :files, :accepted_at, :accepted_by, :note)`)
  const last = db.prepare<[], VersionRow>(`SELECT ${columns} FROM policy_version ORDER BY version DESC LIMIT 1`)
  return {
    insert: ({ version, sha256, files, acceptedAt, acceptedBy, note }: PolicyVersion): void =>
      void insert.run({ version, sha256, files: JSON.stringify(files), accepted_at: acceptedAt, accepted_by: acceptedBy, note }),
    last: (): PolicyVersion | undefined => toVersion(last.get()),
  }
}

export function createPoliciesReader(db: ReadDb) {
  const byVersion = db.prepare<{ version: number }, VersionRow>(`SELECT ${columns} FROM policy_version WHERE version = :version`)
  const all = db.prepare<[], Omit<VersionRow, 'sha256' | 'files'>>(
    'SELECT version, accepted_at, accepted_by, note FROM policy_version ORDER BY version DESC LIMIT 1000',
  )
  // The primary key read backwards: ids sort by birth.
  const actions = db.prepare<{ limit: number }, Omit<PastAction, 'card'> & { card: string }>(
    `SELECT id, requested_at AS at, action, asked_by AS agent, project, amount_usd AS amountUsd, tainted_by AS taintedBy, card
       FROM approval WHERE rehearsal = 0 ORDER BY id DESC LIMIT +:limit`,
  )
  const rejected = db.prepare<{ since: Instant }, { problems: string }>(
    `SELECT json_extract(data, '$.problems') AS problems FROM event WHERE at >= :since AND ${isAlarm} AND type = 'policy.rejected' ORDER BY at DESC, seq DESC LIMIT 1`,
  )
  return {
    version: (version: number): PolicyVersion | undefined => toVersion(byVersion.get({ version })),
    versions: (): PolicyVersionView[] =>
      all.all().map((row) => ({ version: row.version, acceptedAt: row.accepted_at, acceptedBy: row.accepted_by, note: row.note })),
    /** What was wrong with the files the last time that something was, since then. */
    lastRejected(since: Instant): PolicyProblem[] | undefined {
      const row = rejected.get({ since })
      return row && JSON.parse(row.problems)
    },
    lastActions: (limit: number): PastAction[] => actions.all({ limit }).map((row) => ({ ...row, card: JSON.parse(row.card) })),
  }
}

function toVersion(row: VersionRow | undefined): PolicyVersion | undefined {
  return (
    row && {
      version: row.version,
      sha256: row.sha256,
      files: JSON.parse(row.files),
      acceptedAt: row.accepted_at,
      acceptedBy: row.accepted_by,
      note: row.note,
    }
  )
}
