import { resolve } from 'node:path'
import type { ProjectView } from '../contract/delivery.ts'
import type { Declare } from './context.ts'
import { dateTime } from './local-time.ts'
import { toTable } from './table.ts'

export const declare: Declare = (project, run) => {
  project
    .command('list')
    .description('list projects')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.project.list()
        await cli.show(answer, async () => toProjectTable(answer.projects, await zone()))
      }),
    )
  project
    .command('add')
    .description('register a git repository that already exists')
    .argument('<name>', 'lower-case letters, digits and dashes')
    .argument('<path>', 'the repository')
    .action(
      run<[string, string]>(async (cli, [name, path]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.project.add({ name, path: resolve(path) })
        await cli.show(answer, async () => toProjectTable([answer], await zone()))
      }),
    )
}

const toProjectTable = (projects: readonly ProjectView[], zone: string): string[] =>
  toTable(
    projects,
    [
      { head: 'project', cell: (row) => row.name },
      { head: 'branch', cell: (row) => row.mainBranch },
      { head: 'made by', cell: (row) => (row.registered ? 'you' : 'REEF') },
      { head: 'since', cell: (row) => dateTime(row.createdAt, zone) },
      { head: 'path', cell: (row) => row.path, max: 200 },
    ],
    'No projects yet.',
  )
