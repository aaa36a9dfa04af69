import { Option } from 'commander'
import { given, sinceOption, untilOption } from './arguments.ts'
import type { Client } from './connect.ts'
import type { Declare } from './context.ts'
import { writePages } from './export-pages.ts'

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
        const { client } = await cli.engine()
        await writePages(cli, { format, output, force, read: () => pages(client, { format, ...given({ since, until }) }) })
      }),
    )
}

async function* pages(client: Client, wanted: Wanted): AsyncGenerator<string> {
  let after: string | undefined
  do {
    const { text, next } = await client.spend.export({ ...wanted, ...given({ after }) })
    yield text
    after = next ?? undefined
  } while (after !== undefined)
}
