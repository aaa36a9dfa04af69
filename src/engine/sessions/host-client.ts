import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ReefError } from '../kernel/errors.ts'
import { createLines } from '../kernel/lines.ts'
import type { Logger } from '../kernel/logger.ts'
import type { StopReason } from './driver.ts'
import { FromHost, type HostPulse, type LaunchSpec, PROTOCOL, type ToHost, type Welcome } from './host/protocol.ts'
import { toSocketPath } from './paths.ts'

export type HostClientDeps = {
  readonly dataDir: string
  readonly nodePath: string
  readonly hostEntry: string
  readonly path: string
  readonly logger: Logger
  readonly onProgress: (pulse: HostPulse) => void
  readonly onEnded: (id: string) => void
  /** The connection broke and it was not us. */
  readonly onLost: () => void
  /** How long a host without engine and children stays; for tests. */
  readonly lingerMs?: number
}

const START_MS = 10_000
const RETRY_MS = 20

type Open = { readonly socket: Socket; readonly welcome: Welcome }
type Waiting = { readonly settle: (message: FromHost) => void; readonly fail: (error: Error) => void }

/** The engine's end of the session host's socket. Starts a host when none answers; leaves it running when it goes. */
export function createHostClient(deps: HostClientDeps) {
  const path = toSocketPath(deps.dataDir)
  const waiting = new Map<number, Waiting>()
  const looking: Array<(welcome: Welcome) => void> = []
  let nextRef = 1
  let opening: Promise<Open> | undefined
  let closed = false

  return {
    /** Connects, or starts a host and connects. Answers what runs in it now. Rejects with 'session/host-unreachable'. */
    connect: look,
    async launch(spec: LaunchSpec): Promise<{ pid: number; ticks: string | null }> {
      const welcome = await replaceOutdated(await open())
      if (welcome.protocol !== PROTOCOL)
        throw new ReefError(
          'session/host-unreachable',
          `An older session host still runs ${welcome.sessions.length} sessions; new ones start when they have ended.`,
          {
            remedy: 'Wait for them, or stop them with: reef session stop',
          },
        )
      const answer = await ask((ref) => ({ type: 'launch', ref, spec }))
      if (answer.type === 'launched') return { pid: answer.pid, ticks: answer.ticks }
      throw new ReefError('session/program-missing', `${spec.argv[0]} could not be started: ${answer.type === 'refused' ? answer.message : 'no answer'}`)
    },
    async stop(id: string, why: StopReason): Promise<number> {
      const answer = await ask((ref) => ({ type: 'stop', ref, id, why }))
      return answer.type === 'stopped' ? answer.survivors : 0
    },
    /** Disconnects. The host and what runs in it stay. */
    async close(): Promise<void> {
      closed = true
      const socket = (await opening?.catch(() => undefined))?.socket
      socket?.destroy()
    },
  }

  function open(): Promise<Open> {
    opening ??= dial().catch((error) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function look(): Promise<Welcome> {
    if (!opening) return (await open()).welcome
    const { socket } = await opening
    const { promise, reject, resolve } = Promise.withResolvers<Welcome>()
    const fail = () => reject(unreachable())
    looking.push(resolve)
    socket.once('close', fail)
    socket.write(`${JSON.stringify({ type: 'hello', protocol: PROTOCOL } satisfies ToHost)}\n`)
    return promise.finally(() => socket.off('close', fail))
  }

  /** A host of another version goes as soon as nothing runs in it; until then it is kept. */
  async function replaceOutdated({ socket, welcome }: Open): Promise<Welcome> {
    if (welcome.protocol === PROTOCOL) return welcome
    const now = await look()
    if (now.sessions.length > 0) return now
    opening = undefined
    socket.destroy()
    return (await open()).welcome
  }

  async function dial(): Promise<Open> {
    const until = Date.now() + START_MS
    let started = false
    for (;;) {
      const found = await greet()
      if (found && !isOutdated(found)) return found
      if (found) found.socket.write(`${JSON.stringify({ type: 'quit' } satisfies ToHost)}\n`)
      else if (!started) {
        startHost()
        started = true
      }
      if (Date.now() > until) throw unreachable()
      await pause(RETRY_MS)
    }
  }

  /** A host of another version is replaced at once when nothing runs in it; otherwise it is kept until it is empty. */
  function isOutdated({ socket, welcome }: Open): boolean {
    const outdated = welcome.protocol !== PROTOCOL && welcome.sessions.length === 0
    if (outdated) socket.removeAllListeners('close')
    return outdated
  }

  function greet(): Promise<Open | undefined> {
    return new Promise((resolve) => {
      const socket = connect(path)
      const lines = createLines((line) => {
        const message = FromHost.safeParse(parse(line))
        if (!message.success) deps.logger.warn({ line: line.slice(0, 200) }, 'session host said something unknown')
        else if (message.data.type === 'welcome') {
          resolve({ socket, welcome: message.data })
          for (const answer of looking.splice(0)) answer(message.data)
        } else take(message.data)
      })
      socket.on('connect', () => socket.write(`${JSON.stringify({ type: 'hello', protocol: PROTOCOL } satisfies ToHost)}\n`))
      socket.on('data', (chunk) => lines.push(chunk))
      socket.on('error', () => resolve(undefined))
      socket.on('close', () => {
        resolve(undefined)
        lose(socket)
      })
    })
  }

  function take(message: Exclude<FromHost, Welcome>): void {
    if (message.type === 'progress') deps.onProgress(message)
    else if (message.type === 'ended') deps.onEnded(message.id)
    else {
      waiting.get(message.ref)?.settle(message)
      waiting.delete(message.ref)
    }
  }

  function lose(socket: Socket): void {
    opening?.then((current) => {
      if (current.socket !== socket) return
      opening = undefined
      for (const one of waiting.values()) one.fail(unreachable())
      waiting.clear()
      if (!closed) deps.onLost()
    }, ignore)
  }

  async function ask(toMessage: (ref: number) => ToHost): Promise<FromHost> {
    const { socket } = await open()
    const ref = nextRef++
    return new Promise((settle, fail) => {
      waiting.set(ref, { settle, fail })
      socket.write(`${JSON.stringify(toMessage(ref))}\n`)
    })
  }

  function startHost(): void {
    const run = join(deps.dataDir, 'run')
    mkdirSync(run, { recursive: true, mode: 0o700 })
    const log = openSync(join(run, 'session-host.log'), 'a', 0o600)
    const linger = deps.lingerMs === undefined ? [] : ['--linger-ms', String(deps.lingerMs)]
    const child = spawn(deps.nodePath, [deps.hostEntry, '--socket', path, ...linger], {
      cwd: run,
      // A session of its own: a signal to the engine's group does not reach it.
      detached: true,
      stdio: ['ignore', 'ignore', log],
      env: { PATH: deps.path, LANG: 'C.UTF-8' },
    })
    child.on('error', (error) => deps.logger.error({ error: error.message }, 'the session host could not be started'))
    child.unref()
    closeSync(log)
  }
}
export type HostClient = ReturnType<typeof createHostClient>

const unreachable = (): ReefError =>
  new ReefError('session/host-unreachable', 'The process that runs agent sessions does not answer.', {
    remedy: 'Look at run/session-host.log in the data directory.',
  })

/** Whoever asked for the connection was told. */
const ignore = (): void => {}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
