import type { ChannelName, Instant, MessageButton, MessageId, MessageKind } from '../../contract/index.ts'

/** One message as a transport gets it. */
export type Parcel = {
  readonly id: MessageId
  /** `reef:<id>`: the same at every try, so that the other side can recognise a repetition. */
  readonly key: string
  readonly kind: MessageKind
  readonly to: string
  readonly text: string
  readonly buttons: readonly MessageButton[]
  /** The other side's id of the message that this one answers. */
  readonly replyTo: string | null
  /** template: in the words that the provider takes outside of a running conversation. */
  readonly form: 'plain' | 'template'
  /** When the owner was last heard on this channel; null: never. */
  readonly lastHeardAt: Instant | null
}

/** How one try ended. Acceptance is not delivery: that is told by a receipt. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly remoteId: string | null }
  /** The other side keeps it and may still send it. It must never be sent again. */
  | { readonly kind: 'queued_remote'; readonly detail: string }
  /** It left, and no answer came. It may be repeated with the same key only. */
  | { readonly kind: 'unknown'; readonly detail: string }
  /** It was not sent, and the same again will not be either. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** It was surely not sent. `after` milliseconds are asked for; `as` is the other form in which it would be taken. */
  | { readonly kind: 'retry'; readonly detail: string; readonly after?: number; readonly as?: 'template' }

/** What the other side tells later of a message that it took. In any order, and any number of times. */
export type Receipt = {
  readonly key: string | null
  readonly remoteId: string
  readonly state: 'sent' | 'delivered' | 'read' | 'failed'
  readonly at: Instant
  readonly detail: string | null
  /** It failed only because the conversation had gone cold: once more, as a template. */
  readonly windowClosed: boolean
}

/** One message from outside, as it came. Its words are data. */
export type Arrival = {
  readonly remoteId: string
  readonly sender: string
  /** Why it cannot be the owner's word whoever sent it, such as another account or a group; null where the way it came is sound. */
  readonly unsound: string | null
  readonly text: string | null
  readonly button: string | null
  readonly reaction: string | null
  /** The other side's id of the message that it answers. */
  readonly repliesTo: string | null
  readonly forwarded: boolean
  readonly edited: boolean
  readonly at: Instant
}

/** What became of an arrival. dropped: not the owner's word. known: it came before, and changes nothing. */
export type Reception = 'taken' | 'paired' | 'dropped' | 'known'

export type Health = {
  readonly state: 'connecting' | 'up' | 'not_linked' | 'refused' | 'down'
  readonly detail: string
  readonly remedy: string | null
  /** Whether a message may be handed over now; one that waits meanwhile is not tried. */
  readonly sends: boolean
}

/** What a transport tells, handed to it when it is made. Each returns once it is on disk, and throws when it could not be written. */
export type TransportEvents = {
  arrived(arrival: Arrival): Reception
  receipt(receipt: Receipt): void
  /** `health` answers otherwise than before. */
  changed(): void
  /** Whether a message of REEF has this id on the other side. */
  isOurs(remoteId: string): boolean
}

/**
 * One way to a phone. It knows its protocol and nothing else: not the database, not the other transports.
 * - `send` makes one try, never throws, and ends within a minute. What it cannot tell for sure it calls `unknown`, never `retry`.
 * - What comes in is acknowledged to the other side only after `arrived` returned.
 * - Nothing happens before `start`, nothing after it was disposed of.
 */
export type ChannelTransport = {
  /** Whether deliveries are told: then silence means something. */
  readonly receipts: boolean
  /** How long to wait before a message of unknown fate is repeated, milliseconds: longer where the key stops no repetition. */
  readonly repeatAfter: number
  send(parcel: Parcel, signal: AbortSignal): Promise<Outcome>
  health(): Health
  start(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** The channels that leave this machine; notices of this machine are shown by the shell. */
export const phoneChannels = ['openclaw', 'whatsapp', 'webhook'] as const satisfies readonly ChannelName[]
export type PhoneChannel = (typeof phoneChannels)[number]
export const isPhoneChannel = (name: ChannelName): name is PhoneChannel => name !== 'desktop'

/** Starts something that is repeated, and answers how to stop it. */
export type Every = (ms: number, act: () => void) => () => void
