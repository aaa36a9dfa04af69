import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/message-port'
import type { MessagePortMain } from 'electron'
import type { ReefEvent } from '../contract/index.ts'
import { createEngine } from '../engine/engine.ts'
import { takeLock } from './lock.ts'
import { openLoopback } from './loopback.ts'
import { createNoticeReader, type Notice } from './notice.ts'
import { nodeForChildren, packageRoot, unpackedRoot } from './package-root.ts'

/** What a shell needs of the engine: where to connect, and how to end it. */
export type HostOptions = {
  readonly dataDir: string
  /** 0 takes the port of last time, or any when that one is taken. */
  readonly port: number
  readonly version: string
  /** False when there is neither a screen nor a terminal. Default true. */
  readonly attended?: boolean
  /** False starts no rehearsal by itself. Default true. */
  readonly rehearse?: boolean
  /** Where the built page lies. */
  readonly rendererRoot?: string
  readonly rehearsalPace?: number
}

/** Another engine works on this data directory already; `url` is where, when it can be known. */
export class AlreadyRunning extends Error {
  readonly pid: number
  constructor(pid: number, dataDir: string) {
    super(`REEF runs already on ${dataDir} (process ${pid}): use it, or stop it first.`)
    this.pid = pid
  }
}

type Ports = { readonly http: number; readonly gateway: number }

/** The engine with its loopback server: the same for Electron, the browser shell and a headless machine. Throws AlreadyRunning. */
export async function createHost({
  dataDir,
  port,
  version,
  attended = true,
  rehearse = true,
  rendererRoot = join(packageRoot, 'dist', 'renderer'),
  rehearsalPace,
}: HostOptions) {
  const run = (name: string) => join(dataDir, 'run', name)
  const lock = takeLock(run('lock'))
  if (lock.kind === 'held') throw new AlreadyRunning(lock.pid, dataDir)
  await using parts = new AsyncDisposableStack()
  parts.defer(lock.release)

  const ports = readPorts(run('ports.json'))
  const engine = parts.use(
    await createEngine({
      dataDir,
      version,
      packageRoot,
      unpackedRoot,
      nodePath: nodeForChildren(),
      hostEntry: join(unpackedRoot, 'dist', 'main', 'session-host.js'),
      programsDir: join(unpackedRoot, 'dist', 'agents'),
      attended,
      gatewayPort: ports.gateway,
      ...(rehearsalPace !== undefined && { rehearsalPace }),
    }),
  )
  const token = randomBytes(32).toString('base64url')
  engine.redactKnown(token)
  const starting = Promise.withResolvers<void>()
  const loopback = parts.use(
    await openLoopback({
      api: engine.api,
      receiveFromBridge: engine.receiveFromBridge,
      started: starting.promise,
      rendererRoot,
      port: port === 0 ? null : port,
      remembered: ports.http,
      token,
      cookie: { name: `reef_${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}`, value: engine.pageSecret },
    }),
  )
  writeWhole(run('ports.json'), { http: loopback.port, gateway: engine.gatewayPort })
  writeWhole(run('engine.json'), { pid: process.pid, url: loopback.url, token, startedAt: Date.now() })
  parts.defer(() => rmSync(run('engine.json'), { force: true }))
  // The page may be fetched while the engine takes up what an earlier one left.
  const started = engine.start(loopback.url).then(() => {
    if (rehearse && engine.isFresh()) engine.rehearsal.start('engine')
  })
  starting.resolve(started)
  parts.defer(() => started.catch(() => {}))

  const pages = new RPCHandler(engine.api.router, { clientInterceptors: engine.api.clientInterceptors })
  const ending = parts.move()
  return {
    url: loopback.url,
    /** Calls are answered from then on. Rejects where what an earlier engine left cannot be taken up. */
    started,
    bootstrapUrl: loopback.bootstrapUrl,
    listen: (listener: (event: ReefEvent) => void): (() => void) => engine.listen(listener),
    /** The plan of the latest rehearsal, also of one that an earlier engine began. */
    rehearsalPlan: engine.rehearsal.planId,
    /** Speaks with the desktop's page over its end of a channel, as long as that page lives. */
    connectPort(channel: MessagePortMain): void {
      pages.upgrade(channel, { context: { actor: 'owner', channel: 'desktop' } })
    },
    onNotice(listener: (notice: Notice) => void): () => void {
      const read = createNoticeReader()
      return engine.listen((event) => {
        const notice = read(event)
        if (notice) listener(notice)
      })
    },
    /** Nothing to do before sleep: leases are looked after when the machine is awake again. */
    noteSuspend(): void {},
    noteResume: engine.noteResume,
    [Symbol.asyncDispose]: (): Promise<void> => ending.disposeAsync(),
  }
}
export type Host = Awaited<ReturnType<typeof createHost>>

function readPorts(file: string): Ports {
  try {
    const { http, gateway } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Ports>
    return { http: Number(http) || 0, gateway: Number(gateway) || 0 }
  } catch {
    return { http: 0, gateway: 0 }
  }
}

/** A reader sees the old file or the new one; only the owner may read it. */
function writeWhole(file: string, value: object): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(value), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
}
