import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BundleId, Instant, MessageId } from '../../contract/index.ts'
import { migrate, openReader, openWriter, type ReadDb, write } from '../store/index.ts'
import type { PhoneChannel } from './channel.ts'
import { toBlank } from './channel-view.ts'
import { createChannelsStore } from './channels.store.ts'
import { createInboxStore, createMessagesReader, createOutboxStore } from './messages.store.ts'

const bundle = (n: number) => `bun_${n}` as BundleId
const message = (n: number) => `msg_${n}` as MessageId
const at = 1 as Instant

function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-messages-'))
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(join(dir, 'reef.db'))
  const outbox = createOutboxStore(db)
  const inbox = createInboxStore(db)
  write(db, () => {
    for (const name of ['openclaw', 'whatsapp'] as const) createChannelsStore(db).put(toBlank(name, at))
  })
  return {
    reader,
    pages: createMessagesReader(reader),
    sent: (n: number, bundleId: BundleId | null, channel: PhoneChannel = 'openclaw') =>
      write(db, () =>
        outbox.insert({
          id: message(n),
          channel,
          idempotency_key: `reef:${n}`,
          address: '+64211234567',
          kind: 'approval',
          body: 'REEF #K7Q2',
          buttons: '[]',
          bundle_id: bundleId,
          reply_to: null,
          form: 'plain',
          state: 'failed',
          attempts: 1,
          error: null,
          remote_id: null,
          created_at: at,
          expires_at: at,
          next_attempt_at: null,
          sent_at: null,
          delivered_at: null,
          read_at: null,
        }),
      ),
    came: (n: number, repliesTo: MessageId | null) =>
      write(db, () =>
        inbox.insert({
          channel: 'openclaw',
          remote_id: `wa-${n}`,
          id: message(n),
          sender: '+64211234567',
          allowed: 1,
          body: 'yes',
          button: null,
          reaction: null,
          replies_to: repliesTo,
          forwarded: 0,
          edited: 0,
          at,
          received_at: at,
          state: 'answered',
          outcome: null,
        }),
      ),
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}

it('tells of a card what was sent about it over every channel, also what is long settled, and what came in quoting that (U-55, U-68)', () => {
  using world = openWorld()
  world.sent(1, bundle(1))
  world.sent(2, bundle(1), 'whatsapp')
  world.sent(3, bundle(2))
  world.sent(4, null)
  world.sent(5, bundle(1))
  world.came(6, message(1))
  world.came(7, message(3))
  world.came(8, null)
  const ids = (filter: { bundleId?: BundleId; channel?: PhoneChannel; before?: string; limit?: number }) => {
    const { sent, received } = world.pages.page({ limit: 10, ...filter })
    return [sent.map(({ id }) => id.slice(4)).join(' '), received.map(({ id }) => id.slice(4)).join(' ')]
  }
  expect(ids({ bundleId: bundle(1) })).toEqual(['5 2 1', '6'])
  expect(ids({ bundleId: bundle(1), channel: 'openclaw' })).toEqual(['5 1', '6'])
  expect(ids({ bundleId: bundle(1), channel: 'whatsapp' })).toEqual(['2', ''])
  expect(ids({ bundleId: bundle(1), before: message(5), limit: 1 })).toEqual(['2', ''])
  expect(ids({ bundleId: bundle(3) })).toEqual(['', ''])
  expect(ids({})).toEqual(['5 4 3 2 1', '8 7 6'])
})

it('never reads every message for the sake of one card', () => {
  using world = openWorld()
  const asked: string[] = []
  createMessagesReader({ prepare: (sql: string) => world.reader.prepare(asked.push(sql) ? sql : '') } as unknown as ReadDb)
  const given = { before: '~', limit: 10, channel: null, bundle: bundle(1) }
  const plans = asked
    .filter((sql) => sql.includes(':bundle'))
    .map((sql) => world.reader.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(given))
    .map((steps) => steps.map(({ detail }) => detail).join('; '))
  expect(plans.map((plan) => /SCAN/.test(plan))).toEqual([false, false])
  expect(plans[0]).toContain('message_out_of_bundle (bundle_id=? AND id<?)')
  expect(plans[1]).toContain('message_in_answers (replies_to=?)')
})
