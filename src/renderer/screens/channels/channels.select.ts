import {
  type ChannelName,
  type ChannelSecretName,
  type ChannelView,
  type IncomingView,
  type MessageKind,
  type MessageView,
  OpenclawConfig,
  WebhookConfig,
  WhatsappConfig,
} from '../../../contract/channels.ts'
import { createPaging } from '../../parts/pages.ts'
import { wordOf } from '../../parts/state-mark.tsx'
import { showHidden } from '../../parts/visible-text.ts'

export const channelOrder: readonly ChannelName[] = ['whatsapp', 'openclaw', 'webhook', 'desktop']
/** Short names, for columns and choices; a channel's own view has its full title. */
export const channelNames: Record<ChannelName, string> = { desktop: 'desktop', openclaw: 'OpenClaw', whatsapp: 'WhatsApp', webhook: 'webhook' }

/** Phones first; what the engine does not name is still shown, as not set up. */
export const inOrder = (channels: readonly ChannelView[]): readonly ChannelView[] =>
  [...channels].sort((a, b) => channelOrder.indexOf(a.name) - channelOrder.indexOf(b.name))

export type SetupField = { readonly key: string; readonly label: string; readonly hint: string; readonly optional?: true }
export type SetupSecret = { readonly key: ChannelSecretName; readonly label: string; readonly hint: string }
export type Setup = { readonly about: string; readonly fields: readonly SetupField[]; readonly secrets: readonly SetupSecret[] }

/** What each channel has to know. Defaults come from the contract. */
export const setups: Record<ChannelName, Setup> = {
  desktop: { about: 'Text notices on this machine. They carry no buttons: a press opens the card.', fields: [], secrets: [] },
  openclaw: {
    about: 'The OpenClaw gateway of this machine, with your WhatsApp linked to it.',
    fields: [
      { key: 'url', label: 'Address of the gateway', hint: 'On this machine only.' },
      { key: 'to', label: 'Your number', hint: 'With + and country, such as +64211234567.' },
      { key: 'accountId', label: 'Account', hint: 'Only where the gateway has several.', optional: true },
    ],
    secrets: [
      { key: 'token', label: 'Token of the gateway', hint: 'gateway.auth.token in its configuration.' },
      { key: 'signingSecret', label: 'Secret of the bridge', hint: 'The plugin signs with it what your phone says. Without it nothing comes back.' },
    ],
  },
  whatsapp: {
    about: 'A number of WhatsApp Business at Meta. Replies come over a relay, because no port of this machine is open.',
    fields: [
      { key: 'graphUrl', label: 'Graph API', hint: 'With its version.' },
      { key: 'phoneNumberId', label: 'Phone number id', hint: 'Digits, from WhatsApp > API setup.' },
      { key: 'to', label: 'Your number', hint: 'Without +, such as 64211234567.' },
      { key: 'template', label: 'Template', hint: 'Sent when your last word is older than 24 h.' },
      { key: 'templateLanguage', label: 'Language of the template', hint: 'As it was approved, such as en_US.' },
      { key: 'relayUrl', label: 'Relay', hint: 'Where replies wait to be fetched. Without it nothing comes back.', optional: true },
    ],
    secrets: [
      { key: 'accessToken', label: 'Access token', hint: 'Of a system user, with whatsapp_business_messaging.' },
      { key: 'appSecret', label: 'App secret', hint: 'Checks that what the relay kept is from Meta.' },
      { key: 'relayToken', label: 'Token of the relay', hint: 'What REEF shows to fetch.' },
    ],
  },
  webhook: {
    about: 'Every message as JSON to an address of your own, signed.',
    fields: [{ key: 'url', label: 'Address', hint: 'Where each message is posted to.' }],
    secrets: [{ key: 'signingSecret', label: 'Signing secret', hint: 'Both sides know it; each message carries its HMAC.' }],
  },
}

const schemas = { openclaw: OpenclawConfig, whatsapp: WhatsappConfig, webhook: WebhookConfig } as const
const schemaOf = (name: ChannelName) => (name === 'desktop' ? undefined : schemas[name])

/** What stands in the fields at first: what is stored, else the contract's default, else nothing. */
export function toTyped({ name, config }: Pick<ChannelView, 'name' | 'config'>): Readonly<Record<string, string>> {
  const shape = (schemaOf(name)?.shape ?? {}) as Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }>
  return Object.fromEntries(
    setups[name].fields.map(({ key }) => {
      const given = shape[key]?.safeParse(undefined)
      return [key, config[key] ?? (given?.success && typeof given.data === 'string' ? given.data : '')]
    }),
  )
}

/** The configuration as the engine takes it, and what is wrong at which field. What is empty and optional is left out. */
export function checkConfig(
  name: ChannelName,
  typed: Readonly<Record<string, string>>,
): { readonly config: Readonly<Record<string, string>> | undefined; readonly errors: Readonly<Record<string, string>> } {
  const config = Object.fromEntries(setups[name].fields.flatMap(({ key }) => (typed[key]?.trim() ? [[key, typed[key].trim()]] : [])))
  const checked = schemaOf(name)?.safeParse(config)
  if (!checked || checked.success) return { config, errors: {} }
  const errors: Record<string, string> = {}
  for (const { path, message } of checked.error.issues) {
    const key = String(path[0])
    // An empty field is wanting, not wrong.
    if (config[key] !== undefined) errors[key] ??= `It must be ${message.startsWith('Invalid') ? 'an address such as https://example.com/' : message}.`
  }
  return { config: undefined, errors }
}

/** One message, either way. Ids are of one family, and sorted by birth. */
export type Passed = { readonly id: string; readonly at: number } & (
  | { readonly way: 'out'; readonly message: MessageView }
  | { readonly way: 'in'; readonly message: IncomingView }
)

export const paging = createPaging((row: Passed) => row.id)

/**
 * Two pages laid into one, newest first. Where a page is full, what is older than its end is not known of its side: what the other side has beyond
 * that point waits for the next page, so that nothing is left out.
 */
export function toPassed(
  { sent, received }: { readonly sent: readonly MessageView[]; readonly received: readonly IncomingView[] },
  limit: number,
): readonly Passed[] {
  const ends = [sent, received].flatMap((page) => (page.length >= limit ? [page.map(({ id }) => id as string).reduce((a, b) => (a < b ? a : b))] : []))
  const from = ends.reduce((a, b) => (a > b ? a : b), '')
  return [
    ...sent.map((message): Passed => ({ id: message.id, at: message.createdAt, way: 'out', message })),
    ...received.map((message): Passed => ({ id: message.id, at: message.receivedAt, way: 'in', message })),
  ]
    .filter(({ id }) => id >= from)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
}

export const kindWords: Record<MessageKind, string> = {
  approval: 'approval',
  reminder: 'reminder',
  update: 'update',
  notice: 'notice',
  answer: 'answer',
  brief: 'morning brief',
  pairing: 'pairing',
  test: 'test',
}

/** What was said, in a line: words, the button that was pressed, or the reaction. Text from outside shows its hidden characters (U-26). */
export function toLine(passed: Passed): string {
  const { message } = passed
  if (passed.way === 'out') return showHidden(message.text ?? '').replaceAll('\n', ' ')
  const { text, button, reaction } = passed.message
  const parts = [button === null ? '' : `pressed “${button}”`, reaction === null ? '' : `reacted ${reaction}`, text ?? '']
  return showHidden(parts.filter(Boolean).join(' · ')).replaceAll('\n', ' ')
}

/** How it went: of one that was sent what went wrong or is open on its way, of one that came what REEF made of it. */
export function toResult(passed: Passed): string {
  if (passed.way === 'out') {
    const { word, attention } = wordOf('message', passed.message.state)
    return passed.message.error ?? (attention === 'quiet' ? '' : word)
  }
  if (!passed.message.allowed) return 'not from you: written down and dropped'
  return passed.message.outcome ?? wordOf('incoming', passed.message.state).word
}

/** Everything odd about a message that came, in words. */
export function toMarks({ allowed, forwarded, edited }: Pick<IncomingView, 'allowed' | 'forwarded' | 'edited'>): readonly string[] {
  return [allowed ? '' : 'a stranger', forwarded ? 'forwarded' : '', edited ? 'edited afterwards' : ''].filter(Boolean)
}
