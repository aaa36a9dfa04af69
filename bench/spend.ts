import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { CallId, Instant, Nanodollars, PlanId, SpendBy, TaskId } from '../src/contract/index.ts'
import { systemClock } from '../src/engine/kernel/clock.ts'
import { createExport, createSpend } from '../src/engine/ledger/index.ts'
import { createQueueReader } from '../src/engine/queue/index.ts'
import { migrate, openReader, openWriter, type ReadDb } from '../src/engine/store/index.ts'
import { busyNote, median, quantile, time } from './measure.ts'
import { type BenchRow, toRow } from './row.ts'
import { type Seeded, seedLedger } from './spend-seed.ts'
import { makeDir } from './world.ts'

const MILLION = 1_000_000
const DAYS = 200
const DAY = 86_400_000
const ROUNDS = 12
const ZONE = 'Pacific/Auckland'
/** Milliseconds: what a view may take at the most. */
const GATE = 150

type View = { readonly name: string; readonly run: () => void }

/** A million calls on a real file, and every view of them. */
export async function benchSpend(): Promise<BenchRow[]> {
  const { dir, remove } = makeDir()
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '..', 'migrations'), Date.now())
  const seeded = seedLedger(db, { calls: MILLION, days: DAYS, now: systemClock.now() })
  db.close()
  const reader = openReader(file)
  const floor = toFloor(reader, seeded)
  const views = toViews(reader, seeded)
  const rows = [
    row({ id: 'L1', goal: 'spend by day, agent, model, project, product, provider and task: 1, 7, 30 and 365 days', views: views.summary, floor: floor.sums }),
    row({ id: 'L2', goal: 'what the money bought, and where it is going', views: views.insight, floor: floor.sums }),
    row({ id: 'L3', goal: 'a page of calls by every filter, from the first and from the middle', views: views.calls, floor: floor.page }),
    row({ id: 'L4', goal: 'one call with its bill', views: views.call, floor: floor.one }),
    row({ id: 'L5', goal: 'a page of a file: 2,500 calls, or 500 with a row for each kind of token', views: views.export, floor: floor.bills }),
  ]
  reader.close()
  remove()
  return rows
}

/** One row for many views: its figure is the worst 99th percentile among them. */
function row({ id, goal, views, floor }: { id: string; goal: string; views: readonly View[]; floor: () => void }): BenchRow {
  const measured = views.map(({ name, run }) => {
    run()
    const times = Array.from({ length: ROUNDS }, () => time(run))
    return { name, p50: median(times), p99: quantile(times, 0.99) }
  })
  floor()
  const bare = median(Array.from({ length: ROUNDS }, () => time(floor)))
  const slowest = measured.toSorted((a, b) => b.p50 - a.p50).slice(0, 4)
  const told = slowest.map(({ name, p50, p99 }) => `${name} ${p50.toFixed(1)}/${p99.toFixed(1)}`).join(', ')
  return toRow({
    id,
    goal,
    value: Math.max(...measured.map(({ p99 }) => p99)),
    unit: 'ms p99',
    floor: bare,
    gate: GATE,
    moonshot: 50,
    judge: 'value',
    better: 'lower',
    note: `${MILLION.toLocaleString('en-US')} calls over ${DAYS} days, ${views.length} views, ${ROUNDS} rounds; slowest by p50/p99 ms: ${told}; floor: the bare statement${busyNote(availableParallelism())}`,
  })
}

function toViews(reader: ReadDb, { until, agent, rareModel, taskId, planId, middle }: Seeded) {
  const clock = { now: () => until as Instant }
  const queue = createQueueReader(reader)
  const released = new Set(Array.from({ length: 12 }, (_, i) => `project-${i * 3}`))
  const spend = createSpend({
    reader,
    clock,
    catchUp: () => {},
    products: () => released,
    work: (from, to) => ({ ...queue.outcome(from, to), mergedChanges: 0, products: 0 }),
    budgetsOf: () => [],
    stops: () => ({ day: 100e9 as Nanodollars, month: 1500e9 as Nanodollars }),
  })
  const toFile = createExport({ reader, products: () => released, tiers: queue.tiers })
  const spans = [1, 7, 30, 365]
  const since = (days: number) => (until - days * DAY) as Instant
  const dims: SpendBy[] = ['day', 'agent', 'model', 'project', 'product', 'provider', 'task']
  const filters = {
    all: {},
    agent: { agent },
    'dear model': { model: 'claude-opus-4-5' },
    'own model': { model: rareModel },
    provider: { provider: 'cerebras' },
    project: { project: 'project-3' },
    'agent and project': { agent, project: 'project-3' },
    nobody: { agent: 'Nobody' },
    task: { taskId: taskId as TaskId },
    plan: { planId: planId as PlanId },
    'a day': { since: since(100), until: since(99) },
    'an agent on a day': { agent, since: since(100), until: since(99) },
  }
  return {
    summary: dims.flatMap((by) => spans.map((days) => ({ name: `${by} ${days} d`, run: () => void spend.summary({ by, since: since(days), zone: ZONE }) }))),
    insight: spans.map((days) => ({ name: `${days} d`, run: () => void spend.insight({ since: since(days), zone: ZONE }) })),
    calls: Object.entries(filters).flatMap(([name, filter]) => [
      { name, run: () => void spend.calls({ ...filter, limit: 100 }) },
      { name: `${name}, further on`, run: () => void spend.calls({ ...filter, limit: 100, before: middle }) },
    ]),
    call: [{ name: 'a call', run: () => void spend.call(middle as CallId) }],
    export: (['calls', 'focus'] as const).flatMap((format) => [
      { name: format, run: () => void toFile({ format, since: since(365) }) },
      { name: `${format}, further on`, run: () => void toFile({ format, since: since(365), after: middle }) },
    ]),
  }
}

/** What SQLite alone takes for the rows that the views are made of. */
function toFloor(reader: ReadDb, { middle }: Seeded) {
  const sums = reader.prepare("SELECT key, sum(cost) FROM spend_sum WHERE dim = 'agent' GROUP BY key")
  const page = reader.prepare('SELECT * FROM call ORDER BY id DESC LIMIT 100')
  const one = reader.prepare('SELECT * FROM call WHERE id = ?')
  const bills = reader.prepare('SELECT * FROM call WHERE id > ? ORDER BY id LIMIT 2500')
  return { sums: () => void sums.all(), page: () => void page.all(), one: () => void one.get(middle), bills: () => void bills.all(middle) }
}
