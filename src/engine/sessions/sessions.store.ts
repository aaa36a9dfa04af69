import type { AttemptId, Instant, PlanId, SessionId, SessionState, SessionView, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import type { Outcome } from './driver.ts'

type Row = {
  id: SessionId
  attempt_id: AttemptId | null
  task_id: TaskId | null
  plan_id: PlanId | null
  role: SessionView['role']
  title: string
  agent: string
  driver: SessionView['driver']
  model: string | null
  state: SessionState
  mark: string
  pid: number | null
  start_ticks: string | null
  exit_code: number | null
  verdict: Outcome | null
  outcome: string | null
  last_line: string | null
  units: number
  last_output_at: Instant | null
  started_at: Instant
  ended_at: Instant | null
}

/** A session with what only the engine needs to know of it. */
export type StoredSession = { readonly view: SessionView; readonly mark: string; readonly startTicks: string | null; readonly verdict: Outcome | null }
export type NewSession = Pick<SessionView, 'id' | 'attemptId' | 'taskId' | 'planId' | 'role' | 'title' | 'agent' | 'driver' | 'model' | 'startedAt'> & {
  readonly mark: string
}
export type SessionClose = {
  readonly state: 'ended' | 'lost'
  readonly verdict: Outcome
  readonly outcome: string
  readonly exitCode: number | null
  readonly lastLine: string | null
  readonly units: number
  readonly lastOutputAt: Instant | null
  readonly endedAt: Instant
}

const columns =
  'id, attempt_id, task_id, plan_id, role, title, agent, driver, model, state, mark, pid, start_ticks, exit_code, verdict, outcome, last_line, units, last_output_at, started_at, ended_at'

export function createSessionsStore(db: WriteDb) {
  const insert = db.prepare<Omit<NewSession, 'id'> & { id: string }>(
    `INSERT INTO session (id, attempt_id, task_id, plan_id, role, title, agent, driver, model, state, mark, started_at)
     VALUES (:id, :attemptId, :taskId, :planId, :role, :title, :agent, :driver, :model, 'launching', :mark, :startedAt)`,
  )
  const run = db.prepare<{ id: string; pid: number; ticks: string | null }>(
    "UPDATE session SET state = 'running', pid = :pid, start_ticks = :ticks WHERE id = :id AND state = 'launching'",
  )
  const close = db.prepare<SessionClose & { id: string }>(
    `UPDATE session
        SET state = :state, verdict = :verdict, outcome = :outcome, exit_code = :exitCode, last_line = :lastLine,
            units = :units, last_output_at = :lastOutputAt, ended_at = :endedAt
      WHERE id = :id AND state IN ('launching', 'running')`,
  )
  // The partial index session_running: as many rows as programs run, whatever the history.
  const open = db.prepare<[], Row>(`SELECT ${columns} FROM session WHERE state IN ('launching', 'running') ORDER BY id`)
  const one = db.prepare<{ id: string }, Row>(`SELECT ${columns} FROM session WHERE id = :id`)
  return {
    insert: (session: NewSession): void => void insert.run(session),
    /** False when it has ended in the meantime. */
    run: (id: SessionId, pid: number, ticks: string | null): boolean => run.run({ id, pid, ticks }).changes === 1,
    /** False when it had ended already. */
    close: (id: SessionId, how: SessionClose): boolean => close.run({ ...how, id }).changes === 1,
    open: (): StoredSession[] => open.all().map(toSession),
    get(id: string): StoredSession | undefined {
      const row = one.get({ id })
      return row && toSession(row)
    },
  }
}

export function createSessionsReader(db: ReadDb) {
  const page = db.prepare<{ before: string; state: string | null; taskId: string | null; limit: number }, Row>(
    `SELECT ${columns} FROM session
      WHERE id < :before AND (:state IS NULL OR state = :state) AND (:taskId IS NULL OR task_id = :taskId)
      ORDER BY id DESC LIMIT :limit`,
  )
  const ofTask = db.prepare<{ before: string; state: string | null; taskId: string; limit: number }, Row>(
    `SELECT ${columns} FROM session
      WHERE task_id = :taskId AND id < :before AND (:state IS NULL OR state = :state)
      ORDER BY id DESC LIMIT :limit`,
  )
  return {
    page({
      before,
      state,
      taskId,
      limit,
    }: {
      before?: string | undefined
      state?: SessionState | undefined
      taskId?: TaskId | undefined
      limit: number
    }): SessionView[] {
      const args = { before: before ?? '~', state: state ?? null, limit }
      const rows = taskId ? ofTask.all({ ...args, taskId }) : page.all({ ...args, taskId: null })
      return rows.map((row) => toSession(row).view)
    },
  }
}

function toSession(row: Row): StoredSession {
  return {
    mark: row.mark,
    startTicks: row.start_ticks,
    verdict: row.verdict,
    view: {
      id: row.id,
      attemptId: row.attempt_id,
      taskId: row.task_id,
      planId: row.plan_id,
      role: row.role,
      title: row.title,
      agent: row.agent,
      driver: row.driver,
      model: row.model,
      state: row.state,
      pid: row.pid,
      exitCode: row.exit_code,
      outcome: row.outcome,
      lastLine: row.last_line,
      bytes: row.units,
      lastOutputAt: row.last_output_at,
      startedAt: row.started_at,
      endedAt: row.ended_at,
    },
  }
}
