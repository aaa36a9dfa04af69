import { join } from 'node:path'
import { openWriter, type WriteDb, write } from '../src/engine/store/index.ts'
import type { Durability } from './world.ts'

/** The least that a durable queue with a record of its changes must do, written straight on SQLite: the measure of everything above it. */
export function openFloor(dir: string, durability: Durability, jobs: number) {
  const db: WriteDb = openWriter(join(dir, 'floor.db'))
  db.pragma(`synchronous = ${durability}`)
  db.exec(`
    CREATE TABLE job (id INTEGER PRIMARY KEY, priority INTEGER NOT NULL, state INTEGER NOT NULL, worker TEXT, lease_until INTEGER, payload TEXT NOT NULL) STRICT;
    CREATE INDEX job_ready ON job (priority DESC, id) WHERE state = 1;
    CREATE INDEX job_leased ON job (lease_until) WHERE lease_until IS NOT NULL;
    CREATE TABLE change (seq INTEGER PRIMARY KEY, job INTEGER NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL) STRICT;`)
  const payload = JSON.stringify({ text: 'x'.repeat(160) })
  const insert = db.prepare('INSERT INTO job (priority, state, payload) VALUES (?, 1, ?)')
  write(db, () => {
    for (let i = 0; i < jobs; i++) insert.run(i % 5, payload)
  })
  const claim = db.prepare<[number, number], { id: number }>(
    "UPDATE job SET state = 2, worker = 'bench', lease_until = ? WHERE id = (SELECT id FROM job WHERE state = 1 ORDER BY priority DESC, id LIMIT ?) RETURNING id",
  )
  const complete = db.prepare('UPDATE job SET state = 3, worker = NULL, lease_until = NULL WHERE id = ? AND state = 2')
  const touch = db.prepare('UPDATE job SET lease_until = ? WHERE id = ? AND state = 2')
  const change = db.prepare('INSERT INTO change (job, what, at, data) VALUES (?, ?, ?, ?)')
  return {
    db,
    /** One event row. */
    append: (n: number) => void change.run(n, 'told', Date.now(), payload),
    /** One job in `commits` transactions, one event in each: claimed first, completed last. */
    run(commits: number): void {
      const id = write(db, () => {
        const row = claim.get(Date.now() + 90_000, 1)
        if (!row) throw new Error('the floor ran out of jobs')
        change.run(row.id, 'claimed', Date.now(), payload)
        return row.id
      })
      for (let i = 2; i < commits; i++)
        write(db, () => {
          touch.run(Date.now() + 90_000, id)
          change.run(id, 'moved', Date.now(), payload)
        })
      write(db, () => {
        complete.run(id)
        change.run(id, 'completed', Date.now(), payload)
      })
    },
    close: () => db.close(),
  }
}
