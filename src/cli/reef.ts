#!/usr/bin/env node
import type { CommanderError } from 'commander'
import { createRun, writeJson } from './context.ts'
import { chooseDataDir } from './data-dir.ts'
import { type CliFailure, type ExitCode, toFailure, toSentence, usageFailure } from './failure.ts'
import { createOut } from './output.ts'
import { packageVersion } from './package-root.ts'
import { createProgram, nounOf } from './program.ts'

const out = createOut(process.stdout, process.env)
const err = createOut(process.stderr, process.env)

/** A reader that has seen enough (`reef audit list | head`) is not a failure. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

async function main(argv: readonly string[]): Promise<ExitCode> {
  const json = argv.includes('--json')
  let code: ExitCode = 0
  const noun = nounOf(argv)
  const program = await createProgram({
    version: packageVersion(),
    run: createRun({ out, err, env: process.env }, (left) => (code = left)),
    texts: { writeOut: (text) => out.raw(text), writeErr: (text) => (json ? undefined : err.raw(text)) },
    wanted: (name) => name === noun,
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    return isCommanderError(error) ? leaveUsage(error, json) : leaveFailure(await toFailure(error, chooseDataDir(program.opts()['dataDir'], process.env)), json)
  }
}

function leaveFailure({ exit, refusal }: CliFailure, json: boolean): ExitCode {
  if (json) writeJson(out, { error: refusal })
  else err.line(`reef: ${toSentence(refusal)}`)
  return exit
}

/** Commander has already said it to people. Help and version are not errors; help instead of a verb is. */
function leaveUsage(error: CommanderError, json: boolean): ExitCode {
  if (error.exitCode === 0) return 0
  if (json) writeJson(out, { error: usageFailure(toUsageSentence(error.message), { remedy: 'see: reef --help' }).refusal })
  return 2
}

const toUsageSentence = (message: string): string =>
  message === '(outputHelp)' ? 'A verb is missing.' : message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')

const isCommanderError = (error: unknown): error is CommanderError =>
  error instanceof Error && 'exitCode' in error && 'code' in error && String(error.code).startsWith('commander.')

const code = await main(process.argv.slice(2))
await Promise.all([out.flush(), err.flush()])
process.exit(code)
