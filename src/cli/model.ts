import { Option } from 'commander'
import { ModelTier } from '../contract/queue.ts'
import type { CircuitView, ModelView } from '../contract/router.ts'
import { given, toModel } from './arguments.ts'
import { circuitWord } from './circuit-word.ts'
import type { Declare } from './context.ts'
import { toExactMoney } from './exact-money.ts'
import { type ExitCode, usageFailure } from './failure.ts'
import { findTask, shortId } from './find.ts'
import { dateTime } from './local-time.ts'
import { toExplanation } from './model-explain.ts'
import { paint } from './paint.ts'
import { toTable } from './table.ts'

type SetOptions = { tier?: ModelTier; enable?: boolean; disable?: boolean }

export const declare: Declare = (model, run) => {
  model
    .command('list')
    .description('list the models that may be chosen, with price and what they can')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.model.list()
        await cli.show(answer, () => toModelTable(answer.models))
      }),
    )
  model
    .command('set')
    .description('put a model into a tier, or take it out of the choice')
    .argument('<provider/model>', 'which model', toModel)
    .addOption(new Option('--tier <tier>', 'where it stands').choices(ModelTier.options))
    .addOption(new Option('--enable', 'let it be chosen when an agent names no model').conflicts('disable'))
    .option('--disable', 'use it only where it is named')
    .action(
      run<[string], SetOptions>(async (cli, [ref], { tier, enable, disable }) => {
        const enabled = enable || disable ? enable === true : undefined
        if (tier === undefined && enabled === undefined)
          throw usageFailure('There is nothing to set.', { remedy: 'name at least one of --tier, --enable, --disable' })
        const { client } = await cli.engine()
        const answer = await client.model.set({ ref, ...given({ tier, enabled }) })
        await cli.show(answer, () => toModelTable([answer]))
      }),
    )
  model
    .command('test')
    .description('make one real call of a token or two, and say what it cost')
    .argument('<provider/model>', 'which model, or one of reef/auto, reef/fast, reef/mid, reef/frontier, reef/local', toModel)
    .action(
      run<[string]>(async (cli, [ref]): Promise<ExitCode> => {
        const { client } = await cli.engine()
        const answer = await client.model.test({ ref })
        await cli.show(answer, () => [
          `${answer.model}: ${answer.ok ? paint('green', 'answers') : paint('red', 'does not answer')}. ${answer.message}`,
          `${answer.latencyMs.toLocaleString('en-US')} ms${answer.call ? `, ${toExactMoney(answer.call.cost)}; its bill: reef spend call ${shortId(answer.call.id)}` : ''}`,
        ])
        return answer.ok ? 0 : 1
      }),
    )
  model
    .command('explain')
    .description('why the models of a task were chosen, and which one would be now')
    .argument('<task>', 'id of the task, or the end of it')
    .option('--plan <plan>', 'its plan; with it a key like T3 will do')
    .action(
      run<[string], { plan?: string }>(async (cli, [task], { plan }) => {
        const { client, zone } = await cli.engine()
        const answer = await client.model.explain({ taskId: await findTask(client, task, plan) })
        await cli.show(answer, async () => toExplanation(answer, await zone()))
      }),
    )
  model
    .command('health')
    .description('whether calls get through, by provider and model')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.model.health()
        await cli.show(answer, async () => toHealthTable(answer.circuits, await zone()))
      }),
    )
}

const toModelTable = (models: readonly ModelView[]): string[] =>
  toTable(
    models,
    [
      { head: 'model', cell: (row) => row.ref },
      { head: 'tier', cell: (row) => row.tier },
      { head: 'billing', cell: (row) => row.billing },
      { head: 'in $/mtok', cell: (row) => toPrice(row.inputUsdPerMTok), align: 'right' },
      { head: 'out $/mtok', cell: (row) => toPrice(row.outputUsdPerMTok), align: 'right' },
      { head: 'context', cell: (row) => row.contextWindow?.toLocaleString('en-US') ?? '', align: 'right' },
      { head: 'can', cell: (row) => [row.tools ? 'tools' : '', row.vision ? 'vision' : ''].filter(Boolean).join(', ') },
      { head: 'calls', cell: (row) => circuitWord(row.circuit) },
      { head: 'chosen', cell: (row) => (row.enabled ? 'yes' : 'only by name') },
    ],
    'No models: connect a provider with reef provider add.',
  )

/** An unknown price is not nothing: such a model is billed at the ceiling. */
const toPrice = (usd: number | null): string => (usd === null ? 'unknown' : usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 }))

const toHealthTable = (circuits: readonly CircuitView[], zone: string): string[] =>
  toTable(
    circuits,
    [
      { head: 'provider', cell: (row) => row.provider },
      { head: 'model', cell: (row) => row.model ?? 'all', max: 44 },
      { head: 'calls', cell: (row) => circuitWord(row.state) },
      { head: 'since', cell: (row) => dateTime(row.since, zone) },
      { head: 'until', cell: (row) => (row.until === null ? '' : dateTime(row.until, zone)) },
      { head: 'why', cell: (row) => row.detail, max: 90 },
    ],
    'No provider is connected.',
  )
