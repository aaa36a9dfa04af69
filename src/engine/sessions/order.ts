import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { AttemptId, DriverName, PlanId, SessionId, SessionView, TaskId, WireFormat } from '../../contract/index.ts'
import type { Redact } from '../journal/index.ts'
import { ReefError } from '../kernel/errors.ts'
import type { Driver, DriverPlan, Outcome } from './driver.ts'
import { toHome, toSessionDir } from './paths.ts'

export type LaunchOrder = {
  /** Given when the caller needs it beforehand, to issue a token for instance. */
  readonly id?: SessionId
  readonly role: SessionView['role']
  readonly title: string
  readonly agent: string
  readonly driver: DriverName
  /** The provider's own name of the model. */
  readonly model: string | null
  readonly provider: { readonly wire: WireFormat } | null
  readonly taskId: TaskId | null
  readonly attemptId: AttemptId | null
  readonly planId: PlanId | null
  readonly cwd: string
  readonly systemPrompt: string
  readonly prompt: string
  /** http://127.0.0.1:PORT without a path. */
  readonly gatewayUrl: string
  /** The only credential the program gets; empty when it calls no model. */
  readonly token: string | ((id: SessionId) => string)
  /** For the command driver. */
  readonly argv?: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
  readonly outputs: readonly string[]
  /** Folders besides `cwd` that it may write in. */
  readonly writable?: readonly string[]
  /** Ignored for products, which run until they are stopped. */
  readonly timeoutMs: number
  readonly idleTimeoutMs?: number
  readonly budgetUsd: number | null
  readonly temperature: number
}

export type SessionEnd = {
  readonly id: SessionId
  readonly outcome: Outcome
  readonly exitCode: number | null
  /** One line. */
  readonly message: string
  /** The last thing the model said; for a command the end of its output. */
  readonly text: string
}

/** A model that says nothing for so long has gone; a tool of the agent may be quiet for minutes. */
export const IDLE_TIMEOUT_MS = 15 * 60_000

/** Throws when the driver's program does not speak the provider's wire. */
export function checkWire(driver: Driver, order: Pick<LaunchOrder, 'provider'>): void {
  const wire = order.provider?.wire
  if (driver.wires === null || (wire && driver.wires.includes(wire))) return
  throw new ReefError('provider/invalid', `${driver.name} speaks ${driver.wires.join(', ')}; the provider of this model speaks ${wire ?? 'nothing'}.`, {
    field: 'driver',
    remedy: 'Choose the driver pi for this agent, or a model of another provider.',
  })
}

/** Everything in the program's environment. Nothing of the engine's is inherited but PATH. */
export function toEnvironment(
  order: LaunchOrder,
  plan: DriverPlan,
  at: { home: string; nodePath: string; path: string; mark: string; zone: string },
): Record<string, string> {
  const email = `${order.agent.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}@reef.invalid`
  return {
    PATH: toPath(at),
    HOME: at.home,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TZ: at.zone,
    // Nobody is there to leave a pager, close an editor or type a password.
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: order.agent,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: order.agent,
    GIT_COMMITTER_EMAIL: email,
    ...order.env,
    ...plan.env,
    REEF_ATTEMPT: at.mark,
  }
}

const toPath = ({ nodePath, path }: { nodePath: string; path: string }): string => [dirname(nodePath), path].filter(Boolean).join(delimiter)

/** The session's folder: what it was ordered to do, and the files its driver wants. No file holds the token. */
export function writeSessionFiles(
  dataDir: string,
  order: LaunchOrder,
  plan: DriverPlan,
  { id, nodePath, path, redact }: { id: SessionId; nodePath: string; path: string; redact: Redact },
): void {
  const dir = toSessionDir(dataDir, id)
  const home = toHome(dataDir, id)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  // A login shell takes PATH from /etc/profile and would lose the Node that comes with REEF.
  writeFileSync(join(home, '.profile'), `export PATH='${toPath({ nodePath, path }).replaceAll("'", "'\\''")}'\n`)
  for (const file of plan.files) {
    mkdirSync(dirname(file.path), { recursive: true })
    writeFileSync(file.path, file.text)
  }
  const { env: _, token: __, ...rest } = order
  writeFileSync(join(dir, 'intent.json'), redact(JSON.stringify({ v: 1, ...rest, id, argv: plan.argv, files: plan.files.map((file) => file.path) }, null, 2)), {
    mode: 0o600,
  })
}
