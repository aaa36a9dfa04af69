import { existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { exec } from '../kernel/exec.ts'

export type CageState = { readonly on: boolean; readonly detail: string; readonly remedy: string | null }
export type CageOrder = {
  readonly cwd: string
  /** null: a home that exists only while it runs. */
  readonly home: string | null
  /** More folders the program may write in. */
  readonly writable?: readonly string[]
  /** The program itself, which may lie in a place that is hidden. */
  readonly program?: string
}
export type CageDeps = {
  readonly dataDir: string
  /** Folders a program needs even where the cage hides what is around them: Node, REEF itself, the agent programs. */
  readonly readable: readonly string[]
  /** PATH of the engine, in which bubblewrap is looked for. */
  readonly path: string
  readonly off: boolean
}
export type Cage = ReturnType<typeof createCage>

/** On the cage's own /tmp. */
const PASSING_HOME = '/tmp/home'

/** Places in the owner's home where keys lie. Everything else there can be read, because tools are installed there. */
const secrets = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.config/gcloud',
  '.config/gh',
  '.config/hub',
  '.claude',
  '.claude.json',
  '.codex',
  '.pi',
  '.netrc',
  '.npmrc',
  '.git-credentials',
  '.pypirc',
  '.password-store',
]

/**
 * bubblewrap around a program that REEF runs for an agent. `/` is read-only; worktree, HOME of the session and the worktree's
 * git are writable; /tmp and /run are its own; the data directory with all other worktrees, tokens and records is not there,
 * nor are the owner's keys. Processes it starts die with it, also those that cleared their environment.
 *
 * The network stays: the gateway is on loopback, and bubblewrap can only take all of it or nothing. An allow-list of hosts
 * would need a network namespace with a filtering proxy. What the program holds is one token for the gateway, nothing else.
 *
 * Within the project's git a program can move any branch; `hooks` and `config` are read-only, because git would run them
 * later outside the cage.
 */
export function createCage({ dataDir, readable, path, off }: CageDeps) {
  let probed: Promise<CageState> | undefined
  return {
    /** Tries it once: in some containers bubblewrap is installed and not allowed. */
    state,
    /** The same command inside the cage. Only when `state().on`. */
    wrap,
    /** A tool that runs for a moment on what an agent wrote (a test, an install, a build): caged where that is possible, as it is elsewhere. */
    async wrapTool(
      argv: readonly [string, ...string[]],
      cwd: string,
    ): Promise<{ argv: readonly [string, ...string[]]; env: Readonly<Record<string, string>> }> {
      if (!(await state()).on) return { argv, env: {} }
      return { argv: wrap(argv, { cwd, home: null }), env: { HOME: PASSING_HOME, TMPDIR: '/tmp' } }
    },
  }

  function state(): Promise<CageState> {
    probed ??= probe()
    return probed
  }

  function wrap(argv: readonly [string, ...string[]], order: CageOrder): readonly [string, ...string[]] {
    return ['bwrap', ...toArguments(order), '--', ...argv]
  }

  async function probe(): Promise<CageState> {
    if (off) return { on: false, detail: 'switched off with REEF_CAGE=off', remedy: 'Unset REEF_CAGE to run agents in bubblewrap.' }
    if (process.platform !== 'linux') return { on: false, detail: 'bubblewrap exists on Linux only', remedy: null }
    const home = join(dataDir, 'run', 'cage-probe')
    mkdirSync(home, { recursive: true })
    const { code, output, startError } = await exec(['bwrap', ...toArguments({ cwd: home, home }), '--', '/bin/sh', '-c', 'touch "$HOME/probe"'], {
      cwd: home,
      env: { PATH: path, HOME: home },
      timeoutMs: 10_000,
    })
    if (code === 0) return { on: true, detail: 'agents run in bubblewrap', remedy: null }
    if (startError) return { on: false, detail: 'bubblewrap is not installed; agents run with your rights', remedy: 'Install it: apt-get install bubblewrap' }
    return {
      on: false,
      detail: `bubblewrap does not work here; agents run with your rights (${output.trim().slice(0, 200)})`,
      remedy: 'Allow unprivileged user namespaces.',
    }
  }

  function toArguments({ cwd, home, program, writable = [] }: CageOrder): string[] {
    const needed = [...readable, ...(program ? [dirname(program), dirname(realpathSync(program))] : [])]
    const hidden = realpathSync(dataDir)
    if (`${hidden}/`.startsWith(`${realpathSync(cwd)}/`)) throw new Error(`a program may not work in ${cwd}: the data directory is in it`)
    const git = findGit(cwd)
    return [
      ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', '/run'],
      ...read('/run/systemd/resolve'),
      ...secrets.flatMap((name) => hide(join(homedir(), name))),
      // Only what was just hidden: binding a folder again would bring back what is hidden below it.
      ...needed.filter(isHidden).flatMap(read),
      ...['--tmpfs', hidden],
      ...(home === null ? ['--dir', PASSING_HOME] : []),
      ...[cwd, ...(home === null ? [] : [home]), ...writable].flatMap((folder) => ['--bind', folder, folder]),
      ...(git ? ['--bind', git.common, git.common, ...[join(git.common, 'hooks'), join(git.common, 'config'), git.pointer].flatMap(read)] : []),
      ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--cap-drop', 'ALL', '--die-with-parent', '--chdir', cwd],
    ]
  }
}

function isHidden(path: string): boolean {
  return ['/tmp', '/run', ...secrets.map((name) => join(homedir(), name))].some((place) => path.startsWith(`${place}/`))
}

const read = (path: string | undefined): string[] => (path && existsSync(path) ? ['--ro-bind', path, path] : [])

function hide(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return []
  // A mount goes to the place itself, not to a link that leads there.
  return found.isDirectory() ? ['--tmpfs', realpathSync(path)] : ['--ro-bind', '/dev/null', realpathSync(path)]
}

/** The git directory that a worktree shares with its project, and the file in the worktree that points to it. */
function findGit(cwd: string): { common: string; pointer: string | undefined } | undefined {
  const entry = join(cwd, '.git')
  const found = statSync(entry, { throwIfNoEntry: false })
  if (!found) return undefined
  const common = found.isDirectory() ? entry : readCommon(entry)
  // A hooks folder that is not there could be made by the program.
  if (common) mkdirSync(join(common, 'hooks'), { recursive: true })
  return common ? { common, pointer: found.isDirectory() ? undefined : entry } : undefined
}

function readCommon(pointer: string): string | undefined {
  const named = /^gitdir: (.+)$/m.exec(readFileSync(pointer, 'utf8'))?.[1]
  if (!named) return undefined
  const own = resolve(dirname(pointer), named)
  const file = join(own, 'commondir')
  return existsSync(file) ? resolve(own, readFileSync(file, 'utf8').trim()) : own
}
