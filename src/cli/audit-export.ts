import { Option } from 'commander'
import { given, sinceOption, untilOption } from './arguments.ts'
import type { Client } from './connect.ts'
import type { Declare } from './context.ts'
import { writePages } from './export-pages.ts'

type Format = 'jsonl' | 'csv'
type Wanted = { format: Format; since?: number; until?: number }
type Options = Wanted & { output?: string; force?: boolean }

export const declareExport: Declare = (audit, run) => {
  audit
    .command('export')
    .description('write the record: as JSON lines that prove themselves, or as CSV to be read')
    .addOption(new Option('--format <format>', 'which form').choices(['jsonl', 'csv'] satisfies Format[]).default('jsonl'))
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
  let after: number | null = 0
  while (after !== null) {
    const { text, next }: { text: string; next: number | null } = await client.audit.export({ ...wanted, after })
    yield text
    after = next
  }
}
