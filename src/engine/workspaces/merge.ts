import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ReefError } from '../kernel/errors.ts'
import { askGit, findCommit, type GitPlace, isAncestor, mustFindCommit, runGit, swapRef, toList } from './git.ts'
import { changedFiles } from './worktree.ts'

/** A conflict is an answer: the caller opens an integration task for it. `commit` is the one that brought the work in. */
export type MergeAnswer = { readonly kind: 'merged' | 'already'; readonly commit: string } | { readonly kind: 'conflict'; readonly files: string[] }

/** Moves the branch from `old` to `to`; false when it is not at `old` any more. */
type Advance = (place: GitPlace, branch: string, to: string, old: string) => Promise<boolean>

const TRIES = 5

/**
 * Merges without a checkout: a tree, a commit, and the branch moves only if nobody moved it meanwhile. Doing it twice is doing it once.
 */
export async function mergeBranches(place: GitPlace, into: string, from: string, message: string, advance: Advance): Promise<MergeAnswer> {
  for (let n = 0; n < TRIES; n++) {
    const target = await mustFindCommit(place, `refs/heads/${into}`)
    const source = await mustFindCommit(place, from)
    if (await isAncestor(place, source, target)) return { kind: 'already', commit: await findEntry(place, source, target) }
    const merged = await runGit(place, ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', target, source], { allow: [1] })
    const [tree = '', ...files] = toList(merged.stdout)
    if (merged.code === 1) return { kind: 'conflict', files: [...new Set(files)] }
    const commit = await askGit(place, ['commit-tree', tree, '-p', target, '-p', source, '-F', '-'], { input: `${message}\n` })
    if (await advance(place, into, commit, target)) return { kind: 'merged', commit }
  }
  throw new ReefError('workspace/git-failed', `${into} kept moving while ${from} was to be merged into it.`)
}

/** For branches that nobody has checked out. */
export const moveRef: Advance = (place, branch, to, old) => swapRef(place, `refs/heads/${branch}`, to, old)

/** Moves the branch, and the checkout with it where there is one. With uncommitted changes there: project/dirty, and nothing has changed. */
export const moveWithCheckout: Advance = async (place, branch, to, old) => {
  const checkout = await findCheckout(place, branch)
  if (!checkout) return moveRef(place, branch, to, old)
  const tree = { cwd: checkout }
  const added = toList((await runGit(tree, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--diff-filter=A', old, to])).stdout)
  const inTheWay = [...new Set([...(await changedFiles(tree, 'no')), ...added.filter((file) => existsSync(join(checkout, file)))])]
  const foreign: string[] = []
  for (const file of inTheWay) if (!(await isSame(tree, file, to))) foreign.push(file)
  if (foreign.length > 0)
    throw new ReefError(
      'project/dirty',
      `${checkout} has changes that are not committed: ${foreign.slice(0, 5).join(', ')}${foreign.length > 5 ? ' …' : ''}.`,
      {
        remedy: `Commit or stash them there (git -C ${checkout} status), then try again.`,
      },
    )
  if ((await findCommit(place, `refs/heads/${branch}`)) !== old) return false
  if (inTheWay.length === 0) {
    await runGit(tree, ['merge', '--ff-only', '--quiet', '--no-stat', to])
    return true
  }
  // What lies there is this very merge, cut off half-way: the files are as they should be, index and branch are not.
  await runGit(tree, ['read-tree', '--reset', '-u', to])
  return moveRef(place, branch, to, old)
}

async function isSame(place: GitPlace, file: string, commit: string): Promise<boolean> {
  const wanted = await runGit(place, ['rev-parse', '--verify', '--quiet', `${commit}:${file}`], { allow: [1, 128] })
  if (!existsSync(join(place.cwd, file))) return wanted.code !== 0
  const found = await runGit(place, ['hash-object', '--', file], { allow: [128] })
  return wanted.code === 0 && found.stdout.trim() === wanted.stdout.trim()
}

/** Where a branch is checked out: git allows one place at most. */
async function findCheckout(place: GitPlace, branch: string): Promise<string | undefined> {
  const { stdout } = await runGit(place, ['worktree', 'list', '--porcelain'])
  const block = stdout.split('\n\n').find((text) => text.split('\n').includes(`branch refs/heads/${branch}`))
  return /^worktree (.*)$/m.exec(block ?? '')?.[1]
}

/** The commit on `target`'s first line by which `source` came in; the same answer however much came after it. */
async function findEntry(place: GitPlace, source: string, target: string): Promise<string> {
  const lines = async (args: string[]) => (await askGit(place, ['rev-list', ...args])).split('\n').filter((line) => line !== '')
  const below = new Set(await lines(['--ancestry-path', `${source}..${target}`]))
  const first = (await lines(['--first-parent', '--parents', target, `^${source}`])).map((line) => line.split(' '))
  const [commit, parent] = first.filter(([sha = '']) => below.has(sha)).at(-1) ?? []
  return commit === undefined || parent === source ? source : commit
}
