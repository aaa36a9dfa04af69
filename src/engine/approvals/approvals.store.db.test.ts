import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migrate, openReader, openWriter, type ReadDb, type WriteDb } from '../store/index.ts'
import { createApprovalsReader, createApprovalsStore } from './approvals.store.ts'
import { createOversightReader } from './oversight.store.ts'

it('what is asked every second reads what is open, never everything that was ever asked', () => {
  const dir = mkdtempSync(join(tmpdir(), 'reef-plans-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(file)
  try {
    const asked: string[] = []
    const noting = <D extends ReadDb | WriteDb>(of: D): D =>
      new Proxy(of, {
        get: (target, name) =>
          name === 'prepare'
            ? (sql: string) => {
                asked.push(sql)
                return target.prepare(sql)
              }
            : Reflect.get(target, name),
      })
    createApprovalsStore(noting(db))
    createApprovalsReader(noting(reader))
    createOversightReader(noting(reader))
    const plans = asked.map((sql) => {
      const names = [...sql.matchAll(/:([a-z_0-9]+)/g)].map(([, name]) => [name ?? '', 1] as const)
      const steps = db.prepare<object, { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(Object.fromEntries(names))
      return { sql, steps: steps.map(({ detail }) => detail) }
    })
    expect(plans.length).toBeGreaterThan(15)
    expect(plans.filter(({ steps }) => steps.includes('SCAN approval'))).toEqual([])
  } finally {
    reader.close()
    db.close()
    rmSync(dir, { recursive: true })
  }
})
