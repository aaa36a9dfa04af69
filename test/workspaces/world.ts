import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AttemptId, PlanId, ReefEvent, TaskId, TaskKind } from '../../src/contract/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { migrate, openReader, openWriter, write } from '../../src/engine/store/index.ts'

const migrations = join(import.meta.dirname, '../../migrations')

/** A data directory of its own with every migration applied, a clock that stands still, and the events as they are told. */
export function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-workspaces-'))
  const dataDir = join(dir, 'data')
  mkdirSync(dataDir)
  const file = join(dataDir, 'reef.db')
  const db = openWriter(file)
  migrate(db, migrations, 0)
  const reader = openReader(file)
  const clock = createManualClock()
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))

  /** A running task with an open attempt, as dispatch leaves it before the gate. */
  function seedTask(kind: TaskKind = 'build', model = 'one/builder'): { planId: PlanId; taskId: TaskId; attemptId: AttemptId } {
    const requestId = newId('req', clock)
    const ids = { planId: newId('plan', clock), taskId: newId('task', clock), attemptId: newId('att', clock) }
    write(db, () => {
      db.prepare(
        "INSERT INTO request (id, text, project, budget, review, rehearsal, state, actor, created_at) VALUES (?, 'x', 'shop', 1, 0, 0, 'planned', 'owner', 0)",
      ).run(requestId)
      db.prepare(
        "INSERT INTO plan (id, request_id, project_id, project, title, text, state, rehearsal, source, branch, budget, created_at) VALUES (?, ?, 'prj', 'shop', 'A shop', 'x', 'running', 0, 'file', '', 1, 0)",
      ).run(ids.planId, requestId)
      db.prepare(
        "INSERT INTO task (id, plan_id, key, title, instructions, agent, kind, tier, options, outputs, depends_on, unmet, priority, state, budget, created_at, attempt_id) VALUES (?, ?, 'T1', 'T', 'do', 'Rex', ?, 'mid', '{}', '[]', '[]', 0, 2, 'review', 1, 0, ?)",
      ).run(ids.taskId, ids.planId, kind, ids.attemptId)
      db.prepare(
        "INSERT INTO attempt (id, task_id, n, state, step, agent, driver, model, started_at) VALUES (?, ?, 1, 'running', 'same model', 'Rex', 'pi', ?, 0)",
      ).run(ids.attemptId, ids.taskId, model)
    })
    return ids
  }

  return {
    dir,
    dataDir,
    db,
    reader,
    clock,
    journal,
    append: journal.append,
    logger: createLogger(undefined),
    told,
    toldOf: (type: ReefEvent['type']) => told.filter((event) => event.type === type),
    seedTask,
    deps: { db, reader, clock, append: journal.append, dataDir, logger: createLogger(undefined) },
    close() {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
export type World = ReturnType<typeof openWorld>

/** No cage: what is tested here is what runs in it. */
export const uncaged = async (argv: readonly [string, ...string[]]) => ({ argv, env: {} })

/** Real git, as a person at a terminal would use it. */
export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Owner', '-c', 'user.email=owner@reef.invalid', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
  }).trim()

export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}
