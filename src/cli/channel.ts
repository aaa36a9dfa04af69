import { Argument, Option } from 'commander'
import { ChannelName, type ChannelView, type IncomingView, type MessageView } from '../contract/channels.ts'
import { channelWords, messageWords } from '../contract/words.ts'
import { toLimit } from './arguments.ts'
import { readChannelSecrets, refuseSecretArguments, refuseSecretOptions } from './channel-secrets.ts'
import type { Declare } from './context.ts'
import { usageFailure } from './failure.ts'
import { findApproval } from './find.ts'
import { stateWord } from './label.ts'
import { clockTime, dateTime } from './local-time.ts'
import { toFacts, toTable } from './table.ts'

const name = () => new Argument('<channel>', 'which one').choices(ChannelName.options)

export const declare: Declare = (channel, run) => {
  channel
    .command('list')
    .description('list the ways to your phone, and how they stand')
    .action(
      run(async (cli) => {
        const { client } = await cli.engine()
        const answer = await client.channel.list()
        await cli.show(answer, () => toChannelTable(answer.channels))
      }),
    )

  refuseSecretOptions(
    channel
      .command('set')
      .description('set a channel up, or change it; docs/channels.md has the settings of each. Secrets come from standard input, never from an argument')
      .addArgument(name())
      .argument('[settings...]', 'such as to=+64211234567; what is left out stays as it is')
      .option('--secrets', 'read secrets from standard input, one NAME=VALUE a line; an empty value forgets it'),
  ).action(
    run<[ChannelName, string[]], { secrets?: boolean }>(async (cli, [wanted, settings], flags) => {
      refuseSecretArguments(settings, flags)
      const changes = settings.map(toSetting)
      const secrets = flags.secrets ? await readChannelSecrets(process.stdin) : {}
      const { client } = await cli.engine()
      const before = (await client.channel.list()).channels.find((one) => one.name === wanted)?.config ?? {}
      // An empty one is left out, so that its default holds again.
      const config = Object.fromEntries(Object.entries({ ...before, ...Object.fromEntries(changes) }).filter(([, value]) => value !== ''))
      const answer = await client.channel.set({ name: wanted, config, secrets })
      await cli.show(answer, () => toChannelFacts(answer))
    }),
  )

  channel
    .command('off')
    .description('let go of a channel and its pairing; its settings stay')
    .addArgument(name())
    .action(
      run<[ChannelName]>(async (cli, [wanted]) => {
        const { client } = await cli.engine()
        await cli.show(await client.channel.off({ name: wanted }), () => [`${wanted} is off.`])
      }),
    )

  channel
    .command('test')
    .description('send one message that says it is a test')
    .addArgument(name())
    .action(
      run<[ChannelName]>(async (cli, [wanted]) => {
        const { client } = await cli.engine()
        const answer = await client.channel.test({ name: wanted })
        await cli.show(answer, () => [`The test to ${answer.to} is written down: reef channel messages tells what becomes of it.`])
      }),
    )

  channel
    .command('pair')
    .description('make your phone the one whose answers count')
    .addArgument(name())
    .action(
      run<[ChannelName]>(async (cli, [wanted]) => {
        const { client, zone } = await cli.engine()
        const answer = await client.channel.pair({ name: wanted })
        await cli.show(answer, async () => [
          'Send these words from your phone to the number that REEF writes from:',
          '',
          `    ${answer.words}`,
          '',
          `They work once, until ${clockTime(answer.until, await zone())}.`,
        ])
      }),
    )

  channel
    .command('unpair')
    .description('let no phone decide over this channel any more')
    .addArgument(name())
    .action(
      run<[ChannelName]>(async (cli, [wanted]) => {
        const { client } = await cli.engine()
        await cli.show(await client.channel.unpair({ name: wanted }), () => [`${wanted} is not paired any more: nothing can be decided over it.`])
      }),
    )

  channel
    .command('messages')
    .description('list what was sent and what came in, newest first')
    .addOption(new Option('--channel <channel>', 'only of this channel').choices(ChannelName.options))
    .option('--approval <approval>', 'only about the card of this approval; its id, or the end of it')
    .option('--limit <n>', 'at most so many of each', toLimit, 20)
    .action(
      run<[], { channel?: ChannelName; approval?: string; limit: number }>(async (cli, _, { approval, ...filter }) => {
        const { client, zone } = await cli.engine()
        const about = approval === undefined ? undefined : await client.approval.get({ id: await findApproval(client, approval) })
        const answer = await client.channel.messages({ ...filter, ...(about && { bundleId: about.bundleId }) })
        await cli.show(answer, async () => {
          const shown = await zone()
          return ['Sent', ...toSentTable(answer.sent, shown), '', 'Received', ...toReceivedTable(answer.received, shown)]
        })
      }),
    )
}

function toSetting(given: string): [string, string] {
  const at = given.indexOf('=')
  if (at < 1) throw usageFailure('Settings are given as NAME=VALUE.', { field: 'settings', remedy: 'such as to=+64211234567' })
  return [given.slice(0, at), given.slice(at + 1)]
}

const toChannelTable = (channels: readonly ChannelView[]): string[] =>
  toTable(
    channels,
    [
      { head: 'channel', cell: (row) => row.name },
      { head: 'state', cell: (row) => stateWord(channelWords[row.state]) },
      { head: 'to', cell: (row) => row.address ?? '' },
      { head: 'decides', cell: (row) => (row.decides ? 'yes' : 'no') },
      { head: 'waiting', cell: (row) => String(row.waiting), align: 'right' },
      { head: 'failed', cell: (row) => String(row.failed), align: 'right' },
      { head: 'detail', cell: (row) => (row.remedy ? `${row.detail} → ${row.remedy}` : row.detail), max: 160 },
    ],
    'None.',
  )

const toChannelFacts = (channel: ChannelView): string[] =>
  toFacts([
    ['channel', `${channel.name}, ${channel.title}`],
    ['state', stateWord(channelWords[channel.state])],
    ['to', channel.address],
    [
      'settings',
      Object.entries(channel.config)
        .map(([key, value]) => `${key}=${value}`)
        .join('\n'),
    ],
    ['secrets', channel.secrets.join(', ')],
    ['next', channel.remedy],
  ])

const toSentTable = (messages: readonly MessageView[], zone: string): string[] =>
  toTable(
    messages,
    [
      { head: 'at', cell: (row) => dateTime(row.createdAt, zone) },
      { head: 'channel', cell: (row) => row.channel },
      { head: 'kind', cell: (row) => row.kind },
      { head: 'state', cell: (row) => stateWord(messageWords[row.state]) },
      { head: 'text', cell: (row) => row.text },
      { head: 'problem', cell: (row) => row.error ?? '', max: 100 },
    ],
    'Nothing.',
  )

const toReceivedTable = (messages: readonly IncomingView[], zone: string): string[] =>
  toTable(
    messages,
    [
      { head: 'at', cell: (row) => dateTime(row.receivedAt, zone) },
      { head: 'channel', cell: (row) => row.channel },
      { head: 'from', cell: (row) => (row.allowed ? row.sender : `${row.sender} (not you)`) },
      { head: 'text', cell: (row) => row.text ?? row.button ?? row.reaction ?? '(no words)' },
      { head: 'outcome', cell: (row) => row.outcome ?? row.state, max: 100 },
    ],
    'Nothing.',
  )
