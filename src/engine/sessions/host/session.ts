import { appendFileSync, closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { createLines } from '../../kernel/lines.ts'
import { killMarked, startTicks } from '../../kernel/marked.ts'
import { type Heard, hear, heardNothing, isConnectionTrouble, type SessionEvent, type StopReason, type Verdict } from '../driver.ts'
import { drivers } from '../drivers/registry.ts'
import { createTerminal, stripEscapes } from '../terminal.ts'
import { MARK, stopGroup } from './group.ts'
import { createMask } from './mask.ts'
import { type Exit, startPiped, startTerminal } from './process.ts'
import type { ExitFile, HostPulse, LaunchSpec, ResultFile } from './protocol.ts'
import { createRecord } from './record.ts'

export type SessionDeps = {
  readonly progress: (pulse: HostPulse) => void
  /** Whether an engine was lost since the session began: then a broken connection is no fault of the program. */
  readonly engineWasLost: () => boolean
}

/** Raw program events beyond this are not kept. */
const MAX_EVENTS = 64_000_000
const PROGRESS_MS = 50
const HOLD_MS = 30

/** Runs one program to its end and writes everything about it to its folder. Rejects only when the program cannot be started. */
export async function startSession(spec: LaunchSpec, deps: SessionDeps) {
  const driver = drivers[spec.driver]
  const mask = createMask(spec.secrets)
  const record = createRecord(spec.dir, spec, report)
  const show = createTerminal()
  let heard: Heard = heardNothing
  let stopped: StopReason | null = null
  let eventBytes = 0
  let idle: NodeJS.Timeout | undefined
  let holding: NodeJS.Timeout | undefined
  let reporting: NodeJS.Timeout | undefined
  let patience: NodeJS.Timeout | undefined

  const lines = createLines((line) => {
    const safe = mask.whole(line)
    keepEvent(safe)
    for (const event of driver.read(safe)) {
      heard = hear(heard, event)
      watchGateway(event)
      const { text, mark } = show(event)
      if (mark) record.mark(mark)
      record.output(text)
    }
  })
  const errors = createLines((line) => {
    const safe = mask.whole(line)
    heard = { ...heard, tail: `${heard.tail}${stripEscapes(safe)}\n`.slice(-4000) }
    record.output(show({ kind: 'notice', level: 'info', text: safe }).text)
  })

  const running = await (spec.pty
    ? startTerminal(spec, (text) => {
        stayAwake()
        record.output(mask.push(text))
        clearTimeout(holding)
        holding = mask.isHolding() ? setTimeout(() => record.output(mask.flush()), HOLD_MS) : undefined
      })
    : startPiped(spec, (stream, chunk) => {
        stayAwake()
        ;(stream === 'stdout' ? lines : errors).push(chunk)
      })
  ).catch((error: Error) => {
    record.close()
    throw error
  })
  const ticks = startTicks(running.pid) ?? null
  const deadline = spec.timeoutMs === null ? undefined : setTimeout(() => void stop('timed_out'), spec.timeoutMs)
  stayAwake()
  const done = running.exited.then(finish)
  let stopping: Promise<number> | undefined

  return {
    id: spec.id,
    pid: running.pid,
    ticks,
    stop,
    /** Resolves once exit.json is on the disk. */
    done,
    pulse,
  }

  /** Climbs the ladder, at most once; resolves with the number of processes that are left. */
  function stop(why: StopReason): Promise<number> {
    stopped ??= why
    stopping ??= stopGroup(running.pid, spec.mark, running.exited)
    return Promise.all([stopping, done]).then(([left]) => left)
  }

  async function finish(exit: Exit): Promise<void> {
    for (const timer of [idle, holding, deadline, patience]) clearTimeout(timer)
    const survivors = await killMarked(MARK, spec.mark)
    lines.end()
    errors.end()
    record.output(mask.flush())
    record.flush()
    if (spec.pty) heard = { ...heard, tail: stripEscapes(record.tail()) }
    const verdict = await judge(exit)
    record.exit(exit.exitCode ?? 128 + (constants.signals[exit.signal as NodeJS.Signals] ?? 0))
    const { units, lastLine, lastOutputAt } = record.state()
    record.close()
    writeFile('result.json', { v: 1, ...verdict } satisfies ResultFile)
    writeFile('exit.json', { v: 1, ...exit, stopped, survivors, endedAt: Date.now(), units, lastLine, lastOutputAt } satisfies ExitFile)
    clearTimeout(reporting)
  }

  /** A failure, or running out of time, is no fault of the program when what it needed was not there. */
  async function judge(exit: Exit): Promise<Verdict> {
    const verdict = driver.judge({ ...exit, stopped }, heard)
    const reason = verdict.outcome === 'timed_out' ? (heard.complaint ?? '') : verdict.message
    const blamable = (verdict.outcome !== 'failed' && verdict.outcome !== 'timed_out') || !isConnectionTrouble(reason)
    if (blamable || spec.gatewayUrl === null || (!deps.engineWasLost() && (await isListening(spec.gatewayUrl)))) return verdict
    return { ...verdict, outcome: 'interrupted', message: `the gateway went away while it worked: ${reason}` }
  }

  function watchGateway(event: SessionEvent): void {
    if (event.kind === 'notice' && isConnectionTrouble(event.text)) patience ??= setTimeout(() => void giveUp(), spec.gatewayPatienceMs)
    else if (event.kind !== 'notice') {
      clearTimeout(patience)
      patience = undefined
    }
  }

  async function giveUp(): Promise<void> {
    patience = undefined
    if (heard.complaint !== null && spec.gatewayUrl !== null && !(await isListening(spec.gatewayUrl))) await stop('timed_out')
  }

  function stayAwake(): void {
    clearTimeout(idle)
    if (spec.idleTimeoutMs !== null) idle = setTimeout(() => void stop('timed_out'), spec.idleTimeoutMs)
  }

  function keepEvent(line: string): void {
    eventBytes += line.length + 1
    if (eventBytes <= MAX_EVENTS) appendFileSync(join(spec.dir, 'events.jsonl'), `${line}\n`, { mode: 0o600 })
  }

  function pulse(): HostPulse {
    const { units, lastLine, lastOutputAt } = record.state()
    return { id: spec.id, units, lastLine, at: lastOutputAt }
  }

  /** At most twenty times a second, the last word always. */
  function report(): void {
    reporting ??= setTimeout(() => {
      reporting = undefined
      deps.progress(pulse())
    }, PROGRESS_MS)
  }

  /** On the disk under its name whole, or not at all. */
  function writeFile(name: string, value: unknown): void {
    const target = join(spec.dir, name)
    const file = openSync(`${target}.tmp`, 'w', 0o600)
    writeSync(file, `${JSON.stringify(value, null, 2)}\n`)
    fsyncSync(file)
    closeSync(file)
    renameSync(`${target}.tmp`, target)
  }
}
export type HostedSession = Awaited<ReturnType<typeof startSession>>

function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1000 })
    const answer = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false))
  })
}
