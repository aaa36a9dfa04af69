import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskKind } from '../../../contract/index.ts'
import { exec } from '../../kernel/exec.ts'
import { killMarked } from '../../kernel/marked.ts'
import { type Cage, installArgv, toPackage, toToolEnvironment } from '../../workspaces/index.ts'
import { type Finding, hashText, toTail } from '../evidence.ts'
import type { GateInput } from '../gate.ts'

type Argv = readonly [string, ...string[]]
export type Command = {
  /** As a person would type it. */
  readonly name: string
  readonly argv: Argv
  /** A formatter that writes instead of checking: what it changed is a failure. */
  readonly writes?: true
  /** Without it the others mean nothing. */
  readonly first?: true
}

/** format, lint, types, tests, build, in this order; of a group the first script that the project has. */
const groups = [['format:check', 'format'], ['lint'], ['typecheck'], ['test'], ['build']] as const

/** The project's own checks, as found in the folder. None for kinds whose work is a document. */
export function findCommands(cwd: string, kind: TaskKind): Command[] {
  if (kind !== 'build' && kind !== 'qa' && kind !== 'integrate' && kind !== 'work') return []
  const has = (file: string) => existsSync(join(cwd, file))
  if (has('package.json')) return findScripts(cwd)
  if (kind === 'work') return []
  if (has('Makefile') && /^test\s*:/m.test(readFileSync(join(cwd, 'Makefile'), 'utf8'))) return [{ name: 'make test', argv: ['make', 'test'] }]
  if (has('Cargo.toml')) return [{ name: 'cargo test', argv: ['cargo', 'test'] }]
  if (has('go.mod')) return [{ name: 'go test ./...', argv: ['go', 'test', './...'] }]
  if (has('pyproject.toml') || has('pytest.ini') || hasPythonTests(cwd)) return [{ name: 'pytest', argv: ['python3', '-m', 'pytest', '-q'] }]
  return []
}

function findScripts(cwd: string): Command[] {
  const found = toPackage(readFileSync(join(cwd, 'package.json'), 'utf8'))
  if (!found) return [{ name: 'package.json', argv: ['node', '--eval', "JSON.parse(require('node:fs').readFileSync('package.json', 'utf8'))"] }]
  const scripts = groups.flatMap((group) => group.find((name) => found.scripts[name] !== undefined) ?? [])
  const install = installArgv(existsSync(join(cwd, 'package-lock.json')))
  const commands: Command[] = scripts.map((name) => ({
    name: `npm run ${name}`,
    argv: ['node', '--run', name],
    ...(name === 'format' && { writes: true as const }),
  }))
  const needsInstall = found.hasDependencies && commands.length > 0 && !isInstalled(cwd)
  return needsInstall ? [{ name: install.slice(0, 2).join(' '), argv: install, first: true }, ...commands] : commands
}

/** Package managers write these last: a folder without one of them is half an installation. */
const isInstalled = (cwd: string): boolean =>
  ['.package-lock.json', '.modules.yaml', '.yarn-integrity', '.yarn-state.yml'].some((file) => existsSync(join(cwd, 'node_modules', file)))

const hasPythonTests = (cwd: string): boolean =>
  ['.', 'tests', 'test'].some((folder) => existsSync(join(cwd, folder)) && readdirSync(join(cwd, folder)).some((file) => /^test_.*\.py$|_test\.py$/.test(file)))

export type Run = { readonly finding: Finding; readonly output: string }

export type Machine = {
  /** Node 24; its folder goes first on the PATH of every check. */
  readonly nodePath: string
  readonly cage: Cage
}

/** Runs one check to its end and leaves none of its processes behind. */
export async function runCommand(command: Command, input: Pick<GateInput, 'cwd' | 'timeoutMs' | 'mark' | 'signal'>, { nodePath, cage }: Machine): Promise<Run> {
  const caged = await cage(command.argv, input.cwd)
  const env = { ...toToolEnvironment(nodePath), ...caged.env, REEF_ATTEMPT: input.mark }
  // A gate that a crash cut off may still have its command running here.
  await killMarked('REEF_ATTEMPT', input.mark)
  const result = await exec(caged.argv, { cwd: input.cwd, env, timeoutMs: input.timeoutMs, ...(input.signal && { signal: input.signal }) })
  await killMarked('REEF_ATTEMPT', input.mark)
  const rewritten = command.writes && result.code === 0 ? await findRewritten(input.cwd, env) : []
  const passed = result.code === 0 && rewritten.length === 0
  const why = result.startError
    ? `${command.argv[0]} could not be started: ${result.startError}`
    : result.timedOut
      ? `did not end within ${Math.round(input.timeoutMs / 1000)} s`
      : rewritten.length > 0
        ? `it is not formatted: ${rewritten.slice(0, 10).join(', ')}`
        : ''
  const finding: Finding = {
    kind: 'command',
    name: command.name,
    verdict: passed ? 'passed' : 'failed',
    exitCode: result.code,
    durationMs: result.durationMs,
    hash: hashText(result.output),
    summary: [why, toTail(result.output)].filter((text) => text !== '').join('\n'),
  }
  return { finding, output: result.output }
}

/** Files that a formatter changed; put back as they were committed, because the gate judges and does not build. */
async function findRewritten(cwd: string, env: Record<string, string>): Promise<string[]> {
  const git = (args: string[]) => exec(['git', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', ...args], { cwd, env, timeoutMs: 60_000 })
  const changed = (await git(['diff', '--name-only', '--no-ext-diff', '-z'])).stdout.split('\0').filter((file) => file !== '')
  if (changed.length > 0) await git(['checkout', '--quiet', '--', '.'])
  return changed
}
