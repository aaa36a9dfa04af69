import { timingSafeEqual } from 'node:crypto'
import type { IncomingView, MessageId } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import type { Logger } from '../kernel/logger.ts'
import { afterCommit, type WriteDb, write } from '../store/index.ts'
import type { Arrival, PhoneChannel, Reception } from './channel.ts'
import type { ChannelRow } from './channels.store.ts'
import { type createInboxStore, toIncoming } from './messages.store.ts'
import { mayBe, readPairing } from './pairing.ts'

export type InboxDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly logger: Logger
  readonly store: ReturnType<typeof createInboxStore>
  readonly channelOf: (channel: PhoneChannel) => ChannelRow | undefined
  readonly messageOf: (channel: PhoneChannel, remoteId: string) => MessageId | null
  /** Inside the transaction that writes the message down. */
  readonly heard: (channel: PhoneChannel) => void
  readonly paired: (channel: PhoneChannel, sender: string) => void
  readonly missed: (channel: PhoneChannel) => void
}

/** The longest text that is kept of the owner, and of anybody else. */
const MOST_TEXT = 16_384
const MOST_STRANGE_TEXT = 500
/** Longer than any that REEF gave out or a phone draws. */
const MOST_SIGN = 256
/** How many messages of strangers are kept to be looked at, for each channel. */
const MOST_STRANGE = 1000

/**
 * What came in. A message is written down once, by its id on the other side, before anybody acts on it; only the paired sender's
 * count, and only over a way that is sound. Anybody else's are kept to be looked at, and never answered.
 */
export function createInbox({ db, clock, append, logger, store, channelOf, messageOf, heard, paired, missed }: InboxDeps) {
  const listeners = new Set<(incoming: IncomingView) => void>()

  /** Whose word it is, and if it is not the owner's, why not. */
  function judge(channel: ChannelRow, arrival: Arrival): { kind: 'owner' | 'pairs' } | { kind: 'stranger'; because: string; isMiss: boolean } {
    const { sender, unsound, forwarded, edited } = arrival
    const code = arrival.text === null ? undefined : readPairing(arrival.text)
    const isOpen = channel.pairing_code !== null && clock.now() < (channel.pairing_until ?? 0)
    if (unsound !== null) return { kind: 'stranger', because: unsound, isMiss: false }
    if (code !== undefined && isOpen) {
      if (forwarded || edited) return { kind: 'stranger', because: 'A pairing code counts only where it was typed.', isMiss: true }
      // No guess: it could not pair with the right code either, and must not close the door on the one who can.
      if (!mayBe(sender, channel.address)) return { kind: 'stranger', because: `Its sender is not ${channel.address}.`, isMiss: false }
      if (isEqual(code, channel.pairing_code ?? '')) return { kind: 'pairs' }
      if (sender !== channel.paired_sender) return { kind: 'stranger', because: 'The pairing code is wrong.', isMiss: true }
    }
    if (channel.paired_sender === null) return { kind: 'stranger', because: 'Nobody is paired with this channel.', isMiss: false }
    if (sender !== channel.paired_sender) return { kind: 'stranger', because: 'Its sender is not the paired one.', isMiss: false }
    return { kind: 'owner' }
  }

  return {
    take(name: PhoneChannel, arrival: Arrival): Reception {
      return write(db, () => {
        const channel = channelOf(name)
        if (!channel || channel.state === 'off') return 'dropped'
        const verdict = judge(channel, arrival)
        const allowed = verdict.kind !== 'stranger'
        const id = newId('msg', clock)
        const isNew = store.insert({
          channel: name,
          remote_id: arrival.remoteId,
          id,
          sender: arrival.sender,
          allowed: allowed ? 1 : 0,
          body: arrival.text?.slice(0, allowed ? MOST_TEXT : MOST_STRANGE_TEXT) ?? null,
          button: arrival.button?.slice(0, MOST_SIGN) ?? null,
          reaction: arrival.reaction?.slice(0, MOST_SIGN) ?? null,
          replies_to: arrival.repliesTo === null ? null : messageOf(name, arrival.repliesTo),
          forwarded: arrival.forwarded ? 1 : 0,
          edited: arrival.edited ? 1 : 0,
          at: arrival.at,
          received_at: clock.now(),
          state: verdict.kind === 'owner' ? 'received' : verdict.kind === 'pairs' ? 'answered' : 'ignored',
          outcome: verdict.kind === 'pairs' ? 'It paired this channel.' : verdict.kind === 'stranger' ? verdict.because : null,
        })
        if (!isNew) return store.wasAllowed(name, arrival.remoteId) ? 'known' : 'dropped'
        if (verdict.kind === 'stranger') {
          store.forgetStrange(name, MOST_STRANGE)
          if (verdict.isMiss) missed(name)
          logger.warn({ channel: name, message: id, because: verdict.because }, 'a message was dropped')
          return 'dropped'
        }
        heard(name)
        const view = this.get(id)
        append({ type: 'message.received', subject: id, actor: `channel:${name}`, data: view })
        if (verdict.kind === 'pairs') {
          paired(name, arrival.sender)
          return 'paired'
        }
        afterCommit(db, () => {
          for (const listener of listeners) listener(view)
        })
        return 'taken'
      })
    },

    get(id: MessageId): IncomingView {
      const row = store.byId(id)
      if (!row) throw new Error(`Message ${id} is gone`)
      return toIncoming(row)
    },

    received: (): IncomingView[] => store.open().map(toIncoming),

    settle(id: MessageId, state: 'answered' | 'ignored', outcome: string): void {
      write(db, () => {
        const row = store.settle(id, state, outcome)
        if (row) append({ type: 'message.answered', subject: id, data: toIncoming(row) })
      })
    },

    remoteIdOf: (id: MessageId): string | null => store.byId(id)?.remote_id ?? null,

    listen(listener: (incoming: IncomingView) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export type Inbox = ReturnType<typeof createInbox>

const isEqual = (given: string, due: string): boolean => given.length === due.length && timingSafeEqual(Buffer.from(given), Buffer.from(due))
