import type { BundleId, ChannelName, IncomingView, Instant, MessageId, MessageState, MessageView } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import type { PhoneChannel } from './channel.ts'

export type OutRow = {
  id: MessageId
  channel: PhoneChannel
  idempotency_key: string
  address: string
  kind: MessageView['kind']
  body: string
  buttons: string
  bundle_id: BundleId | null
  reply_to: MessageId | null
  form: 'plain' | 'template'
  state: MessageState
  attempts: number
  error: string | null
  remote_id: string | null
  created_at: Instant
  expires_at: Instant
  next_attempt_at: Instant | null
  sent_at: Instant | null
  delivered_at: Instant | null
  read_at: Instant | null
}
/** What changes on a row's way. */
export type OutChange = Pick<OutRow, 'attempts' | 'error' | 'form' | 'remote_id' | 'next_attempt_at' | 'sent_at' | 'delivered_at' | 'read_at'>

export type InRow = {
  channel: PhoneChannel
  remote_id: string
  id: MessageId
  sender: string
  allowed: 0 | 1
  body: string | null
  button: string | null
  reaction: string | null
  replies_to: MessageId | null
  forwarded: 0 | 1
  edited: 0 | 1
  at: Instant
  received_at: Instant
  state: IncomingView['state']
  outcome: string | null
}

const out =
  'id, channel, idempotency_key, address, kind, body, buttons, bundle_id, reply_to, form, state, attempts, error, remote_id, created_at, expires_at, next_attempt_at, sent_at, delivered_at, read_at'
const incoming = 'channel, remote_id, id, sender, allowed, body, button, reaction, replies_to, forwarded, edited, at, received_at, state, outcome'

export const toMessage = (row: OutRow): MessageView => ({
  id: row.id,
  channel: row.channel,
  to: row.address,
  kind: row.kind,
  text: row.body,
  buttons: JSON.parse(row.buttons),
  bundleId: row.bundle_id,
  replyTo: row.reply_to,
  state: row.state,
  attempts: row.attempts,
  error: row.error,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  sentAt: row.sent_at,
  deliveredAt: row.delivered_at,
  readAt: row.read_at,
  nextAttemptAt: row.next_attempt_at,
})

export const toIncoming = (row: InRow): IncomingView => ({
  id: row.id,
  channel: row.channel,
  sender: row.sender,
  allowed: row.allowed === 1,
  text: row.body,
  button: row.button,
  reaction: row.reaction,
  repliesTo: row.replies_to,
  forwarded: row.forwarded === 1,
  edited: row.edited === 1,
  at: row.at,
  receivedAt: row.received_at,
  state: row.state,
  outcome: row.outcome,
})

export function createOutboxStore(db: WriteDb) {
  const insert = db.prepare<OutRow>(
    `INSERT INTO message_out (${out}) VALUES (:id, :channel, :idempotency_key, :address, :kind, :body, :buttons, :bundle_id, :reply_to, :form, :state,
      :attempts, :error, :remote_id, :created_at, :expires_at, :next_attempt_at, :sent_at, :delivered_at, :read_at)`,
  )
  const byId = db.prepare<{ id: string }, OutRow>(`SELECT ${out} FROM message_out WHERE id = :id`)
  const byKey = db.prepare<{ channel: string; key: string }, OutRow>(`SELECT ${out} FROM message_out WHERE idempotency_key = :key AND channel = +:channel`)
  const byRemote = db.prepare<{ channel: string; remote_id: string }, OutRow>(
    `SELECT ${out} FROM message_out WHERE channel = :channel AND remote_id = :remote_id ORDER BY id DESC LIMIT 1`,
  )
  const move = db.prepare<OutChange & { id: MessageId; from: MessageState; to: MessageState }, OutRow>(
    `UPDATE message_out SET state = :to, attempts = :attempts, error = :error, form = :form, remote_id = :remote_id, next_attempt_at = :next_attempt_at,
      sent_at = :sent_at, delivered_at = :delivered_at, read_at = :read_at WHERE id = :id AND state = :from RETURNING ${out}`,
  )
  // On message_out_due.
  const due = db.prepare<{ channel: string; now: Instant }, OutRow>(
    `SELECT ${out} FROM message_out WHERE channel = :channel AND next_attempt_at <= :now ORDER BY next_attempt_at, id LIMIT 1`,
  )
  const overdue = db.prepare<{ channel: string; now: Instant }, OutRow>(
    `SELECT ${out} FROM message_out WHERE channel = :channel AND next_attempt_at IS NOT NULL AND expires_at <= :now ORDER BY id`,
  )
  const open = db.prepare<{ channel: string }, OutRow>(`SELECT ${out} FROM message_out WHERE channel = :channel AND next_attempt_at IS NOT NULL ORDER BY id`)
  const ofBundle = db.prepare<{ bundle_id: string }, OutRow>(
    `SELECT ${out} FROM message_out WHERE bundle_id = :bundle_id AND next_attempt_at IS NOT NULL ORDER BY id`,
  )
  // On message_out_silent; without the plus every message is read, because they are in order by id.
  const sending = db.prepare<[], OutRow>(
    `SELECT ${out} FROM message_out WHERE state = 'sending' AND state IN ('sending', 'accepted', 'queued_remote', 'unknown') ORDER BY +id`,
  )
  const waiting = db.prepare<{ channel: string }, { n: number }>(
    'SELECT count(*) AS n FROM message_out WHERE channel = :channel AND next_attempt_at IS NOT NULL',
  )
  const failed = db.prepare<{ channel: string; since: number }, { n: number }>(
    `SELECT count(*) AS n FROM message_out WHERE channel = :channel AND state = 'failed' AND created_at >= :since`,
  )
  const silent = db.prepare<{ channel: string; from: number; until: number; receipts: 0 | 1 }, { n: number }>(
    `SELECT count(*) AS n FROM message_out
      WHERE channel = :channel AND state IN ('sending', 'accepted', 'queued_remote', 'unknown') AND sent_at > :from AND sent_at <= :until
        AND (:receipts = 1 OR state <> 'accepted')`,
  )
  return {
    insert: (row: OutRow) => void insert.run(row),
    byId: (id: string) => byId.get({ id }),
    byKey: (channel: PhoneChannel, key: string) => byKey.get({ channel, key }),
    byRemote: (channel: PhoneChannel, remoteId: string) => byRemote.get({ channel, remote_id: remoteId }),
    /** Undefined when the row is not in `from` any more: then nothing was changed. */
    move: (row: OutRow, to: MessageState, change: Partial<OutChange>): OutRow | undefined =>
      move.get({
        id: row.id,
        from: row.state,
        to,
        attempts: row.attempts,
        error: row.error,
        form: row.form,
        remote_id: row.remote_id,
        next_attempt_at: null,
        sent_at: row.sent_at,
        delivered_at: row.delivered_at,
        read_at: row.read_at,
        ...change,
      }),
    due: (channel: PhoneChannel, now: Instant) => due.get({ channel, now }),
    overdue: (channel: PhoneChannel, now: Instant) => overdue.all({ channel, now }),
    open: (channel: PhoneChannel) => open.all({ channel }),
    ofBundle: (bundleId: BundleId) => ofBundle.all({ bundle_id: bundleId }),
    sending: () => sending.all(),
    waiting: (channel: PhoneChannel) => waiting.get({ channel })?.n ?? 0,
    failedSince: (channel: PhoneChannel, since: number) => failed.get({ channel, since })?.n ?? 0,
    /** Sent after `from` and until `until`, and not heard of since; without receipts that an accepted one is silent means nothing. */
    silent: (channel: PhoneChannel, from: number, until: number, receipts: boolean) => silent.get({ channel, from, until, receipts: receipts ? 1 : 0 })?.n ?? 0,
  }
}
export type OutboxStore = ReturnType<typeof createOutboxStore>

export function createInboxStore(db: WriteDb) {
  const insert = db.prepare<InRow>(
    `INSERT INTO message_in (${incoming}) VALUES (:channel, :remote_id, :id, :sender, :allowed, :body, :button, :reaction, :replies_to, :forwarded, :edited,
      :at, :received_at, :state, :outcome) ON CONFLICT (channel, remote_id) DO NOTHING`,
  )
  const byId = db.prepare<{ id: string }, InRow>(`SELECT ${incoming} FROM message_in WHERE id = :id`)
  const allowed = db.prepare<{ channel: string; remote_id: string }, { allowed: 0 | 1 }>(
    'SELECT allowed FROM message_in WHERE channel = :channel AND remote_id = :remote_id',
  )
  // On message_in_open.
  const open = db.prepare<[], InRow>(`SELECT ${incoming} FROM message_in WHERE state = 'received' ORDER BY id`)
  // On message_in_strange, both times.
  const forget = db.prepare<{ channel: string; kept: number }>(
    `DELETE FROM message_in WHERE channel = :channel AND allowed = 0
        AND id <= (SELECT id FROM message_in WHERE channel = :channel AND allowed = 0 ORDER BY id DESC LIMIT 1 OFFSET :kept)`,
  )
  const settle = db.prepare<{ id: string; state: string; outcome: string }, InRow>(
    `UPDATE message_in SET state = :state, outcome = :outcome WHERE id = :id AND state = 'received' RETURNING ${incoming}`,
  )
  return {
    /** False when it was there already. */
    insert: (row: InRow): boolean => insert.run(row).changes === 1,
    byId: (id: string) => byId.get({ id }),
    wasAllowed: (channel: PhoneChannel, remoteId: string): boolean => allowed.get({ channel, remote_id: remoteId })?.allowed === 1,
    /** All but the last so many that are not the owner's. */
    forgetStrange: (channel: PhoneChannel, kept: number): void => void forget.run({ channel, kept }),
    open: () => open.all(),
    settle: (id: MessageId, state: 'answered' | 'ignored', outcome: string) => settle.get({ id, state, outcome }),
  }
}

/** `before`: the id of the last row seen. With `bundleId` only what was sent about it, and what came in quoting that. */
export type MessagesFilter = { channel?: ChannelName | undefined; bundleId?: BundleId | undefined; before?: string | undefined; limit: number }

/** Pages for the screens, newest first. */
export function createMessagesReader(db: ReadDb) {
  const page = { before: '', limit: 0, channel: '' as string | null }
  const ofBundle = { ...page, bundle: '' }
  const sent = db.prepare<typeof page, OutRow>(
    `SELECT ${out} FROM message_out WHERE id < :before AND (:channel IS NULL OR channel = :channel) ORDER BY id DESC LIMIT :limit`,
  )
  const received = db.prepare<typeof page, InRow>(
    `SELECT ${incoming} FROM message_in WHERE id < :before AND (:channel IS NULL OR channel = :channel) ORDER BY id DESC LIMIT :limit`,
  )
  // On message_out_of_bundle.
  const sentOf = db.prepare<typeof ofBundle, OutRow>(
    `SELECT ${out} FROM message_out WHERE bundle_id = :bundle AND id < :before AND (:channel IS NULL OR channel = :channel) ORDER BY id DESC LIMIT :limit`,
  )
  // On message_in_answers.
  const receivedOf = db.prepare<typeof ofBundle, InRow>(
    `SELECT ${incoming} FROM message_in WHERE replies_to IN (SELECT id FROM message_out WHERE bundle_id = :bundle)
        AND id < :before AND (:channel IS NULL OR channel = :channel) ORDER BY id DESC LIMIT :limit`,
  )
  return {
    page({ before = '~', limit, channel, bundleId }: MessagesFilter) {
      const args = { before, limit, channel: channel ?? null }
      const rows = bundleId
        ? { sent: sentOf.all({ ...args, bundle: bundleId }), received: receivedOf.all({ ...args, bundle: bundleId }) }
        : { sent: sent.all(args), received: received.all(args) }
      return { sent: rows.sent.map(toMessage), received: rows.received.map(toIncoming) }
    },
  }
}
