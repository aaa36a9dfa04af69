import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ReefEvent } from '../../contract/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter, write } from '../store/index.ts'
import { createJournal, createRedactor } from './index.ts'

function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-journal-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(file)
  const redactor = createRedactor()
  const journal = createJournal({ db, reader, clock: createManualClock(), redact: redactor.redact })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const say = (reason: string) => journal.append({ type: 'factory.stopped', subject: 'factory', data: { reason } })
  return {
    db,
    journal,
    redactor,
    told,
    say,
    /** Each in a transaction of its own. */
    tell(...reasons: string[]): void {
      for (const reason of reasons) write(db, () => say(reason))
    },
    reasons: () => journal.reader.last(1000).map((event) => (event.data as { reason: string }).reason),
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}

describe('the journal', async () => {
  it('tells what was recorded, after it is on disk, in order and without gaps (R-315)', () => {
    using world = openWorld()
    write(world.db, () => {
      world.say('a')
      world.say('b')
      expect(world.told).toEqual([])
    })
    world.tell('c')
    expect(world.told).toEqual(world.journal.reader.last(10))
    expect(world.told.map((event) => event.seq)).toEqual([1, 2, 3])
  })

  it('keeps nothing of a change that was rolled back, and goes on where the record ends (R-315)', async () => {
    using world = openWorld()
    world.tell('a')
    expect(() =>
      write(world.db, () => {
        world.say('lost')
        world.say('lost too')
        throw new Error('no')
      }),
    ).toThrow('no')
    world.tell('b')
    expect(world.reasons()).toEqual(['a', 'b'])
    expect(world.told.map((event) => event.seq)).toEqual([1, 2])
    expect(await world.journal.verify()).toMatchObject({ ok: true, rows: 2 })
  })

  it('refuses a change outside a transaction, where it could be true without being recorded', () => {
    using world = openWorld()
    expect(() => world.say('alone')).toThrow('factory.stopped appended outside a transaction')
  })

  it('goes on with the same chain after a restart', async () => {
    using world = openWorld()
    world.tell('a', 'b')
    const again = createJournal({ db: world.db, reader: world.db, clock: createManualClock(), redact: (text) => text })
    write(world.db, () => again.append({ type: 'factory.resumed', subject: 'factory', data: {} }))
    expect(await again.verify()).toMatchObject({ ok: true, rows: 3 })
  })

  it('cannot be changed through the database either (R-189, R-314)', () => {
    using world = openWorld()
    world.tell('a')
    expect(() => world.db.exec("UPDATE event SET data = '{}'")).toThrow('append-only')
    expect(() => world.db.exec('DELETE FROM event')).toThrow('append-only')
  })

  it.each([
    ['changed', "UPDATE event SET data = json_set(data, '$.reason', 'x') WHERE seq = 1500", 1500],
    ['said to be by another', "UPDATE event SET actor = 'owner' WHERE seq = 3", 3],
    ['moved in time', 'UPDATE event SET at = at + 1 WHERE seq = 2', 2],
    ['cut out', 'DELETE FROM event WHERE seq = 1000', 1001],
    ['put in another order', 'UPDATE event SET seq = -seq WHERE seq IN (5, 6); UPDATE event SET seq = 11 + seq WHERE seq < 0', 5],
  ])('shows where an entry was %s behind its back (R-189, R-314)', async (_what, sql, at) => {
    using world = openWorld()
    write(world.db, () => {
      for (let i = 0; i < 2500; i++) world.say(`entry ${i}`)
    })
    expect(await world.journal.verify()).toMatchObject({ ok: true, rows: 2500, firstBroken: null })
    world.db.exec('DROP TRIGGER event_is_append_only_update; DROP TRIGGER event_is_append_only_delete')
    world.db.exec(sql)
    expect(await world.journal.verify()).toMatchObject({ ok: false, firstBroken: at })
  })

  it('lets no known secret into the record or to a listener (R-293)', async () => {
    using world = openWorld()
    world.redactor.add('sk-very-secret')
    world.tell('the agent printed sk-very-secret twice: sk-very-secret')
    expect(world.reasons()).toEqual(['the agent printed •••redacted••• twice: •••redacted•••'])
    expect(world.told.map((event) => event.data)).toEqual([{ reason: world.reasons()[0] }])
    expect((await world.journal.verify()).ok).toBe(true)
  })

  it('can be read page by page, by kind and by subject (U-35)', () => {
    using world = openWorld()
    world.tell('a', 'b', 'c')
    write(world.db, () => world.journal.append({ type: 'factory.paused', subject: 'other', actor: 'owner', data: {} }))
    expect(world.journal.reader.page(4, 2).map((row) => row.seq)).toEqual([3, 2])
    expect(world.journal.reader.page(100, 10, 'factory.paused').map((row) => row.seq)).toEqual([4])
    expect(world.journal.reader.page(100, 10, undefined, 'factory').map((row) => row.seq)).toEqual([3, 2, 1])
    expect(world.journal.reader.since(2, 10).map((row) => row.seq)).toEqual([3, 4])
    expect(world.journal.reader.lastSeq()).toBe(4)
  })
})
