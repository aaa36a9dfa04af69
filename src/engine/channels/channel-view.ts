import type { ChannelSecretName, ChannelView, Instant } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { PhoneChannel } from './channel.ts'
import type { ChannelRow } from './channels.store.ts'
import { channelKinds } from './config.ts'
import { LONGEST_LIFE_MS } from './message.ts'
import type { OutboxStore } from './messages.store.ts'

export const closedPairing = { pairing_code: null, pairing_until: null, pairing_misses: 0 } as const

/** A channel that was never set up. */
export const toBlank = (name: PhoneChannel, now: Instant): ChannelRow => ({
  name,
  config: '{}',
  address: '',
  paired_sender: null,
  ...closedPairing,
  state: 'off',
  detail: 'Not set up.',
  remedy: null,
  since: now,
  lost_at: null,
  last_sent_at: null,
  last_delivered_at: null,
  last_received_at: null,
})

/** soon: it is still connecting. lost: it is not what it should be. unpaired: this is not, or not any more, the one whose word counts. */
export type Standing = 'counts' | 'soon' | 'lost' | 'unpaired'

/** What the word of a sender is worth over it: it counts where he was heard, and would be again. */
export function standingOf(row: ChannelRow, sender: string | null): Standing {
  if (row.paired_sender === null || row.paired_sender !== sender || !channelKinds[row.name].returns) return 'unpaired'
  return row.state === 'ready' ? 'counts' : row.state === 'connecting' ? 'soon' : 'lost'
}

export type ViewDeps = {
  readonly clock: Clock
  readonly store: Pick<OutboxStore, 'waiting' | 'failedSince'>
  readonly hasSecret: (channel: PhoneChannel, name: ChannelSecretName) => boolean
}

/** A channel as the faces see it: of its secrets only the names. `failed` counts the last day. */
export function createChannelViews({ clock, store, hasSecret }: ViewDeps) {
  return (row: ChannelRow): ChannelView => {
    const { name } = row
    const kind = channelKinds[name]
    return {
      name,
      title: kind.title,
      state: row.state,
      detail: row.detail,
      remedy: row.remedy,
      address: row.state === 'off' ? null : row.address,
      pairedSender: row.paired_sender,
      decides: standingOf(row, row.paired_sender) === 'counts',
      since: row.since,
      lastSentAt: row.last_sent_at,
      lastDeliveredAt: row.last_delivered_at,
      lastReceivedAt: row.last_received_at,
      waiting: store.waiting(name),
      failed: store.failedSince(name, clock.now() - LONGEST_LIFE_MS),
      config: JSON.parse(row.config),
      secrets: kind.secrets.filter((secret) => hasSecret(name, secret)),
    }
  }
}

/** Shown by the shell, so there is nothing to connect and nothing to lose. */
export const desktop: ChannelView = {
  name: 'desktop',
  title: 'Notices on this machine',
  state: 'ready',
  detail: 'Text only; a click opens the card.',
  remedy: null,
  address: null,
  pairedSender: null,
  decides: false,
  since: null,
  lastSentAt: null,
  lastDeliveredAt: null,
  lastReceivedAt: null,
  waiting: 0,
  failed: 0,
  config: {},
  secrets: [],
}
