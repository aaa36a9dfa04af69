import { statfs } from 'node:fs/promises'
import type { AgentView, HealthCheck, ProgramView, ProviderView } from '../../contract/index.ts'
import { exec } from '../kernel/exec.ts'
import type { LagMeter } from './lag.ts'

export type DoctorDeps = {
  readonly dataDir: string
  readonly lag: LagMeter
  readonly cage: () => Promise<{ readonly on: boolean; readonly detail: string; readonly remedy: string | null }>
  readonly programs: () => Promise<readonly ProgramView[]>
  readonly providers: () => readonly ProviderView[]
  readonly agents: () => readonly AgentView[]
  readonly gatewayUrl: () => string
  /** False where a made-up call without money was let through at the start. */
  readonly limitsHold: () => boolean
}

const GB = 1024 ** 3
const LOW_DISK = 10 * GB
const NO_DISK = GB
const SLOW_MS = 100

/** Everything that REEF stands on, each with what to do about it. Takes at most a few seconds. */
export async function examine(deps: DoctorDeps): Promise<HealthCheck[]> {
  const checks = await Promise.all([checkGit(), checkDisk(deps.dataDir), checkCage(deps), checkPrograms(deps)])
  return [
    ...checks.flat(),
    checkLag(deps.lag),
    checkModels(deps),
    ...checkAgents(deps),
    ok('gateway', `agents reach models at ${deps.gatewayUrl()}`),
    checkLimits(deps),
  ]
}

function checkLimits({ limitsHold }: DoctorDeps): HealthCheck {
  if (limitsHold()) return ok('limits', 'at the start a made-up call without money was refused')
  const detail = 'at the start a made-up call without money was not refused; no task is taken'
  return { name: 'limits', state: 'bad', detail, remedy: 'This is a fault of REEF: keep run/engine.log and report it. To try again, restart.' }
}

async function checkGit(): Promise<HealthCheck> {
  const answer = await exec(['git', '--version'], { cwd: '/', env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 5000 })
  return answer.code === 0 ? ok('git', answer.stdout.trim()) : { name: 'git', state: 'bad', detail: 'git was not found', remedy: 'sudo apt install git' }
}

async function checkDisk(dataDir: string): Promise<HealthCheck> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const detail = `${(free / GB).toFixed(1)} GB free where ${dataDir} is`
  if (free >= LOW_DISK) return ok('disk', detail)
  return { name: 'disk', state: free < NO_DISK ? 'bad' : 'warn', detail, remedy: 'Make room, or move the data directory: reef start --data-dir DIR' }
}

async function checkCage({ cage }: DoctorDeps): Promise<HealthCheck> {
  const { on, detail, remedy } = await cage()
  return { name: 'cage', state: on ? 'ok' : 'warn', detail, remedy }
}

async function checkPrograms({ programs }: DoctorDeps): Promise<HealthCheck[]> {
  const found = await programs()
  return found.map(({ program, found: isThere, version, path, remedy }) => ({
    name: program,
    state: isThere ? 'ok' : 'absent',
    detail: isThere ? [version, path].filter(Boolean).join(' at ') : 'not installed',
    remedy: isThere ? null : remedy,
  }))
}

function checkLag(lag: LagMeter): HealthCheck {
  const p99 = lag.p99Ms()
  const detail = `the engine's thread is at most ${p99.toFixed(1)} ms late, 99 times of 100`
  return p99 < SLOW_MS
    ? ok('event loop', detail)
    : { name: 'event loop', state: 'warn', detail, remedy: 'Run fewer sessions at once: reef settings set maxSessions 2' }
}

function checkModels({ providers }: DoctorDeps): HealthCheck {
  const real = providers().filter((provider) => !provider.rehearsal)
  const keyless = real.filter((provider) => provider.key === 'none' && provider.baseUrl.startsWith('https:'))
  if (real.length === 0)
    return { name: 'models', state: 'absent', detail: 'no model is connected', remedy: 'reef provider add NAME --wire anthropic --base-url URL' }
  if (keyless.length > 0)
    return {
      name: 'models',
      state: 'warn',
      detail: `${keyless.map(({ name }) => name).join(', ')} without a key`,
      remedy: 'Remove the provider and add it again with its key.',
    }
  return ok('models', real.map(({ name, wire }) => `${name} (${wire})`).join(', '))
}

function checkAgents({ agents }: DoctorDeps): HealthCheck[] {
  const bad = agents().filter((agent) => agent.problem)
  if (bad.length === 0) return [ok('agents', `${agents().filter((agent) => agent.active).length} active of ${agents().length}`)]
  return bad.map((agent) => ({
    name: `agent ${agent.name}`,
    state: 'warn',
    detail: `its file is bad${agent.problem?.line ? ` in line ${agent.problem.line}` : ''}: ${agent.problem?.message}; the last good version is in force`,
    remedy: 'Mend the file in agents/ or in the app.',
  }))
}

const ok = (name: string, detail: string): HealthCheck => ({ name, state: 'ok', detail, remedy: null })
