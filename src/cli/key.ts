import type { ProviderView } from '../contract/router.ts'
import type { Cli, Declare } from './context.ts'
import { CliFailure } from './failure.ts'
import { REHEARSAL } from './label.ts'
import { dateTime } from './local-time.ts'
import { type KeyFlags, readProviderKey, refuseKeyArguments } from './provider-key.ts'
import { toTable } from './table.ts'

const source = 'it comes from standard input or from REEF_PROVIDER_KEY, never from an argument'

export const declare: Declare = (key, run) => {
  refuseKeyArguments(
    key.command('set').description(`store the key of a provider that has none stored; ${source}`).argument('<provider>', 'name of the provider'),
  ).action(run<[string], KeyFlags>((cli, [name], flags) => store(cli, name, flags, 'set')))
  key
    .command('list')
    .description('say where the key of each provider is; keys are never shown')
    .action(
      run(async (cli) => {
        const { client, zone } = await cli.engine()
        const answer = await client.provider.list()
        await cli.show(answer, async () => toKeyTable(answer.providers, await zone()))
      }),
    )
  refuseKeyArguments(
    key
      .command('rotate')
      .description(`replace the stored key of a provider; calls from now on use the new one; ${source}`)
      .argument('<provider>', 'name of the provider'),
  ).action(run<[string], KeyFlags>((cli, [name], flags) => store(cli, name, flags, 'rotate')))
}

async function store(cli: Cli, name: string, flags: KeyFlags, verb: 'set' | 'rotate'): Promise<void> {
  const { client, zone } = await cli.engine()
  const provider = (await client.provider.list()).providers.find((one) => one.name === name)
  if (!provider)
    throw new CliFailure(1, {
      code: 'provider/unknown',
      message: `No provider is called ${name}.`,
      field: 'provider',
      remedy: `connect it: reef provider add ${name}`,
    })
  if ((provider.key === 'stored') !== (verb === 'rotate')) throw wrongVerb(provider)
  const key = await readProviderKey({ ...flags, env: cli.env, stdin: process.stdin, prompt: process.stderr, remedy: 'pipe it in or set REEF_PROVIDER_KEY' })
  const answer = await client.provider.rotate({ name, key })
  await cli.show(answer, async () => [...toKeyTable([answer], await zone()), '', `Try it: reef provider test ${name}`])
}

/** Setting a key never overwrites one, so that a slip in the name costs nothing. */
const wrongVerb = ({ name, key }: ProviderView) =>
  key === 'stored'
    ? new CliFailure(1, {
        code: 'provider/invalid',
        message: `A key of ${name} is stored already.`,
        field: 'key',
        remedy: `replace it: reef key rotate ${name}`,
      })
    : new CliFailure(1, {
        code: 'provider/no-key',
        message: `No key of ${name} is stored that could be replaced.`,
        field: 'key',
        remedy: `store one: reef key set ${name}`,
      })

const toKeyTable = (providers: readonly ProviderView[], zone: string): string[] =>
  toTable(
    providers,
    [
      { head: 'provider', cell: (row) => (row.rehearsal ? `${row.name} ${REHEARSAL}` : row.name) },
      { head: 'key', cell: (row) => row.key },
      { head: 'stored', cell: (row) => (row.keySetAt === null ? '' : dateTime(row.keySetAt, zone)) },
      { head: 'billing', cell: (row) => row.billing },
    ],
    'No providers: reef provider add.',
  )
