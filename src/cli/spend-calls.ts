import type { CallDetail, CallView, ChargeLine } from '../contract/ledger.ts'
import { formatMoney } from '../contract/money.ts'
import { given, sinceOption, toLimit, untilOption } from './arguments.ts'
import { toBudgetTable } from './budget-table.ts'
import type { Client } from './connect.ts'
import type { Declare } from './context.ts'
import { toExactMoney } from './exact-money.ts'
import { findCall, findPlan, findTask, shortId } from './find.ts'
import { dateTime } from './local-time.ts'
import { paint } from './paint.ts'
import { toFacts, toTable } from './table.ts'

type Filters = {
  task?: string
  plan?: string
  agent?: string
  model?: string
  provider?: string
  project?: string
  since?: number
  until?: number
  before?: string
  limit: number
}

export const declareCalls: Declare = (spend, run) => {
  spend
    .command('calls')
    .description('list single model calls, newest first')
    .option('--task <task>', 'only calls of this task')
    .option('--plan <plan>', 'only calls of this plan; with it --task may be a key')
    .option('--agent <name>', 'only calls of this agent')
    .option('--model <model>', 'only calls of this model, as the table names it after the slash')
    .option('--provider <name>', 'only calls to this provider')
    .option('--project <name>', 'only calls for this project')
    .option(...sinceOption)
    .option(...untilOption)
    .option('--before <call>', 'older than this call')
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], Filters>(async (cli, _, { task, plan, before, limit, agent, model, provider, project, since, until }) => {
        const { client, zone } = await cli.engine()
        const taskId = task === undefined ? undefined : await findTask(client, task, plan)
        const planId = plan === undefined ? undefined : await findPlan(client, plan)
        const last = before === undefined ? undefined : await findCall(client, before)
        const answer = await client.spend.calls({ limit, ...given({ taskId, planId, before: last, agent, model, provider, project, since, until }) })
        await cli.show(answer, async () => toCallTable(answer.calls, await zone()))
      }),
    )
  spend
    .command('call')
    .description('show the bill of one call: its lines, its price, what was held for it and against which limits')
    .argument('<call>', 'id of the call, or the end of it')
    .action(
      run<[string]>(async (cli, [named]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.spend.call({ id: await findCall(client, named) })
        await cli.show(answer, async () => toBill(answer, { zone: await zone(), moment: await toMoment(client, answer.call) }))
      }),
    )
}

/** The command that shows the session's terminal from where it stood when the call was made; null for a call outside of one. */
async function toMoment(client: Client, { sessionId, at }: CallView): Promise<string | null> {
  if (sessionId === null) return null
  const { offset } = await client.session.seek({ id: sessionId, at })
  return `reef session log ${shortId(sessionId)} --from ${offset}`
}

const modelOf = (call: CallView): string => `${call.provider}/${call.model}`

const toCallTable = (calls: readonly CallView[], zone: string): string[] =>
  toTable(
    calls,
    [
      { head: 'call', cell: (row) => shortId(row.id) },
      { head: 'at', cell: (row) => dateTime(row.at, zone) },
      { head: 'agent', cell: (row) => row.agent, max: 20 },
      { head: 'model', cell: modelOf, max: 44 },
      { head: 'answer', cell: toAnswer },
      { head: 'input', cell: (row) => row.usage.input.toLocaleString('en-US'), align: 'right' },
      { head: 'cached', cell: (row) => row.usage.cacheRead.toLocaleString('en-US'), align: 'right' },
      { head: 'output', cell: (row) => row.usage.output.toLocaleString('en-US'), align: 'right' },
      { head: 'cost', cell: (row) => formatMoney(row.cost), align: 'right' },
      { head: 'note', cell: (row) => [row.billing, row.confidence].filter((word) => word !== 'metered' && word !== 'exact').join(', ') },
    ],
    'No calls.',
  )

const toAnswer = ({ state, status }: CallView): string => (state === 'open' ? 'under way' : status === null ? state : String(status))

function toBill(
  { call, lines, price, computedCost, reportedCost, overrun, budgets }: CallDetail,
  { zone, moment }: { zone: string; moment: string | null },
): string[] {
  const facts = toFacts([
    ['call', call.id],
    ['at', dateTime(call.at, zone)],
    ['agent', call.agent],
    ['task', call.taskId],
    ['project', call.project],
    ['terminal', moment],
    ['model', `${modelOf(call)} over ${call.wire}`],
    ['answer', `${toAnswer(call)}${call.latencyMs === null ? '' : ` in ${call.latencyMs.toLocaleString('en-US')} ms`}`],
    ['request', call.requestId],
    ['price', price ? `${price.source} ${price.version}` : 'not priced'],
    ['cost', `${paint('bold', toExactMoney(call.cost))} (${call.billing}, ${call.confidence})`],
    ['list price', call.listCost === call.cost ? null : toExactMoney(call.listCost)],
    ['computed', computedCost === call.cost ? null : toExactMoney(computedCost)],
    ['reported', reportedCost === null ? null : `${toExactMoney(reportedCost)} by the provider`],
    ['reserved', toExactMoney(call.reserved)],
    ['overrun', overrun === 0 ? null : paint('red', toExactMoney(overrun))],
  ])
  return [...facts, '', ...toLineTable(lines), '', ...toBudgetTable(budgets, zone)]
}

const toLineTable = (lines: readonly ChargeLine[]): string[] =>
  toTable(
    lines,
    [
      { head: 'meter', cell: (line) => line.meter },
      { head: 'quantity', cell: (line) => line.quantity.toLocaleString('en-US'), align: 'right' },
      { head: 'price', cell: (line) => `${toExactMoney(line.unitPrice)} ${line.meter === 'web-search' ? 'each' : 'a million'}`, align: 'right' },
      { head: 'cost', cell: (line) => toExactMoney(line.cost), align: 'right' },
    ],
    'Nothing is on its bill.',
  )
