import type { ArtifactView } from '../contract/delivery.ts'
import type { Declare } from './context.ts'
import { CliFailure } from './failure.ts'
import { findArtifact, findPlan, shortId } from './find.ts'
import { dateTime } from './local-time.ts'
import { toTable } from './table.ts'
import { stripControls } from './terminal-text.ts'

export const declare: Declare = (artifact, run) => {
  artifact
    .command('list')
    .description('list the files that came out of a plan')
    .requiredOption('--plan <plan>', 'id of the plan, or the end of it')
    .action(
      run<[], { plan: string }>(async (cli, _, { plan }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.artifact.list({ planId: await findPlan(client, plan) })
        await cli.show(answer, async () => toArtifactTable(answer.artifacts, await zone()))
      }),
    )
  artifact
    .command('read')
    .description('print a file that came out of the work')
    .argument('<artifact>', 'id of the artifact, or the end of it')
    .option('--plan <plan>', 'the plan it belongs to')
    .action(
      run<[string], { plan?: string }>(async (cli, [given], { plan }) => {
        const { client } = await cli.engine()
        const answer = await client.artifact.read({ id: await findArtifact(client, given, plan) })
        if (cli.json) return cli.show(answer, () => [])
        if (answer.text === null)
          throw new CliFailure(1, {
            code: 'artifact/not-text',
            message: `${answer.artifact.path} is not text (${answer.artifact.mediaType}, ${answer.artifact.bytes} bytes).`,
          })
        cli.out.raw(cli.out.tty ? stripControls(answer.text) : answer.text)
        if (answer.truncated) cli.err.line(`Cut here: the whole file has ${answer.artifact.bytes} bytes.`)
      }),
    )
}

const toArtifactTable = (artifacts: readonly ArtifactView[], zone: string): string[] =>
  toTable(
    artifacts,
    [
      { head: 'artifact', cell: (row) => shortId(row.id) },
      { head: 'bytes', cell: (row) => row.bytes.toLocaleString('en-US'), align: 'right' },
      { head: 'type', cell: (row) => row.mediaType, max: 32 },
      { head: 'sha256', cell: (row) => row.sha256.slice(0, 12) },
      { head: 'at', cell: (row) => dateTime(row.at, zone) },
      { head: 'path', cell: (row) => row.path, max: 200 },
    ],
    'No artifacts.',
  )
