import { InvalidArgumentError } from 'commander'
import type { PlaybookView, TrustView } from '../contract/playbooks.ts'
import { playbookWords } from '../contract/words.ts'
import { toDollars } from './arguments.ts'
import type { Declare } from './context.ts'
import { findApproval, findPlaybook, shortId } from './find.ts'
import { stateWord } from './label.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toTable } from './table.ts'

const playbookWord = ['<playbook>', 'id of the playbook, or the end of it'] as const
type DraftOptions = {
  action: string[]
  agent: string[]
  project: string[]
  command: string[]
  uses: number
  each: number
  total?: number
  days: number
  from?: string
}

export const declare: Declare = (playbook, run) => {
  playbook
    .command('list')
    .description('list what you allowed beforehand, and what agents have earned')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.playbook.list()
        await cli.show(answer, async () => [...toPlaybookTable(answer.playbooks, await zone()), '', ...toTrustTable(answer.trust)])
      }),
    )
  playbook
    .command('draft')
    .description('draft one; it answers nothing until you activate it')
    .argument('<name>', 'what it is for')
    .requiredOption('--action <name>', 'a class of actions, e.g. deploy.local; may be given again', collect)
    .option('--agent <name>', 'only for this agent; may be given again', collect, [])
    .option('--project <name>', 'only in this project; may be given again', collect, [])
    .option('--command <words>', 'with command.run: how the command has to begin; may be given again', collect, [])
    .requiredOption('--uses <n>', 'how often it may answer', toCount)
    .option('--each <usd>', 'most that one action may cost', toDollars, 0)
    .option('--total <usd>', 'most that all of them may cost; else as often as it may answer', toDollars)
    .option('--days <n>', 'how long, at most 30', toDays, 7)
    .option('--from <approval>', 'the card on which you said "always"')
    .action(
      run<[string], DraftOptions>(async (cli, [name], { action, agent, project, command, uses, each, total, days, from }) => {
        const { client, zone } = await cli.engine()
        const fromApproval = from === undefined ? undefined : await findApproval(client, from)
        const answer = await client.playbook.draft({
          name,
          scope: { actions: action, agents: agent, projects: project, ...(command.length > 0 ? { commands: command } : {}) },
          maxUses: uses,
          maxUsdEach: each,
          maxUsdTotal: total ?? Math.min(each * uses, 10_000),
          days,
          ...(fromApproval === undefined ? {} : { fromApproval }),
        })
        await cli.show(answer, async () => [
          ...toPlaybookTable([answer], await zone()),
          '',
          `Put it into force with: reef playbook activate ${shortId(answer.id)}`,
        ])
      }),
    )
  playbook
    .command('activate')
    .description('from now on it answers for you, within its limits')
    .argument(...playbookWord)
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.playbook.activate({ id: await findPlaybook(client, given) })
        await cli.show(answer, async () => toPlaybookTable([answer], await zone()))
      }),
    )
  playbook
    .command('revoke')
    .description('it answers nothing any more')
    .argument(...playbookWord)
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.playbook.revoke({ id: await findPlaybook(client, given) })
        await cli.show(answer, async () => toPlaybookTable([answer], await zone()))
      }),
    )
  playbook
    .command('override')
    .description('declare an incident: some actions need no answer while it lasts')
    .argument('<incident>', 'what has happened')
    .requiredOption('--action <name>', 'a class of actions; may be given again', collect)
    .option('--hours <n>', 'how long, at most 12', toHours, 2)
    .action(
      run<[string], { action: string[]; hours: number }>(async (cli, [incident], { action, hours }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.playbook.override({ incident, actions: action, hours })
        await cli.show(answer, async () => [...toPlaybookTable([answer], await zone()), '', `When it is over: reef playbook revoke ${shortId(answer.id)}`])
      }),
    )
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]
const toCount = (text: string): number => toNumber(text, 1, 1000, Number.isInteger, 'a whole number from 1 to 1000')
const toDays = (text: string): number => toNumber(text, 0.01, 30, Number.isFinite, 'a number of days, at most 30')
const toHours = (text: string): number => toNumber(text, 0.1, 12, Number.isFinite, 'a number of hours from 0.1 to 12')

function toNumber(text: string, least: number, most: number, isGood: (n: unknown) => boolean, what: string): number {
  const n = Number(text)
  if (!isGood(n) || n < least || n > most) throw new InvalidArgumentError(`${what} is expected.`)
  return n
}

const dollars = (usd: number): string => `$${usd.toLocaleString('en-US', { maximumFractionDigits: 2 })}`

const toPlaybookTable = (playbooks: readonly PlaybookView[], zone: string): string[] =>
  toTable(
    playbooks,
    [
      { head: 'playbook', cell: (row) => shortId(row.id) },
      { head: 'name', cell: (row) => row.name },
      { head: 'state', cell: (row) => stateWord(playbookWords[row.state]) },
      { head: 'actions', cell: (row) => row.scope.actions.join(' ') },
      { head: 'for', cell: (row) => [...row.scope.agents, ...row.scope.projects, ...(row.scope.commands ?? [])].join(' ') || 'any' },
      { head: 'used', cell: (row) => `${row.uses} of ${row.maxUses}`, align: 'right' },
      { head: 'spent', cell: (row) => `${dollars(row.usedUsd)} of ${dollars(row.maxUsdTotal)}`, align: 'right' },
      { head: 'each', cell: (row) => dollars(row.maxUsdEach), align: 'right' },
      { head: 'until', cell: (row) => (row.expiresAt === null ? `${Number(row.days.toFixed(2))} days once active` : dateTime(row.expiresAt, zone)) },
      { head: 'because', cell: (row) => row.because, max: 80 },
    ],
    'No playbooks.',
  )

const toTrustTable = (trust: readonly TrustView[]): string[] =>
  toTable(
    trust,
    [
      { head: 'agent', cell: (row) => row.agent },
      { head: 'action', cell: (row) => row.action },
      { head: 'trust', cell: (row) => (row.level === 'supervised' ? row.level : paint('green', row.level)) },
      { head: 'tasks', cell: (row) => String(row.tasks), align: 'right' },
      { head: 'why', cell: (row) => row.sentence, max: 100 },
    ],
    'No agent has asked for anything yet.',
  )
