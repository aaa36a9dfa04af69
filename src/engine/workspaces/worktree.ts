import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AttemptId } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { type WriteDb, write } from '../store/index.ts'
import { toAttemptBranch } from './branch.ts'
import { askGit, findCommit, type GitPlace, isAncestor, mustFindCommit, runGit, swapRef, toList } from './git.ts'
import { findCommonDir } from './project.ts'
import type { Serial } from './serial.ts'
import type { Project, WorkspacesStore, Worktree } from './workspaces.store.ts'

export type WorktreeInput = {
  readonly project: string
  readonly planBranch: string
  readonly attemptId: AttemptId
  readonly key: string
  readonly n: number
  /** Head of an earlier attempt whose work is kept and mended. */
  readonly from?: string
}
export type OpenedWorktree = { readonly path: string; readonly branch: string; readonly baseSha: string }

/** What became of a folder: gone, or kept with the reason in words. */
export type CloseAnswer = { readonly kind: 'closed' } | { readonly kind: 'kept'; readonly reason: string }

export type WorktreeDeps = {
  readonly db: WriteDb
  readonly store: WorkspacesStore
  readonly clock: Clock
  readonly dataDir: string
  readonly serial: Serial
  readonly mustFind: (project: string) => Project
}

/** A lock that git left behind when the machine stopped; a living git never holds one so long. */
const STALE_LOCK_MS = 60_000

export function createWorktrees({ db, store, clock, dataDir, serial, mustFind }: WorktreeDeps) {
  const pathOf = (attemptId: string): string => join(dataDir, 'worktrees', attemptId)

  function mustFindWorktree(attemptId: string): Worktree {
    const worktree = store.worktree(attemptId)
    if (!worktree) throw new ReefError('workspace/git-failed', `No worktree was ever opened for ${attemptId}.`)
    return worktree
  }

  /** Git's own record of the worktree, named directly: the `.git` file inside belongs to the agent. */
  const placeOf = async (worktree: Worktree): Promise<GitPlace & { dir: string }> => ({
    cwd: worktree.path,
    dir: join(await findCommonDir(worktree.projectPath), 'worktrees', worktree.attempt_id),
  })

  /** Written down before git is asked, so that a crash leaves something to finish instead of something to guess about. */
  async function intend(input: WorktreeInput): Promise<Worktree> {
    const known = store.worktree(input.attemptId)
    if (known) return known
    const project = mustFind(input.project)
    const place = { cwd: project.path }
    const head = await mustFindCommit(place, `refs/heads/${input.planBranch}`)
    const from = input.from && !(await isAncestor(place, input.from, head)) ? input.from : head
    const wanted = toAttemptBranch(input.planBranch, input.key, input.n)
    const taken = store.isBranchTaken(project.id, wanted) || (await findCommit(place, `refs/heads/${wanted}`)) !== undefined
    const row = {
      attempt_id: input.attemptId,
      project_id: project.id,
      path: pathOf(input.attemptId),
      branch: taken ? `${wanted}-${input.attemptId.slice(-6).toLowerCase()}` : wanted,
      start_sha: from,
      base_sha: await askGit(place, ['merge-base', head, from]),
      opened_at: clock.now(),
    }
    write(db, () => store.insertWorktree(row))
    return mustFindWorktree(input.attemptId)
  }

  /** Clears what a cut-off `git worktree add` left; no agent has been in it. */
  async function clear(worktree: Worktree): Promise<void> {
    const { dir } = await placeOf(worktree)
    await rm(worktree.path, { recursive: true, force: true })
    await rm(dir, { recursive: true, force: true })
    await runGit({ cwd: worktree.projectPath }, ['worktree', 'prune'])
  }

  async function open(input: WorktreeInput): Promise<OpenedWorktree> {
    const worktree = await intend(input)
    const opened = { path: worktree.path, branch: worktree.branch, baseSha: worktree.base_sha }
    const place = { cwd: worktree.projectPath }
    if (worktree.ready_at !== null && existsSync(worktree.path)) return opened
    await clear(worktree)
    const ref = `refs/heads/${worktree.branch}`
    if (!(await findCommit(place, ref))) await swapRef(place, ref, worktree.start_sha, null)
    await mkdir(dirname(worktree.path), { recursive: true })
    await runGit(place, ['worktree', 'add', '--force', worktree.path, worktree.branch])
    write(db, () => store.readyWorktree(worktree.attempt_id, clock.now()))
    return opened
  }

  async function whyKept(worktree: Worktree): Promise<string | undefined> {
    const place = await placeOf(worktree)
    if (!existsSync(place.dir)) return 'its folder is no worktree of the project any more'
    const changed = await changedFiles(place)
    if (changed.length > 0) return `it holds changes that are not committed: ${changed.slice(0, 5).join(', ')}`
    const head = await findCommit(place, 'HEAD')
    const branch = await findCommit(place, `refs/heads/${worktree.branch}`)
    if (!head || !branch || !(await isAncestor(place, head, branch))) return `it holds commits that are not on ${worktree.branch}`
    return undefined
  }

  return {
    pathOf,
    placeOf,
    mustFind: mustFindWorktree,
    /** The worktree that a path belongs to. */
    mustFindAt(path: string): Worktree {
      const worktree = store.worktreeAt(path)
      if (!worktree) throw new ReefError('workspace/git-failed', `${path} is not a worktree that REEF opened.`)
      return worktree
    },

    open: (input: WorktreeInput): Promise<OpenedWorktree> => serial(input.project, () => open(input)),

    /** Removes the folder, never the branch, and only when everything in it is committed on its branch (ignored files are not work). */
    async close(attemptId: string): Promise<CloseAnswer> {
      const worktree = mustFindWorktree(attemptId)
      return serial<CloseAnswer>(worktree.project, async () => {
        const reason = existsSync(worktree.path) && worktree.ready_at !== null ? await whyKept(worktree) : undefined
        if (reason) return { kind: 'kept', reason }
        await clear(worktree)
        write(db, () => store.closeWorktree(worktree.attempt_id, clock.now()))
        return { kind: 'closed' }
      })
    },

    /** Open worktrees with their size on disk; slow on big ones, so not for a screen that refreshes. */
    list: (): Promise<Array<{ attemptId: AttemptId; project: string; branch: string; path: string; bytes: number }>> =>
      Promise.all(
        store.openWorktrees().map(async (worktree) => ({
          attemptId: worktree.attempt_id,
          project: worktree.project,
          branch: worktree.branch,
          path: worktree.path,
          bytes: await sizeOf(worktree.path),
        })),
      ),

    /** After a crash: clears half-made worktrees and stale locks. Returns how many were cleared; agents' folders are not touched. */
    async recover(): Promise<number> {
      let cleared = 0
      for (const worktree of store.openWorktrees()) {
        if (!existsSync(worktree.projectPath)) continue
        await serial(worktree.project, async () => {
          if (worktree.ready_at === null) {
            await clear(worktree)
            cleared += 1
          } else await unlock(await placeOf(worktree))
        })
      }
      return cleared
    },
  }
}

/** Paths that differ from the last commit, new ones included; a repository inside is listed with a slash at its end. */
export async function changedFiles(place: GitPlace, untracked: 'all' | 'no' = 'all'): Promise<string[]> {
  const { stdout } = await runGit(place, ['status', '--porcelain=v1', '-z', `--untracked-files=${untracked}`, '--no-renames'])
  return toList(stdout).map((entry) => entry.slice(3))
}

/** Removes an index lock that nobody can hold any more. */
export async function unlock({ dir }: { dir: string }): Promise<void> {
  const lock = join(dir, 'index.lock')
  const age = existsSync(lock) ? Date.now() - (await stat(lock)).mtimeMs : 0
  if (age > STALE_LOCK_MS) await unlink(lock)
}

async function sizeOf(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += await sizeOf(path)
    else if (entry.isFile()) bytes += (await stat(path)).size
  }
  return bytes
}

/** Commits that a merge in progress in this worktree brings in. */
export async function mergeHeads({ dir }: { dir: string }): Promise<string[]> {
  const file = join(dir, 'MERGE_HEAD')
  return existsSync(file) ? (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '') : []
}
