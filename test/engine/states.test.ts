import { afterAll, beforeAll, expect, it } from 'vitest'
import { approvalMoves } from '../../src/engine/approvals/index.ts'
import { attemptMoves, planMoves, taskMoves } from '../../src/engine/queue/index.ts'
import { type Factory, openFactory, sh, until } from './world.ts'

let factory: Factory
beforeAll(async () => {
  factory = await openFactory({ attended: false })
})
afterAll(() => factory?.[Symbol.asyncDispose]())

type Row = { readonly id: string; readonly state: string }
const tables: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  task: taskMoves,
  attempt: attemptMoves,
  plan: planMoves,
  approval: approvalMoves,
}
/** Passed through without an event of its own. */
const SILENT = 'executing'
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && 'id' in value && 'state' in value

it('R-046 R-047 whatever happens, the record shows only moves that the tables allow', { timeout: 120_000 }, async () => {
  const { client } = factory
  await client.rehearsal.start()
  const given = await factory.submit('given-up', [{ key: 'A', command: sh('false') }])
  const stopped = await factory.submit('stopped', [
    { key: 'A', command: sh('sleep 300') },
    { key: 'B', command: sh('true'), dependsOn: ['A'] },
  ])
  const dead = await factory.reached(given, 'A', ({ state }) => state === 'dead_letter', 60_000)
  await client.task.retry({ id: dead.id })
  await factory.reached(stopped, 'A', ({ state }) => state === 'running')
  await client.plan.cancel({ id: stopped })
  await client.plan.cancel({ id: given })
  await until(async () => ((await client.factory.status()).rehearsal === 'done' ? true : undefined), 100_000)

  const last = new Map<string, string>()
  const seen: Record<string, number> = {}
  const illegal = factory.events.flatMap(({ type, data }) => {
    const [kind = ''] = type.split('.')
    const table = tables[kind]
    if (!table || !isRow(data)) return []
    const before = last.get(data.id)
    last.set(data.id, data.state)
    if (before === undefined || before === data.state) return []
    seen[kind] = (seen[kind] ?? 0) + 1
    const isAllowed = table[before]?.includes(data.state) || (table[before]?.includes(SILENT) && table[SILENT]?.includes(data.state))
    return isAllowed ? [] : [`${kind}: ${before} → ${data.state} (${type})`]
  })
  expect(illegal).toEqual([])
  expect(Object.keys(seen).sort()).toEqual(Object.keys(tables).sort())
})
