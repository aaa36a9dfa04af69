import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { askGit, findCommit, type GitPlace, mustFindCommit, runGit, toList } from './git.ts'

export type Difference = { readonly text: string; readonly truncated: boolean; readonly files: string[] }

const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames'] as const

/** What changed between two commits, cut at a line end when it is longer than `maxBytes`. */
export async function readDiff(place: GitPlace, baseSha: string, headSha: string, maxBytes: number): Promise<Difference> {
  const names = await runGit(place, ['diff', ...plain, '--name-only', '-z', baseSha, headSha])
  // exec keeps the first and last half of what it is allowed: twice the wish keeps the wished beginning whole.
  const { stdout } = await runGit(place, ['diff', ...plain, baseSha, headSha], { maxOutput: Math.max(4096, maxBytes * 2) })
  const bytes = Buffer.from(stdout)
  if (bytes.length <= maxBytes) return { text: stdout, truncated: false, files: toList(names.stdout) }
  const end = bytes.subarray(0, maxBytes).lastIndexOf('\n')
  return { text: bytes.subarray(0, Math.max(0, end + 1)).toString('utf8'), truncated: true, files: toList(names.stdout) }
}

/** Files between two commits in which a conflict's markers were left standing. */
export async function findMarkers(place: GitPlace, baseSha: string, headSha: string): Promise<string[]> {
  const { stdout } = await runGit(place, ['diff', ...plain, '--check', baseSha, headSha], { allow: [2, 3] })
  const marked: string[] = []
  for (const file of toMarked(stdout)) if (isConflicted((await readFileAt(place, headSha, file)) ?? '')) marked.push(file)
  return marked
}

/** Files that `git diff --check` suspects: a heading underlined with seven signs is among them, so the text decides. */
export const toMarked = (checked: string): string[] => [
  ...new Set([...checked.matchAll(/^(.*):\d+: leftover conflict marker$/gm)].map((match) => match[1] ?? '')),
]
export const isConflicted = (text: string): boolean => /^<{7} /m.test(text) && /^>{7} /m.test(text)

/** The text of a file as a commit has it; undefined when it has none. */
export async function readFileAt(place: GitPlace, sha: string, path: string): Promise<string | undefined> {
  const result = await runGit(place, ['cat-file', 'blob', `${sha}:${path}`], { allow: [1, 128] })
  return result.code === 0 ? result.stdout : undefined
}

/** The files of a commit and nothing else, in a folder that is either complete or not there. `dir` is the caller's to own. */
export async function exportCommit(place: GitPlace, name: string, dir: string): Promise<string> {
  const sha = await mustFindCommit(place, name)
  if (existsSync(dir)) return sha
  const temp = `${dir}.part`
  const index = `${dir}.index`
  await mkdir(dirname(dir), { recursive: true })
  await rm(temp, { recursive: true, force: true })
  await mkdir(temp)
  const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: temp, GIT_DIR: await askGit(place, ['rev-parse', '--path-format=absolute', '--git-dir']) }
  await runGit({ cwd: temp }, ['read-tree', sha], { env })
  await runGit({ cwd: temp }, ['checkout-index', '--all', '--force', '--quiet'], { env })
  await rm(index, { force: true })
  await rename(temp, dir)
  return sha
}

/**
 * Where "everything that changed" begins for a delivered plan: main as it was before the merge. For a commit that is no merge, the
 * commit at which the plan's branch began.
 */
export async function findPlanBase(place: GitPlace, baseRef: string, commit: string): Promise<string> {
  const [, first, second] = (await askGit(place, ['rev-list', '--parents', '--max-count=1', commit])).split(' ')
  if (first && second) return first
  return (await findCommit(place, baseRef)) ?? first ?? commit
}
