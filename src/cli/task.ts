import { Option } from 'commander'
import type { TaskDetail } from '../contract/index.ts'
import { formatMoney } from '../contract/money.ts'
import { type AttemptView, type TaskState, type TaskView, taskStates } from '../contract/queue.ts'
import { attemptWords, taskWords } from '../contract/words.ts'
import { toLimit, toModel } from './arguments.ts'
import type { Declare } from './context.ts'
import { findPlan, findRehearsals, findTask, shortId } from './find.ts'
import { labelled, stateWord } from './label.ts'
import { dateTime } from './local-time.ts'
import { toFacts, toTable } from './table.ts'
import { toTaskTable, toWait } from './task-table.ts'

const planFlag = ['--plan <plan>', 'the plan it belongs to; then a key like T3 is enough'] as const
const taskWord = ['<task>', 'id of the task, the end of it, or with --plan its key'] as const

export const declare: Declare = (task, run) => {
  task
    .command('list')
    .description('list tasks, newest first')
    .option('--plan <plan>', 'only tasks of this plan')
    .addOption(new Option('--state <state>', 'only tasks in this state').choices(taskStates))
    .option('--limit <n>', 'at most so many', toLimit, 100)
    .action(
      run<[], { plan?: string; state?: TaskState; limit: number }>(async (cli, _, { plan, state, limit }) => {
        const { client } = await cli.engine()
        const planId = plan === undefined ? undefined : await findPlan(client, plan)
        const answer = await client.task.list({ limit, ...(planId ? { planId } : {}), ...(state ? { state } : {}) })
        await cli.show(answer, async () =>
          toTaskTable(
            answer.tasks,
            await findRehearsals(
              client,
              answer.tasks.map((row) => row.planId),
            ),
          ),
        )
      }),
    )
  task
    .command('show')
    .description('show a task with its attempts and its evidence')
    .argument(...taskWord)
    .option(...planFlag)
    .action(
      run<[string], { plan?: string }>(async (cli, [given], { plan }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.task.get({ id: await findTask(client, given, plan) })
        await cli.show(answer, async () => toTaskLines(answer, await zone()))
      }),
    )
  task
    .command('retry')
    .description('try a task again that failed or was given up')
    .argument(...taskWord)
    .option(...planFlag)
    .option('--from-here', 'also everything that depends on it')
    .option('--model <provider/model>', 'with this model', toModel)
    .action(
      run<[string], { plan?: string; fromHere?: boolean; model?: string }>(async (cli, [given], { plan, fromHere = false, model }) => {
        const { client } = await cli.engine()
        const answer = await client.task.retry({ id: await findTask(client, given, plan), fromHere, ...(model ? { model } : {}) })
        await cli.show(answer, () => [`${answer.key} ${answer.title}: ${taskWords[answer.state].word}`])
      }),
    )
  task
    .command('cancel')
    .description('cancel a task')
    .argument(...taskWord)
    .option(...planFlag)
    .option('--subtree', 'also everything that depends on it')
    .action(
      run<[string], { plan?: string; subtree?: boolean }>(async (cli, [given], { plan, subtree = false }) => {
        const { client } = await cli.engine()
        const answer = await client.task.cancel({ id: await findTask(client, given, plan), subtree })
        await cli.show(answer, () => [`Cancelled: ${answer.cancelled.map(shortId).join(', ') || 'nothing'}`])
      }),
    )
}

function toTaskLines({ task, plan, instructions, outputs, attempts, evidence, artifacts, sessions }: TaskDetail, zone: string): string[] {
  const facts = toFacts([
    ['task', labelled(`${task.key} ${task.title}`, plan.rehearsal)],
    ['id', task.id],
    ['plan', `${shortId(plan.id)} ${plan.title}`],
    ['state', stateWord(taskWords[task.state])],
    ['waits', task.wait ? toWait(task.wait, zone) : null],
    ['error', task.error],
    ['agent', who(task)],
    ['after', task.dependsOn.join(', ')],
    ['money', `${formatMoney(task.spent)} of ${formatMoney(task.budget)}`],
    ['started', task.startedAt === null ? null : dateTime(task.startedAt, zone)],
    ['ended', task.endedAt === null ? null : dateTime(task.endedAt, zone)],
    ['approval', task.approvalId ? `reef approval show ${shortId(task.approvalId)}` : null],
    ['outputs', outputs.join('\n')],
    ['told', instructions],
  ])
  return [...facts, '', ...toAttemptTable(attempts, zone), '', ...toEvidenceTable(evidence), '', ...toThings({ artifacts, sessions })]
}

const who = ({ agent, driver, model }: TaskView): string => [agent, driver, model].filter(Boolean).join(' · ')

const toAttemptTable = (attempts: readonly AttemptView[], zone: string): string[] =>
  toTable(
    attempts,
    [
      { head: 'attempt', cell: (attempt) => String(attempt.n), align: 'right' },
      { head: 'state', cell: (attempt) => stateWord(attemptWords[attempt.state]) },
      { head: 'step', cell: (attempt) => attempt.step },
      { head: 'model', cell: (attempt) => attempt.model, max: 40 },
      { head: 'spent', cell: (attempt) => formatMoney(attempt.spent), align: 'right' },
      { head: 'started', cell: (attempt) => dateTime(attempt.startedAt, zone) },
      { head: 'error', cell: (attempt) => attempt.error ?? '', max: 100 },
    ],
    'Not tried yet.',
  )

const toEvidenceTable = (evidence: TaskDetail['evidence']): string[] =>
  toTable(
    evidence,
    [
      { head: 'evidence', cell: (one) => one.kind },
      { head: 'verdict', cell: (one) => one.verdict },
      { head: 'of', cell: (one) => one.name },
      { head: 'exit', cell: (one) => (one.exitCode === null ? '' : String(one.exitCode)), align: 'right' },
      { head: 'hash', cell: (one) => one.hash.slice(0, 12) },
      { head: 'summary', cell: (one) => one.summary, max: 100 },
    ],
    'No evidence yet.',
  )

const toThings = ({ artifacts, sessions }: Pick<TaskDetail, 'artifacts' | 'sessions'>): string[] => [
  ...sessions.map((session) => `session ${shortId(session.id)} ${session.role} ${session.state}: reef session log ${shortId(session.id)}`),
  ...artifacts.map((artifact) => `artifact ${shortId(artifact.id)} ${artifact.path}: reef artifact read ${shortId(artifact.id)}`),
]
