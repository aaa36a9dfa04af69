import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { usageFailure } from './failure.ts'

/** Longest key the contract takes; reading stops there, whatever is piped in. */
const MOST = 4096

type Source = { readonly env: Readonly<Record<string, string | undefined>>; readonly stdin: NodeJS.ReadStream; readonly prompt: NodeJS.WritableStream }

/**
 * A provider's key from REEF_PROVIDER_KEY or the first line of standard input; on a terminal it is asked for and not echoed.
 * Never from an argument: those are readable by every process of the machine and kept by the shell.
 */
export async function readProviderKey({ env, stdin, prompt }: Source): Promise<string> {
  const named = env['REEF_PROVIDER_KEY']
  const key = (named || (stdin.isTTY ? await askHidden(stdin, prompt) : await firstLine(stdin))).trim()
  if (key === '')
    throw usageFailure('No key was given.', { field: 'key', remedy: 'pipe it in, set REEF_PROVIDER_KEY, or say --no-key for a server that needs none' })
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
