import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Instant, MessageId } from '../../src/contract/index.ts'
import type { ChannelTransport, Outcome, Parcel, Receipt } from '../../src/engine/channels/channel.ts'
import { toBlank } from '../../src/engine/channels/channel-view.ts'
import { createChannelsStore } from '../../src/engine/channels/channels.store.ts'
import { mayMove } from '../../src/engine/channels/message.ts'
import { createOutboxStore } from '../../src/engine/channels/messages.store.ts'
import { createOutbox } from '../../src/engine/channels/outbox.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { migrate, openWriter, write } from '../../src/engine/store/index.ts'

type Step =
  | { readonly kind: 'write'; readonly lives: number; readonly waits: number }
  | { readonly kind: 'send'; readonly answer: Outcome['kind'] | 'crash' | 'cold' }
  | { readonly kind: 'receipt'; readonly of: number; readonly state: Receipt['state']; readonly byKey: boolean; readonly cold: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'withdraw'; readonly of: number }
  | { readonly kind: 'restart' | 'down' | 'up' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('write' as const), lives: fc.constantFrom(1_000, 90_000, 3_600_000), waits: fc.constantFrom(0, 0, 30_000) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      answer: fc.constantFrom(
        'accepted' as const,
        'queued_remote' as const,
        'unknown' as const,
        'refused' as const,
        'retry' as const,
        'crash' as const,
        'cold' as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('receipt' as const),
      of: fc.nat(20),
      state: fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const, 'failed' as const),
      byKey: fc.boolean(),
      cold: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(500, 20_000, 60_000, 600_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), of: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'down' as const, 'up' as const) }) },
)

type Row = {
  id: MessageId
  bundleId: `bun_${string}`
  expiresAt: number
  isWithdrawn: boolean
  keys: Set<string>
  sends: { remoteId: string; outcome: string }[]
}

/** A random walk of one outbox; what was handed to the transport is kept beside it, as the phone's side of the story. */
async function walk(db: ReturnType<typeof openWriter>, steps: readonly Step[]): Promise<void> {
  const clock = createManualClock()
  const rows: Row[] = []
  const rowOf = (id: string) => {
    const row = rows.find((one) => one.id === id)
    if (!row) throw new Error(`${id} was never written`)
    return row
  }
  let isUp = true
  let answer: Outcome['kind'] | 'crash' | 'cold' = 'accepted'

  const transport: ChannelTransport = {
    receipts: true,
    repeatAfter: 60_000,
    health: () => ({ state: 'up', detail: '', remedy: null, sends: isUp }),
    start() {},
    send({ id, key }: Parcel): Promise<Outcome> {
      const row = rowOf(id)
      row.keys.add(key)
      const remoteId = `${id}/${row.sends.length}`
      // Never late, never after it was withdrawn, never again once the other side has it for good.
      expect(clock.now()).toBeLessThan(row.expiresAt)
      expect(row.isWithdrawn).toBe(false)
      expect(row.sends.map(({ outcome }) => outcome)).not.toContain('queued_remote')
      expect(row.sends.map(({ outcome }) => outcome)).not.toContain('refused')
      row.sends.push({ remoteId, outcome: answer })
      if (answer === 'crash') return new Promise(() => {})
      if (answer === 'cold') return Promise.resolve({ kind: 'retry', detail: 'cold', as: 'template' })
      return Promise.resolve(answer === 'accepted' ? { kind: answer, remoteId } : { kind: answer, detail: 'as told' })
    },
    async [Symbol.asyncDispose]() {},
  }
  const states = new Map<string, string>()
  const open = () =>
    createOutbox({
      db,
      clock,
      append: (event) => {
        if (event.type !== 'message.moved') return
        const before = states.get(event.subject) ?? 'pending'
        expect([before, event.data.state, mayMove(before as 'pending', event.data.state)]).toEqual([before, event.data.state, true])
        states.set(event.subject, event.data.state)
      },
      logger: createLogger(undefined),
      store: createOutboxStore(db),
      transportOf: () => transport,
      remoteIdOf: () => null,
      lastHeardAt: () => null,
      note: () => {},
    })
  let outbox = open()
  const restart = () => {
    outbox = open()
    outbox.recover(() => transport.repeatAfter)
  }

  for (const one of steps) {
    if (one.kind === 'write') {
      const bundleId = newId('bun', clock)
      const [expiresAt, notBefore] = [(clock.now() + one.lives) as Instant, (clock.now() + one.waits) as Instant]
      const { id } = write(db, () => outbox.put('whatsapp', '64211234567', { kind: 'approval', text: 'REEF', bundleId, expiresAt, notBefore }))
      rows.push({ id, bundleId, expiresAt, isWithdrawn: false, keys: new Set(), sends: [] })
    } else if (one.kind === 'send') {
      answer = one.answer
      const pumping = outbox.pump('whatsapp')
      if (answer === 'crash') {
        // The engine dies while it waits, if it came to that; a pump that had nothing to do is simply over.
        await Promise.race([pumping, new Promise((resolve) => setImmediate(resolve))])
        restart()
      } else await pumping
    } else if (one.kind === 'receipt') {
      const row = rows[one.of % Math.max(1, rows.length)]
      const sent = row?.sends.filter(({ outcome }) => outcome !== 'refused' && outcome !== 'retry' && outcome !== 'cold').at(-1)
      if (row && sent)
        outbox.receipt('whatsapp', {
          key: one.byKey ? `reef:${row.id}` : null,
          remoteId: sent.remoteId,
          state: one.state,
          at: clock.now(),
          detail: null,
          windowClosed: one.cold,
        })
    } else if (one.kind === 'withdraw') {
      const row = rows[one.of % Math.max(1, rows.length)]
      if (row && outbox.get(row.id)?.state === 'pending') {
        outbox.withdraw(row.bundleId)
        row.isWithdrawn = true
      }
    } else if (one.kind === 'pass') clock.advance(one.ms)
    else if (one.kind === 'restart') restart()
    else isUp = one.kind === 'up'
  }

  // Whatever is still open comes to rest by itself once its time is over.
  restart()
  isUp = true
  answer = 'unknown'
  clock.advance(3_600_001)
  await outbox.pump('whatsapp')
  for (const row of rows) {
    const message = outbox.get(row.id)
    expect(message?.nextAttemptAt).toBeNull()
    expect([...row.keys]).toEqual(row.sends.length > 0 ? [`reef:${row.id}`] : [])
    // What is called unsent was never handed over, but for tries that the other side surely turned down.
    if (message?.state === 'expired' || message?.state === 'withdrawn')
      expect(row.sends.every(({ outcome }) => ['retry', 'cold', 'accepted', 'crash', 'unknown'].includes(outcome))).toBe(true)
  }
}

describe('a random life of an outbox', () => {
  it('with crashes, lost answers, receipts in any order and a channel that comes and goes never sends with two keys, too late, or what is held elsewhere', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'reef-walk-'))
    const db = openWriter(join(dir, 'reef.db'))
    // A thousand walks are about the order of things, not about the disk.
    db.pragma('synchronous = OFF')
    migrate(db, join(import.meta.dirname, '../../migrations'), 0)
    write(db, () => createChannelsStore(db).put({ ...toBlank('whatsapp', 0 as Instant), state: 'ready' }))
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => walk(db, steps)),
        { numRuns: 1000 },
      )
    } finally {
      db.close()
      rmSync(dir, { recursive: true })
    }
  })
})
