import { Option } from 'commander'
import { Billing, type ProviderPreset, WireFormat } from '../contract/router.ts'
import { given } from './arguments.ts'
import type { Client } from './connect.ts'
import type { Cli, Declare } from './context.ts'
import { usageFailure } from './failure.ts'
import { type KeyFlags, readOptionalKey, readProviderKey, refuseKeyArguments } from './provider-key.ts'
import { toProviderTable } from './provider-table.ts'

type AddOptions = KeyFlags & { wire?: WireFormat; baseUrl?: string; billing?: Billing }
type Provider = { readonly name: string; readonly wire: WireFormat; readonly baseUrl: string; readonly billing?: Billing }

export const declareAdd: Declare = (provider, run) => {
  refuseKeyArguments(
    provider
      .command('add')
      .description('connect a provider; its key comes from standard input or from REEF_PROVIDER_KEY, never from an argument')
      .argument('<name>', 'what to call it; a name of `reef provider presets` brings its wire and address along')
      .addOption(new Option('--wire <format>', 'what it speaks').choices(WireFormat.options))
      .option('--base-url <url>', 'where it is, e.g. https://api.anthropic.com')
      .addOption(
        new Option('--billing <kind>', 'metered: every token costs; subscription: paid by the month; local: a machine of your own').choices(Billing.options),
      )
      .option('--no-key', 'it needs no key, like a server of your own'),
  ).action(
    run<[string], AddOptions>(async (cli, [name], { wire, baseUrl, billing, ...flags }) => {
      const { client } = await cli.engine()
      const preset = wire && baseUrl ? undefined : await findPreset(client, name, wire === undefined ? 'wire' : 'baseUrl')
      const wanted = toProvider(name, given({ wire, baseUrl, billing }), preset)
      const key = await toKey(cli, flags, preset)
      const answer = await client.provider.add({ ...wanted, ...given({ key }) })
      await cli.show(answer, () => [...toProviderTable([answer]), '', `Try it: reef provider test ${answer.name}`])
    }),
  )
}

async function findPreset(client: Client, name: string, field: 'wire' | 'baseUrl'): Promise<ProviderPreset> {
  const preset = (await client.provider.presets()).presets.find((one) => one.name === name)
  if (preset) return preset
  throw usageFailure(`${name} is no provider that REEF knows by its name.`, {
    field,
    remedy: 'give --wire and --base-url, or take a name that `reef provider presets` lists',
  })
}

function toProvider(name: string, said: Pick<AddOptions, 'wire' | 'baseUrl' | 'billing'>, preset: ProviderPreset | undefined): Provider {
  const wire = said.wire ?? preset?.wire
  const baseUrl = said.baseUrl ?? preset?.baseUrl ?? ''
  if (/[{}]/.test(baseUrl) || wire === undefined)
    throw usageFailure(`Where ${name} is cannot be known.`, { field: 'baseUrl', remedy: `give its address: --base-url ${baseUrl}, filled in` })
  if (!URL.canParse(baseUrl))
    throw usageFailure('--base-url is not a URL.', { field: 'baseUrl', remedy: 'write it with its scheme, e.g. http://127.0.0.1:11434' })
  return { name, wire, baseUrl, ...given({ billing: said.billing ?? preset?.billing }) }
}

/** Asked for where one is needed; where the environment holds one already, or a preset needs none, only taken when it is given. */
function toKey({ env }: Cli, flags: KeyFlags, preset: ProviderPreset | undefined): Promise<string | undefined> {
  const source = { env, stdin: process.stdin, ...flags }
  if (flags.key === false) return Promise.resolve(undefined)
  if (preset?.billing === 'local') return readOptionalKey({ ...source, stdin: undefined })
  if (preset && preset.environment !== null) return readOptionalKey(source)
  const made = preset?.keyUrl ? `make one at ${preset.keyUrl}, then ` : ''
  return readProviderKey({
    ...source,
    prompt: process.stderr,
    remedy: `${made}pipe it in, set REEF_PROVIDER_KEY, or say --no-key for a server that needs none`,
  })
}
