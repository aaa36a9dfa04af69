import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { afterCommit, migrate, openReader, openWriter, write } from './index.ts'

const root = join(import.meta.dirname, '../../..')

function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-store-'))
  const migrations = join(dir, 'migrations')
  mkdirSync(migrations)
  const db = openWriter(join(dir, 'reef.db'))
  const names = () => (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as Array<{ name: string }>).map(({ name }) => name)
  return {
    db,
    file: join(dir, 'reef.db'),
    migrations,
    names,
    have: (name: string, sql: string) => writeFileSync(join(migrations, name), sql),
    migrate: () => migrate(db, migrations, 1),
    count: () => (db.prepare('SELECT count(*) AS n FROM a').get() as { n: number }).n,
    [Symbol.dispose](): void {
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}

describe('migrations', () => {
  it('are applied once, in order, and recorded (R-354, R-355, R-359)', () => {
    using world = openWorld()
    world.have('0002-b.sql', 'CREATE TABLE b (a REFERENCES a)')
    world.have('0001-a.sql', 'CREATE TABLE a (x)')
    world.have('schema.sql', 'CREATE TABLE never (x)')
    expect(world.migrate()).toEqual({ applied: ['0001-a.sql', '0002-b.sql'] })
    expect(world.migrate()).toEqual({ applied: [] })
    expect(world.names()).toEqual(['a', 'b', 'migration'])
  })

  it('that fail leave nothing behind and name themselves (R-356)', () => {
    using world = openWorld()
    world.have('0001-a.sql', 'CREATE TABLE a (x)')
    world.have('0002-b.sql', 'CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)')
    expect(() => world.migrate()).toThrow('migration 0002-b.sql failed')
    expect(world.names()).toEqual(['a', 'migration'])
    world.have('0002-b.sql', 'CREATE TABLE b (x)')
    expect(world.migrate()).toEqual({ applied: ['0002-b.sql'] })
  })

  it('that were changed, or that only a newer program has, stop the start in words (R-357)', () => {
    using world = openWorld()
    world.have('0001-a.sql', 'CREATE TABLE a (x)')
    world.migrate()
    world.have('0001-a.sql', 'CREATE TABLE a (y)')
    expect(() => world.migrate()).toThrow(expect.objectContaining({ code: 'store/newer-than-program', message: expect.stringContaining('differs') }))
    rmSync(join(world.migrations, '0001-a.sql'))
    expect(() => world.migrate()).toThrow(expect.objectContaining({ code: 'store/newer-than-program', remedy: expect.stringContaining('newer version') }))
  })

  it('make the schema that is written down in migrations/schema.sql', () => {
    expect(execFileSync(process.execPath, [join(root, 'scripts/schema.mjs'), '--check'], { encoding: 'utf8', stdio: 'pipe' })).toBe('')
  })

  it('make a schema whose every reference holds', () => {
    using world = openWorld()
    cpSync(join(root, 'migrations'), world.migrations, { recursive: true })
    world.migrate()
    expect(world.db.pragma('foreign_key_check')).toEqual([])
    expect(world.db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })
})

describe('a transaction', () => {
  it('is all or nothing, and one inside another belongs to it (R-402)', () => {
    using world = openWorld()
    world.db.exec('CREATE TABLE a (x)')
    const add = () => write(world.db, () => void world.db.exec('INSERT INTO a VALUES (1)'))
    expect(() =>
      write(world.db, () => {
        add()
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(world.count()).toBe(0)
    write(world.db, () => {
      add()
      add()
    })
    expect(world.count()).toBe(2)
  })

  it('says when it is on disk, and never when it was rolled back', () => {
    using world = openWorld()
    world.db.exec('CREATE TABLE a (x)')
    const reader = openReader(world.file)
    const seen: number[] = []
    const look = () => void seen.push((reader.prepare('SELECT count(*) AS n FROM a').get() as { n: number }).n)
    write(world.db, () => {
      world.db.exec('INSERT INTO a VALUES (1)')
      afterCommit(world.db, look)
      expect(seen).toEqual([])
    })
    expect(() =>
      write(world.db, () => {
        afterCommit(world.db, look)
        throw new Error('no')
      }),
    ).toThrow('no')
    afterCommit(world.db, look)
    expect(seen).toEqual([1, 1])
    expect(() => reader.exec('INSERT INTO a VALUES (2)')).toThrow(/readonly/)
    reader.close()
  })

  it('is on disk before it is answered (R-044, C-01)', () => {
    using world = openWorld()
    expect([world.db.pragma('journal_mode'), world.db.pragma('synchronous'), world.db.pragma('foreign_keys')]).toEqual([
      [{ journal_mode: 'wal' }],
      [{ synchronous: 2 }],
      [{ foreign_keys: 1 }],
    ])
  })
})
