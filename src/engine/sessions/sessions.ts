import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Instant, LogChunk, ProgramView, SessionId, SessionState, SessionView, TaskId } from '../../contract/index.ts'
import type { Append, Redact } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { isReefError, ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { Logger } from '../kernel/logger.ts'
import { killMarked } from '../kernel/marked.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { type CageState, createCage } from './cage.ts'
import type { StopReason } from './driver.ts'
import { drivers } from './drivers/registry.ts'
import { ExitFile, type HostPulse, type LaunchSpec, ResultFile, type Welcome } from './host/protocol.ts'
import { createHostClient } from './host-client.ts'
import { checkWire, IDLE_TIMEOUT_MS, type LaunchOrder, type SessionEnd, toEnvironment, writeSessionFiles } from './order.ts'
import { toHome, toSessionDir } from './paths.ts'
import { createPrograms } from './programs.ts'
import { measureRecord, readRecord, seekRecord } from './record-reader.ts'
import { isOpen } from './session.ts'
import { createSessionsReader, createSessionsStore, type SessionClose, type StoredSession } from './sessions.store.ts'

export type SessionsDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly redact: Redact
  readonly logger: Logger
  readonly dataDir: string
  /** The Node that runs the host, Pi and our own programs. */
  readonly nodePath: string
  readonly hostEntry: string
  readonly programsDir: string
  readonly packageRoot: string
  /** PATH, REEF_CLAUDE, REEF_CODEX and REEF_CAGE are read; nothing of it reaches a program but PATH. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly hostLingerMs?: number
  readonly gatewayPatienceMs?: number
}

const GATEWAY_PATIENCE_MS = 30_000
const COLS = 120
const ROWS = 32
const MARK = 'REEF_ATTEMPT'

/** Every program that works for REEF: launched, watched, stopped, and found again after a crash of the engine (R-080, U-91). */
export function createSessions(deps: SessionsDeps) {
  const { append, clock, dataDir, db, logger, redact } = deps
  // The folder of a link to Node may be full of other programs, which an agent must not find by accident.
  const nodePath = realpathSync(deps.nodePath)
  const env = deps.env ?? process.env
  const path = env['PATH'] ?? ''
  const store = createSessionsStore(db)
  const reader = createSessionsReader(deps.reader)
  const programs = createPrograms({ clock, env, dataDir, programsDir: deps.programsDir, packageRoot: deps.packageRoot })
  const cage = createCage({
    dataDir,
    path,
    off: env['REEF_CAGE'] === 'off',
    readable: [
      resolve(dirname(nodePath), '..'),
      deps.packageRoot,
      deps.programsDir,
      ...[env['REEF_CLAUDE'], env['REEF_CODEX']].flatMap((file) => (file ? [dirname(file)] : [])),
    ],
  })
  const pulses = new Map<string, HostPulse>()
  /** Between the intent and the host's answer; recovery leaves these to their launch. */
  /** Settled once the host has it, or will never have it. */
  const launching = new Map<string, Promise<void>>()
  /** Called when a session's record grew or it ended; each is called once. */
  const wakers = new Map<string, Set<() => void>>()
  const host = createHostClient({
    ...deps,
    path,
    ...(deps.hostLingerMs !== undefined && { lingerMs: deps.hostLingerMs }),
    onProgress(pulse) {
      pulses.set(pulse.id, pulse)
      wake(pulse.id)
    },
    onEnded(id) {
      if (!settle(id)) close(id as SessionId, lost('failed', 'it ended, but what became of it could not be written down'))
    },
    onLost: () => void sessions.recover().catch((error: Error) => logger.error({ error: error.message }, 'the session host is gone')),
  })

  const sessions = {
    /**
     * Starts a program. Row, files and event are on the disk before the host is asked, so nothing runs that nobody knows of.
     * Refuses with 'session/program-missing', 'provider/invalid' or 'session/host-unreachable'; the last leaves a lost session.
     */
    async launch(order: LaunchOrder): Promise<SessionId> {
      const driver = drivers[order.driver]
      checkWire(driver, order)
      const program = programs.find(order.driver)
      const caged = (await cage.state()).on
      const id = order.id ?? newId('ses', clock)
      const token = typeof order.token === 'function' ? order.token(id) : order.token
      const home = toHome(dataDir, id)
      const mark = order.role === 'builder' && order.attemptId ? order.attemptId : id
      // A model call without tools needs no project to stand in.
      const cwd = order.driver === 'direct' && order.role !== 'builder' ? home : order.cwd
      const plan = driver.plan({ ...order, cwd, wire: order.provider?.wire ?? null, token, caged }, { home, node: nodePath, program })
      writeSessionFiles(dataDir, order, plan, { id, nodePath, path, redact })
      const isProduct = order.role === 'product'
      const spec: LaunchSpec = {
        id,
        dir: toSessionDir(dataDir, id),
        driver: order.driver,
        title: order.title,
        argv: [
          ...(caged
            ? cage.wrap(plan.argv, { cwd, home, ...(driver.wires !== null && { program }), ...(order.writable && { writable: order.writable }) })
            : plan.argv),
        ],
        cwd,
        env: toEnvironment(order, plan, { home, nodePath, path, mark, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
        stdin: plan.stdin,
        pty: plan.pty,
        cols: COLS,
        rows: ROWS,
        timeoutMs: isProduct ? null : order.timeoutMs,
        idleTimeoutMs: isProduct ? null : (order.idleTimeoutMs ?? (driver.wires === null ? null : IDLE_TIMEOUT_MS)),
        mark,
        secrets: token ? [token] : [],
        gatewayUrl: driver.wires === null ? null : order.gatewayUrl,
        gatewayPatienceMs: deps.gatewayPatienceMs ?? GATEWAY_PATIENCE_MS,
      }
      const launch = Promise.withResolvers<void>()
      launching.set(id, launch.promise)
      write(db, () => {
        store.insert({ ...pick(order), id, mark, startedAt: clock.now() })
        append({ type: 'session.launched', subject: id, correlationId: order.planId, data: find(id).view })
      })
      const started = await host
        .launch(spec)
        .catch((error: Error) => {
          close(id, lost(isReefError(error, 'session/program-missing') ? 'failed' : 'interrupted', error.message))
          throw error
        })
        .finally(() => {
          launching.delete(id)
          launch.resolve()
        })
      markRunning(id, started.pid, started.ticks)
      return id
    },

    /** How it ended, as soon as it has; after a restart of the engine too. Never rejects for a known session. */
    async ended(id: SessionId): Promise<SessionEnd> {
      for (;;) {
        const found = find(id)
        if (!isOpen(found.view.state)) return toEnd(found)
        await wakeup(id).promise
      }
    },

    /** Ends a program and everything it started; answers how many processes are left. One that has ended has none. */
    async stop(id: SessionId, why: StopReason): Promise<{ survivors: number }> {
      // The host stops only what it knows: what is on its way to it would start after it was stopped.
      await launching.get(id)
      const { mark, view } = find(id)
      if (!isOpen(view.state)) return { survivors: 0 }
      const survivors = await host.stop(id, why).catch(async (error: Error) => {
        logger.error({ id, error: error.message }, 'stopping without the session host')
        const left = await killMarked(MARK, mark)
        close(id, lost(why, `${error.message} Stopped without it.`))
        return left
      })
      settle(id)
      return { survivors }
    },

    /** Every open session at once; a product only when its role is named. */
    async stopAll(roles: readonly SessionView['role'][] = ['builder', 'reviewer', 'planner', 'gate']): Promise<{ survivors: number }> {
      const stops = await Promise.all(
        store
          .open()
          .filter(({ view }) => roles.includes(view.role))
          .map(({ view }) => sessions.stop(view.id, 'cancelled')),
      )
      return { survivors: stops.reduce((sum, { survivors }) => sum + survivors, 0) }
    },

    /** False for one that has ended or was never launched. */
    isOpen(id: SessionId): boolean {
      const found = store.get(id)
      return found !== undefined && isOpen(found.view.state)
    },
    get: (id: SessionId): SessionView => fresh(find(id).view),
    list: (input: { state?: SessionState | undefined; taskId?: TaskId | undefined; limit: number; before?: string | undefined }): SessionView[] =>
      reader.page(input).map(fresh),
    running: (): SessionView[] => store.open().map(({ view }) => fresh(view)),
    pulse: (): Array<Pick<SessionView, 'id' | 'lastLine' | 'bytes' | 'lastOutputAt'>> =>
      sessions.running().map(({ id, lastLine, bytes, lastOutputAt }) => ({ id, lastLine, bytes, lastOutputAt })),

    /** A piece of the terminal record. Offsets are UTF-16 units of its output text; a piece never begins or ends inside a character pair. */
    log(id: SessionId, from: number, max: number): LogChunk {
      const over = !isOpen(find(id).view.state)
      const { text, atEnd } = readRecord(toSessionDir(dataDir, id), from, max)
      return { offset: from, text, ended: over && atEnd }
    },

    /** Where the record stood at an instant: the offset of the first output at or after it, or the record's end. Throws session/unknown. */
    async seek(id: SessionId, at: Instant): Promise<number> {
      find(id)
      return seekRecord(toSessionDir(dataDir, id), at)
    },

    /** The record from `from` on and then what is written, until the session has ended or the signal says so. The last piece has `ended`. */
    async *follow(id: SessionId, from: number, signal: AbortSignal): AsyncGenerator<LogChunk> {
      let at = from
      while (!signal.aborted) {
        const chunk = sessions.log(id, at, 262_144)
        at += chunk.text.length
        if (chunk.text !== '' || chunk.ended) yield chunk
        if (chunk.ended) return
        if (chunk.text !== '') continue
        const woken = wakeup(id)
        signal.addEventListener('abort', woken.resolve, { once: true })
        await woken.promise
        signal.removeEventListener('abort', woken.resolve)
      }
    },

    programs: (): Promise<ProgramView[]> => programs.list(),
    /** Whether agents are caged on this machine, in words; for the doctor. */
    cage: (): Promise<CageState> => cage.state(),
    /** For what runs an agent's code outside of a session: the same cage around it. */
    inCage: cage.wrapTool,

    /** At start and whenever the host was lost: connects to the living host or starts one, and brings every open row in line with it and with the disk. */
    async recover(): Promise<void> {
      const welcome = await host.connect()
      for (const { view, mark } of store.open()) {
        const { id, state } = view
        if (launching.has(id)) continue
        const alive = welcome.sessions.find((session) => session.id === id)
        if (alive) {
          pulses.set(id, alive)
          if (state === 'launching') markRunning(id, alive.pid, alive.ticks)
        } else if (!settle(id)) {
          await killMarked(MARK, mark)
          close(id, lost('interrupted', state === 'launching' ? 'it was never started: REEF stopped before' : 'the process that ran it is gone'))
        }
      }
      stopStrangers(welcome)
    },

    /** Lets go of the host; what runs goes on running. */
    [Symbol.asyncDispose]: (): Promise<void> => host.close(),
  }
  return sessions

  function find(id: string): StoredSession {
    const found = store.get(id)
    if (!found) throw new ReefError('session/unknown', `There is no session ${id}.`)
    return found
  }

  function markRunning(id: SessionId, pid: number, ticks: string | null): void {
    write(db, () => {
      // The event once more, so that the faces see it run: the first one was the intent.
      if (store.run(id, pid, ticks)) append({ type: 'session.launched', subject: id, correlationId: find(id).view.planId, data: find(id).view })
    })
  }

  /** Takes over what the host wrote at the end; false when there is no exit.json yet. */
  function settle(id: string): boolean {
    const dir = toSessionDir(dataDir, id)
    const exit = readJson(join(dir, 'exit.json'), ExitFile)
    if (!exit) return false
    const result = readJson(join(dir, 'result.json'), ResultFile)
    close(id as SessionId, {
      state: 'ended',
      verdict: result?.outcome ?? 'failed',
      outcome: redact(result?.message ?? 'no result was written'),
      exitCode: exit.exitCode,
      lastLine: exit.lastLine === null ? null : redact(exit.lastLine),
      units: exit.units,
      lastOutputAt: exit.lastOutputAt as Instant | null,
      endedAt: exit.endedAt as Instant,
    })
    return true
  }

  function lost(verdict: SessionClose['verdict'], outcome: string): Omit<SessionClose, 'units' | 'lastLine' | 'lastOutputAt'> {
    return { state: 'lost', verdict, outcome, exitCode: null, endedAt: clock.now() }
  }

  function close(id: SessionId, how: Omit<SessionClose, 'units' | 'lastLine' | 'lastOutputAt'> & Partial<SessionClose>): void {
    const pulse = pulses.get(id)
    const last = { units: measureRecord(toSessionDir(dataDir, id)), lastLine: pulse?.lastLine ?? null, lastOutputAt: (pulse?.at ?? null) as Instant | null }
    write(db, () => {
      if (store.close(id, { ...last, ...how })) append({ type: 'session.ended', subject: id, correlationId: find(id).view.planId, data: find(id).view })
    })
    pulses.delete(id)
    wake(id)
  }

  function toEnd({ view, verdict }: StoredSession): SessionEnd {
    const result = readJson(join(toSessionDir(dataDir, view.id), 'result.json'), ResultFile)
    return { id: view.id, outcome: verdict ?? 'failed', exitCode: view.exitCode, message: view.outcome ?? '', text: redact(result?.text ?? '') }
  }

  /** What moves between two events comes from the host, not from the row. */
  function fresh(view: SessionView): SessionView {
    const pulse = isOpen(view.state) ? pulses.get(view.id) : undefined
    return pulse ? { ...view, bytes: pulse.units, lastLine: pulse.lastLine, lastOutputAt: pulse.at as Instant | null } : view
  }

  /** Runs in the host and is over, or unknown, here: the database is older than what happened. Nobody waits for it. */
  function stopStrangers(welcome: Welcome): void {
    for (const { id } of welcome.sessions)
      if (!store.get(id))
        host.stop(id, 'cancelled').catch((error: Error) => logger.error({ id, error: error.message }, 'a session without a row could not be stopped'))
  }

  function wakeup(id: string): { promise: Promise<void>; resolve: () => void } {
    const { promise, resolve: settled } = Promise.withResolvers<void>()
    const waiting = wakers.get(id) ?? new Set()
    wakers.set(id, waiting.add(settled))
    return { promise, resolve: settled }
  }

  function wake(id: string): void {
    const waiting = wakers.get(id)
    wakers.delete(id)
    for (const resolve of waiting ?? []) resolve()
  }
}
export type Sessions = ReturnType<typeof createSessions>

const pick = ({ agent, attemptId, driver, model, planId, role, taskId, title }: LaunchOrder) => ({
  agent,
  attemptId,
  driver,
  model,
  planId,
  role,
  taskId,
  title,
})

function readJson<T>(file: string, schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }): T | undefined {
  if (!existsSync(file)) return undefined
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data : undefined
}
