import type { SettingView } from '../contract/settings.ts'
import { toLimitName } from './budget-table.ts'
import { confirmRaise } from './confirm-raise.ts'
import type { Client } from './connect.ts'
import type { Declare } from './context.ts'
import { toTable } from './table.ts'

export const declare: Declare = (settings, run) => {
  settings
    .command('list')
    .description('list every setting with its value')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.settings.list()
        await cli.show(answer, () => toSettingTable(answer.settings))
      }),
    )
  settings
    .command('set')
    .description('change a setting')
    .argument('<key>', 'name of the setting')
    .argument('<value>', 'its new value: a number, true, false, or text')
    .option('--yes', 'raise the limit of everything without typing the amount again')
    .action(
      run<[string, string], { yes?: boolean }>(async (cli, [key, text], { yes = false }) => {
        const value = toValue(text)
        const { client } = await cli.engine()
        const what = limits[key]
        if (what !== undefined && typeof value === 'number' && !yes)
          await confirmRaise({ what, fromUsd: await numberOf(client, key), toUsd: value, field: key })
        const answer = await client.settings.set({ key, value })
        await cli.show(answer, () => toSettingTable([answer]))
      }),
    )
}

/** Settings that are limits of everything, as `reef budget set global` calls them. */
const limits: Readonly<Record<string, string>> = {
  spendStopUsd: toLimitName({ scope: 'global', subject: '*', period: 'day' }),
  spendMonthStopUsd: toLimitName({ scope: 'global', subject: '*', period: 'month' }),
}

async function numberOf(client: Client, key: string): Promise<number | undefined> {
  const value = (await client.settings.list()).settings.find((setting) => setting.key === key)?.value
  return typeof value === 'number' ? value : undefined
}

/** JSON where it is JSON, text otherwise: `30` is a number, `Pacific/Auckland` is not. */
export function toValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const toSettingTable = (settings: readonly SettingView[]): string[] =>
  toTable(
    settings,
    [
      { head: 'setting', cell: (row) => row.key },
      { head: 'value', cell: (row) => toText(row.value) },
      { head: 'default', cell: (row) => (row.source === 'default' ? '' : toText(row.default)) },
      { head: 'meaning', cell: (row) => row.description, max: 90 },
    ],
    'No settings.',
  )

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
