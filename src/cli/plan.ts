import { Option } from 'commander'
import type { PlanDetail } from '../contract/index.ts'
import { formatMoney } from '../contract/money.ts'
import { type PlanState, type PlanView, planStates } from '../contract/queue.ts'
import { planWords } from '../contract/words.ts'
import { toLimit } from './arguments.ts'
import type { Declare } from './context.ts'
import { findPlan, shortId } from './find.ts'
import { labelled, stateWord } from './label.ts'
import { dateTime } from './local-time.ts'
import { toFacts, toTable } from './table.ts'
import { toTaskTable } from './task-table.ts'

export const declare: Declare = (plan, run) => {
  plan
    .command('list')
    .description('list plans, newest first')
    .addOption(new Option('--state <state>', 'only plans in this state').choices(planStates))
    .option('--limit <n>', 'at most so many', toLimit, 50)
    .action(
      run<[], { state?: PlanState; limit: number }>(async (cli, _, { state, limit }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.plan.list({ limit, ...(state ? { state } : {}) })
        await cli.show(answer, async () => toPlanTable(answer.plans, await zone()))
      }),
    )
  plan
    .command('show')
    .description('show a plan with its tasks, releases and artifacts')
    .argument('<plan>', 'id of the plan, or the end of it')
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.plan.get({ id: await findPlan(client, given) })
        await cli.show(answer, async () => toPlanLines(answer, await zone()))
      }),
    )
  plan
    .command('start')
    .description('start a plan that was stopped for review')
    .argument('<plan>', 'id of the plan, or the end of it')
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client } = await cli.engine()
        const answer = await client.plan.start({ id: await findPlan(client, given) })
        await cli.show(answer, () => [toSentence(answer)])
      }),
    )
  plan
    .command('cancel')
    .description('cancel a plan and everything of it that is not over')
    .argument('<plan>', 'id of the plan, or the end of it')
    .action(
      run<[string]>(async (cli, [given]) => {
        const { client } = await cli.engine()
        const answer = await client.plan.cancel({ id: await findPlan(client, given) })
        await cli.show(answer, () => [toSentence(answer)])
      }),
    )
}

const toSentence = (plan: PlanView): string => labelled(`Plan ${shortId(plan.id)} "${plan.title}": ${planWords[plan.state].word}`, plan.rehearsal)

const toPlanTable = (plans: readonly PlanView[], zone: string): string[] =>
  toTable(
    plans,
    [
      { head: 'plan', cell: (plan) => shortId(plan.id) },
      { head: 'state', cell: (plan) => stateWord(planWords[plan.state]) },
      { head: 'tasks', cell: (plan) => `${plan.done}/${plan.tasks}`, align: 'right' },
      { head: 'stuck', cell: (plan) => (plan.stuck === 0 ? '' : String(plan.stuck)), align: 'right' },
      { head: 'spent', cell: (plan) => formatMoney(plan.spent), align: 'right' },
      { head: 'project', cell: (plan) => plan.project, max: 24 },
      { head: 'since', cell: (plan) => dateTime(plan.createdAt, zone) },
      { head: 'title', cell: (plan) => labelled(plan.title, plan.rehearsal) },
    ],
    'No plans yet.',
  )

function toPlanLines({ plan, tasks, releases, artifacts }: PlanDetail, zone: string): string[] {
  const facts = toFacts([
    ['plan', labelled(plan.title, plan.rehearsal)],
    ['id', plan.id],
    ['state', stateWord(planWords[plan.state])],
    ['request', plan.text],
    ['project', `${plan.project}, branch ${plan.branch}`],
    ['money', `${formatMoney(plan.spent)} of ${formatMoney(plan.budget)}`],
    ['made', `${dateTime(plan.createdAt, zone)} (${plan.source})`],
    ['ended', plan.endedAt === null ? null : dateTime(plan.endedAt, zone)],
    ['endpoint', plan.endpoint],
    ['releases', releases.map((release) => `${shortId(release.id)} ${release.state} ${release.url ?? ''}`.trim()).join('\n')],
    ['artifacts', artifacts.length === 0 ? null : `${artifacts.length}: reef artifact list --plan ${shortId(plan.id)}`],
  ])
  return [...facts, '', ...toTaskTable(tasks)]
}
