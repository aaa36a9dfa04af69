import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterCommit, createTurnWriter, openReader, openWriter, write } from './index.ts'

function open(hooks: Partial<Parameters<typeof createTurnWriter>[1]> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'reef-turn-'))
  const db = openWriter(join(dir, 'reef.db'))
  db.exec('CREATE TABLE a (x INTEGER PRIMARY KEY)')
  const reader = openReader(join(dir, 'reef.db'))
  const seen = { commits: 0, undone: 0 }
  const insert = db.prepare('INSERT INTO a VALUES (?)')
  const writer = createTurnWriter(db, {
    beforeCommit() {
      seen.commits++
      hooks.beforeCommit?.()
    },
    rolledBack() {
      seen.undone++
      hooks.rolledBack?.()
    },
  })
  return {
    db,
    inTurn: writer.write,
    catchUp: writer.catchUp,
    seen,
    dir,
    put: (x: number, when?: 'soon') => writer.write(() => Number(insert.run(x).lastInsertRowid), when),
    rows: () => reader.prepare<[], number>('SELECT x FROM a ORDER BY x').pluck().all(),
    [Symbol.dispose](): void {
      db.close()
      reader.close()
      rmSync(dir, { recursive: true })
    },
  }
}
const outcome = <T>(promise: Promise<T>) =>
  promise.then(
    (value) => value,
    (error: Error) => error.message,
  )

describe('writes of one turn of the event loop', () => {
  it('are one transaction, in the order they came in, each with its own answer, and on file when it is answered', async () => {
    using world = open()
    const answers = [3, 1, 2].map((x) => world.put(x).then((id) => [id, world.rows()]))
    expect(world.rows()).toEqual([])
    expect(await Promise.all(answers)).toEqual([3, 1, 2].map((x) => [x, [1, 2, 3]]))
    expect(world.seen).toEqual({ commits: 1, undone: 0 })
    await world.put(4)
    expect([world.seen.commits, world.rows()]).toEqual([2, [1, 2, 3, 4]])
  })

  it('do not take each other down: whoever throws is told, the others happen, whatever they are (R-207)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ x: fc.nat(20), fails: fc.boolean() }), { minLength: 1, maxLength: 20 }), async (bodies) => {
        using world = open()
        const answers = await Promise.all(
          bodies.map(({ x, fails }) =>
            outcome(
              world.inTurn(() => {
                world.db.prepare('INSERT INTO a VALUES (?)').run(x)
                if (fails) throw new Error('no')
                return x
              }),
            ),
          ),
        )
        const kept = new Set<number>()
        for (const [i, { x, fails }] of bodies.entries()) {
          expect(answers[i]).toEqual(kept.has(x) ? expect.stringContaining('UNIQUE') : fails ? 'no' : x)
          if (!fails) kept.add(x)
        }
        expect(world.rows()).toEqual([...kept].sort((a, b) => a - b))
      }),
      { numRuns: 40 },
    )
  })

  it('are told of with what was written in them: once, and never for one that was rolled back', async () => {
    using world = open()
    const told: number[] = []
    const tell = (x: number, fails: boolean) =>
      outcome(
        world.inTurn(() => {
          afterCommit(world.db, () => told.push(x))
          if (fails) throw new Error('no')
          return x
        }),
      )
    expect(await Promise.all([tell(1, false), tell(2, true), tell(3, false)])).toEqual([1, 'no', 3])
    expect(told).toEqual([1, 3])
    expect(world.seen.undone).toBe(2)
  })

  it('join a transaction that runs anyway, and hold back none that comes between', async () => {
    using world = open()
    const answer = world.put(1)
    write(world.db, () => world.db.exec('INSERT INTO a VALUES (2)'))
    expect(world.rows()).toEqual([2])
    expect([await answer, world.rows()]).toEqual([1, [1, 2]])
  })

  it('that were begun inside another one wait for the next turn', async () => {
    using world = open()
    let later: Promise<unknown> = Promise.resolve()
    await world.inTurn(() => {
      later = world.put(1)
    })
    expect(world.rows()).toEqual([])
    await later
    expect([world.rows(), world.seen.commits]).toEqual([[1], 2])
  })

  it('fail together when what they share cannot be written, and the next turn is a new beginning', async () => {
    let fails = true
    using world = open({
      beforeCommit() {
        if (fails) throw new Error('the disk is full')
      },
    })
    expect(await Promise.all([outcome(world.put(1)), outcome(world.put(2))])).toEqual(['the disk is full', 'the disk is full'])
    fails = false
    expect([await world.put(3), world.rows()]).toEqual([3, [3]])
  })

  it('are all refused, and end no process, when not even what was remembered can be put right', async () => {
    using world = open({
      rolledBack() {
        throw new Error('the file is gone')
      },
    })
    const bad = world.inTurn(() => {
      throw new Error('no')
    })
    expect(await Promise.all([outcome(bad), outcome(world.put(1))])).toEqual(['no', 'no'])
    expect([await world.put(2), world.rows()]).toEqual([2, [2]])
    world.db.close()
    expect(await outcome(world.put(3))).toMatch(/not open/)
  })

  it('leave the file as careful as it was: whatever else is written is on the disk before it is answered', async () => {
    using world = open()
    const synchronous = () => world.db.pragma('synchronous', { simple: true })
    const careful = () => write(world.db, synchronous)
    expect([await world.inTurn(synchronous), careful(), await world.inTurn(synchronous), careful()]).toEqual([1, 2, 1, 2])
    await outcome(
      world.inTurn(() => {
        throw new Error('no')
      }),
    )
    expect([careful(), careful(), existsSync(join(world.dir, 'reef.db-wal'))]).toEqual([2, 2, true])
  })

  it('that can wait go together and in a transaction of their own: holding up nobody, and at the latest in a moment', async () => {
    using world = open()
    const waiting = [1, 2].map((x) => world.put(x, 'soon'))
    await world.put(3)
    expect([world.rows(), world.seen.commits]).toEqual([[3], 1])
    waiting.push(world.put(4, 'soon'))
    expect(await Promise.all(waiting)).toEqual([1, 2, 4])
    expect([world.rows(), world.seen.commits]).toEqual([[1, 2, 3, 4], 2])
    await Promise.all(Array.from({ length: 17 }, (_, i) => world.put(100 + i, 'soon')))
    expect([world.rows().length, world.seen.commits]).toEqual([21, 3])
  })

  it('that can wait are there at once for whoever looks, but for the one who is writing himself', async () => {
    using world = open()
    const [good, bad] = [world.put(1, 'soon'), outcome(world.put(1, 'soon'))]
    write(world.db, () => world.catchUp())
    expect(world.rows()).toEqual([])
    world.catchUp()
    expect(world.rows()).toEqual([1])
    expect([await good, await bad]).toEqual([1, expect.stringContaining('UNIQUE')])
    world.catchUp()
    expect([world.rows(), world.seen]).toEqual([[1], { commits: 1, undone: 2 }])
  })
})
