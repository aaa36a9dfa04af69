import { basename } from 'node:path'
import { Option } from 'commander'
import type { AgentView } from '../contract/agents.ts'
import { DriverName, ModelTier } from '../contract/queue.ts'
import { given, toModelOrNone } from './arguments.ts'
import type { Declare } from './context.ts'
import { usageFailure } from './failure.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { readTextFile } from './read-file.ts'
import { toFacts, toTable } from './table.ts'

type SetOptions = { driver?: DriverName; model?: string; fallback?: string; tier?: ModelTier; team?: string; active?: boolean; inactive?: boolean }

export const declare: Declare = (agent, run) => {
  agent
    .command('list')
    .description('list the roster')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.agent.list()
        await cli.show(answer, () => toAgentTable(answer.agents))
      }),
    )
  agent
    .command('show')
    .description('show an agent and its file')
    .argument('<name>', 'name of the agent, e.g. Rex')
    .action(
      run<[string]>(async (cli, [name]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.agent.get({ name })
        await cli.show(answer, async () => [...toAgentFacts(answer, await zone()), '', ...answer.file.split('\n')])
      }),
    )
  agent
    .command('set')
    .description('change how an agent works; what is not named stays')
    .argument('<name>', 'name of the agent, e.g. Rex')
    .addOption(new Option('--driver <driver>', 'the program it works with').choices(DriverName.options))
    .option('--model <provider/model>', 'its model, or none', toModelOrNone)
    .option('--fallback <provider/model>', 'the model of the last attempt, or none', toModelOrNone)
    .addOption(new Option('--tier <tier>', 'the tier when it has no model of its own').choices(ModelTier.options))
    .option('--team <team>', 'whose limits it shares: lower-case letters, digits and dashes')
    .addOption(new Option('--active', 'take it into work').conflicts('inactive'))
    .option('--inactive', 'give it no more work')
    .action(
      run<[string], SetOptions>(async (cli, [name], options) => {
        const change = toChange(options)
        const { client } = await cli.engine()
        const answer = await client.agent.set({ name, change })
        await cli.show(answer, () => toAgentTable([answer]))
      }),
    )
  agent
    .command('edit')
    .description('replace the file of an agent; a bad file is refused with its line and nothing changes')
    .argument('<file>', 'the new file, or - for standard input')
    .option('--name <name>', 'which agent, when the file does not say')
    .action(
      run<[string], { name?: string }>(async (cli, [path], { name: named }) => {
        const file = await readTextFile(path)
        const name = named ?? nameIn(file) ?? basename(path, '.md')
        const { client } = await cli.engine()
        const answer = await client.agent.save({ name, file })
        await cli.show(answer, () => toAgentTable([answer]))
      }),
    )
  agent
    .command('pause')
    .description('give an agent no more work and refuse its model calls')
    .argument('<name>', 'name of the agent, e.g. Rex')
    .option('--reason <text>', 'why, for the record')
    .action(
      run<[string], { reason?: string }>(async (cli, [name], { reason }) => {
        const { client } = await cli.engine()
        const answer = await client.agent.pause({ name, ...given({ reason }) })
        await cli.show(answer, () => [
          `${answer.name} is paused: no work is given to it and its model calls are refused. Go on with: reef agent resume ${answer.name}`,
        ])
      }),
    )
  agent
    .command('resume')
    .description('let a paused agent work again')
    .argument('<name>', 'name of the agent, e.g. Rex')
    .action(
      run<[string]>(async (cli, [name]) => {
        const { client } = await cli.engine()
        const answer = await client.agent.resume({ name })
        await cli.show(answer, () => [`${answer.name} works again.`])
      }),
    )
}

function toChange({ driver, model, fallback, tier, team, active, inactive }: SetOptions) {
  const change = {
    ...(driver ? { driver } : {}),
    ...(model === undefined ? {} : { model: model === 'none' ? null : model }),
    ...(fallback === undefined ? {} : { fallback: fallback === 'none' ? null : fallback }),
    ...(tier ? { tier } : {}),
    ...(team ? { team } : {}),
    ...(active || inactive ? { active: active === true } : {}),
  }
  if (Object.keys(change).length === 0)
    throw usageFailure('There is nothing to set.', { remedy: 'name at least one of --driver, --model, --fallback, --tier, --team, --active, --inactive' })
  return change
}

/** The name in the frontmatter, without reading the rest of it: the engine judges the file. */
export function nameIn(file: string): string | undefined {
  const head = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(file)?.[1]
  return head === undefined ? undefined : /^name:[ \t]*['"]?([A-Za-z0-9]+)/m.exec(head)?.[1]
}

const toAgentFacts = (agent: AgentView, zone: string): string[] =>
  toFacts([
    ['agent', `${agent.name}, ${agent.role}`],
    ['active', agent.active ? 'yes' : 'no'],
    ['team', agent.team],
    ['paused', agent.paused ? paint('yellow', `since ${dateTime(agent.paused.at, zone)} by ${agent.paused.by}: ${agent.paused.reason}`) : null],
    ['driver', agent.driver],
    ['model', `${agent.model ?? 'by tier'} (${agent.tier})`],
    ['fallback', agent.fallback],
    ['version', `${agent.version.slice(0, 12)}, accepted ${dateTime(agent.acceptedAt, zone)}`],
    ['problem', agent.problem ? paint('red', toProblem(agent)) : null],
  ])

const toProblem = ({ problem }: AgentView): string => (problem ? `${problem.line === null ? '' : `line ${problem.line}: `}${problem.message}` : '')

const toAgentTable = (agents: readonly AgentView[]): string[] =>
  toTable(
    agents,
    [
      { head: 'agent', cell: (row) => row.name },
      { head: 'role', cell: (row) => row.role, max: 36 },
      { head: 'active', cell: (row) => (row.paused ? paint('yellow', 'paused') : row.active ? 'yes' : 'no') },
      { head: 'team', cell: (row) => row.team },
      { head: 'driver', cell: (row) => row.driver },
      { head: 'tier', cell: (row) => row.tier },
      { head: 'model', cell: (row) => row.model ?? 'by tier', max: 44 },
      { head: 'fallback', cell: (row) => row.fallback ?? '', max: 44 },
      { head: 'problem', cell: toProblem, max: 80 },
    ],
    'The roster is empty.',
  )
