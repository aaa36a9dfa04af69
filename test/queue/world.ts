import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttemptId, EventType, PlanFile, PlanId, PlanView, ReefEvent, SubmitInput, TaskId } from '../../src/contract/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { type Claim, createPlans, createQueue, createQueueReader } from '../../src/engine/queue/index.ts'
import { migrate, openReader, openWriter, write } from '../../src/engine/store/index.ts'

const migrations = join(import.meta.dirname, '../../migrations')

/** A task of a plan with everything that does not matter here filled in. */
export const task = (key: string, dependsOn: string[] = [], more: Partial<PlanFile['tasks'][number]> = {}): PlanFile['tasks'][number] => ({
  key,
  title: `Do ${key}`,
  instructions: `Do ${key}.`,
  agent: 'Rex',
  kind: 'build',
  tier: 'mid',
  budgetUsd: 1,
  priority: 2,
  outputs: [],
  review: 'required',
  dependsOn,
  ...more,
})

export const asRequest = (text: string, more: Partial<SubmitInput> = {}): SubmitInput => ({ text, review: false, ...more })

/** Requests, plans and queue as the engine composes them, on a file of their own, with a clock that stands still. */
export function openWorld(settings: { maxDepth?: number; dir?: string } = {}) {
  const dir = settings.dir ?? mkdtempSync(join(tmpdir(), 'reef-queue-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  // Nobody pulls the plug here, and a walk commits thousands of times.
  db.pragma('synchronous = OFF')
  migrate(db, migrations, 0)
  const reader = openReader(file)
  const clock = createManualClock()
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const control = { paused: false, maxAttempts: 3 }
  const common = { db, clock, append: journal.append, maxAttempts: () => control.maxAttempts }
  const plans = createPlans({
    ...common,
    maxDepth: () => settings.maxDepth ?? 1000,
    defaultBudgetUsd: () => 5,
    agents: () => new Set(['Rex', 'Scout', 'Hawk']),
    queue: () => queue,
  })
  const queue: ReturnType<typeof createQueue> = createQueue({ ...common, paused: () => control.paused, settlePlan: (id) => plans.settle(id) })

  function createPlan(tasks: PlanFile['tasks'], more: Partial<SubmitInput> = {}): PlanView {
    const { request } = plans.submit(asRequest(`plan ${told.length}`, more), { actor: 'owner', rehearsal: false })
    const project = { id: newId('prj', clock), name: 'shop', path: '/shop', registered: false, mainBranch: 'main', createdAt: clock.now() }
    return plans.create(request, { title: 'A shop', tasks, source: 'file', project, budget: 5_000_000_000 as PlanView['budget'], branch: 'reef/shop' })
  }

  return {
    db,
    clock,
    control,
    journal,
    plans,
    queue,
    reader: createQueueReader(reader),
    told,
    toldOf: <T extends EventType>(type: T) => told.filter((event): event is Extract<ReefEvent, { type: T }> => event.type === type),
    createPlan,
    /** A running plan, and its tasks' ids by key. */
    startPlan(tasks: PlanFile['tasks']) {
      const plan = createPlan(tasks)
      plans.start(plan.id, 'owner')
      return { plan: plan.id, ids: Object.fromEntries(plans.tasksOf(plan.id).map((row) => [row.key, row.id])) as Record<string, TaskId> }
    },
    claim(busy: readonly string[] = []): Claim {
      const answer = queue.claim('tests', busy)
      if (answer.kind === 'idle') throw new Error(`nothing to claim: ${answer.reason}`)
      return answer.claim
    },
    start: (claim: Claim): AttemptId =>
      queue.start(claim, { step: 'same model', agent: 'Rex', driver: 'command', model: 'one/builder', branch: 'b', baseSha: 'base' }).id,
    /** What the gate leaves when everything passed, without which the database lets no task end. */
    prove(taskId: TaskId, attemptId: AttemptId, headSha = 'head'): void {
      write(db, () =>
        db
          .prepare(
            `INSERT INTO evidence (id, attempt_id, task_id, head_sha, kind, name, verdict, exit_code, duration_ms, hash, summary, model, at)
             VALUES (?, ?, ?, ?, 'command', 'test', 'passed', 0, 1, 'x', 'passed', NULL, 0) ON CONFLICT DO NOTHING`,
          )
          .run(newId('evd', clock), attemptId, taskId, headSha),
      )
    },
    /** A ready task's whole way to done. */
    finish(claim: Claim): void {
      const attemptId = this.start(claim)
      queue.submit(claim, 'head')
      this.prove(claim.taskId, attemptId)
      queue.complete(claim, { attemptId })
    },
    tasksOf: (plan: PlanId) => Object.fromEntries(plans.tasksOf(plan).map((row) => [row.key, row])),
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      if (!settings.dir) rmSync(dir, { recursive: true })
    },
  }
}
export type World = ReturnType<typeof openWorld>
