import type { TemplateView } from '../contract/playbooks.ts'
import type { Declare } from './context.ts'
import { dateTime } from './local-time.ts'
import { readTextFile } from './read-file.ts'
import { toTable } from './table.ts'

const nameWord = ['<name>', 'name of the template, e.g. aware-and-investigating'] as const

export const declare: Declare = (template, run) => {
  template
    .command('list')
    .description('list the words that are sent when you do not answer in time')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.template.list()
        await cli.show(answer, async () => toTemplateTable(answer.templates, await zone()))
      }),
    )
  template
    .command('save')
    .description('write a template, or put other words in its place')
    .argument(...nameWord)
    .argument('[file]', 'a file with its words; - or nothing for standard input', '-')
    .action(
      run<[string, string]>(async (cli, [name, path]) => {
        const text = await readTextFile(path)
        const { client, zone } = await cli.engine()
        const answer = await client.template.save({ name, text })
        await cli.show(answer, async () => toTemplateTable([answer], await zone()))
      }),
    )
  template
    .command('remove')
    .description('remove a template that no policy uses')
    .argument(...nameWord)
    .action(
      run<[string]>(async (cli, [name]) => {
        const { client } = await cli.engine()
        const answer = await client.template.remove({ name })
        await cli.show(answer, () => [`${name} is removed.`])
      }),
    )
}

const toTemplateTable = (templates: readonly TemplateView[], zone: string): string[] =>
  toTable(
    templates,
    [
      { head: 'template', cell: (row) => row.name },
      { head: 'changed', cell: (row) => dateTime(row.changedAt, zone) },
      { head: 'words', cell: (row) => row.text, max: 100 },
    ],
    'No templates.',
  )
