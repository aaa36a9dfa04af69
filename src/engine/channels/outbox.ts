import {
  type BundleId,
  type ChannelName,
  type Instant,
  MessageButton,
  type MessageId,
  type MessageKind,
  type MessageState,
  type MessageView,
  seconds,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import type { Logger } from '../kernel/logger.ts'
import { type WriteDb, write } from '../store/index.ts'
import type { ChannelTransport, Outcome, PhoneChannel, Receipt } from './channel.ts'
import { LONGEST_LIFE_MS, MOST_TRIES, mayMove, waitAfter } from './message.ts'
import { type OutboxStore, type OutChange, type OutRow, toMessage } from './messages.store.ts'

/** What somebody wants to tell the owner. */
export type Outgoing = {
  readonly kind: MessageKind
  readonly text: string
  readonly buttons?: readonly MessageButton[]
  readonly bundleId?: BundleId | null
  /** The message of the owner that this one answers. */
  readonly replyTo?: MessageId
  /** Never sent after this; left out or null: after a day it is no news any more. */
  readonly expiresAt?: Instant | null
  readonly notBefore?: Instant
  readonly channel?: ChannelName
}

export type OutboxDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly logger: Logger
  readonly store: OutboxStore
  readonly transportOf: (channel: PhoneChannel) => ChannelTransport | undefined
  /** The other side's id of a message that came in. */
  readonly remoteIdOf: (id: MessageId) => string | null
  readonly lastHeardAt: (channel: PhoneChannel) => Instant | null
  /** Inside the transaction that moves a message there. */
  readonly note: (channel: PhoneChannel, what: 'sent' | 'delivered') => void
}

const MOST_BUTTONS = 3
/** A channel whose last try failed is not tried with the next message at once. */
const LONGEST_REST_MS = seconds(30)

/**
 * Messages on their way out. A row is committed before anything is sent, and committed as `sending` before each try: whatever was
 * `sending` when the engine died may have gone, and is `unknown`. One try at a time for each channel.
 */
export function createOutbox({ db, clock, append, logger, store, transportOf, remoteIdOf, lastHeardAt, note }: OutboxDeps) {
  const draining = new Map<PhoneChannel, Promise<void>>()
  const restUntil = new Map<PhoneChannel, number>()
  const stopping = new AbortController()

  function move(row: OutRow, to: MessageState, change: Partial<OutChange> = {}): OutRow {
    if (!mayMove(row.state, to)) throw new Error(`A message does not go from ${row.state} to ${to}`)
    const moved = store.move(row, to, change)
    if (!moved) throw new Error(`Message ${row.id} is not ${row.state} any more`)
    append({ type: 'message.moved', subject: row.id, data: toMessage(moved) })
    return moved
  }

  /** Too late is too late, also while the channel is down. What may have gone stays unknown; it is only not repeated. */
  function retire(channel: PhoneChannel): void {
    for (const row of store.overdue(channel, clock.now())) giveUp(row, 'expired')
  }

  function giveUp(row: OutRow, as: 'expired' | 'withdrawn'): void {
    if (row.state === 'pending') move(row, as)
    else store.move(row, row.state, {})
  }

  function claim(channel: PhoneChannel): OutRow | undefined {
    return write(db, () => {
      retire(channel)
      const row = store.due(channel, clock.now())
      return row && move(row, 'sending', { attempts: row.attempts + 1 })
    })
  }

  function settle(sent: OutRow, outcome: Outcome, repeatAfter: number): void {
    write(db, () => {
      const row = store.byId(sent.id)
      if (!row) throw new Error(`Message ${sent.id} is gone`)
      const now = clock.now()
      if (row.state !== 'sending') {
        // A receipt overtook the answer and knows more.
        if (outcome.kind === 'accepted' && row.remote_id === null)
          store.move(row, row.state, { remote_id: outcome.remoteId, next_attempt_at: row.next_attempt_at })
        return
      }
      if (outcome.kind === 'retry') return again(row, outcome)
      const sentAt = { sent_at: row.sent_at ?? now }
      if (outcome.kind === 'refused') move(row, 'failed', { error: outcome.detail })
      else if (outcome.kind === 'accepted') move(row, 'accepted', { ...sentAt, error: null, remote_id: outcome.remoteId })
      else if (outcome.kind === 'queued_remote') move(row, 'queued_remote', { ...sentAt, error: outcome.detail })
      else doubt(row, outcome.detail, repeatAfter)
      if (outcome.kind !== 'refused') note(row.channel, 'sent')
    })
  }

  /** It was surely not sent. */
  function again(row: OutRow, { detail, after = 0, as }: Extract<Outcome, { kind: 'retry' }>): void {
    const now = clock.now()
    if (as && row.form === 'plain') {
      move(row, 'pending', { form: as, error: detail, next_attempt_at: now })
      return
    }
    if (row.attempts >= MOST_TRIES || as) {
      move(row, 'failed', { error: detail })
      return
    }
    const wait = Math.max(after, waitAfter(row.attempts))
    restUntil.set(row.channel, now + Math.max(after, Math.min(wait, LONGEST_REST_MS)))
    move(row, 'pending', { error: detail, next_attempt_at: (now + wait) as Instant })
  }

  function doubt(row: OutRow, detail: string, repeatAfter: number): void {
    const now = clock.now()
    const next = now + Math.max(repeatAfter, waitAfter(row.attempts))
    const isLast = row.attempts >= MOST_TRIES || next >= row.expires_at
    move(row, 'unknown', { sent_at: row.sent_at ?? now, error: detail, next_attempt_at: isLast ? null : (next as Instant) })
  }

  async function trySend(transport: ChannelTransport, row: OutRow): Promise<Outcome> {
    try {
      return await transport.send(
        {
          id: row.id,
          key: row.idempotency_key,
          kind: row.kind,
          to: row.address,
          text: row.body,
          buttons: JSON.parse(row.buttons),
          replyTo: row.reply_to && remoteIdOf(row.reply_to),
          form: row.form,
          lastHeardAt: lastHeardAt(row.channel),
        },
        stopping.signal,
      )
    } catch (error) {
      logger.error({ err: error, message: row.id }, 'a transport threw')
      return { kind: 'unknown', detail: 'An internal error stopped it; see the log.' }
    }
  }

  async function drain(channel: PhoneChannel): Promise<void> {
    while (store.waiting(channel) > 0) {
      write(db, () => retire(channel))
      const transport = transportOf(channel)
      if (stopping.signal.aborted || !transport?.health().sends || clock.now() < (restUntil.get(channel) ?? 0)) return
      const row = claim(channel)
      if (!row) return
      settle(row, await trySend(transport, row), transport.repeatAfter)
    }
  }

  function pump(channel: PhoneChannel): Promise<void> {
    const running = draining.get(channel)
    if (running) return running
    const fresh = drain(channel).finally(() => draining.delete(channel))
    draining.set(channel, fresh)
    return fresh
  }

  return {
    /** Writes it down, to be sent by the next `pump`. Inside the transaction of what it reports. */
    put(channel: PhoneChannel, address: string, { kind, text, buttons = [], bundleId = null, replyTo, expiresAt, notBefore }: Outgoing): MessageView {
      const checked = MessageButton.array().max(MOST_BUTTONS).parse(buttons)
      const now = clock.now()
      const id = newId('msg', clock)
      const row: OutRow = {
        id,
        channel,
        idempotency_key: `reef:${id}`,
        address,
        kind,
        body: text,
        buttons: JSON.stringify(checked),
        bundle_id: bundleId,
        reply_to: replyTo ?? null,
        form: 'plain',
        state: 'pending',
        attempts: 0,
        error: null,
        remote_id: null,
        created_at: now,
        expires_at: expiresAt ?? ((Math.max(now, notBefore ?? now) + LONGEST_LIFE_MS) as Instant),
        next_attempt_at: notBefore && notBefore > now ? notBefore : now,
        sent_at: null,
        delivered_at: null,
        read_at: null,
      }
      store.insert(row)
      append({ type: 'message.written', subject: id, data: toMessage(row) })
      return toMessage(row)
    },

    withdraw(bundleId: BundleId): void {
      write(db, () => {
        for (const row of store.ofBundle(bundleId)) giveUp(row, 'withdrawn')
      })
    },

    /** Nothing more goes to where this channel led. */
    withdrawAll(channel: PhoneChannel): void {
      write(db, () => {
        for (const row of store.open(channel)) giveUp(row, 'withdrawn')
      })
    },

    /** After a start: what was being sent may have gone. */
    recover(repeatAfter: (channel: PhoneChannel) => number): void {
      write(db, () => {
        for (const row of store.sending()) doubt(row, 'REEF stopped while it was being sent.', repeatAfter(row.channel))
      })
    },

    /** Sends what is due, one after the other; ends when nothing is. */
    pump,

    /** In any order and any number of times; what is older than what is known changes nothing. */
    receipt(channel: PhoneChannel, { key, remoteId, state, at, detail, windowClosed }: Receipt): void {
      write(db, () => {
        const row = store.byRemote(channel, remoteId) ?? (key === null ? undefined : store.byKey(channel, key))
        if (!row) return
        // Of an earlier try: a later one stands.
        const isStale = row.remote_id !== null && row.remote_id !== remoteId
        if (state === 'failed') {
          if (isStale || (windowClosed && row.form === 'template')) return
          if (windowClosed && mayMove(row.state, 'pending')) move(row, 'pending', { form: 'template', error: detail, next_attempt_at: clock.now() })
          else if (mayMove(row.state, 'failed')) move(row, 'failed', { error: detail, remote_id: remoteId })
          return
        }
        const to = state === 'sent' ? 'accepted' : state
        if (!mayMove(row.state, to)) return
        const now = clock.now()
        const delivered = state === 'sent' ? {} : { delivered_at: row.delivered_at ?? at }
        move(row, to, {
          ...delivered,
          ...(state === 'read' && { read_at: at }),
          sent_at: row.sent_at ?? now,
          remote_id: row.remote_id ?? remoteId,
          error: null,
        })
        if (state !== 'sent') note(channel, 'delivered')
      })
    },

    get(id: MessageId): MessageView | undefined {
      const row = store.byId(id)
      return row && toMessage(row)
    },

    isOurs: (channel: PhoneChannel, remoteId: string): boolean => store.byRemote(channel, remoteId) !== undefined,
    idOf: (channel: PhoneChannel, remoteId: string): MessageId | null => store.byRemote(channel, remoteId)?.id ?? null,

    /** Ends after the tries under way; they are told to hurry. */
    async [Symbol.asyncDispose](): Promise<void> {
      stopping.abort()
      await Promise.allSettled(draining.values())
    },
  }
}
export type Outbox = ReturnType<typeof createOutbox>
