import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { createLines } from '../../kernel/lines.ts'
import { type FromHost, PROTOCOL, ToHost } from './protocol.ts'
import { type HostedSession, startSession } from './session.ts'

/**
 * The session host: a small process of its own that owns terminals and agent programs, so that they outlive the engine.
 * It writes everything to the disk itself and needs no engine to go on; without children and without an engine it ends.
 */
const { values } = parseArgs({ options: { socket: { type: 'string' }, 'linger-ms': { type: 'string', default: '10000' } } })
const path = values.socket ?? ''
const lingerMs = Number(values['linger-ms'])
const sessions = new Map<string, HostedSession>()
/** A stop that comes while its program is being started waits for it. */
const starting = new Map<string, Promise<unknown>>()
const engines = new Set<Socket>()
let enginesLost = 0
let leaving = false
let linger: NodeJS.Timeout | undefined

const log = (text: string): void => void process.stderr.write(`${new Date().toISOString()} ${text}\n`)
// The engine's end is not ours: a Ctrl+C or a service stop that reaches the whole group must not end what agents are doing.
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('SIGTERM', () => {
  if (sessions.size === 0) leave()
})
// One session's trouble must not take the others with it.
process.on('uncaughtException', (error) => log(`uncaught: ${error.stack ?? error.message}`))

const server = createServer(welcome)
await claimSocket()

/** A socket that someone answers on belongs to a living host; a dead one is in the way. */
async function claimSocket(): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (await isAnswered()) process.exit(0)
  rmSync(path, { force: true })
  server.listen(path, () => {
    chmodSync(path, 0o600)
    log(`session host ${process.pid} listens`)
    lingerIfIdle()
  })
}

function isAnswered(): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}

function welcome(socket: Socket): void {
  const lines = createLines((line) => {
    const message = ToHost.safeParse(parse(line))
    if (message.success) void take(socket, message.data)
    else log(`not understood: ${message.error.issues[0]?.path.join('.')} ${message.error.issues[0]?.message}`)
  })
  socket.on('data', (chunk) => lines.push(chunk))
  socket.on('error', () => {})
  socket.on('close', () => {
    if (engines.delete(socket)) enginesLost++
    lingerIfIdle()
  })
}

async function take(socket: Socket, message: ToHost): Promise<void> {
  switch (message.type) {
    case 'hello':
      engines.add(socket)
      clearTimeout(linger)
      send(socket, {
        type: 'welcome',
        protocol: PROTOCOL,
        pid: process.pid,
        sessions: [...sessions.values()].map((session) => ({ ...session.pulse(), pid: session.pid, ticks: session.ticks })),
      })
      return
    case 'launch':
      return launch(socket, message)
    case 'stop':
      await starting.get(message.id)?.catch(() => {})
      // What has ended has no process left: exit.json says so.
      send(socket, { type: 'stopped', ref: message.ref, survivors: (await sessions.get(message.id)?.stop(message.why)) ?? 0 })
      return
    case 'quit':
      leaving = true
      if (sessions.size + starting.size === 0) leave()
  }
}

async function launch(socket: Socket, { ref, spec }: Extract<ToHost, { type: 'launch' }>): Promise<void> {
  const lostBefore = enginesLost
  try {
    if (leaving) throw new Error('this session host is being replaced')
    const start = startSession(spec, { progress: (pulse) => tell({ type: 'progress', ...pulse }, true), engineWasLost: () => enginesLost > lostBefore })
    starting.set(spec.id, start)
    const session = await start.finally(() => starting.delete(spec.id))
    sessions.set(spec.id, session)
    send(socket, { type: 'launched', ref, pid: session.pid, ticks: session.ticks })
    session.done
      .catch((error: Error) => log(`${spec.id}: ${error.stack}`))
      .finally(() => {
        sessions.delete(spec.id)
        tell({ type: 'ended', id: spec.id }, false)
        if (leaving && sessions.size === 0) leave()
        lingerIfIdle()
      })
  } catch (error) {
    send(socket, { type: 'refused', ref, message: (error as Error).message })
  }
}

/** News that can be missed is not queued for an engine that does not read. */
function tell(message: FromHost, dispensable: boolean): void {
  for (const socket of engines) if (!dispensable || !socket.writableNeedDrain) send(socket, message)
}

function send(socket: Socket, message: FromHost): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

function lingerIfIdle(): void {
  clearTimeout(linger)
  if (sessions.size + starting.size + engines.size === 0) linger = setTimeout(leave, lingerMs)
}

function leave(): void {
  rmSync(path, { force: true })
  process.exit(0)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
