import type { RequestView } from '../contract/queue.ts'
import { isAttended } from './attended.ts'
import { type Client, createClient, readEngineFile } from './connect.ts'
import { type Cli, writeJson } from './context.ts'
import { CliFailure, connectionCause, type ExitCode } from './failure.ts'
import { createFollower } from './follow.ts'
import { type OwnEngine, startOwnEngine } from './own-engine.ts'
import { createQuestions } from './questions.ts'
import { collectReport } from './report.ts'
import { toReportLines } from './report-lines.ts'
import { onSignals } from './signals.ts'

type Begin = (client: Client) => Promise<{ request: RequestView; duplicate: boolean }>

const PATIENCE_MS = 30_000

/** Begins something and stays until it is over. Starts an engine for its own duration when none runs on the data directory. */
export async function waitFor(cli: Cli, { begin, review }: { begin: Begin; review: boolean }): Promise<ExitCode> {
  const startedAt = Date.now()
  const stopping = new AbortController()
  let first: NodeJS.Signals | undefined
  const deaf = onSignals((signal) => {
    if (first) leaveNow(cli)
    first = signal
    stopping.abort(stoppedWaiting())
  })
  const own = await engineFor(cli, stopping.signal)
  try {
    return await watch(cli, { begin, review, own, signal: stopping.signal, startedAt })
  } finally {
    await own?.stop(first === 'SIGINT' && process.stdin.isTTY === true)
    deaf()
  }
}

const stoppedWaiting = (): CliFailure =>
  new CliFailure(1, { code: 'wait/stopped', message: 'Stopped waiting.', remedy: 'what was submitted stays; `reef status` shows it when the engine runs' })

/** An engine of this command goes on draining by itself. */
function leaveNow(cli: Cli): void {
  cli.err.line('Not waiting for the engine to drain.')
  process.exit(1)
}

/** An engine that somebody else started in the meantime is as good. */
async function engineFor(cli: Cli, signal: AbortSignal): Promise<OwnEngine | undefined> {
  if (await answers(cli.dataDir)) return undefined
  cli.err.line(`No engine runs on ${cli.dataDir}: starting one for this command.`)
  const attended = isAttended({ stdinTty: process.stdin.isTTY === true, stdoutTty: cli.out.tty, json: cli.json, env: cli.env })
  try {
    return await startOwnEngine({ dataDir: cli.dataDir, attended, env: cli.env, signal })
  } catch (error) {
    if (!signal.aborted && (await answers(cli.dataDir))) return undefined
    throw error
  }
}

async function answers(dataDir: string): Promise<boolean> {
  try {
    await createClient(readEngineFile(dataDir)).factory.status()
    return true
  } catch (error) {
    if (error instanceof CliFailure ? error.exit === 3 : connectionCause(error) !== undefined) return false
    throw error
  }
}

type Watch = { readonly begin: Begin; readonly review: boolean; readonly own: OwnEngine | undefined; readonly signal: AbortSignal; readonly startedAt: number }

async function watch(cli: Cli, { begin, review, own, signal, startedAt }: Watch): Promise<ExitCode> {
  const timeline = cli.json ? cli.err : cli.out
  const connect = () => createClient(readEngineFile(cli.dataDir))
  const zone = (await connect().factory.status()).timeZone
  const questions =
    process.stdin.isTTY && timeline.tty
      ? createQuestions({
          terminal: { input: process.stdin, output: cli.json ? process.stderr : process.stdout },
          say: timeline.line,
          client: connect,
          zone: () => zone,
          dataDir: cli.dataDir,
          dataDirFlag: toDataDirFlag(cli),
        })
      : undefined
  const follower = createFollower({
    connect,
    lost: () => toLost(own?.lastWords()),
    begin,
    say: timeline.line,
    see: (approval) => questions?.see(approval),
    review,
    dataDirFlag: toDataDirFlag(cli),
    signal,
    patienceMs: PATIENCE_MS,
  })
  try {
    const { watched, ending } = await follower.run()
    const report = await collectReport(connect(), { watched, ending, startedAt })
    for (const line of toReportLines(report)) timeline.line(line)
    if (cli.json) writeJson(cli.out, report)
    return report.ok ? 0 : 1
  } finally {
    questions?.end()
  }
}

const toLost = (words: string | undefined): CliFailure | undefined =>
  words === undefined
    ? undefined
    : new CliFailure(1, {
        code: 'engine/lost',
        message: `The engine ended while it was needed: ${words}`,
        remedy: 'nothing is lost; run the command again or start it with: npx reef start',
      })

/** The commands in the timeline work as they are printed, whichever directory is the default where they are pasted. */
function toDataDirFlag({ dataDir }: Cli): string {
  return ` --data-dir ${/^[\w@%+=:,./-]+$/.test(dataDir) ? dataDir : `'${dataDir.replace(/'/g, `'\\''`)}'`}`
}
