import { Option } from 'commander'
import { given, sinceOption, untilOption } from './arguments.ts'
import type { Client } from './connect.ts'
import { type Cli, type Declare, writeJson } from './context.ts'
import { openNewFile } from './new-file.ts'

type Format = 'calls' | 'focus'
type Wanted = { format: Format; since?: number; until?: number }
type Options = Wanted & { output?: string; force?: boolean }

export const declareExport: Declare = (spend, run) => {
  spend
    .command('export')
    .description('write the bills as CSV: a row for each call, or FOCUS 1.4 with one for each kind of token')
    .addOption(new Option('--format <format>', 'which rows').choices(['calls', 'focus'] satisfies Format[]).makeOptionMandatory())
    .option(...sinceOption)
    .option(...untilOption)
    .option('--output <file>', 'into this file, whole or not at all; else to standard output')
    .option('--force', 'replace the file if there is one')
    .action(
      run<[], Options>(async (cli, _, { output, force = false, format, since, until }) => {
        const wanted = { format, ...given({ since, until }) }
        if (output === undefined) return toStandardOutput(cli, wanted)
        const { client } = await cli.engine()
        const file = await openNewFile(output, { replace: force })
        let bytes = 0
        try {
          for await (const text of pages(client, wanted)) bytes += await file.write(text)
          await file.keep()
        } finally {
          await file.drop()
        }
        await cli.show({ format, file: file.path, bytes, text: null }, () => [`${file.path}: ${bytes.toLocaleString('en-US')} bytes`])
      }),
    )
}

async function toStandardOutput(cli: Cli, wanted: Wanted): Promise<void> {
  const { client } = await cli.engine()
  const kept: string[] = []
  for await (const text of pages(client, wanted)) {
    if (cli.json) kept.push(text)
    else {
      cli.out.raw(text)
      // A reader may be slower than the engine: the next page waits for this one.
      await cli.out.flush()
    }
  }
  const text = kept.join('')
  if (cli.json) writeJson(cli.out, { format: wanted.format, file: null, bytes: Buffer.byteLength(text), text })
}

async function* pages(client: Client, wanted: Wanted): AsyncGenerator<string> {
  let after: string | undefined
  do {
    const { text, next } = await client.spend.export({ ...wanted, ...given({ after }) })
    yield text
    after = next ?? undefined
  } while (after !== undefined)
}
