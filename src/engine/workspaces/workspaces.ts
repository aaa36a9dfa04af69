import type { Actor, ArtifactId, ArtifactView, AttemptId, PlanId, ProjectView, TaskId } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { Logger } from '../kernel/logger.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { createContents, resolveInside, toMediaType } from './artifact.ts'
import { toBaseRef, toPlanBranch } from './branch.ts'
import { type Commit, type CommitInput, commitWorktree } from './commit.ts'
import { beginConflict, finishConflict } from './conflict.ts'
import { findCommit, mustFindCommit, swapRef } from './git.ts'
import { type Difference, exportCommit, findPlanBase, readDiff, readFileAt } from './history.ts'
import { type MergeAnswer, mergeBranches, moveRef, moveWithCheckout } from './merge.ts'
import { createProjects } from './project.ts'
import { createSerial } from './serial.ts'
import { createWorkspacesReader, createWorkspacesStore, toView } from './workspaces.store.ts'
import { createWorktrees, type OpenedWorktree, type WorktreeInput } from './worktree.ts'

export type WorkspacesDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly dataDir: string
  readonly logger: Logger
}

type RecordInput = {
  readonly planId: PlanId
  readonly taskId: TaskId
  readonly attemptId: AttemptId
  readonly worktree: string
  readonly paths: readonly string[]
}

/**
 * Projects, plan branches, worktrees and artifacts. Every verb may be repeated after a crash at any point; acts on one project run one
 * after the other; nothing here ever removes work that is not committed.
 */
export function createWorkspaces({ db, reader: readDb, clock, append, dataDir, logger }: WorkspacesDeps) {
  const store = createWorkspacesStore(db)
  const reader = createWorkspacesReader(readDb)
  const contents = createContents(dataDir)
  const serial = createSerial()
  const projects = createProjects({ db, store, clock, append, dataDir, serial })
  const worktrees = createWorktrees({ db, store, clock, dataDir, serial, mustFind: projects.mustFind })
  const placeOf = (project: string) => ({ cwd: projects.mustFind(project).path })

  /** Told once for one merge, also when a crash came between the merge and the telling. */
  function tellMerged(planId: PlanId, data: { project: string; from: string; into: string; commit: string }): void {
    write(db, () => {
      if (store.hasToldMerge(planId, data.commit)) return
      append({ type: 'branch.merged', subject: planId, correlationId: planId, data: { planId, ...data } })
    })
  }

  async function record({ planId, taskId, attemptId, worktree }: RecordInput, path: string): Promise<ArtifactView | undefined> {
    const id = newId('art', clock) as ArtifactId
    const content = await contents.keepFile(await resolveInside(worktree, path), id)
    if (!content) return undefined
    const artifact: ArtifactView = { id, planId, taskId, attemptId, path, ...content, mediaType: toMediaType(path), at: clock.now() }
    return write(db, () => {
      const made = store.insertArtifact(artifact)
      if (made) append({ type: 'artifact.recorded', subject: made.id, correlationId: planId, data: made })
      return made ?? store.artifactLike(attemptId, path, content.sha256)
    })
  }

  return {
    ensureProject: (name: string, actor: Actor = 'engine'): Promise<ProjectView> => projects.ensure(name, actor),
    registerProject: (name: string, path: string, actor: Actor = 'owner'): Promise<ProjectView> => projects.register(name, path, actor),
    projects: (): ProjectView[] => reader.projects(),
    merges: reader.merges,
    project: (name: string): ProjectView => toView(projects.mustFind(name)),
    projectPath: (name: string): string => projects.mustFind(name).path,

    /** The plan's branch, from where main stood when it was first asked for. */
    openPlanBranch: ({ project, planId, title }: { project: string; planId: PlanId; title: string }): Promise<{ branch: string; sha: string }> =>
      serial(project, async () => {
        const place = placeOf(project)
        const branch = toPlanBranch(planId, title)
        const existing = await findCommit(place, `refs/heads/${branch}`)
        if (existing) return { branch, sha: existing }
        await swapRef(place, toBaseRef(planId), await mustFindCommit(place, `refs/heads/${projects.mustFind(project).mainBranch}`), null)
        const sha = await mustFindCommit(place, toBaseRef(planId))
        await swapRef(place, `refs/heads/${branch}`, sha, null)
        return { branch, sha }
      }),
    /** Where the changes of a plan begin that `commit` brought into main. */
    planBase: ({ project, planId, commit }: { project: string; planId: PlanId; commit: string }): Promise<string> =>
      findPlanBase(placeOf(project), toBaseRef(planId), commit),

    openWorktree: (input: WorktreeInput): Promise<OpenedWorktree> => worktrees.open(input),
    pathOf: (attemptId: AttemptId): string => worktrees.pathOf(attemptId),
    closeWorktree: (attemptId: AttemptId) => worktrees.close(attemptId),
    worktrees: () => worktrees.list(),

    /** Commits what an agent left. The agent's own commits stay; with nothing left it answers the head as it is. */
    async commitAll(input: CommitInput): Promise<Commit> {
      const worktree = worktrees.mustFindAt(input.worktree)
      return commitWorktree(await worktrees.placeOf(worktree), worktree, dataDir, input)
    },

    /** A worktree in which the merge of `merging` is begun and stands in conflict: what an integration task works on. */
    async openConflictWorktree(input: WorktreeInput & { readonly merging: string }): Promise<OpenedWorktree & { files: string[] }> {
      const opened = await worktrees.open(input)
      const files = await beginConflict(await worktrees.placeOf(worktrees.mustFind(input.attemptId)), input.merging)
      return { ...opened, files }
    },
    /** Commits the settled merge; throws workspace/conflict while markers are left. */
    async finishConflict(input: CommitInput): Promise<Commit> {
      const worktree = worktrees.mustFindAt(input.worktree)
      return finishConflict(await worktrees.placeOf(worktree), worktree, dataDir, input)
    },

    diff: ({ project, baseSha, headSha, maxBytes }: { project: string; baseSha: string; headSha: string; maxBytes: number }): Promise<Difference> =>
      readDiff(placeOf(project), baseSha, headSha, maxBytes),

    /** Into a branch that nobody checks out: a plan's. */
    merge: (input: { project: string; into: string; from: string; message: string }): Promise<MergeAnswer> =>
      serial(input.project, () => mergeBranches(placeOf(input.project), input.into, input.from, input.message, moveRef)),

    /** Delivers a branch: main moves, and its checkout with it. Uncommitted changes there: project/dirty, nothing has changed. */
    mergeIntoMain: (input: { project: string; from: string; message: string; planId: PlanId }): Promise<MergeAnswer> =>
      serial(input.project, async () => {
        const into = projects.mustFind(input.project).mainBranch
        const answer = await mergeBranches(placeOf(input.project), into, input.from, input.message, moveWithCheckout)
        if (answer.kind !== 'conflict') tellMerged(input.planId, { project: input.project, from: input.from, into, commit: answer.commit })
        return answer
      }),

    /** The files of a commit in a folder of the caller's, without history. Answers the full commit id. */
    checkout: ({ project, sha, dir }: { project: string; sha: string; dir: string }): Promise<string> =>
      serial(project, () => exportCommit(placeOf(project), sha, dir)),
    readAt: ({ project, sha, path }: { project: string; sha: string; path: string }): Promise<string | undefined> => readFileAt(placeOf(project), sha, path),

    /** Keeps what a task produced, by hash. A path that leads out of the worktree is refused; a folder is passed over. */
    async recordArtifacts(input: RecordInput): Promise<ArtifactView[]> {
      const recorded: ArtifactView[] = []
      for (const path of input.paths) {
        const artifact = await record(input, path)
        if (artifact) recorded.push(artifact)
      }
      return recorded
    },
    /** Keeps a text that a row points to by its hash, e.g. a command's whole output. */
    keep: (text: string): Promise<string> => contents.keepText(text, newId('art', clock)),
    artifacts: (planId: PlanId): ArtifactView[] => reader.artifactsOfPlan(planId),
    artifactsOfTask: (taskId: TaskId): ArtifactView[] => reader.artifactsOfTask(taskId),
    async readArtifact(id: string, maxBytes: number): Promise<{ artifact: ArtifactView; text: string | null; truncated: boolean }> {
      const artifact = reader.artifact(id)
      if (!artifact) throw new ReefError('artifact/unknown', `There is no artifact ${id}.`, { field: 'id' })
      return { artifact, ...(await contents.readText(artifact.sha256, maxBytes)) }
    },

    /** At start, before anything is dispatched. */
    async recover(): Promise<void> {
      const cleared = await worktrees.recover()
      if (cleared > 0) logger.info({ cleared }, 'half-made worktrees cleared')
    },
  }
}
export type Workspaces = ReturnType<typeof createWorkspaces>
