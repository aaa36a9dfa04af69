import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BundleId, Instant, MessageId, ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { createLogger } from '../kernel/logger.ts'
import { migrate, openReader, openWriter, write } from '../store/index.ts'
import type { ChannelTransport, Outcome, Parcel } from './channel.ts'
import { toBlank } from './channel-view.ts'
import { createChannelsStore } from './channels.store.ts'
import { createOutboxStore } from './messages.store.ts'
import { createOutbox } from './outbox.ts'

const DAY = 86_400_000
const accepted = (remoteId: string): Outcome => ({ kind: 'accepted', remoteId })

/** An outbox over a transport that answers as it is told, one answer for each try; without an answer it never comes back. */
function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-outbox-'))
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(join(dir, 'reef.db'))
  const clock = createManualClock()
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  write(db, () => createChannelsStore(db).put({ ...toBlank('whatsapp', clock.now()), state: 'ready', address: '64211234567' }))
  const sent: Parcel[] = []
  const answers: Array<Outcome | Promise<Outcome>> = []
  const health = { state: 'up' as const, detail: '', remedy: null, sends: true }
  const transport: ChannelTransport = {
    receipts: true,
    repeatAfter: 60_000,
    health: () => health,
    start() {},
    send(parcel) {
      sent.push(parcel)
      const answer = answers.shift()
      return answer ? Promise.resolve(answer) : new Promise(() => {})
    },
    async [Symbol.asyncDispose]() {},
  }
  const open = () =>
    createOutbox({
      db,
      clock,
      append: journal.append,
      logger: createLogger(undefined),
      store: createOutboxStore(db),
      transportOf: () => transport,
      remoteIdOf: () => null,
      lastHeardAt: () => null,
      note: () => {},
    })
  const outbox = open()
  return {
    db,
    clock,
    outbox,
    reopen: open,
    sent,
    answers,
    health,
    states: () => told.flatMap((event) => (event.type === 'message.moved' ? [event.data.state] : [])),
    put: (more: { expiresAt?: Instant; notBefore?: Instant; bundleId?: BundleId } = {}): MessageId =>
      write(db, () => outbox.put('whatsapp', '64211234567', { kind: 'approval', text: 'REEF #K7Q2', ...more })).id,
    in: (ms: number) => (clock.now() + ms) as Instant,
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}

describe('sending', () => {
  it('writes down that it tries before it tries, and what came of it (intent before effect)', async () => {
    using world = openWorld()
    const id = world.put()
    expect(world.outbox.get(id)).toMatchObject({ state: 'pending', attempts: 0, sentAt: null })
    world.answers.push(accepted('wamid.1'))
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)).toMatchObject({ state: 'accepted', attempts: 1, sentAt: world.clock.now(), nextAttemptAt: null, error: null })
    expect(world.states()).toEqual(['sending', 'accepted'])
    expect(world.sent.map(({ key }) => key)).toEqual([`reef:${id}`])
    await world.outbox.pump('whatsapp')
    expect(world.sent).toHaveLength(1)
  })

  it('goes back to waiting, longer each time, while it is surely not sent', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push({ kind: 'retry', detail: 'unreachable' }, { kind: 'retry', detail: 'busy', after: 60_000 }, accepted('wamid.1'))
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)).toMatchObject({ state: 'pending', error: 'unreachable', nextAttemptAt: world.in(2000), sentAt: null })
    world.clock.advance(2000)
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)).toMatchObject({ state: 'pending', nextAttemptAt: world.in(60_000) })
    world.clock.advance(60_000)
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)?.state).toBe('accepted')
  })

  it('gives up after a dozen tries, and at once when it is refused', async () => {
    using world = openWorld()
    const id = world.put()
    for (let tries = 0; tries < 12; tries++) {
      world.answers.push({ kind: 'retry', detail: 'busy' })
      await world.outbox.pump('whatsapp')
      world.clock.advance(600_000)
    }
    expect(world.outbox.get(id)).toMatchObject({ state: 'failed', attempts: 12, error: 'busy' })
    const other = world.put()
    world.answers.push({ kind: 'refused', detail: 'no such number' })
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(other)).toMatchObject({ state: 'failed', attempts: 1, sentAt: null })
  })

  it('repeats what went without an answer, later, with the same key', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push({ kind: 'unknown', detail: 'no answer' }, accepted('wamid.1'))
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)).toMatchObject({ state: 'unknown', nextAttemptAt: world.in(60_000) })
    world.clock.advance(59_999)
    await world.outbox.pump('whatsapp')
    expect(world.sent).toHaveLength(1)
    world.clock.advance(1)
    await world.outbox.pump('whatsapp')
    expect(world.sent.map(({ key }) => key)).toEqual([`reef:${id}`, `reef:${id}`])
  })

  it('never repeats what the other side keeps in its own queue', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push({ kind: 'queued_remote', detail: 'queued' })
    await world.outbox.pump('whatsapp')
    world.clock.advance(DAY / 2)
    await world.reopen().pump('whatsapp')
    expect([world.outbox.get(id)?.state, world.sent.length]).toEqual(['queued_remote', 1])
  })

  it('waits while the channel takes nothing, without using up its tries', async () => {
    using world = openWorld()
    const id = world.put()
    world.health.sends = false
    await world.outbox.pump('whatsapp')
    expect([world.sent.length, world.outbox.get(id)?.attempts]).toEqual([0, 0])
  })

  it('keeps what is not due yet, such as words to a phone whose owner is at the desk (U-60)', async () => {
    using world = openWorld()
    world.put({ notBefore: world.in(60_000) })
    await world.outbox.pump('whatsapp')
    expect(world.sent).toEqual([])
    world.clock.advance(60_000)
    world.answers.push(accepted('wamid.1'))
    await world.outbox.pump('whatsapp')
    expect(world.sent).toHaveLength(1)
  })
})

describe('too late', () => {
  it('is never sent, also not when the channel comes back, and ends as too late (U-67)', async () => {
    using world = openWorld()
    const id = world.put({ expiresAt: world.in(1000) })
    world.health.sends = false
    world.clock.advance(1000)
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)?.state).toBe('expired')
    world.health.sends = true
    await world.outbox.pump('whatsapp')
    expect(world.sent).toEqual([])
  })

  it('is anything a day old that names no end', async () => {
    using world = openWorld()
    const id = world.put()
    world.clock.advance(DAY)
    await world.outbox.pump('whatsapp')
    expect([world.outbox.get(id)?.state, world.sent.length]).toEqual(['expired', 0])
  })

  it('does not repeat what may have gone, and does not pretend that it did not', async () => {
    using world = openWorld()
    const id = world.put({ expiresAt: world.in(90_000) })
    world.answers.push({ kind: 'unknown', detail: 'no answer' })
    await world.outbox.pump('whatsapp')
    world.clock.advance(90_000)
    await world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)).toMatchObject({ state: 'unknown', nextAttemptAt: null })
    expect(world.sent).toHaveLength(1)
  })

  it('comes with a decision elsewhere: what was not sent of a bundle is withdrawn (U-55)', async () => {
    using world = openWorld()
    const bundleId = newId('bun', world.clock)
    const [mine, other] = [world.put({ bundleId, notBefore: world.in(1000) }), world.put({ notBefore: world.in(1000) })]
    world.outbox.withdraw(bundleId)
    expect([world.outbox.get(mine)?.state, world.outbox.get(other)?.state]).toEqual(['withdrawn', 'pending'])
  })
})

describe('a crash', () => {
  it('between sending and the answer leaves a message of unknown fate, repeated with its own key', async () => {
    using world = openWorld()
    const id = world.put()
    void world.outbox.pump('whatsapp')
    expect(world.outbox.get(id)?.state).toBe('sending')
    const next = world.reopen()
    next.recover(() => 60_000)
    expect(next.get(id)).toMatchObject({ state: 'unknown', error: 'REEF stopped while it was being sent.', nextAttemptAt: world.in(60_000) })
    world.clock.advance(60_000)
    world.answers.push(accepted('wamid.1'))
    await next.pump('whatsapp')
    expect(world.sent.map(({ key }) => key)).toEqual([`reef:${id}`, `reef:${id}`])
    expect(next.get(id)?.state).toBe('accepted')
  })
})

describe('receipts', () => {
  const receipt = (remoteId: string, state: 'sent' | 'delivered' | 'read' | 'failed', more: { key?: string; windowClosed?: boolean } = {}) => ({
    key: null,
    remoteId,
    state,
    at: 1_700_000_005_000 as Instant,
    detail: state === 'failed' ? 'not delivered' : null,
    windowClosed: false,
    ...more,
  })

  it('move a message on, in any order, and none of them back (U-68)', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push(accepted('wamid.1'))
    await world.outbox.pump('whatsapp')
    for (const state of ['read', 'delivered', 'sent', 'read'] as const) world.outbox.receipt('whatsapp', receipt('wamid.1', state))
    world.outbox.receipt('whatsapp', receipt('wamid.unknown', 'failed'))
    expect(world.outbox.get(id)).toMatchObject({ state: 'read', deliveredAt: 1_700_000_005_000, readAt: 1_700_000_005_000 })
    expect(world.states()).toEqual(['sending', 'accepted', 'read'])
  })

  it('that name its key settle a message of unknown fate, so that it is not repeated', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push({ kind: 'unknown', detail: 'no answer' })
    await world.outbox.pump('whatsapp')
    world.outbox.receipt('whatsapp', receipt('wamid.1', 'sent', { key: `reef:${id}` }))
    expect(world.outbox.get(id)).toMatchObject({ state: 'accepted', error: null, nextAttemptAt: null })
    world.clock.advance(600_000)
    await world.outbox.pump('whatsapp')
    expect(world.sent).toHaveLength(1)
  })

  it('can overtake the answer, which then takes nothing back', async () => {
    using world = openWorld()
    const id = world.put()
    let answer: (outcome: Outcome) => void = () => {}
    world.answers.push(new Promise((resolve) => (answer = resolve)))
    const pumping = world.outbox.pump('whatsapp')
    world.outbox.receipt('whatsapp', receipt('wamid.1', 'delivered', { key: `reef:${id}` }))
    answer(accepted('wamid.1'))
    await pumping
    expect(world.outbox.get(id)?.state).toBe('delivered')
  })

  it('that say the conversation had gone cold send it once more, as a template, under the same key (U-66)', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push(accepted('wamid.1'), accepted('wamid.2'))
    await world.outbox.pump('whatsapp')
    const cold = receipt('wamid.1', 'failed', { key: `reef:${id}`, windowClosed: true })
    world.outbox.receipt('whatsapp', cold)
    await world.outbox.pump('whatsapp')
    world.outbox.receipt('whatsapp', cold)
    expect(world.sent.map(({ key, form }) => [key, form])).toEqual([
      [`reef:${id}`, 'plain'],
      [`reef:${id}`, 'template'],
    ])
    expect(world.outbox.get(id)?.state).toBe('accepted')
  })

  it('that repeat it while the template is on its way do not send it a third time', async () => {
    using world = openWorld()
    const id = world.put()
    let answer: (outcome: Outcome) => void = () => {}
    world.answers.push(accepted('wamid.1'), new Promise((resolve) => (answer = resolve)))
    await world.outbox.pump('whatsapp')
    const cold = receipt('wamid.1', 'failed', { key: `reef:${id}`, windowClosed: true })
    world.outbox.receipt('whatsapp', cold)
    const pumping = world.outbox.pump('whatsapp')
    world.outbox.receipt('whatsapp', cold)
    expect(world.outbox.get(id)?.state).toBe('sending')
    answer(accepted('wamid.2'))
    await pumping
    expect([world.outbox.get(id)?.state, world.sent.length]).toEqual(['accepted', 2])
  })

  it('of failure fail it, with the reason', async () => {
    using world = openWorld()
    const id = world.put()
    world.answers.push(accepted('wamid.1'))
    await world.outbox.pump('whatsapp')
    world.outbox.receipt('whatsapp', receipt('wamid.1', 'failed'))
    expect(world.outbox.get(id)).toMatchObject({ state: 'failed', error: 'not delivered' })
  })
})
