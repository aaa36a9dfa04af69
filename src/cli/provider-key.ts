import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type Command, Option } from 'commander'
import { usageFailure } from './failure.ts'

/** Longest key the contract takes; reading stops there, whatever is piped in. */
const MOST = 4096

/** What a slip like `--key VALUE` leaves behind, for `readProviderKey` to refuse. */
export type KeyFlags = { readonly key?: boolean | string; readonly apiKey?: string | boolean }

/** `--key VALUE` and `--api-key VALUE` exist to be refused: an unknown option would be printed back with the key in it. */
export const refuseKeyArguments = (command: Command): Command =>
  command.addOption(new Option('--api-key [key]').hideHelp()).addOption(new Option('--key [key]').hideHelp())

type Source = KeyFlags & {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadStream
  readonly prompt: NodeJS.WritableStream
  /** What to say when none is given. */
  readonly remedy: string
}

/**
 * A provider's key from REEF_PROVIDER_KEY or the first line of standard input; on a terminal it is asked for and not echoed.
 * Never from an argument: those are readable by every process of the machine and kept by the shell.
 */
export async function readProviderKey(source: Source): Promise<string> {
  const { env, stdin, prompt, remedy } = source
  refuseArguments(source)
  const key = (env['REEF_PROVIDER_KEY'] || (stdin.isTTY ? await askHidden(stdin, prompt) : await firstLine(stdin))).trim()
  if (key === '') throw usageFailure('No key was given.', { field: 'key', remedy })
  return toKey(key)
}

/** A key that need not be given: nobody at a terminal is asked for it, and without `stdin` nothing is waited for. */
export async function readOptionalKey(
  source: Pick<Source, 'env' | 'key' | 'apiKey'> & { readonly stdin: Source['stdin'] | undefined },
): Promise<string | undefined> {
  const { env, stdin } = source
  refuseArguments(source)
  const key = (env['REEF_PROVIDER_KEY'] || (stdin === undefined || stdin.isTTY ? '' : await firstLine(stdin))).trim()
  return key === '' ? undefined : toKey(key)
}

function refuseArguments({ key, apiKey }: KeyFlags): void {
  if (apiKey === undefined && typeof key !== 'string') return
  throw usageFailure('A key is never given as an argument: other programs can read those.', {
    field: 'key',
    remedy: 'pipe it in (… < key-file) or set REEF_PROVIDER_KEY',
  })
}

function toKey(key: string): string {
  if (key.length > MOST || /[\0-\x20\x7f]/.test(key))
    throw usageFailure('That does not look like a key.', { field: 'key', remedy: `a key is one word of at most ${MOST} characters` })
  return key
}

async function firstLine(stdin: NodeJS.ReadStream): Promise<string> {
  let text = ''
  for await (const piece of stdin.setEncoding('utf8')) {
    text += String(piece)
    if (text.trimStart().includes('\n') || text.length > MOST + 1) break
  }
  return text.trimStart().split('\n')[0] ?? ''
}

function askHidden(stdin: NodeJS.ReadStream, prompt: NodeJS.WritableStream): Promise<string> {
  prompt.write('Key (not shown): ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: true })
  return new Promise((answer) => {
    lines.once('line', (line) => answer(line))
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => answer(''))
  }).then((line) => {
    lines.close()
    prompt.write('\n')
    return String(line)
  })
}
