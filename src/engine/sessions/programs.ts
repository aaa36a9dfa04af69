import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { DriverName, ProgramView } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { exec } from '../kernel/exec.ts'

export type ProgramsDeps = {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  /** Folder of REEF's own driver programs, built or as source. */
  readonly programsDir: string
  /** Folder whose node_modules holds Pi. */
  readonly packageRoot: string
}

const CACHE_MS = 60_000
const PI = 'node_modules/@earendil-works/pi-coding-agent'

const external = {
  'claude-code': { program: 'claude', variable: 'REEF_CLAUDE', remedy: 'npm install -g @anthropic-ai/claude-code@2.1.329' },
  codex: { program: 'codex', variable: 'REEF_CODEX', remedy: 'npm install -g @openai/codex@0.169.0' },
} as const

/** Finds the programs that drivers start. Claude Code and Codex are the owner's; Pi and the direct call come with REEF. */
export function createPrograms({ clock, env, dataDir, programsDir, packageRoot }: ProgramsDeps) {
  let cached: { at: number; views: Promise<ProgramView[]> } | undefined
  return {
    /** What a driver starts: a program, or a script for Node. Throws 'session/program-missing' with the command that installs it. */
    find(driver: DriverName): string {
      const path = locate(driver)
      if (path) return path
      const known = driver in external ? external[driver as keyof typeof external] : undefined
      throw new ReefError('session/program-missing', `${known?.program ?? driver} is not installed on this machine.`, {
        remedy: known ? `Install it: ${known.remedy}` : 'Run npm ci.',
      })
    },
    list(): Promise<ProgramView[]> {
      if (!cached || clock.now() - cached.at > CACHE_MS) cached = { at: clock.now(), views: Promise.all([look('claude-code'), look('codex'), lookAtPi()]) }
      return cached.views
    },
  }

  function locate(driver: DriverName): string | undefined {
    switch (driver) {
      case 'claude-code':
      case 'codex':
        return firstThere([env[external[driver].variable] || (which(external[driver].program, env['PATH'] ?? '') ?? '')])
      case 'pi':
        return firstThere([join(packageRoot, PI, 'dist/bundle/cli.js')])
      case 'direct':
        return firstThere([join(programsDir, 'direct.js'), join(programsDir, 'direct.ts')])
      case 'command':
        return 'command'
    }
  }

  async function look(driver: keyof typeof external): Promise<ProgramView> {
    const { program, remedy } = external[driver]
    const path = locate(driver)
    const missing: ProgramView = { driver, program, found: false, path: null, version: null, remedy }
    if (!path) return missing
    const home = join(dataDir, 'run', 'version-probe')
    mkdirSync(home, { recursive: true })
    const { code, stdout } = await exec([path, '--version'], { cwd: home, env: { PATH: env['PATH'] ?? '', HOME: home, CODEX_HOME: home }, timeoutMs: 10_000 })
    const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null
    return code === 0 ? { driver, program, found: true, path, version, remedy: null } : missing
  }

  async function lookAtPi(): Promise<ProgramView> {
    const path = locate('pi') ?? null
    const version = path ? (JSON.parse(readFileSync(join(packageRoot, PI, 'package.json'), 'utf8')) as { version: string }).version : null
    return { driver: 'pi', program: 'pi', found: path !== null, path, version, remedy: path ? null : 'npm ci' }
  }
}
export type Programs = ReturnType<typeof createPrograms>

const firstThere = (paths: readonly string[]): string | undefined => paths.find((path) => existsSync(path))

function which(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
