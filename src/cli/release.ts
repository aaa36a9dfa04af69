import type { ReleaseState, ReleaseView } from '../contract/delivery.ts'
import type { Attention } from '../contract/words.ts'
import { toLimit } from './arguments.ts'
import type { Declare } from './context.ts'
import { findRelease, shortId } from './find.ts'
import { labelled } from './label.ts'
import { dateTime } from './local-time.ts'
import { paintAttention } from './paint.ts'
import { toTable } from './table.ts'

const attention: Record<ReleaseState, Attention> = { starting: 'active', healthy: 'quiet', unhealthy: 'alarm', stopped: 'quiet', failed: 'alarm' }

export const declare: Declare = (release, run) => {
  release
    .command('list')
    .description('list releases, newest first')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { limit: number }>(async (cli, _, { limit }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.release.list({ limit })
        await cli.show(answer, async () => toReleaseTable(answer.releases, await zone()))
      }),
    )
  release
    .command('stop')
    .description('stop a running product')
    .argument('<release>', 'id of the release, or the end of it')
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.release.stop({ id: await findRelease(client, given) })
        await cli.show(answer, async () => toReleaseTable([answer], await zone()))
      }),
    )
}

const toReleaseTable = (releases: readonly ReleaseView[], zone: string): string[] =>
  toTable(
    releases,
    [
      { head: 'release', cell: (row) => shortId(row.id) },
      { head: 'state', cell: (row) => paintAttention(attention[row.state], row.state) },
      { head: 'project', cell: (row) => labelled(row.project, row.rehearsal), max: 32 },
      { head: 'commit', cell: (row) => row.commit.slice(0, 10) },
      { head: 'status', cell: (row) => (row.lastStatus === null ? '' : String(row.lastStatus)), align: 'right' },
      { head: 'ms', cell: (row) => (row.latencyMs === null ? '' : String(row.latencyMs)), align: 'right' },
      { head: 'started', cell: (row) => dateTime(row.startedAt, zone) },
      { head: 'at', cell: (row) => row.error ?? row.url ?? '', max: 90 },
    ],
    'Nothing was released yet.',
  )
