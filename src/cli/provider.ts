import { Option } from 'commander'
import { type ProviderView, WireFormat } from '../contract/router.ts'
import type { Declare } from './context.ts'
import { type ExitCode, usageFailure } from './failure.ts'
import { REHEARSAL } from './label.ts'
import { readProviderKey } from './provider-key.ts'
import { toTable } from './table.ts'

/** `--key VALUE` and `--api-key VALUE` exist to be refused: an unknown option would be printed back with the key in it. */
type AddOptions = { wire: WireFormat; baseUrl: string; key: boolean | string; apiKey?: string | boolean }

export const declare: Declare = (provider, run) => {
  provider
    .command('add')
    .description('connect a provider; its key comes from standard input or from REEF_PROVIDER_KEY, never from an argument')
    .argument('<name>', 'what to call it, e.g. anthropic')
    .addOption(new Option('--wire <format>', 'what it speaks').choices(WireFormat.options).makeOptionMandatory())
    .requiredOption('--base-url <url>', 'where it is, e.g. https://api.anthropic.com')
    .option('--no-key', 'it needs no key, like a server of your own')
    .addOption(new Option('--api-key [key]').hideHelp())
    .addOption(new Option('--key [key]').hideHelp())
    .action(
      run<[string], AddOptions>(async (cli, [name], { wire, baseUrl, key: wanted, apiKey }) => {
        if (apiKey !== undefined || typeof wanted === 'string') throw keyAsArgument()
        if (!URL.canParse(baseUrl))
          throw usageFailure('--base-url is not a URL.', { field: 'baseUrl', remedy: 'write it with its scheme, e.g. http://127.0.0.1:11434' })
        const key = wanted ? await readProviderKey({ env: cli.env, stdin: process.stdin, prompt: process.stderr }) : undefined
        const { client } = await cli.engine()
        const answer = await client.provider.add({ name, wire, baseUrl, ...(key === undefined ? {} : { key }) })
        await cli.show(answer, () => [...toProviderTable([answer]), '', `Try it: reef provider test ${answer.name}`])
      }),
    )
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

const keyAsArgument = () =>
  usageFailure('A key is never given as an argument: other programs can read those.', {
    field: 'key',
    remedy: 'pipe it in (reef provider add … < key-file) or set REEF_PROVIDER_KEY',
  })

const toProviderTable = (providers: readonly ProviderView[]): string[] =>
  toTable(
    providers,
    [
      { head: 'provider', cell: (row) => (row.rehearsal ? `${row.name} ${REHEARSAL}` : row.name) },
      { head: 'wire', cell: (row) => row.wire },
      { head: 'key', cell: (row) => row.key },
      { head: 'at', cell: (row) => row.baseUrl, max: 80 },
    ],
    'No providers: reef provider add, or reef rehearse to see the factory work without one.',
  )
