import type { AttemptId, EvidenceId, EvidenceView, Instant, PlanId, TaskId, TaskKind } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

type EvidenceRow = {
  id: EvidenceId
  attempt_id: AttemptId
  task_id: TaskId
  head_sha: string
  kind: EvidenceView['kind']
  name: string
  verdict: EvidenceView['verdict']
  exit_code: number | null
  duration_ms: number
  hash: string
  summary: string
  model: string | null
  at: Instant
}

const columns = 'id, attempt_id, task_id, head_sha, kind, name, verdict, exit_code, duration_ms, hash, summary, model, at'

const toEvidence = (row: EvidenceRow): EvidenceView => ({
  id: row.id,
  attemptId: row.attempt_id,
  taskId: row.task_id,
  kind: row.kind,
  name: row.name,
  verdict: row.verdict,
  exitCode: row.exit_code,
  durationMs: row.duration_ms,
  hash: row.hash,
  summary: row.summary,
  model: row.model,
  at: row.at,
})

export function createQualityStore(db: WriteDb) {
  const insert = db.prepare<EvidenceRow, EvidenceRow>(
    `INSERT INTO evidence (${columns}) VALUES (:id, :attempt_id, :task_id, :head_sha, :kind, :name, :verdict, :exit_code, :duration_ms, :hash, :summary, :model, :at)
     ON CONFLICT (attempt_id, head_sha, kind, name) DO NOTHING RETURNING ${columns}`,
  )
  const ofHead = db.prepare<{ attempt_id: AttemptId; head_sha: string }, EvidenceRow>(
    `SELECT ${columns} FROM evidence WHERE attempt_id = :attempt_id AND head_sha = :head_sha ORDER BY id`,
  )
  const task = db.prepare<{ id: TaskId }, { plan_id: PlanId }>('SELECT plan_id FROM task WHERE id = :id')
  const kindOf = db.prepare<{ id: AttemptId }, { kind: TaskKind }>('SELECT t.kind FROM attempt a JOIN task t ON t.id = a.task_id WHERE a.id = :id')
  return {
    /** Undefined when this check of this commit is recorded already. */
    insert: (headSha: string, evidence: EvidenceView): EvidenceView | undefined => {
      const row = insert.get({
        id: evidence.id,
        attempt_id: evidence.attemptId,
        task_id: evidence.taskId,
        head_sha: headSha,
        kind: evidence.kind,
        name: evidence.name,
        verdict: evidence.verdict,
        exit_code: evidence.exitCode,
        duration_ms: evidence.durationMs,
        hash: evidence.hash,
        summary: evidence.summary,
        model: evidence.model,
        at: evidence.at,
      })
      return row && toEvidence(row)
    },
    ofHead: (attemptId: AttemptId, headSha: string): EvidenceView[] => ofHead.all({ attempt_id: attemptId, head_sha: headSha }).map(toEvidence),
    planOf: (taskId: TaskId): PlanId | null => task.get({ id: taskId })?.plan_id ?? null,
    kindOf: (attemptId: AttemptId): TaskKind | undefined => kindOf.get({ id: attemptId })?.kind,
  }
}

export function createQualityReader(db: ReadDb) {
  const ofTask = db.prepare<{ task_id: TaskId }, EvidenceRow>(`SELECT ${columns} FROM evidence WHERE task_id = :task_id ORDER BY id`)
  const ofAttempt = db.prepare<{ attempt_id: AttemptId }, EvidenceRow>(`SELECT ${columns} FROM evidence WHERE attempt_id = :attempt_id ORDER BY id`)
  return {
    ofTask: (taskId: TaskId): EvidenceView[] => ofTask.all({ task_id: taskId }).map(toEvidence),
    ofAttempt: (attemptId: AttemptId): EvidenceView[] => ofAttempt.all({ attempt_id: attemptId }).map(toEvidence),
  }
}
