import { basename } from 'node:path'
import type { DryRun, PolicyProblem, PolicyView } from '../contract/policies.ts'
import { formatDuration } from '../contract/time.ts'
import { toLimit } from './arguments.ts'
import type { Declare } from './context.ts'
import { type ExitCode, usageFailure } from './failure.ts'
import { shortId } from './find.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { readTextFile } from './read-file.ts'
import { readLine } from './read-line.ts'
import { toFacts, toTable } from './table.ts'

const fileWord = ['<file>', 'a policy file, or - for standard input'] as const
const nameOption = ['--name <name>', 'name of the file in the folder of policies, where it is called otherwise here'] as const

export const declare: Declare = (policy, run) => {
  policy
    .command('show')
    .description('show what needs your say, by the policy in force')
    .argument('[name]', 'a file of the policy: print its text instead')
    .action(
      run<[string | undefined]>(async (cli, [name]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.policy.get()
        await cli.show(answer, async () => (name === undefined ? toPolicyLines(answer, await zone()) : toFileText(answer, name).split('\n')))
      }),
    )
  policy
    .command('check')
    .description('say what is wrong with a policy file; nothing changes')
    .argument(...fileWord)
    .option(...nameOption)
    .action(
      run<[string], { name?: string }>(async (cli, [path], { name }): Promise<ExitCode> => {
        const file = await readPolicy(path, name)
        const { client } = await cli.engine()
        const answer = await client.policy.check(file)
        await cli.show(answer, () => (answer.problems.length === 0 ? [`${file.name} is good.`] : toProblemLines(answer.problems)))
        return answer.problems.length === 0 ? 0 : 1
      }),
    )
  policy
    .command('dry-run')
    .description('show what your last actions would have needed with this file')
    .argument(...fileWord)
    .option(...nameOption)
    .option('--limit <n>', 'so many actions', toLimit, 200)
    .action(
      run<[string], { name?: string; limit: number }>(async (cli, [path], { name, limit }): Promise<ExitCode> => {
        const file = await readPolicy(path, name)
        const { client, zone } = await cli.engine()
        const answer = await client.policy.try({ ...file, limit })
        await cli.show(answer, async () => (answer.problems.length === 0 ? toDryRunLines(answer, await zone()) : toProblemLines(answer.problems)))
        return answer.problems.length === 0 ? 0 : 1
      }),
    )
  policy
    .command('save')
    .description('put a policy file into force; its name has to be typed')
    .argument(...fileWord)
    .option(...nameOption)
    .option('--confirm <name>', 'the name of the file once more, where nobody can be asked')
    .action(
      run<[string], { name?: string; confirm?: string }>(async (cli, [path], { name, confirm }) => {
        const file = await readPolicy(path, name)
        const { client, zone } = await cli.engine()
        const typed = confirm ?? (await askName(file.name))
        const answer = await client.policy.save({ ...file, confirm: typed })
        await cli.show(answer, async () => [`Version ${answer.version} holds since ${dateTime(answer.acceptedAt, await zone())}.`])
      }),
    )
  policy
    .command('versions')
    .description('list the versions of the policy, newest first')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.policy.versions()
        const timeZone = cli.json ? '' : await zone()
        await cli.show(answer, () =>
          toTable(
            answer.versions,
            [
              { head: 'version', cell: (row) => String(row.version), align: 'right' },
              { head: 'since', cell: (row) => dateTime(row.acceptedAt, timeZone) },
              { head: 'by', cell: (row) => row.acceptedBy },
              { head: 'what changed', cell: (row) => row.note, max: 120 },
            ],
            'No versions.',
          ),
        )
      }),
    )
}

async function readPolicy(path: string, name: string | undefined): Promise<{ name: string; text: string }> {
  if (path === '-' && name === undefined)
    throw usageFailure('Standard input has no name.', { field: 'name', remedy: 'say which file it is: --name default.yaml' })
  return { name: name ?? basename(path), text: await readTextFile(path) }
}

async function askName(name: string): Promise<string> {
  const question = 'This changes what needs your say.'
  if (!process.stdin.isTTY)
    throw usageFailure(question, { field: 'confirm', remedy: `type the name of the file on a terminal when asked, or say --confirm ${name}` })
  return (await readLine({ input: process.stdin, output: process.stderr }, `${question} Type ${name} to go on: `)).trim()
}

function toFileText(policy: PolicyView, name: string): string {
  const file = policy.files.find((one) => one.name === name)
  if (file) return file.text.trimEnd()
  throw usageFailure(`There is no policy file ${name}.`, { field: 'name', remedy: `there is: ${policy.files.map((one) => one.name).join(', ')}` })
}

function toPolicyLines({ version, acceptedAt, acceptedBy, files, classes, raise }: PolicyView, zone: string): string[] {
  const problems = files.flatMap((file) => file.problems)
  return [
    ...toFacts([
      ['policy', `version ${version}, since ${dateTime(acceptedAt, zone)}, by ${acceptedBy}`],
      ['files', files.map((file) => file.name).join(', ')],
    ]),
    ...(problems.length === 0 ? [] : ['', paint('red', 'The files are not good as they are now; the version above still holds.'), ...toProblemLines(problems)]),
    '',
    ...toTable(
      classes,
      [
        { head: 'action', cell: (row) => row.action },
        { head: 'tier', cell: (row) => row.tier },
        { head: 'floor', cell: (row) => row.floor },
        { head: 'time', cell: (row) => (row.deadlineMs === null ? '' : formatDuration(row.deadlineMs)), align: 'right' },
        { head: 'if silent', cell: (row) => (row.ifSilent === 'template' ? `sends ${row.template}` : row.tier === 'T2' || row.tier === 'T3' ? 'no' : '') },
        { head: 'from', cell: (row) => row.from },
        { head: 'what', cell: (row) => row.what },
      ],
      'No classes.',
    ),
    '',
    ...toTable(
      raise,
      [
        { head: 'rule', cell: (row) => row.id },
        { head: 'raises to', cell: (row) => (row.tier === 'up' ? 'one more' : `at least ${row.tier}`) },
        { head: 'when', cell: (row) => toCondition(row.when), max: 80 },
        { head: 'because', cell: (row) => row.because, max: 80 },
      ],
      'No rules.',
    ),
  ]
}

function toCondition({ action, amountUsdOver, mentions, tainted, agent, project }: PolicyView['raise'][number]['when']): string {
  return [
    action && `action ${action.join(' or ')}`,
    amountUsdOver !== undefined && `more than $${amountUsdOver}`,
    mentions && `mentions ${mentions.join(' or ')}`,
    tainted && 'text from outside',
    agent && `agent ${agent.join(' or ')}`,
    project && `project ${project.join(' or ')}`,
  ]
    .filter(Boolean)
    .join(', ')
}

const toProblemLines = (problems: readonly PolicyProblem[]): string[] =>
  problems.map(({ file, line, field, message }) => paint('red', `${file}${line === null ? '' : `:${line}`}: ${message}${field ? ` (${field})` : ''}`))

function toDryRunLines({ actions, changed, tiers }: DryRun, zone: string): string[] {
  if (actions === 0) return ['No actions yet.']
  return [
    ...toTable(
      tiers,
      [
        { head: 'tier', cell: (row) => row.tier },
        { head: 'now', cell: (row) => String(row.now), align: 'right' },
        { head: 'with it', cell: (row) => String(row.trial), align: 'right' },
      ],
      '',
    ),
    '',
    ...toTable(
      changed,
      [
        { head: 'approval', cell: (row) => shortId(row.approvalId) },
        { head: 'at', cell: (row) => dateTime(row.at, zone) },
        { head: 'action', cell: (row) => row.action },
        { head: 'tier', cell: (row) => `${row.from} → ${row.to}` },
        { head: 'what', cell: (row) => row.what },
        { head: 'because', cell: (row) => row.because.join('; '), max: 80 },
      ],
      `Nothing would have changed for the last ${actions}.`,
    ),
  ]
}
