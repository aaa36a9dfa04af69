import { type Command, Option } from 'commander'
import { ChannelSecretName } from '../contract/channels.ts'
import { usageFailure } from './failure.ts'

const names = ChannelSecretName.options
const MOST = 64 * 1024
const remedy = 'pipe them in, one NAME=VALUE a line: reef channel set … --secrets < file'

export type ChannelSecrets = { [N in ChannelSecretName]?: string }

/** `--token VALUE` and the like exist to be refused: an unknown option would be printed back with the secret in it. */
export const refuseSecretOptions = (command: Command): Command => {
  const spellings = new Set(names.flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)]))
  for (const spelling of spellings) command.addOption(new Option(`--${spelling} [secret]`).hideHelp())
  return command
}

/** Throws where a secret stands among the arguments: other programs can read those. */
export function refuseSecretArguments(settings: readonly string[], flags: Readonly<Record<string, unknown>>): void {
  const given = names.find((name) => flags[name] !== undefined || settings.some((setting) => setting.startsWith(`${name}=`)))
  if (given) throw usageFailure(`${given} is a secret, and secrets are never given as arguments: other programs can read those.`, { field: given, remedy })
}

/** NAME=VALUE lines of standard input; an empty value forgets that secret. */
export async function readChannelSecrets(stdin: NodeJS.ReadStream): Promise<ChannelSecrets> {
  if (stdin.isTTY) throw usageFailure('Secrets are not typed where they can be seen.', { field: 'secrets', remedy })
  let text = ''
  for await (const piece of stdin.setEncoding('utf8')) {
    text += String(piece)
    if (text.length > MOST) throw usageFailure('That is too much for secrets.', { field: 'secrets', remedy })
  }
  const secrets: ChannelSecrets = {}
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue
    const at = line.indexOf('=')
    const name = ChannelSecretName.safeParse(line.slice(0, Math.max(0, at)))
    // The line is not shown: it may be a secret whose name was forgotten.
    if (!name.success) throw usageFailure(`A line of the secrets does not begin with one of ${names.join(', ')}.`, { field: 'secrets', remedy })
    secrets[name.data] = line.slice(at + 1).trim()
  }
  return secrets
}
