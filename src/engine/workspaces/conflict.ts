import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReefError } from '../kernel/errors.ts'
import { type Commit, type CommitInput, commitWorktree } from './commit.ts'
import { type GitPlace, isAncestor, mustFindCommit, runGit, toList } from './git.ts'
import { findMarkers, isConflicted, toMarked } from './history.ts'
import type { Worktree } from './workspaces.store.ts'
import { mergeHeads } from './worktree.ts'

/** Begins the merge that did not go through, so that both sides stand in the files, between markers. Answers the files to settle. */
export async function beginConflict(place: GitPlace & { dir: string }, merging: string): Promise<string[]> {
  const sha = await mustFindCommit(place, merging)
  if (await isAncestor(place, sha, 'HEAD')) return []
  if ((await mergeHeads(place)).length === 0) await runGit(place, ['merge', '--no-commit', '--no-ff', '--quiet', sha], { allow: [1] })
  return toList((await runGit(place, ['diff', '--name-only', '--diff-filter=U', '-z'])).stdout)
}

/** Commits the settled merge. With markers left it throws workspace/conflict; the files stay as they are. */
export async function finishConflict(place: GitPlace & { dir: string }, worktree: Worktree, dataDir: string, input: CommitInput): Promise<Commit> {
  const tree = await runGit(place, ['diff', '--check', '--no-ext-diff', '--no-textconv', 'HEAD'], { allow: [2, 3] })
  const open: string[] = []
  for (const file of toMarked(tree.stdout)) if (isConflicted(await readFile(join(place.cwd, file), 'utf8'))) open.push(file)
  if (open.length > 0) throw stillOpen(open)
  const commit = await commitWorktree(place, worktree, dataDir, input)
  const left = await findMarkers(place, worktree.base_sha, commit.headSha)
  if (left.length > 0) throw stillOpen(left)
  return commit
}

const stillOpen = (files: readonly string[]) => new ReefError('workspace/conflict', `Conflict markers are left in ${files.slice(0, 5).join(', ')}.`)
