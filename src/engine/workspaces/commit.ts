import { existsSync } from 'node:fs'
import { lstat, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReefError } from '../kernel/errors.ts'
import { toKeptRef } from './branch.ts'
import { askGit, findCommit, type GitPlace, isAncestor, mustFindCommit, runGit } from './git.ts'
import type { Worktree } from './workspaces.store.ts'
import { changedFiles, mergeHeads, unlock } from './worktree.ts'

export type CommitInput = { readonly worktree: string; readonly message: string; readonly agent: string; readonly body?: string }
/** What the whole attempt changed against its base, the agent's own commits included. */
export type Commit = { readonly headSha: string; readonly changed: boolean; readonly files: number; readonly insertions: number; readonly deletions: number }

/** Git keeps every version for ever: one video in a history cannot be taken out again. */
const MAX_FILE_BYTES = 50 * 1024 * 1024

/**
 * Commits whatever is in the worktree onto the attempt's own branch, wherever the agent left HEAD, and ends a merge in progress.
 * The agent's own commits stay. With nothing new it commits nothing and answers the head as it is.
 */
export async function commitWorktree(place: GitPlace & { dir: string }, worktree: Worktree, dataDir: string, input: CommitInput): Promise<Commit> {
  await unlock(place)
  const ignoring = { env: await toExcludes(dataDir) }
  await setAsideRepositories(place, worktree, dataDir)
  await refuseLargeFiles(place)
  await runGit(place, ['add', '--all'], ignoring)
  const parents = [await mustFindCommit(place, 'HEAD'), ...(await mergeHeads(place))]
  const tree = await askGit(place, ['write-tree'])
  const [head = ''] = parents
  const isNew = parents.length > 1 || tree !== (await askGit(place, ['rev-parse', `${head}^{tree}`]))
  const sha = isNew ? await commitTree(place, tree, parents, input) : head
  await attach(place, worktree.branch, sha)
  return { headSha: sha, ...(await measure(place, worktree.base_sha, sha)) }
}

function commitTree(place: GitPlace, tree: string, parents: readonly string[], { message, body, agent }: CommitInput): Promise<string> {
  const author = { GIT_AUTHOR_NAME: agent, GIT_AUTHOR_EMAIL: `${agent}@reef.invalid` }
  const text = body ? `${message}\n\n${body}\n` : `${message}\n`
  return askGit(place, ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'], { input: text, env: author })
}

/** The branch follows to `sha` and HEAD goes back onto it. Commits that only the branch held get a ref of their own: nothing is lost. */
async function attach(place: GitPlace, branch: string, sha: string): Promise<void> {
  const ref = `refs/heads/${branch}`
  const before = await findCommit(place, ref)
  if (before && before !== sha && !(await isAncestor(place, before, sha))) await runGit(place, ['update-ref', toKeptRef(before), before])
  if (before !== sha) await runGit(place, ['update-ref', ref, sha])
  await runGit(place, ['symbolic-ref', 'HEAD', ref])
  await runGit(place, ['merge', '--quit'], { allow: [1, 128] })
}

async function measure(place: GitPlace, base: string, head: string): Promise<Omit<Commit, 'headSha'>> {
  const text = await askGit(place, ['diff', '--shortstat', '--no-ext-diff', '--no-textconv', base, head])
  const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
  const files = count(/(\d+) files? changed/)
  return { changed: files > 0, files, insertions: count(/(\d+) insertions?/), deletions: count(/(\d+) deletions?/) }
}

async function refuseLargeFiles(place: GitPlace): Promise<void> {
  for (const file of await changedFiles(place)) {
    const path = join(place.cwd, file)
    if (!existsSync(path)) continue
    const { size } = await lstat(path)
    if (size > MAX_FILE_BYTES)
      throw new ReefError('project/invalid', `${file} has ${Math.round(size / 1024 / 1024)} MB; files over 50 MB are not committed.`, {
        remedy: 'Remove it, make it smaller, or name it in .gitignore.',
      })
  }
}

/** A scaffolding tool that ran `git init` in a subfolder would make git store a mere pointer: its `.git` moves aside, its files are taken in. */
async function setAsideRepositories(place: GitPlace, worktree: Worktree, dataDir: string): Promise<void> {
  for (const entry of await changedFiles(place)) {
    const inner = join(place.cwd, entry, '.git')
    if (!entry.endsWith('/') || !existsSync(inner)) continue
    const aside = join(dataDir, 'set-aside', worktree.attempt_id, `${entry.replaceAll('/', '-')}${Date.now()}`)
    await mkdir(aside, { recursive: true })
    await rename(inner, join(aside, 'git'))
  }
}

/** Dependencies are never work, whatever a project's own .gitignore forgot. */
async function toExcludes(dataDir: string): Promise<Record<string, string>> {
  const file = join(dataDir, 'git-excludes')
  if (!existsSync(file)) await writeFile(file, 'node_modules\n')
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.excludesFile', GIT_CONFIG_VALUE_0: file }
}
