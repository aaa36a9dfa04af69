import { z } from 'zod'
import { BundleId, MessageId } from './ids.ts'
import { Instant } from './time.ts'

/** desktop: text notices of this machine; the others carry words to a phone and back. */
export const ChannelName = z.enum(['desktop', 'openclaw', 'whatsapp', 'webhook'])
export type ChannelName = z.infer<typeof ChannelName>

/** off: not set up. unproven: sends, but no reply of the owner has come back yet, so it decides nothing. */
export const channelStates = ['off', 'connecting', 'unproven', 'ready', 'not_linked', 'refused', 'down'] as const
export const ChannelState = z.enum(channelStates)
export type ChannelState = z.infer<typeof ChannelState>

export const messageStates = ['pending', 'sending', 'accepted', 'queued_remote', 'unknown', 'delivered', 'read', 'failed', 'expired', 'withdrawn'] as const
/** queued_remote: the gateway keeps it and may still send it; it is never sent a second time. unknown: sent, but no answer came. */
export const MessageState = z.enum(messageStates)
export type MessageState = z.infer<typeof MessageState>

export const messageKinds = ['approval', 'reminder', 'update', 'notice', 'answer', 'brief', 'pairing', 'test'] as const
export const MessageKind = z.enum(messageKinds)
export type MessageKind = z.infer<typeof MessageKind>

/** At most three, and 20 characters each: more does not fit on a phone. */
export const MessageButton = z.object({ id: z.string().max(256), title: z.string().max(20) })
export type MessageButton = z.infer<typeof MessageButton>

/** One message from REEF. It is written down before it is sent; `state` is what is known of its way. */
export const MessageView = z.object({
  id: MessageId,
  channel: ChannelName,
  to: z.string(),
  kind: MessageKind,
  text: z.string(),
  buttons: z.array(MessageButton),
  bundleId: BundleId.nullable(),
  replyTo: z.string().nullable(),
  state: MessageState,
  attempts: z.int(),
  error: z.string().nullable(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  sentAt: Instant.nullable(),
  deliveredAt: Instant.nullable(),
  readAt: Instant.nullable(),
  nextAttemptAt: Instant.nullable(),
})
export type MessageView = z.infer<typeof MessageView>

export const incomingStates = ['received', 'answered', 'ignored'] as const
/** One message from outside. Its sender and its channel were checked; its words were not. */
export const IncomingView = z.object({
  id: MessageId,
  channel: ChannelName,
  sender: z.string(),
  /** False for anybody else than the owner: then it was written down and dropped. */
  allowed: z.boolean(),
  text: z.string().nullable(),
  button: z.string().nullable(),
  reaction: z.string().nullable(),
  /** REEF's message that this one answers, where the channel says so. */
  repliesTo: MessageId.nullable(),
  forwarded: z.boolean(),
  edited: z.boolean(),
  at: Instant,
  receivedAt: Instant,
  state: z.enum(incomingStates),
  /** What REEF made of it, in words. */
  outcome: z.string().nullable(),
})
export type IncomingView = z.infer<typeof IncomingView>

export const ChannelView = z.object({
  name: ChannelName,
  title: z.string(),
  state: ChannelState,
  detail: z.string(),
  remedy: z.string().nullable(),
  /** Where messages go: a number, an address; null while it is off. */
  address: z.string().nullable(),
  /** The sender whose replies count; learned by pairing, never typed. */
  pairedSender: z.string().nullable(),
  /** Whether a decision may come back over it. */
  decides: z.boolean(),
  since: Instant.nullable(),
  lastSentAt: Instant.nullable(),
  lastDeliveredAt: Instant.nullable(),
  lastReceivedAt: Instant.nullable(),
  waiting: z.int(),
  failed: z.int(),
  /** Settings of this channel without its secrets, and the names of the secrets that are stored. */
  config: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
})
export type ChannelView = z.infer<typeof ChannelView>

/** Loopback only; the gateway's token is a secret. */
export const OpenclawConfig = z.strictObject({
  url: z
    .string()
    .regex(/^wss?:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+\/?$/, 'an address on this machine such as ws://127.0.0.1:18789')
    .default('ws://127.0.0.1:18789'),
  to: z.string().regex(/^\+[1-9]\d{6,14}$/, 'a number such as +64211234567'),
  accountId: z.string().max(60).optional(),
})
export type OpenclawConfig = z.infer<typeof OpenclawConfig>
/** Meta's Graph API, and the relay that keeps what its webhook brought. */
export const WhatsappConfig = z.strictObject({
  graphUrl: z.url().default('https://graph.facebook.com/v25.0'),
  phoneNumberId: z.string().regex(/^\d{5,20}$/, 'digits'),
  to: z.string().regex(/^[1-9]\d{6,14}$/, 'a number without +, such as 64211234567'),
  template: z.string().max(512).default('reef_approval').describe('sent where the last word of the owner is older than 24 h'),
  templateLanguage: z.string().max(10).default('en_US'),
  relayUrl: z.url().optional().describe('where replies wait to be fetched; without it nothing comes back'),
})
export type WhatsappConfig = z.infer<typeof WhatsappConfig>
export const WebhookConfig = z.strictObject({ url: z.url() })
export type WebhookConfig = z.infer<typeof WebhookConfig>

export const ChannelSecretName = z.enum(['token', 'accessToken', 'appSecret', 'relayToken', 'signingSecret'])
export type ChannelSecretName = z.infer<typeof ChannelSecretName>
