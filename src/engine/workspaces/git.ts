import { ReefError } from '../kernel/errors.ts'
import { type ExecResult, exec } from '../kernel/exec.ts'

/** Where a git call happens. With `dir` the `.git` file in the tree, which an agent can change, is not asked. */
export type GitPlace = { readonly cwd: string; readonly dir?: string }

export type GitOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly maxOutput?: number
  readonly timeoutMs?: number
  /** Exit codes that are answers and not failures; 0 always is one. */
  readonly allow?: readonly number[]
}

/** Git 2.38 is the first with `merge-tree --write-tree`. */
const REMEDY = 'Install git 2.38 or newer, e.g. with: sudo apt install git'
const TIMEOUT_MS = 120_000
const LIST_BYTES = 64 * 1024 * 1024

/** REEF's own name on merges and first commits; `.invalid` can never be a real mailbox. */
const identity = { GIT_AUTHOR_NAME: 'REEF', GIT_AUTHOR_EMAIL: 'reef@reef.invalid', GIT_COMMITTER_NAME: 'REEF', GIT_COMMITTER_EMAIL: 'reef@reef.invalid' }

/**
 * Nothing of the owner's or the machine's configuration, and no program that a repository's own configuration names:
 * agents can write that, and what they write must not run inside the engine.
 */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.quotePath=false',
  'core.autocrlf=false',
  'commit.gpgSign=false',
  'tag.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.ext.allow=never',
  'safe.directory=*',
  'advice.detachedHead=false',
  'merge.conflictStyle=merge',
]

/** One git call. Answers the result for an allowed exit code, else throws workspace/git-failed with the command and what git said. */
export async function runGit(place: GitPlace, args: readonly string[], options: GitOptions = {}): Promise<ExecResult> {
  const result = await exec(['git', ...settings.flatMap((setting) => ['-c', setting]), ...args], {
    cwd: place.cwd,
    env: {
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      LC_ALL: 'C',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_EDITOR: 'true',
      GIT_PAGER: 'cat',
      ...identity,
      ...(place.dir && { GIT_DIR: place.dir, GIT_WORK_TREE: place.cwd }),
      ...options.env,
    },
    ...(options.input !== undefined && { input: options.input }),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxOutput: options.maxOutput ?? LIST_BYTES,
  })
  if (result.startError !== undefined) throw toStartError(place.cwd, result.startError)
  if (result.timedOut) throw new ReefError('workspace/git-failed', `git ${args.join(' ')} did not end within ${(options.timeoutMs ?? TIMEOUT_MS) / 1000} s.`)
  if (result.code !== 0 && !options.allow?.includes(result.code ?? -1)) throw toFailure(args, result)
  return result
}

/** The trimmed standard output of a git call. */
export const askGit = async (place: GitPlace, args: readonly string[], options?: GitOptions): Promise<string> =>
  (await runGit(place, args, options)).stdout.trim()

/** Splits what `-z` printed. */
export const toList = (text: string): string[] => text.split('\0').filter((item) => item !== '')

/** The commit that a name stands for; undefined when there is none. */
export async function findCommit(place: GitPlace, name: string): Promise<string | undefined> {
  const result = await runGit(place, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { allow: [1, 128] })
  return result.code === 0 ? result.stdout.trim() : undefined
}

export async function mustFindCommit(place: GitPlace, name: string): Promise<string> {
  const sha = await findCommit(place, name)
  if (!sha) throw new ReefError('workspace/git-failed', `There is no commit ${name} in ${place.cwd}.`)
  return sha
}

/** A commit is its own ancestor. */
export const isAncestor = async (place: GitPlace, older: string, newer: string): Promise<boolean> =>
  (await runGit(place, ['merge-base', '--is-ancestor', older, newer], { allow: [1] })).code === 0

/** Points a ref at a commit, only while it still points at `old` (null: only while it does not exist). False when someone else was faster. */
export async function swapRef(place: GitPlace, ref: string, to: string, old: string | null): Promise<boolean> {
  const result = await runGit(place, ['update-ref', ref, to, old ?? '0'.repeat(40)], { allow: [1, 128] })
  if (result.code === 0) return true
  const now = await findCommit(place, ref)
  if (now !== (old ?? undefined)) return false
  throw toFailure(['update-ref', ref, to], result)
}

function toFailure(args: readonly string[], result: ExecResult): ReefError {
  const said = (result.stderr || result.stdout).trim().split('\n').slice(0, 5).join('\n')
  const old = /merge-tree/.test(args[0] ?? '') && /usage:/.test(said)
  return new ReefError(
    'workspace/git-failed',
    old ? 'The installed git is too old.' : `git ${args.join(' ')} failed (${result.code ?? result.signal}): ${said}`,
    {
      ...(old && { remedy: REMEDY }),
    },
  )
}

/** A missing directory and a missing program look alike to spawn; the owner must not be told the wrong one. */
function toStartError(cwd: string, cause: string): ReefError {
  return new ReefError('workspace/git-failed', `git could not be started in ${cwd}: it is not installed, or that directory is gone.`, { remedy: REMEDY, cause })
}
