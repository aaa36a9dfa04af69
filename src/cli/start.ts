import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Option } from 'commander'
import { toPosition } from './arguments.ts'
import { readEngineFile } from './connect.ts'
import { type Cli, type Declare, writeJson } from './context.ts'
import { CliFailure, type ExitCode } from './failure.ts'
import { findPackageRoot } from './package-root.ts'
import { onSignals } from './signals.ts'

type StartOptions = { headless?: boolean; port?: number; shell?: string }

export const declare: Declare = (start, run) => {
  start
    .option('--headless', 'the engine alone, without a window')
    .option('--port <port>', 'the port on 127.0.0.1; 0 lets the system choose', toPosition)
    .addOption(new Option('--shell <shell>', 'which face to open').choices(['electron', 'browser', 'headless']))
    .action(run<[], StartOptions>((cli, _, options) => runStart(cli, options)))
}

/**
 * Runs the package's start script in the foreground: its exit code is ours. It has a process group of its own,
 * so that Ctrl+C reaches it once, from here: a second signal would tell it not to wait any longer.
 */
function runStart(cli: Cli, { headless, port, shell }: StartOptions): Promise<ExitCode> {
  const script = cli.env['REEF_START_ENTRY'] ?? join(findPackageRoot(), 'scripts', 'start.mjs')
  const flags = [
    ...(headless ? ['--headless'] : []),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(shell ? ['--shell', shell] : []),
    '--data-dir',
    cli.dataDir,
  ]
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', cli.json ? 'pipe' : 'inherit', 'inherit'], detached: true })
  onSignals((signal) => child.kill(signal))
  const gone = new AbortController()
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => cli.err.line(line))
  if (cli.json) void announce(cli, gone.signal)
  return new Promise((done, fail) => {
    child.once('error', (error) => fail(new CliFailure(1, { code: 'internal', message: `REEF could not be started: ${error.message}` })))
    child.once('exit', (code) => {
      gone.abort()
      done(code === 0 ? 0 : 1)
    })
  })
}

/** With --json the one document says where the engine is, as soon as there is one. */
async function announce(cli: Cli, gone: AbortSignal): Promise<void> {
  while (!gone.aborted) {
    try {
      const { pid, url, startedAt } = readEngineFile(cli.dataDir)
      return writeJson(cli.out, { pid, url, startedAt, dataDir: cli.dataDir })
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error
    }
    await sleep(150, undefined, { ref: false })
  }
}
