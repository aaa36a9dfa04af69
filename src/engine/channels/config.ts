import { type ChannelSecretName, OpenclawConfig, WebhookConfig, WhatsappConfig } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import type { PhoneChannel } from './channel.ts'

export type ChannelConfig = {
  readonly openclaw: OpenclawConfig
  readonly whatsapp: WhatsappConfig
  readonly webhook: WebhookConfig
}
type Config<N extends PhoneChannel> = ChannelConfig[N]

type Kind<N extends PhoneChannel> = {
  readonly title: string
  readonly schema: {
    safeParse(value: unknown): { success: true; data: Config<N> } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } }
  }
  /** Where messages go; for eyes, so without anything secret. */
  readonly address: (config: Config<N>) => string
  readonly secrets: readonly ChannelSecretName[]
  /** Those without which it cannot work. */
  readonly needs: (config: Config<N>) => readonly ChannelSecretName[]
  /** What a pairing is about: another value, and the old pairing is void. */
  readonly identity: (config: Config<N>) => string
  readonly urls: (config: Config<N>) => readonly (readonly [field: string, url: string | undefined])[]
  /** Whether the owner's words can come back over it. */
  readonly returns: boolean
}

export const channelKinds: { readonly [N in PhoneChannel]: Kind<N> } = {
  openclaw: {
    title: 'WhatsApp through OpenClaw',
    schema: OpenclawConfig,
    address: (config) => config.to,
    secrets: ['token', 'signingSecret'],
    needs: () => ['token'],
    identity: (config) => `${config.to} ${config.accountId ?? ''}`,
    urls: () => [],
    returns: true,
  },
  whatsapp: {
    title: 'WhatsApp Business Cloud API',
    schema: WhatsappConfig,
    address: (config) => config.to,
    secrets: ['accessToken', 'appSecret', 'relayToken'],
    needs: (config) => (config.relayUrl === undefined ? ['accessToken'] : ['accessToken', 'appSecret', 'relayToken']),
    identity: (config) => `${config.to} ${config.phoneNumberId}`,
    urls: (config) => [
      ['graphUrl', config.graphUrl],
      ['relayUrl', config.relayUrl],
    ],
    returns: true,
  },
  webhook: {
    title: 'Webhook',
    schema: WebhookConfig,
    // The path of such an address is often a secret.
    address: (config) => new URL(config.url).origin,
    secrets: ['signingSecret'],
    needs: () => ['signingSecret'],
    identity: (config) => config.url,
    urls: (config) => [['url', config.url]],
    returns: false,
  },
}

/** A channel's settings, checked, and what follows from them. */
export type SetUp = { readonly config: object; readonly address: string; readonly identity: string; readonly needs: readonly ChannelSecretName[] }

/** Reads what was typed; refused with the field's name. */
export function toSetUp<N extends PhoneChannel>(name: N, typed: unknown): SetUp {
  const kind: Kind<N> = channelKinds[name]
  const parsed = kind.schema.safeParse(typed)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') ?? ''
    throw new ReefError('channel/invalid', `${kind.title}: ${field ? `${field}: ` : ''}${issue?.message ?? 'not valid'}.`, { ...(field && { field }) })
  }
  const config = parsed.data
  for (const [field, url] of kind.urls(config)) if (url !== undefined) refuseOpenUrl(field, url)
  return { config, address: kind.address(config), identity: kind.identity(config), needs: kind.needs(config) }
}

/** A token travels with every call, so it travels encrypted or not at all. */
function refuseOpenUrl(field: string, url: string): void {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))) return
  throw new ReefError('channel/invalid', `${field} is not an https address.`, { field, remedy: 'use https://, or an address of this machine' })
}
