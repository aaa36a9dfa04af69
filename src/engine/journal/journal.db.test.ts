import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Instant, ReefEvent } from '../../contract/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter, write } from '../store/index.ts'
import { createJournal, createRedactor, exportAudit } from './index.ts'

function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-journal-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(file)
  const redactor = createRedactor()
  const clock = createManualClock()
  const journal = createJournal({ db, reader, clock, redact: redactor.redact })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const say = (reason: string) => journal.append({ type: 'factory.stopped', subject: 'factory', data: { reason } })
  return {
    db,
    clock,
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

  it('can be read page by page, by kind, by subject, by actor and by what stands in it (U-35)', async () => {
    using world = openWorld()
    world.tell('a', 'b', '50 % of c_d')
    write(world.db, () => world.journal.append({ type: 'factory.paused', subject: 'other', actor: 'owner', data: {} }))
    const seqs = async (filter: Parameters<typeof world.journal.search>[0], before = 100, limit = 10) =>
      (await world.journal.search(filter, { before, limit })).map((row) => row.seq)
    expect(await seqs({}, 4, 2)).toEqual([3, 2])
    expect(await seqs({ type: 'factory.paused' })).toEqual([4])
    expect(await seqs({ subject: 'factory' })).toEqual([3, 2, 1])
    expect(await seqs({ actor: 'owner' })).toEqual([4])
    expect(await seqs({ actor: 'agent:Rex' })).toEqual([])
    expect([await seqs({ text: '50 %' }), await seqs({ text: 'c_d' }), await seqs({ text: 'c.d' }), await seqs({ text: '%' })]).toEqual([[3], [3], [], [3]])
    expect(world.journal.reader.since(2, 10).map((row) => row.seq)).toEqual([3, 4])
    expect(world.journal.reader.ofTypes(['factory.stopped'], 1, 4, 1).map((event) => event.seq)).toEqual([2])
    expect(world.journal.reader.ofTypes(['factory.stopped', 'factory.paused'], 2, 4, 9).map((event) => event.seq)).toEqual([3, 4])
    expect(world.journal.reader.lastSeq()).toBe(4)
  })

  it('finds what lies far back, without keeping others from working meanwhile', async () => {
    using world = openWorld()
    world.tell('the first of all')
    write(world.db, () => {
      for (let i = 0; i < 25_000; i++) world.say(`entry ${i}`)
    })
    let turns = 0
    const count = () => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    const found = await world.journal.search({ text: 'first of all' }, { before: Number.MAX_SAFE_INTEGER, limit: 5 })
    clearImmediate(next)
    expect(found.map((row) => row.seq)).toEqual([1])
    expect(turns).toBeGreaterThan(0)
  })

  it.each(['jsonl', 'csv'] as const)('can be taken out as %s page by page, whole or for a span (U-35)', (format) => {
    using world = openWorld()
    world.tell('a', '=HYPERLINK("x")', 'c')
    world.clock.advance(1000)
    write(world.db, () => {
      for (let i = 0; i < 2500; i++) world.say(`entry ${i}`)
    })
    const take = (more: { since?: Instant; until?: Instant } = {}) => {
      const pages: string[] = []
      for (let after: number | null = 0; after !== null; ) {
        const page = exportAudit(world.journal.reader, { format, after, ...more })
        pages.push(page.text)
        after = page.next
      }
      return pages.join('').trimEnd().split('\n')
    }
    const head = format === 'csv' ? 1 : 0
    expect(take().length).toBe(2503 + head)
    expect(take({ until: world.clock.now() }).length).toBe(3 + head)
    expect(take({ since: world.clock.now() }).length).toBe(2500 + head)
    if (format === 'csv') expect(take()[2]).toContain(`"{""reason"":""=HYPERLINK`)
  })

  it('proves itself outside of REEF too: a file that was taken out is checked with sha256 alone (R-189)', () => {
    using world = openWorld()
    world.tell('a', 'ümlaut “quoted” \\n', 'c', 'd')
    const lines = exportAudit(world.journal.reader, { format: 'jsonl', after: 1 })
      .text.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const prove = (rows: typeof lines) =>
      rows.findIndex((row, at) => {
        const text = [row.previous, row.seq, row.id, row.type, row.at, row.actor, row.subject, row.correlationId ?? '', row.data].join('\n')
        return createHash('sha256').update(text).digest('hex') !== row.hash || (at > 0 && rows[at - 1].hash !== row.previous)
      })
    expect([lines.map((row) => row.seq), prove(lines)]).toEqual([[2, 3, 4], -1])
    expect(prove(lines.map((row) => (row.seq === 3 ? { ...row, actor: 'owner' } : row)))).toBe(1)
    expect(prove(lines.filter((row) => row.seq !== 3))).toBe(1)
  })
})
