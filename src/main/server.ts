import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { defaultDataDir, prepareDataDir } from './data-dir.ts'
import type { AlreadyRunning } from './host.ts'
import { packageVersion } from './package-root.ts'
import { findOption } from './start-arguments.ts'
import { createTimeline } from './timeline.ts'

/** The plain Node entry: the engine for the browser shell, for a machine without a screen, and for the CLI. */
await serve(process.argv.slice(2), process.env)

async function serve(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const prepared = prepareDataDir(findOption(argv, 'data-dir') ?? defaultDataDir(env, homedir()))
  if (prepared.kind === 'refused') return stop(prepared.sentence)
  const { dir } = prepared
  const port = Number(findOption(argv, 'port') ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return stop(`"${findOption(argv, 'port')}" is not a port: give a number from 0 to 65535.`)
  // A reader that went away, a pager for instance, must not take the factory with it.
  process.stdout.on('error', () => {})
  // Loaded only now, so that from the second start on it is found compiled.
  enableCompileCache(join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'reef', 'code'))
  const { AlreadyRunning, createHost } = await import('./host.ts')
  try {
    const host = await createHost({
      dataDir: dir,
      port,
      version: packageVersion,
      attended: env['REEF_ATTENDED'] === undefined ? Boolean(process.stdout.isTTY || env['DISPLAY'] || env['WAYLAND_DISPLAY']) : env['REEF_ATTENDED'] !== '0',
      rehearse: !argv.includes('--no-rehearsal'),
      rehearsalPace: Number(env['REEF_REHEARSAL_PACE'] ?? 1),
    })
    endOnSignals(host)
    const toLine = createTimeline({
      rehearsal: host.rehearsalPlan(),
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      dataDirFlag: findOption(argv, 'data-dir') ? ` --data-dir ${dir}` : '',
    })
    host.listen((event) => {
      const line = toLine(event)
      if (line) say(line)
    })
    say(`REEF ready at ${host.url} open ${host.bootstrapUrl()}`)
    await host.started
  } catch (error) {
    if (error instanceof AlreadyRunning) return await greet(dir, error)
    stop(error instanceof Error ? error.message : String(error))
  }
}

/** Says where the engine is that runs already, as if it had been started now. */
async function greet(dataDir: string, { message }: AlreadyRunning): Promise<void> {
  try {
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'run', 'engine.json'), 'utf8')) as { url: string; token: string }
    const answer = await fetch(`${url}/open`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5000) })
    const { url: open } = (await answer.json()) as { url: string }
    say(`REEF ready at ${url} open ${open}`)
  } catch {
    stop(message)
  }
}

/** However often it is asked, it ends once. */
function endOnSignals(host: AsyncDisposable): void {
  let ending = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (ending) return
      ending = true
      host[Symbol.asyncDispose]().then(
        () => process.exit(0),
        (error: unknown) => stop(`REEF did not close cleanly: ${error instanceof Error ? error.message : String(error)}`),
      )
    })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function stop(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
