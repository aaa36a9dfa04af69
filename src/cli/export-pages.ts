import { type Cli, writeJson } from './context.ts'
import { openNewFile } from './new-file.ts'

/** An export as it comes, page by page. */
export type Pages = { readonly format: string; readonly output?: string | undefined; readonly force?: boolean; read(): AsyncGenerator<string> }

/** Into a file, whole or not at all; without one to standard output. */
export async function writePages(cli: Cli, { format, output, force = false, read }: Pages): Promise<void> {
  if (output === undefined) return toStandardOutput(cli, format, read())
  const file = await openNewFile(output, { replace: force })
  let bytes = 0
  try {
    for await (const text of read()) bytes += await file.write(text)
    await file.keep()
  } finally {
    await file.drop()
  }
  await cli.show({ format, file: file.path, bytes, text: null }, () => [`${file.path}: ${bytes.toLocaleString('en-US')} bytes`])
}

async function toStandardOutput(cli: Cli, format: string, pages: AsyncGenerator<string>): Promise<void> {
  const kept: string[] = []
  for await (const text of pages) {
    if (cli.json) kept.push(text)
    else {
      cli.out.raw(text)
      // A reader may be slower than the engine: the next page waits for this one.
      await cli.out.flush()
    }
  }
  const text = kept.join('')
  if (cli.json) writeJson(cli.out, { format, file: null, bytes: Buffer.byteLength(text), text })
}
