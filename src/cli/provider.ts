import type { Discovery, ProviderPreset } from '../contract/router.ts'
import type { Declare } from './context.ts'
import type { ExitCode } from './failure.ts'
import { declareAdd } from './provider-add.ts'
import { toProviderTable } from './provider-table.ts'
import { toTable } from './table.ts'

export const declare: Declare = (provider, run) => {
  declareAdd(provider, run)
  provider
    .command('list')
    .description('list providers; keys are never shown')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.provider.list()
        await cli.show(answer, () => toProviderTable(answer.providers))
      }),
    )
  provider
    .command('presets')
    .description('list the providers that REEF knows how to connect')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.provider.presets()
        await cli.show(answer, () => toPresetTable(answer.presets))
      }),
    )
  provider
    .command('discover')
    .description('look on this machine, and nowhere else, for what could be connected')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.provider.discover()
        await cli.show(answer, () => toDiscoveryLines(answer))
      }),
    )
  provider
    .command('remove')
    .description('forget a provider and its key')
    .argument('<name>', 'name of the provider')
    .action(
      run<[string]>(async (cli, [name]) => {
        const { client } = await cli.engine()
        await cli.show(await client.provider.remove({ name }), () => [`${name} is removed.`])
      }),
    )
  provider
    .command('test')
    .description('ask a provider for its models with the stored key')
    .argument('<name>', 'name of the provider')
    .action(
      run<[string]>(async (cli, [name]): Promise<ExitCode> => {
        const { client } = await cli.engine()
        const answer = await client.provider.test({ name })
        await cli.show(answer, () => [
          `${name}: ${answer.reachable ? 'reachable' : 'not reachable'}. ${answer.message}`,
          ...answer.models.map((model) => `  ${name}/${model}`),
        ])
        return answer.reachable ? 0 : 1
      }),
    )
}

const toPresetTable = (presets: readonly ProviderPreset[]): string[] =>
  toTable(
    presets,
    [
      { head: 'name', cell: (row) => row.name },
      { head: 'provider', cell: (row) => row.title },
      { head: 'billing', cell: (row) => row.billing },
      { head: 'key', cell: (row) => (row.environment ? `in ${row.environment}` : (row.keyUrl ?? '')), max: 80 },
      { head: 'at', cell: (row) => row.baseUrl, max: 80 },
      { head: 'note', cell: (row) => row.note, max: 120 },
    ],
    'None.',
  )

function toDiscoveryLines({ ollama, logins }: Discovery): string[] {
  const found = [
    ...(ollama
      ? [
          `Ollama ${ollama.version ?? ''} at ${ollama.baseUrl} is running. Connect it: reef provider add ollama --base-url ${ollama.baseUrl}`,
          ...ollama.models.map((model) => `  ${model}`),
        ]
      : []),
    ...logins.map(({ program, kind, plan, remedy }) => `${program} is logged in with a ${kind}${plan ? ` (${plan})` : ''}. ${remedy}`),
  ]
  return found.length > 0 ? found : ['Nothing was found: no Ollama that answers, no login of Claude Code or Codex.']
}
