import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliFailure } from './failure.ts'
import { findPackageRoot } from './package-root.ts'

/** A headless engine that lives as long as the command that needed it. */
export type OwnEngine = {
  /** Undefined while it runs; afterwards the last thing it said. */
  lastWords(): string | undefined
  /** Asks it to end and waits until it has: it drains by itself. `told`: a terminal has already sent it the signal. */
  stop(told?: boolean): Promise<void>
}

type Env = Readonly<Record<string, string | undefined>>
type StartInput = { readonly dataDir: string; readonly attended: boolean; readonly env: Env; readonly signal: AbortSignal }

const READY_MS = 30_000
const KEPT = 8192

export async function startOwnEngine({ dataDir, attended, env, signal }: StartInput): Promise<OwnEngine> {
  const entry = env['REEF_SERVER_ENTRY'] ?? join(findPackageRoot(), 'dist', 'main', 'server.js')
  if (!existsSync(entry)) throw startFailure('REEF has not been built yet.', 'build it with: npm run build')
  const { REEF_PROVIDER_KEY: _key, ...passed } = env
  const child = spawn(process.execPath, [entry, '--headless', '--no-rehearsal', '--data-dir', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...passed, REEF_ATTENDED: attended ? '1' : '0' },
    detached: false,
  })
  const words = collect(child)
  const gone = new Promise<void>((done) => child.once('close', () => done()))
  const engine: OwnEngine = {
    lastWords: () => (isGone(child) ? words() || `it ended with ${child.signalCode ?? `code ${child.exitCode}`}` : undefined),
    stop: (told = false) => stop(child, gone, told),
  }
  await ready(child, words, signal).catch(async (error: unknown) => {
    await engine.stop()
    throw error
  })
  return engine
}

const isGone = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Its last line on stderr is the sentence meant for people. */
function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(-KEPT)))
  return () => text.trim().split('\n').at(-1)?.trim() ?? ''
}

function ready(child: ChildProcess, words: () => string, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(
      () => fail(startFailure(`The engine was not ready within ${READY_MS / 1000} seconds.${words() ? ` It said: ${words()}` : ''}`)),
      READY_MS,
    )
    const end = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    signal.addEventListener('abort', () => end(() => fail(new CliFailure(1, { code: 'internal', message: 'Stopped before the engine was ready.' }))), {
      once: true,
    })
    child.once('error', (error) => end(() => fail(startFailure(`The engine could not be started: ${error.message}`))))
    child.once('close', (code) => end(() => fail(startFailure(words() || `The engine ended at once with code ${code}.`))))
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('REEF ready') && end(done))
  })
}

async function stop(child: ChildProcess, gone: Promise<void>, told: boolean): Promise<void> {
  if (told) await Promise.race([gone, sleep(5000, undefined, { ref: false })])
  if (!isGone(child)) child.kill('SIGTERM')
  await gone
}

const startFailure = (message: string, remedy?: string): CliFailure =>
  new CliFailure(1, { code: 'engine/start-failed', message, ...(remedy ? { remedy } : {}) })
