import { afterEach, beforeEach, expect, it } from 'vitest'
import { createProductReader } from '../../src/engine/delivery/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createQueueReader } from '../../src/engine/queue/index.ts'
import { write } from '../../src/engine/store/index.ts'
import { createWorkspacesReader } from '../../src/engine/workspaces/workspaces.store.ts'
import { type Books, DAY, HOUR, openBooks, plan, start, task } from './world.ts'

let books: Books
beforeEach(() => {
  books = openBooks()
  for (const [n, rehearsal] of [
    [1, 0],
    [2, 1],
  ] as const) {
    books.db
      .prepare(
        "INSERT INTO request (id, text, project, budget, review, rehearsal, state, actor, created_at) VALUES (?, 'x', 'demo', 1, 0, ?, 'planned', 'owner', 1)",
      )
      .run(`req_${n}`, rehearsal)
    books.db
      .prepare(
        `INSERT INTO plan (id, request_id, project_id, project, title, text, state, rehearsal, source, branch, budget, created_at)
         VALUES (?, ?, 'prj_1', 'demo', 'x', 'x', 'running', ?, 'file', 'reef/x', 1, 1)`,
      )
      .run(plan(n), `req_${n}`, rehearsal)
  }
  for (const n of [1, 2, 3])
    books.db
      .prepare(
        `INSERT INTO task (id, plan_id, key, title, instructions, agent, kind, tier, options, outputs, depends_on, unmet, priority, state, budget, created_at)
         VALUES (?, ?, ?, 'x', 'x', 'Rex', 'build', ?, '{}', '[]', '[]', 0, 2, 'done', 1, 1)`,
      )
      .run(task(n), plan(1), `T${n}`, n === 3 ? 'frontier' : 'mid')
})
afterEach(() => books[Symbol.dispose]())

function attempt(n: number, of: number, state: string, spent: number, model = 'anthropic/claude-sonnet-4-5'): void {
  books.db
    .prepare(
      "INSERT INTO attempt (id, task_id, n, state, step, agent, driver, model, spent, started_at) VALUES (?, ?, ?, ?, 'same model', 'Rex', 'pi', ?, ?, ?)",
    )
    .run(newId('att', books.clock), task(of), n, state, model, spent, books.clock.now())
}

it('what attempts came to counts tasks that passed, what failed and what was tried again, within the span and without rehearsals (U-72, U-77, R-114)', () => {
  attempt(1, 1, 'failed', 5)
  books.clock.advance(HOUR)
  attempt(2, 1, 'succeeded', 7)
  attempt(1, 2, 'succeeded', 11)
  attempt(2, 2, 'running', 13)
  attempt(1, 3, 'succeeded', 17, 'rehearsal/scripted-builder')
  const reader = createQueueReader(books.reader)
  expect(reader.outcome(start, start + 2 * HOUR)).toEqual({ passedTasks: 2, failedAttemptCost: 5, retryCost: 20 })
  expect(reader.outcome(start + 1, start + 2 * HOUR)).toEqual({ passedTasks: 2, failedAttemptCost: 0, retryCost: 20 })
  expect(reader.outcome(start, start + HOUR)).toEqual({ passedTasks: 0, failedAttemptCost: 5, retryCost: 0 })
  expect(reader.outcome(start + DAY, start + 2 * DAY)).toEqual({ passedTasks: 0, failedAttemptCost: 0, retryCost: 0 })
  expect([...reader.tiers([task(1), task(3), task(9)])]).toEqual([
    [task(1), 'mid'],
    [task(3), 'frontier'],
  ])
})

it('what was merged into a project counts once for each merge, within the span and without rehearsals (U-77)', () => {
  const { append } = createJournal({ db: books.db, reader: books.reader, clock: books.clock, redact: (text) => text })
  const merge = (n: number) =>
    write(books.db, () =>
      append({ type: 'branch.merged', subject: plan(n), data: { planId: plan(n), project: 'demo', from: 'reef/x', into: 'main', commit: 'c' } }),
    )
  merge(1)
  merge(2)
  books.clock.advance(HOUR)
  merge(1)
  const { merges } = createWorkspacesReader(books.reader)
  expect([merges(start, start + 2 * HOUR), merges(start, start + HOUR), merges(start + 2 * HOUR, start + DAY)]).toEqual([2, 1, 0])
})

it('a product is a project whose release has answered, born with the first of them; a rehearsal makes none (U-77)', () => {
  const release = (id: string, project: string, at: number, answered: number | null, rehearsal: 0 | 1 = 0) =>
    books.db
      .prepare(
        `INSERT INTO release (id, plan_id, task_id, project, target, state, commit_sha, payload_hash, last_status, rehearsal, started_at)
         VALUES (?, ?, ?, ?, 'local', 'stopped', 'c', 'h', ?, ?, ?)`,
      )
      .run(id, plan(1), task(1), project, answered, rehearsal, at)
  release('rel_1', 'shop', start, 200)
  release('rel_2', 'shop', start + DAY, 200)
  release('rel_3', 'draft', start, null)
  release('rel_4', 'show', start, 200, 1)
  const { names, born } = createProductReader(books.reader)
  expect([[...names()], born(start, start + HOUR), born(start + HOUR, start + 2 * DAY)]).toEqual([['shop'], 1, 0])
})
