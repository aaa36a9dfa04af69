import type { ArtifactView, AttemptId, Instant, PlanId, ProjectId, ProjectView, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

type ProjectRow = { id: ProjectId; name: string; path: string; registered: 0 | 1; main_branch: string; created_at: Instant; ready_at: Instant | null }
export type Project = ProjectView & { readonly readyAt: Instant | null }

export type WorktreeRow = {
  attempt_id: AttemptId
  project_id: ProjectId
  path: string
  branch: string
  start_sha: string
  base_sha: string
  opened_at: Instant
  ready_at: Instant | null
  closed_at: Instant | null
}
export type Worktree = WorktreeRow & { readonly project: string; readonly projectPath: string }

type ArtifactRow = {
  id: ArtifactView['id']
  plan_id: PlanId
  task_id: TaskId
  attempt_id: AttemptId
  path: string
  sha256: string
  bytes: number
  media_type: string
  at: Instant
}

const projectColumns = 'id, name, path, registered, main_branch, created_at, ready_at'
const artifactColumns = 'id, plan_id, task_id, attempt_id, path, sha256, bytes, media_type, at'
const worktreeJoin = `SELECT w.attempt_id, w.project_id, w.path, w.branch, w.start_sha, w.base_sha, w.opened_at, w.ready_at, w.closed_at, p.name AS project, p.path AS projectPath
                        FROM worktree w JOIN project p ON p.id = w.project_id`

const toProject = (row: ProjectRow): Project => ({
  id: row.id,
  name: row.name,
  path: row.path,
  registered: row.registered === 1,
  mainBranch: row.main_branch,
  createdAt: row.created_at,
  readyAt: row.ready_at,
})

const toArtifact = (row: ArtifactRow): ArtifactView => ({
  id: row.id,
  planId: row.plan_id,
  taskId: row.task_id,
  attemptId: row.attempt_id,
  path: row.path,
  sha256: row.sha256,
  bytes: row.bytes,
  mediaType: row.media_type,
  at: row.at,
})

export function createWorkspacesStore(db: WriteDb) {
  const insertProject = db.prepare<Omit<ProjectRow, 'ready_at'>>(
    `INSERT INTO project (id, name, path, registered, main_branch, created_at) VALUES (:id, :name, :path, :registered, :main_branch, :created_at)`,
  )
  const readyProject = db.prepare<{ id: ProjectId; now: Instant }, ProjectRow>(
    `UPDATE project SET ready_at = :now WHERE id = :id AND ready_at IS NULL RETURNING ${projectColumns}`,
  )
  const byName = db.prepare<{ name: string }, ProjectRow>(`SELECT ${projectColumns} FROM project WHERE name = :name`)
  const byPath = db.prepare<{ path: string }, ProjectRow>(`SELECT ${projectColumns} FROM project WHERE path = :path`)

  const insertWorktree = db.prepare<Omit<WorktreeRow, 'ready_at' | 'closed_at'>>(
    `INSERT INTO worktree (attempt_id, project_id, path, branch, start_sha, base_sha, opened_at) VALUES (:attempt_id, :project_id, :path, :branch, :start_sha, :base_sha, :opened_at)`,
  )
  const worktree = db.prepare<{ attempt_id: string }, Worktree>(`${worktreeJoin} WHERE w.attempt_id = :attempt_id`)
  const worktreeAt = db.prepare<{ path: string }, Worktree>(`${worktreeJoin} WHERE w.path = :path`)
  const openWorktrees = db.prepare<[], Worktree>(`${worktreeJoin} WHERE w.closed_at IS NULL ORDER BY w.opened_at`)
  const takenBranch = db.prepare<{ project_id: ProjectId; branch: string }, { n: number }>(
    'SELECT 1 AS n FROM worktree WHERE project_id = :project_id AND branch = :branch',
  )
  const readyWorktree = db.prepare<{ attempt_id: AttemptId; now: Instant }>(
    'UPDATE worktree SET ready_at = :now, closed_at = NULL WHERE attempt_id = :attempt_id',
  )
  const closeWorktree = db.prepare<{ attempt_id: AttemptId; now: Instant }>('UPDATE worktree SET closed_at = :now WHERE attempt_id = :attempt_id')

  const insertArtifact = db.prepare<ArtifactRow, ArtifactRow>(
    `INSERT INTO artifact (${artifactColumns}) VALUES (:id, :plan_id, :task_id, :attempt_id, :path, :sha256, :bytes, :media_type, :at)
     ON CONFLICT (attempt_id, path, sha256) DO NOTHING RETURNING ${artifactColumns}`,
  )
  const artifactLike = db.prepare<{ attempt_id: AttemptId; path: string; sha256: string }, ArtifactRow>(
    `SELECT ${artifactColumns} FROM artifact WHERE attempt_id = :attempt_id AND path = :path AND sha256 = :sha256`,
  )
  // event_of_merge: a plan has a handful of events of its own.
  const toldMerge = db.prepare<{ subject: string; commit: string }, { n: number }>(
    `SELECT 1 AS n FROM event WHERE subject = :subject AND type = 'branch.merged' AND json_extract(data, '$.commit') = :commit`,
  )

  return {
    insertProject: (project: ProjectView) =>
      void insertProject.run({
        id: project.id,
        name: project.name,
        path: project.path,
        registered: project.registered ? 1 : 0,
        main_branch: project.mainBranch,
        created_at: project.createdAt,
      }),
    /** Undefined when it was ready already. */
    readyProject: (id: ProjectId, now: Instant): Project | undefined => {
      const row = readyProject.get({ id, now })
      return row && toProject(row)
    },
    project: (name: string): Project | undefined => {
      const row = byName.get({ name })
      return row && toProject(row)
    },
    projectAt: (path: string): Project | undefined => {
      const row = byPath.get({ path })
      return row && toProject(row)
    },
    insertWorktree: (row: Omit<WorktreeRow, 'ready_at' | 'closed_at'>) => void insertWorktree.run(row),
    worktree: (attemptId: string) => worktree.get({ attempt_id: attemptId }),
    worktreeAt: (path: string) => worktreeAt.get({ path }),
    openWorktrees: () => openWorktrees.all(),
    isBranchTaken: (projectId: ProjectId, branch: string): boolean => takenBranch.get({ project_id: projectId, branch }) !== undefined,
    readyWorktree: (attemptId: AttemptId, now: Instant) => void readyWorktree.run({ attempt_id: attemptId, now }),
    closeWorktree: (attemptId: AttemptId, now: Instant) => void closeWorktree.run({ attempt_id: attemptId, now }),
    /** Undefined when the same content of the same path is recorded for this attempt already. */
    insertArtifact: (artifact: ArtifactView): ArtifactView | undefined => {
      const row = insertArtifact.get({
        id: artifact.id,
        plan_id: artifact.planId,
        task_id: artifact.taskId,
        attempt_id: artifact.attemptId,
        path: artifact.path,
        sha256: artifact.sha256,
        bytes: artifact.bytes,
        media_type: artifact.mediaType,
        at: artifact.at,
      })
      return row && toArtifact(row)
    },
    artifactLike: (attemptId: AttemptId, path: string, sha256: string): ArtifactView | undefined => {
      const row = artifactLike.get({ attempt_id: attemptId, path, sha256 })
      return row && toArtifact(row)
    },
    hasToldMerge: (planId: PlanId, commit: string): boolean => toldMerge.get({ subject: planId, commit }) !== undefined,
  }
}
export type WorkspacesStore = ReturnType<typeof createWorkspacesStore>

export function createWorkspacesReader(db: ReadDb) {
  const projects = db.prepare<[], ProjectRow>(`SELECT ${projectColumns} FROM project WHERE ready_at IS NOT NULL ORDER BY name`)
  const artifactsOfPlan = db.prepare<{ plan_id: PlanId }, ArtifactRow>(`SELECT ${artifactColumns} FROM artifact WHERE plan_id = :plan_id ORDER BY id`)
  const artifactsOfTask = db.prepare<{ task_id: TaskId }, ArtifactRow>(`SELECT ${artifactColumns} FROM artifact WHERE task_id = :task_id ORDER BY id`)
  const artifact = db.prepare<{ id: string }, ArtifactRow>(`SELECT ${artifactColumns} FROM artifact WHERE id = :id`)
  // event_of_merge holds merges alone.
  const merges = db.prepare<{ since: number; until: number }, { n: number }>(
    `SELECT count(*) AS n FROM event WHERE type = 'branch.merged' AND at >= :since AND at < :until AND subject NOT IN (SELECT id FROM plan WHERE rehearsal = 1)`,
  )
  return {
    /** Branches that were merged into a project in a span; rehearsals are not counted. */
    merges: (since: number, until: number): number => merges.get({ since, until })?.n ?? 0,
    projects: (): ProjectView[] => projects.all().map((row) => toView(toProject(row))),
    artifactsOfPlan: (planId: PlanId): ArtifactView[] => artifactsOfPlan.all({ plan_id: planId }).map(toArtifact),
    artifactsOfTask: (taskId: TaskId): ArtifactView[] => artifactsOfTask.all({ task_id: taskId }).map(toArtifact),
    artifact: (id: string): ArtifactView | undefined => {
      const row = artifact.get({ id })
      return row && toArtifact(row)
    },
  }
}

export const toView = ({ readyAt: _, ...view }: Project): ProjectView => view
