import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LEASE_MS } from '../../src/engine/queue/index.ts'
import { openWorld, task } from './world.ts'

const PLANS = 40
const PER_PLAN = 100

/** Lets a worker work and kills it with SIGKILL; answers how it ended. */
async function workAndKill(dir: string, afterMs: number): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-worker.ts'), dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  setTimeout(() => child.kill('SIGKILL'), afterMs)
  return await ended
}

it('killed at any moment, the queue loses no task, completes none twice and keeps its record whole (R-080, R-328, R-336)', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'reef-crash-'))
  {
    using world = openWorld({ dir, maxDepth: PLANS * PER_PLAN })
    // Each task needs the one ten before it, so that a completion also readies something.
    for (let i = 0; i < PLANS; i++) world.startPlan(Array.from({ length: PER_PLAN }, (_, n) => task(`T${n}`, n < 10 ? [] : [`T${n - 10}`])))
  }
  let done = 0
  for (const afterMs of [5, 23, 61, 117]) {
    expect(await workAndKill(dir, afterMs)).toBe('SIGKILL')
    using world = openWorld({ dir })
    const all = (sql: string) => world.db.prepare(sql).all() as Array<Record<string, number>>
    expect(world.queue.held().length).toBeLessThanOrEqual(1)
    world.clock.advance(LEASE_MS + 1)
    world.queue.expireLeases()
    expect(world.queue.held()).toEqual([])
    const states = Object.fromEntries(all('SELECT state, count(*) AS n FROM task GROUP BY state').map(({ state, n }) => [state, n])) as Record<string, number>
    expect((states.done ?? 0) + (states.ready ?? 0) + (states.pending ?? 0)).toBe(PLANS * PER_PLAN)
    expect(all("SELECT count(*) AS n, count(DISTINCT subject) AS tasks FROM event WHERE type = 'task.completed'")).toEqual([
      { n: states.done ?? 0, tasks: states.done ?? 0 },
    ])
    expect(
      all(
        "SELECT id FROM task t WHERE unmet <> (SELECT count(*) FROM dependency d JOIN task n ON n.id = d.needs_id WHERE d.task_id = t.id AND n.state <> 'done')",
      ),
    ).toEqual([])
    expect(all("SELECT id FROM task WHERE (state = 'ready') <> (unmet = 0) AND state IN ('ready', 'pending')")).toEqual([])
    expect(all("SELECT id FROM attempt WHERE state = 'running'")).toEqual([])
    expect(all('SELECT agent, state, n FROM task_count WHERE n <> 0 ORDER BY state')).toEqual(
      all('SELECT agent, state, count(*) AS n FROM task GROUP BY agent, state ORDER BY state'),
    )
    expect((await world.journal.verify()).ok).toBe(true)
    done = states.done ?? 0
  }
  expect(done).toBeGreaterThan(0)
  rmSync(dir, { recursive: true })
})
