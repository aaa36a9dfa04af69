import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { AttemptId, TaskId } from '../src/contract/index.ts'
import { createJournal } from '../src/engine/journal/index.ts'
import { systemClock } from '../src/engine/kernel/clock.ts'
import { type Claim, createPlans, createQueue } from '../src/engine/queue/index.ts'
import { migrate, openReader, openWriter, type WriteDb, write } from '../src/engine/store/index.ts'

/** FULL is what REEF ships: a commit is on disk before it is answered. NORMAL takes the disk out of a figure that is about something else. */
export type Durability = 'FULL' | 'NORMAL'

const migrations = join(import.meta.dirname, '..', 'migrations')

/** A directory of its own, on a real disk where there is one. */
export function makeDir(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(process.env.REEF_BENCH_DIR ?? tmpdir(), 'reef-bench-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** True when the bench directory lies in memory, where FULL costs nothing and ratios flatter. */
export const inMemory = (dir: string): boolean => statfsSync(dir).type === 0x01021994

/** The queue as the engine composes it, on a real file: journal with its hash chain, plans, queue. */
export function openWorld(dir: string, durability: Durability) {
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, migrations, Date.now())
  db.pragma(`synchronous = ${durability}`)
  const reader = openReader(file)
  let offset = 0
  const clock = { now: () => (systemClock.now() + offset) as ReturnType<typeof systemClock.now> }
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const agents = new Set(['Rex', 'Scout', 'Hawk', 'Forge', 'Kev'])
  const plans = createPlans({
    db,
    clock,
    append: journal.append,
    maxAttempts: () => 3,
    maxDepth: () => 10_000_000,
    defaultBudgetUsd: () => 5,
    agents: () => agents,
    queue: () => queue,
  })
  const queue: ReturnType<typeof createQueue> = createQueue({
    db,
    clock,
    append: journal.append,
    paused: () => false,
    maxAttempts: () => 3,
    settlePlan: (id) => plans.settle(id),
  })
  return {
    file,
    db,
    reader,
    clock,
    journal,
    plans,
    queue,
    advance: (ms: number) => {
      offset += ms
    },
    close: () => {
      reader.close()
      db.close()
    },
  }
}
export type World = ReturnType<typeof openWorld>

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** A well-formed id that tells its number. */
export function toId<P extends string>(prefix: P, n: number): `${P}_${string}` {
  let text = ''
  for (let rest = n; text.length < 12; rest = Math.floor(rest / 32)) text = alphabet[rest % 32] + text
  return `${prefix}_01AAAAAAAAAAAA${text}`
}

export type Seed = {
  readonly tasks: number
  readonly perPlan: number
  readonly state: 'ready' | 'pending' | 'running' | 'done'
  /** First number used for ids; lets several seeds live in one file. */
  readonly from?: number
  readonly rank?: number
  /** For pending: a delay that ends at this instant. */
  readonly waitUntil?: number
  readonly leaseUntil?: number
}

/** Writes tasks past the verbs, as a long history or a great backlog would have left them. Not measured. */
export function seed(db: WriteDb, { tasks, perPlan, state, from = 0, rank = 0, waitUntil, leaseUntil }: Seed): void {
  const now = Date.now()
  const agents = ['Rex', 'Scout', 'Hawk', 'Forge']
  const request = db.prepare(
    "INSERT INTO request (id, text, project, budget, review, rehearsal, state, actor, created_at) VALUES (?, 'bench', 'bench', 1, 0, 0, 'planned', 'owner', ?)",
  )
  const plan = db.prepare(
    `INSERT INTO plan (id, request_id, project_id, project, title, text, state, rehearsal, source, branch, budget, created_at)
     VALUES (?, ?, ?, 'bench', 'bench', 'bench', ?, 0, 'file', 'reef/bench', 1000000000, ?)`,
  )
  const task = db.prepare(
    `INSERT INTO task (id, plan_id, key, title, instructions, agent, kind, tier, options, outputs, depends_on, unmet, priority, state, rank, budget, created_at, ready_at,
                       wait_reason, wait_detail, wait_owner, wait_until, worker, fence, lease_until, attempt_id)
     VALUES (:id, :plan, :key, 'A task of the bench with a title of usual length', 'Do what the bench asks for, and no more than that.', :agent, 'build', 'mid',
             '{"review":"required"}', '[]', '[]', 0, 2, :state, :rank, 1000000000, :now, :now, :reason, :detail, :owner, :until, :worker, :fence, :lease, :attempt)`,
  )
  const attempt = db.prepare(
    "INSERT INTO attempt (id, task_id, n, state, step, agent, driver, model, started_at) VALUES (?, ?, 1, 'running', 'same model', 'Rex', 'command', 'bench/none', ?)",
  )
  for (let first = 0; first < tasks; first += 50_000) {
    write(db, () => {
      for (let i = first; i < Math.min(first + 50_000, tasks); i++) {
        const n = from + i
        const planId = toId('plan', from + Math.floor(i / perPlan))
        if (i % perPlan === 0) {
          request.run(toId('req', n), now)
          plan.run(planId, toId('req', n), toId('prj', 1), state === 'done' ? 'done' : 'running', now)
        }
        const running = state === 'running'
        task.run({
          id: toId('task', n),
          plan: planId,
          key: `T${i % perPlan}`,
          agent: agents[i % agents.length],
          state,
          rank: rank + i,
          now,
          reason: waitUntil ? 'backoff' : null,
          detail: waitUntil ? 'attempt 2 of 3' : null,
          owner: waitUntil ? 'engine' : null,
          until: waitUntil ?? null,
          worker: running ? 'bench' : null,
          fence: running ? 1 : 0,
          lease: running ? (leaseUntil ?? now) : null,
          attempt: running ? toId('att', n) : null,
        })
        if (running) attempt.run(toId('att', n), toId('task', n), now)
      }
    })
  }
  db.pragma('wal_checkpoint(TRUNCATE)')
}

export function countTasks(db: WriteDb): Record<string, number> {
  const rows = db.prepare('SELECT state, count(*) AS n FROM task GROUP BY state').all() as Array<{ state: string; n: number }>
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}

/** The gate's proof of the commit that was submitted, without which the database lets no task end. */
export function prove(db: WriteDb, taskId: TaskId, attemptId: AttemptId, n: number): void {
  if (!hasTable(db, 'evidence')) return
  const now = Date.now()
  write(db, () => {
    for (const [i, kind] of ['commit', 'command', 'review'].entries())
      db.prepare(
        `INSERT INTO evidence (id, attempt_id, task_id, head_sha, kind, name, verdict, exit_code, duration_ms, hash, summary, model, at)
         VALUES (?, ?, ?, 'bench', ?, 'bench', 'passed', 0, 1, 'bench', 'bench', 'bench/other', ?)`,
      ).run(toId('evd', n * 3 + i), attemptId, taskId, kind, now)
  })
}

const hasTable = (db: WriteDb, name: string) => db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined

export function claimOne(world: World): Claim {
  const answer = world.queue.claim('bench')
  if (answer.kind === 'idle') throw new Error(`nothing to claim: ${answer.reason}`)
  return answer.claim
}

/** A task's whole way with no work in it. Returns the milliseconds of each verb; the gate's evidence is not counted. */
export function runOne(world: World, n: number): { claim: number; start: number; submit: number; complete: number } {
  const t0 = performance.now()
  const claim = claimOne(world)
  const t1 = performance.now()
  const attempt = world.queue.start(claim, { step: 'same model', agent: 'Rex', driver: 'command', model: 'bench/none', branch: null, baseSha: null })
  const t2 = performance.now()
  world.queue.submit(claim, 'bench')
  const t3 = performance.now()
  prove(world.db, claim.taskId, attempt.id, n)
  const t4 = performance.now()
  world.queue.complete(claim, { attemptId: attempt.id })
  return { claim: t1 - t0, start: t2 - t1, submit: t3 - t2, complete: performance.now() - t4 }
}
