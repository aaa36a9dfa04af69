import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReefEvent, SessionId } from '../../src/contract/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { systemClock } from '../../src/engine/kernel/clock.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { findMarked } from '../../src/engine/kernel/marked.ts'
import { createSessions, type LaunchOrder } from '../../src/engine/sessions/index.ts'
import { migrate, openReader, openWriter } from '../../src/engine/store/index.ts'

const root = join(import.meta.dirname, '../..')
export const TOKEN = 'reef_token_0123456789abcdef'

/** Sessions on a data directory of their own with a real session host from source, and a git worktree to work in. Ends with nothing left running. */
export async function openWorkshop(env: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'reef-workshop-'))
  const worktree = makeWorktree(dataDir)
  const opened = openSessions(dataDir, env)
  await opened.sessions.recover()
  return {
    ...opened,
    dataDir,
    worktree,
    /** An order with everything that a test does not care about. */
    order: (order: Partial<LaunchOrder> & Pick<LaunchOrder, 'driver'>): LaunchOrder => ({
      role: 'builder',
      title: 'a test',
      agent: 'Rex',
      model: 'scripted-model',
      provider: null,
      taskId: null,
      attemptId: null,
      planId: null,
      cwd: worktree,
      systemPrompt: 'You are Rex. SYSTEM-MARK',
      prompt: 'Do as the script says. PROMPT-MARK',
      gatewayUrl: 'http://127.0.0.1:9',
      token: TOKEN,
      outputs: [],
      timeoutMs: 30_000,
      budgetUsd: 1,
      temperature: 0.2,
      ...order,
    }),
    /** Processes of a session that are still there. */
    left: (id: SessionId) => findMarked('REEF_ATTEMPT', id),
    async [Symbol.asyncDispose]() {
      await opened.sessions.stopAll(['builder', 'reviewer', 'planner', 'gate', 'product'])
      await opened[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
export type Workshop = Awaited<ReturnType<typeof openWorkshop>>

/** An engine's part: database, journal and sessions on a data directory, as after a start. */
export function openSessions(dataDir: string, env: Record<string, string> = {}) {
  const db = openWriter(join(dataDir, 'reef.db'))
  migrate(db, join(root, 'migrations'), Date.now())
  const reader = openReader(join(dataDir, 'reef.db'))
  const journal = createJournal({ db, reader, clock: systemClock, redact: (text) => text })
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const sessions = createSessions({
    db,
    reader,
    clock: systemClock,
    append: journal.append,
    redact: (text) => text,
    logger: createLogger(undefined),
    dataDir,
    nodePath: process.execPath,
    hostEntry: join(root, 'src/engine/sessions/host/session-host.ts'),
    programsDir: join(root, 'src/engine/sessions/drivers/programs'),
    packageRoot: root,
    env: { ...process.env, ...env },
    hostLingerMs: 200,
    gatewayPatienceMs: 4000,
  })
  return {
    sessions,
    events,
    async [Symbol.asyncDispose]() {
      await sessions[Symbol.asyncDispose]()
      db.close()
      reader.close()
    },
  }
}

function makeWorktree(dataDir: string): string {
  const project = join(dataDir, 'projects', 'demo')
  const worktree = join(dataDir, 'worktrees', 'one')
  mkdirSync(project, { recursive: true })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@reef.invalid', ...args], { cwd: project, stdio: 'pipe' })
  git('init', '-q', '-b', 'main')
  writeFileSync(join(project, 'README.md'), '# demo\n')
  git('add', '.')
  git('commit', '-q', '-m', 'start')
  git('worktree', 'add', '-q', '-b', 'work', worktree)
  return worktree
}
