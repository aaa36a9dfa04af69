import type { Instant, PlanId, ReleaseId, ReleaseState, ReleaseView, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import type { NextReleaseState } from './release.ts'
import type { Probe, Started } from './target.ts'

type ReleaseRow = {
  id: ReleaseId
  plan_id: PlanId
  task_id: TaskId
  project: string
  target: 'local'
  state: ReleaseState
  commit_sha: string
  payload_hash: string
  port: number | null
  url: string | null
  session_id: string | null
  pid: number | null
  last_status: number | null
  latency_ms: number | null
  checked_at: Instant | null
  error: string | null
  rehearsal: 0 | 1
  started_at: Instant
  ended_at: Instant | null
}

/** The row as the engine needs it: what the faces see, and how the process is reached. */
export type Release = ReleaseView & { readonly port: number | null; readonly sessionId: string | null; readonly payloadHash: string }

const columns =
  'id, plan_id, task_id, project, target, state, commit_sha, payload_hash, port, url, session_id, pid, last_status, latency_ms, checked_at, error, rehearsal, started_at, ended_at'

const toRelease = (row: ReleaseRow): Release => ({
  id: row.id,
  planId: row.plan_id,
  taskId: row.task_id,
  project: row.project,
  target: row.target,
  state: row.state,
  commit: row.commit_sha,
  url: row.url,
  pid: row.pid,
  lastStatus: row.last_status,
  latencyMs: row.latency_ms,
  checkedAt: row.checked_at,
  error: row.error,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  rehearsal: row.rehearsal === 1,
  port: row.port,
  sessionId: row.session_id,
  payloadHash: row.payload_hash,
})

export function toView({ port: _port, sessionId: _sessionId, payloadHash: _payloadHash, ...view }: Release): ReleaseView {
  return view
}

export type NewRelease = Pick<Release, 'id' | 'planId' | 'taskId' | 'project' | 'commit' | 'payloadHash' | 'rehearsal' | 'startedAt'>

export function createDeliveryStore(db: WriteDb) {
  const maybe = (row: ReleaseRow | undefined) => row && toRelease(row)
  const insert = db.prepare<Record<string, unknown>, ReleaseRow>(
    `INSERT INTO release (id, plan_id, task_id, project, target, state, commit_sha, payload_hash, rehearsal, started_at)
     VALUES (:id, :planId, :taskId, :project, 'local', 'starting', :commit, :payloadHash, :rehearsal, :startedAt) RETURNING ${columns}`,
  )
  const byId = db.prepare<{ id: string }, ReleaseRow>(`SELECT ${columns} FROM release WHERE id = :id`)
  const bySession = db.prepare<{ session_id: string }, ReleaseRow>(
    `SELECT ${columns} FROM release WHERE state IN ('starting', 'healthy', 'unhealthy') AND session_id = :session_id`,
  )
  const open = db.prepare<[], ReleaseRow>(`SELECT ${columns} FROM release WHERE state IN ('starting', 'healthy', 'unhealthy') ORDER BY id`)
  const same = db.prepare<{ plan_id: PlanId; task_id: TaskId; commit: string }, ReleaseRow>(
    `SELECT ${columns} FROM release WHERE plan_id = :plan_id AND task_id = :task_id AND commit_sha = :commit AND state IN ('starting', 'healthy', 'unhealthy')`,
  )
  const liveOf = db.prepare<{ project: string }, ReleaseRow>(
    `SELECT ${columns} FROM release WHERE project = :project AND state IN ('healthy', 'unhealthy') AND state IN ('starting', 'healthy', 'unhealthy') ORDER BY id DESC LIMIT 1`,
  )
  const lastPort = db.prepare<{ project: string }, { port: number }>(
    'SELECT port FROM release WHERE project = :project AND port IS NOT NULL AND last_status IS NOT NULL ORDER BY id DESC LIMIT 1',
  )
  const endedLately = db.prepare<{ since: number }, ReleaseRow>(`SELECT ${columns} FROM release WHERE ended_at > :since ORDER BY id DESC LIMIT 20`)
  const move = db.prepare<{ id: ReleaseId; from: ReleaseState; to: ReleaseState; error: string | null; ended_at: Instant | null }, ReleaseRow>(
    `UPDATE release SET state = :to, error = :error, ended_at = :ended_at WHERE id = :id AND state = :from RETURNING ${columns}`,
  )
  const setProcess = db.prepare<{ id: ReleaseId; session_id: string; pid: number; port: number; url: string }, ReleaseRow>(
    `UPDATE release SET session_id = :session_id, pid = :pid, port = :port, url = :url WHERE id = :id AND ended_at IS NULL RETURNING ${columns}`,
  )
  const setProbe = db.prepare<{ id: ReleaseId; status: number | null; latency_ms: number; at: Instant }, ReleaseRow>(
    `UPDATE release SET last_status = coalesce(:status, last_status), latency_ms = :latency_ms, checked_at = :at WHERE id = :id RETURNING ${columns}`,
  )
  return {
    insert(release: NewRelease): Release {
      const row = insert.get({ ...release, rehearsal: release.rehearsal ? 1 : 0 })
      if (!row) throw new Error('an insert without a row')
      return toRelease(row)
    },
    byId: (id: string) => maybe(byId.get({ id })),
    bySession: (sessionId: string) => maybe(bySession.get({ session_id: sessionId })),
    open: () => open.all().map(toRelease),
    /** The live release of exactly this, if it was asked for before. */
    same: (planId: PlanId, taskId: TaskId, commit: string) => maybe(same.get({ plan_id: planId, task_id: taskId, commit })),
    liveOf: (project: string) => maybe(liveOf.get({ project })),
    /** The port on which the project last answered. */
    lastPort: (project: string): number | null => lastPort.get({ project })?.port ?? null,
    endedLately: (since: number) => endedLately.all({ since }).map(toRelease),
    /** Undefined when the release is not in `from` any more: someone else decided. */
    move: <S extends ReleaseState>(id: ReleaseId, from: S, to: NextReleaseState<S>, at: { error: string | null; endedAt: Instant | null }) =>
      maybe(move.get({ id, from, to, error: at.error, ended_at: at.endedAt })),
    /** Undefined when it has ended meanwhile. */
    setProcess: (id: ReleaseId, { sessionId, pid, port, url }: Started) => maybe(setProcess.get({ id, session_id: sessionId, pid, port, url })),
    setProbe: (id: ReleaseId, probe: Probe, at: Instant) => maybe(setProbe.get({ id, status: probe.status, latency_ms: probe.latencyMs, at })),
  }
}
export type DeliveryStore = ReturnType<typeof createDeliveryStore>

export function createDeliveryReader(db: ReadDb) {
  const page = db.prepare<{ before: string; limit: number }, ReleaseRow>(`SELECT ${columns} FROM release WHERE id < :before ORDER BY id DESC LIMIT :limit`)
  const ofPlan = db.prepare<{ plan_id: PlanId }, ReleaseRow>(`SELECT ${columns} FROM release WHERE plan_id = :plan_id ORDER BY id`)
  return {
    page: (limit: number, before?: string): ReleaseView[] => page.all({ limit, before: before ?? '~' }).map((row) => toView(toRelease(row))),
    ofPlan: (planId: PlanId): ReleaseView[] => ofPlan.all({ plan_id: planId }).map((row) => toView(toRelease(row))),
  }
}

/** Projects that became products: one of their releases has answered. Rehearsals are none. */
export function createProductReader(db: ReadDb) {
  const products = db.prepare<[], { project: string; at: number }>(
    'SELECT project, min(started_at) AS at FROM release WHERE rehearsal = 0 AND last_status IS NOT NULL GROUP BY project',
  )
  return {
    names: (): ReadonlySet<string> => new Set(products.all().map(({ project }) => project)),
    /** How many were released for the first time in a span. */
    born: (since: number, until: number): number => products.all().filter(({ at }) => at >= since && at < until).length,
  }
}
