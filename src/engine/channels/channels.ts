import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type BundleId,
  type ChannelName,
  type ChannelSecretName,
  type ChannelState,
  type ChannelView,
  type IncomingView,
  type Instant,
  type MessageId,
  type MessageView,
  seconds,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Secrets } from '../settings/index.ts'
import { afterCommit, type ReadDb, type WriteDb, write } from '../store/index.ts'
import { type Every, type Health, isPhoneChannel, type PhoneChannel, phoneChannels } from './channel.ts'
import { closedPairing, createChannelViews, desktop, type Standing, standingOf, toBlank } from './channel-view.ts'
import { type ChannelRow, createChannelsStore } from './channels.store.ts'
import { channelKinds, toSetUp } from './config.ts'
import { createInbox } from './inbox.ts'
import { createLinks } from './links.ts'
import { LONGEST_LIFE_MS } from './message.ts'
import { createInboxStore, createMessagesReader, createOutboxStore, type MessagesFilter } from './messages.store.ts'
import { createOutbox, type Outgoing } from './outbox.ts'
import { MOST_MISSES, newPairingCode, PAIRING_MS } from './pairing.ts'

export type ChannelsDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly secrets: Pick<Secrets, 'get' | 'set' | 'delete' | 'names'>
  readonly logger: Logger
  /** Starts something that is repeated, and answers how to stop it. */
  readonly every?: Every
}

const TICK_MS = seconds(1)
/** No acknowledgement within this is worth saying (U-68). */
const SILENCE_MS = seconds(30)
/** A connection that is gone for less than this was not lost. */
const LOSS_MS = seconds(30)
/** How long a test message is worth sending. */
const TEST_MS = seconds(300)

const everyMs: Every = (ms, act) => {
  const timer = setInterval(act, ms)
  timer.unref()
  return () => clearInterval(timer)
}
const secretKey = (channel: PhoneChannel, name: ChannelSecretName): string => `channel/${channel}/${name}`
const isUsable = (state: ChannelState): boolean => state === 'ready' || state === 'unproven'

/**
 * The ways to the owner's phone. What REEF says is written down before it is sent, what comes back before anybody acts on it.
 * A channel decides nothing before the owner was heard over it once, by a code that only his desk shows; and a channel that is
 * lost takes nothing with it: deadlines and defaults are elsewhere.
 */
export function createChannels({ db, reader, clock, append, secrets, logger, every = everyMs }: ChannelsDeps) {
  const store = createChannelsStore(db)
  const pages = createMessagesReader(reader)
  const outboxStore = createOutboxStore(db)
  const stops: Array<() => void> = []
  let isStarted = false
  let lastPresentAt: Instant | null = null

  const inbox = createInbox({
    db,
    clock,
    append,
    logger,
    store: createInboxStore(db),
    channelOf: store.byName,
    messageOf: (name, remoteId) => outbox.idOf(name, remoteId),
    heard: (name) => void touch(name, { last_received_at: clock.now() }),
    paired: pairWith,
    missed(name) {
      const row = rowOf(name)
      const misses = row.pairing_misses + 1
      store.put(misses < MOST_MISSES ? { ...row, pairing_misses: misses } : { ...row, ...closedPairing })
    },
  })
  const outbox = createOutbox({
    db,
    clock,
    append,
    logger,
    store: outboxStore,
    transportOf: (name) => links.get(name),
    remoteIdOf: inbox.remoteIdOf,
    lastHeardAt: (name) => store.byName(name)?.last_received_at ?? null,
    note: (name, what) => void touch(name, what === 'sent' ? { last_sent_at: clock.now() } : { last_delivered_at: clock.now() }),
  })
  const links = createLinks({
    clock,
    logger,
    every,
    secret: (channel, name) => secrets.get(secretKey(channel, name)),
    eventsOf: (name) => ({
      arrived: (arrival) => inbox.take(name, arrival),
      receipt: (receipt) => outbox.receipt(name, receipt),
      changed: () => noteHealth(name),
      isOurs: (remoteId) => outbox.isOurs(name, remoteId),
    }),
  })

  function rowOf(name: PhoneChannel): ChannelRow {
    const row = store.byName(name)
    if (!row) throw new ReefError('channel/off', `${channelKinds[name].title} is not set up.`, { remedy: `reef channel set ${name}` })
    return row
  }

  function touch(name: PhoneChannel, change: Partial<ChannelRow>): ChannelRow {
    const row = { ...rowOf(name), ...change }
    store.put(row)
    return row
  }

  /** The row as it should be now that the transport says this. */
  function judge(row: ChannelRow, health: Health): Pick<ChannelRow, 'state' | 'detail' | 'remedy'> {
    const { returns } = channelKinds[row.name]
    const silentFrom = Math.max(row.last_delivered_at ?? 0, clock.now() - LONGEST_LIFE_MS)
    const isSilent = outboxStore.silent(row.name, silentFrom, clock.now() - SILENCE_MS, links.get(row.name)?.receipts ?? false) > 0
    const state = health.state !== 'up' ? health.state : returns && row.paired_sender === null ? 'unproven' : 'ready'
    return {
      state,
      detail: isSilent ? `${health.detail} Degraded: nobody acknowledged the last message within ${SILENCE_MS / 1000} s.` : health.detail,
      remedy: health.remedy ?? (state === 'unproven' ? `Pair your phone: reef channel pair ${row.name}` : null),
    }
  }

  /** Writes down what changed since the last look, and tells a loss once, and its end once. */
  function noteHealth(name: PhoneChannel): void {
    const link = links.get(name)
    const row = store.byName(name)
    if (!link || !row || row.state === 'off') return
    const next = judge(row, link.health())
    const now = clock.now()
    const since = next.state === row.state ? row.since : isUsable(next.state) === isUsable(row.state) && !isUsable(row.state) ? row.since : now
    const isLost = row.lost_at === null && !isUsable(next.state) && now - since >= LOSS_MS
    const isBack = row.lost_at !== null && isUsable(next.state)
    const isNews = next.state !== row.state || next.detail !== row.detail || next.remedy !== row.remedy
    if (!isNews && !isLost && !isBack) return
    write(db, () => {
      const view = toView(touch(name, { ...next, since, lost_at: isLost ? now : isBack ? null : row.lost_at }))
      if (isNews) append({ type: 'channel.changed', subject: name, data: view })
      if (isLost) append({ type: 'channel.lost', subject: name, data: view })
      if (isBack) append({ type: 'channel.restored', subject: name, data: view })
    })
  }

  function pairWith(name: PhoneChannel, sender: string): void {
    const paired = { ...rowOf(name), ...closedPairing, paired_sender: sender }
    const health = links.get(name)?.health()
    const row = touch(name, { ...paired, ...(health && judge(paired, health)), since: clock.now() })
    append({ type: 'channel.paired', subject: name, actor: `channel:${name}`, data: toView(row) })
    post({ kind: 'pairing', text: 'REEF: this phone is paired. From now on your answers here count.', channel: name })
  }

  const toView = createChannelViews({ clock, store: outboxStore, hasSecret: (name, secret) => secrets.get(secretKey(name, secret)) !== undefined })

  function phones(): PhoneChannel[] {
    return store.all().flatMap((row) => (row.state === 'off' ? [] : [row.name]))
  }

  function post(message: Outgoing): MessageView[] {
    const wanted = phones().filter((name) => message.channel === undefined || message.channel === name)
    return write(db, () => {
      const views = wanted.map((name) => outbox.put(name, rowOf(name).address, message))
      afterCommit(db, () => wanted.forEach(send))
      return views
    })
  }

  /** Off the caller's back: what goes wrong with it shows in the rows. */
  function send(name: PhoneChannel): void {
    if (!isStarted) return
    outbox.pump(name).catch((error: unknown) => logger.error({ err: error, channel: name }, 'the outbox stopped'))
  }

  function tick(): void {
    for (const name of phones()) {
      noteHealth(name)
      send(name)
    }
  }

  function connect(name: PhoneChannel): void {
    links.open(name, JSON.parse(rowOf(name).config))
    if (isStarted) links.get(name)?.start()
  }

  function phoneOrRefuse(name: ChannelName): PhoneChannel {
    if (isPhoneChannel(name)) return name
    throw new ReefError('channel/invalid', 'Notices of this machine need no setting up.', { field: 'name', remedy: `choose ${phoneChannels.join(', ')}` })
  }

  function liveOrRefuse(name: ChannelName): ChannelRow {
    const row = rowOf(phoneOrRefuse(name))
    if (row.state === 'off') throw new ReefError('channel/off', `${channelKinds[row.name].title} is off.`, { remedy: `reef channel set ${row.name}` })
    return row
  }

  function viewOf(name: PhoneChannel): ChannelView {
    return toView(store.byName(name) ?? toBlank(name, clock.now()))
  }

  return {
    /** Writes a message down for each channel that is set up, or for one; sent once the transaction is on disk. Empty when there is none. */
    write: post,

    /** What of this bundle was not sent yet is not sent any more. */
    withdraw: (bundleId: BundleId): void => outbox.withdraw(bundleId),

    /** Hears of every message of the owner once it is on disk. After a crash, `received` has what nobody settled. */
    onIncoming: (listener: (incoming: IncomingView) => void): (() => void) => inbox.listen(listener),
    received: (): IncomingView[] => inbox.received(),
    settle: (id: MessageId, state: 'answered' | 'ignored', outcome: string): void => inbox.settle(id, state, outcome),

    sent: (id: MessageId): MessageView | undefined => outbox.get(id),
    list: (): ChannelView[] => [desktop, ...phoneChannels.map(viewOf)],
    messages: (filter: MessagesFilter) => pages.page(filter),
    phones: (): ChannelName[] => phones(),
    /** What the word of this sender is worth now. */
    standingOf(name: ChannelName, sender: string): Standing {
      const row = isPhoneChannel(name) ? store.byName(name) : undefined
      return row === undefined ? 'unpaired' : standingOf(row, sender)
    },

    /** Sets a channel up, or anew. Another number or account voids the pairing and what was still to be sent. */
    set({
      name: given,
      config,
      secrets: more,
    }: {
      name: ChannelName
      config: unknown
      secrets: { [N in ChannelSecretName]?: string | undefined }
    }): ChannelView {
      const name = phoneOrRefuse(given)
      const kind = channelKinds[name]
      const setUp = toSetUp(name, config)
      for (const secret of Object.keys(more) as ChannelSecretName[])
        if (!kind.secrets.includes(secret))
          throw new ReefError('channel/invalid', `${kind.title} has no secret called ${secret}.`, {
            field: 'secrets',
            remedy: `it has ${kind.secrets.join(', ')}`,
          })
      for (const secret of setUp.needs) {
        if (more[secret] !== undefined ? more[secret] !== '' : secrets.get(secretKey(name, secret)) !== undefined) continue
        throw new ReefError('channel/invalid', `${kind.title} needs its ${secret}.`, { field: `secrets.${secret}` })
      }
      const before = store.byName(name)
      const isSame = before !== undefined && before.state !== 'off' && toSetUp(name, JSON.parse(before.config)).identity === setUp.identity
      const view = write(db, () => {
        if (!isSame && before) outbox.withdrawAll(name)
        store.put({
          ...(before ?? toBlank(name, clock.now())),
          ...(!isSame && { ...closedPairing, paired_sender: null, last_received_at: null, lost_at: null }),
          config: JSON.stringify(setUp.config),
          address: setUp.address,
          ...fresh(clock.now()),
        })
        // Stored before the commit: a channel without its secrets would only be refused.
        for (const secret of kind.secrets) {
          const value = more[secret]
          if (value === '') secrets.delete(secretKey(name, secret))
          else if (value !== undefined) secrets.set(secretKey(name, secret), value)
        }
        const changed = viewOf(name)
        append({ type: 'channel.changed', subject: name, actor: 'owner', data: changed })
        return changed
      })
      connect(name)
      return view
    },

    /** Lets go of a channel; its settings and secrets stay, the pairing does not. */
    off(given: ChannelName): ChannelView {
      const { name } = liveOrRefuse(given)
      const view = write(db, () => {
        outbox.withdrawAll(name)
        const off = { state: 'off', detail: 'Turned off.', remedy: null, since: clock.now(), lost_at: null, paired_sender: null } as const
        const changed = toView(touch(name, { ...closedPairing, ...off }))
        append({ type: 'channel.changed', subject: name, actor: 'owner', data: changed })
        return changed
      })
      links.close(name)
      return view
    },

    /** One message that says it is a test. */
    test(given: ChannelName): MessageView {
      const { name } = liveOrRefuse(given)
      const [message] = post({
        kind: 'test',
        text: 'REEF: this is a test. Nothing needs an answer.',
        channel: name,
        expiresAt: (clock.now() + TEST_MS) as Instant,
      })
      if (!message) throw new Error('a channel that is on took no message')
      return message
    },

    /** Opens a pairing: the one who sends the words from the number that messages go to is the owner on this channel. */
    pair(given: ChannelName): { code: string; until: Instant; words: string } {
      const { name } = liveOrRefuse(given)
      if (!channelKinds[name].returns) throw new ReefError('channel/invalid', 'Nothing comes back over a webhook: there is nobody to pair.', { field: 'name' })
      const code = newPairingCode()
      const until = (clock.now() + PAIRING_MS) as Instant
      write(db, () => void touch(name, { pairing_code: code, pairing_until: until, pairing_misses: 0 }))
      return { code, until, words: `REEF PAIR ${code}` }
    },

    /** Nobody's word counts on this channel from now on. */
    unpair(given: ChannelName): ChannelView {
      const { name, paired_sender } = liveOrRefuse(given)
      if (paired_sender === null) throw new ReefError('channel/not-paired', `${channelKinds[name].title} is not paired.`)
      return write(db, () => {
        const row = { ...rowOf(name), ...closedPairing, paired_sender: null }
        const health = links.get(name)?.health()
        const view = toView(touch(name, { ...row, ...(health && judge(row, health)) }))
        append({ type: 'channel.changed', subject: name, actor: 'owner', data: view })
        return view
      })
    },

    /** The owner is at the desk. */
    present(): void {
      lastPresentAt = clock.now()
    },
    /** When he last was, as far as this engine saw it. */
    presentAt: (): Instant | null => lastPresentAt,

    /** Answers the bridge in OpenClaw, which hands over what the owner's phone sent. */
    receiveFromBridge: (request: IncomingMessage, response: ServerResponse): Promise<void> => links.receiveFromBridge(request, response),

    /** Connects what is set up, and takes up what an earlier engine left. */
    async start(): Promise<void> {
      isStarted = true
      for (const name of phones()) {
        write(db, () => void touch(name, fresh(clock.now())))
        connect(name)
      }
      outbox.recover((name) => links.get(name)?.repeatAfter ?? 0)
      stops.push(every(TICK_MS, tick))
      tick()
    },

    async [Symbol.asyncDispose](): Promise<void> {
      for (const stop of stops.splice(0)) stop()
      await outbox[Symbol.asyncDispose]()
      await links[Symbol.asyncDispose]()
    },
  }
}
export type Channels = ReturnType<typeof createChannels>

const fresh = (now: Instant) => ({ state: 'connecting', detail: 'Connecting.', remedy: null, since: now }) as const
