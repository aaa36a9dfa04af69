import type { Command } from 'commander'
import type { Client } from './connect.ts'
import type { ExitCode } from './failure.ts'
import type { Out } from './output.ts'

/** A running engine, and what every table needs to know about it. */
export type Engine = {
  readonly client: Client
  /** The owner's zone, asked once. */
  zone(): Promise<string>
}

/** What a verb works with. */
export type Cli = {
  readonly json: boolean
  readonly dataDir: string
  readonly out: Out
  readonly err: Out
  readonly env: Readonly<Record<string, string | undefined>>
  /** Throws with exit code 3 when no engine runs on the data directory. */
  engine(): Promise<Engine>
  /** The answer as it came with --json; otherwise its lines. */
  show(value: unknown, lines: () => readonly string[] | Promise<readonly string[]>): Promise<void>
}

/** What a verb does. Returning nothing means exit code 0. */
export type Act<Args extends readonly unknown[], Options> = (cli: Cli, args: Args, options: Options) => Promise<ExitCode> | Promise<void>

/** Hands commander a verb's action with its context made. */
export type Run = <Args extends readonly unknown[] = [], Options = Record<string, never>>(act: Act<Args, Options>) => (...raw: unknown[]) => Promise<void>

/** A noun's file adds its verbs to the command it is given. Nothing is loaded beyond the noun that was asked for. */
export type Declare = (noun: Command, run: Run) => void

type Face = { readonly out: Out; readonly err: Out; readonly env: Cli['env'] }

export function createRun(face: Face, leave: (code: ExitCode) => void): Run {
  return (act) =>
    async (...raw) => {
      const command = raw.at(-1) as Command
      const options = command.optsWithGlobals()
      const cli = await createCli(face, { json: options['json'] === true, dataDir: options['dataDir'] as string | undefined })
      leave((await act(cli, raw.slice(0, -2) as never, options as never)) ?? 0)
    }
}

async function createCli({ out, err, env }: Face, { json, dataDir: flag }: { json: boolean; dataDir: string | undefined }): Promise<Cli> {
  const { chooseDataDir } = await import('./data-dir.ts')
  const dataDir = chooseDataDir(flag, env)
  return {
    json,
    dataDir,
    out,
    err,
    env,
    async engine() {
      const { createClient, readEngineFile } = await import('./connect.ts')
      return toEngine(createClient(readEngineFile(dataDir)))
    },
    async show(value, lines) {
      if (json) return writeJson(out, value)
      for (const line of await lines()) out.line(line)
    },
  }
}

export function toEngine(client: Client): Engine {
  let zone: Promise<string> | undefined
  return { client, zone: () => (zone ??= client.factory.status().then((status) => status.timeZone)) }
}

/** One document and a line end; indented only where a person looks. */
export const writeJson = (out: Out, value: unknown): void => out.raw(`${JSON.stringify(value, null, out.tty ? 2 : undefined)}\n`)
