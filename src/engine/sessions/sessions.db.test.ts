import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SessionId, sessionStates, type TaskId } from '../../contract/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { createCage } from './cage.ts'
import { createPrograms } from './programs.ts'
import { openStates, sessionMoves } from './session.ts'
import { createSessionsReader, createSessionsStore, type NewSession } from './sessions.store.ts'

const root = join(import.meta.dirname, '../../..')

describe('session rows', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'reef-sessions-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  function open() {
    const db = openWriter(join(home, 'reef.db'))
    migrate(db, join(root, 'migrations'), 1)
    return { db, store: createSessionsStore(db), reader: createSessionsReader(openReader(join(home, 'reef.db'))) }
  }
  const session = (n: number, taskId: string | null = null): NewSession => ({
    id: `ses_01JC000000000000000000000${n}` as SessionId,
    attemptId: null,
    taskId: taskId as TaskId | null,
    planId: null,
    role: 'builder',
    title: `session ${n}`,
    agent: 'Rex',
    driver: 'pi',
    model: 'm',
    mark: `mark ${n}`,
    startedAt: 1 as NewSession['startedAt'],
  })
  const end = {
    state: 'ended',
    verdict: 'succeeded',
    outcome: 'ended well',
    exitCode: 0,
    lastLine: 'x',
    units: 3,
    lastOutputAt: null,
    endedAt: 9 as NewSession['startedAt'],
  } as const

  it('move forward only: a late word about a session that has ended changes nothing (R-080)', () => {
    const { store } = open()
    const { id } = session(1)
    store.insert(session(1))
    expect(store.close(id, end)).toBe(true)
    expect([store.run(id, 7, '1'), store.close(id, { ...end, state: 'lost', verdict: 'failed' })]).toEqual([false, false])
    expect(store.get(id)?.view).toMatchObject({ state: 'ended', pid: null, outcome: 'ended well', bytes: 3 })
    expect(Object.keys(sessionMoves)).toEqual([...sessionStates])
    expect(openStates.flatMap((state) => [...sessionMoves[state]])).not.toContain('launching')
  })

  it('are listed newest first, by page, state and task', () => {
    const { store, reader } = open()
    for (const n of [1, 2, 3, 4]) store.insert(session(n, n % 2 ? 'task_odd' : null))
    store.close(session(3).id, end)
    const ids = (page: Parameters<typeof reader.page>[0]) => reader.page(page).map(({ title }) => title.slice(-1))
    expect(ids({ limit: 3 })).toEqual(['4', '3', '2'])
    expect(ids({ limit: 3, before: session(2).id })).toEqual(['1'])
    expect(ids({ limit: 9, state: 'ended' })).toEqual(['3'])
    expect(ids({ limit: 9, taskId: 'task_odd' as TaskId })).toEqual(['3', '1'])
  })

  it('that are open are found without looking at the others', () => {
    const { db } = open()
    const plan = db.prepare("EXPLAIN QUERY PLAN SELECT id FROM session WHERE state IN ('launching', 'running') ORDER BY id").all() as Array<{ detail: string }>
    expect(plan.map(({ detail }) => detail).join()).toMatch(/session_running/)
    const ofTask = db.prepare("EXPLAIN QUERY PLAN SELECT id FROM session WHERE task_id = 't' AND id < '~' ORDER BY id DESC").all() as Array<{ detail: string }>
    expect(ofTask.map(({ detail }) => detail).join()).toMatch(/SEARCH session USING (COVERING )?INDEX session_of_task/)
  })
})

describe('programs', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'reef-programs-'))
    mkdirSync(join(home, 'bin'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  const programs = (env: Record<string, string>) =>
    createPrograms({
      clock: createManualClock(),
      env: { PATH: '/usr/bin:/bin', ...env },
      dataDir: home,
      programsDir: join(import.meta.dirname, 'drivers/programs'),
      packageRoot: root,
    })
  function install(name: string, says: string): string {
    const file = join(home, 'bin', name)
    writeFileSync(file, `#!/bin/sh\necho '${says}'\n`)
    chmodSync(file, 0o755)
    return file
  }

  it('are found on PATH or where the owner says, with their version; Pi always', async () => {
    install('claude', '2.1.329 (Claude Code)')
    const codex = install('other-codex', 'codex-cli 0.169.0')
    expect(await programs({ PATH: `${home}/bin:/usr/bin:/bin`, REEF_CODEX: codex }).list()).toEqual([
      { driver: 'claude-code', program: 'claude', found: true, path: join(home, 'bin/claude'), version: '2.1.329', remedy: null },
      { driver: 'codex', program: 'codex', found: true, path: codex, version: '0.169.0', remedy: null },
      { driver: 'pi', program: 'pi', found: true, path: expect.stringContaining('pi-coding-agent'), version: '0.87.1', remedy: null },
    ])
  })

  it('that are missing come with the one command that installs them', async () => {
    const [claude, codex] = await programs({ PATH: '/nowhere' }).list()
    expect(claude).toMatchObject({ found: false, remedy: 'npm install -g @anthropic-ai/claude-code@2.1.329' })
    expect(codex).toMatchObject({ found: false, remedy: 'npm install -g @openai/codex@0.169.0' })
    expect(() => programs({ PATH: '/nowhere' }).find('codex')).toThrow('codex is not installed on this machine.')
  })

  it('run without a cage where there is none, and the reason is known', async () => {
    const cage = (path: string, off = false) => createCage({ dataDir: home, readable: [], path, off }).state()
    expect(await cage('/nowhere')).toEqual({
      on: false,
      detail: 'bubblewrap is not installed; agents run with your rights',
      remedy: 'Install it: apt-get install bubblewrap',
    })
    expect(await cage('/usr/bin', true)).toMatchObject({ on: false, detail: 'switched off with REEF_CAGE=off' })
    install('bwrap', 'no')
    writeFileSync(join(home, 'bin/bwrap'), '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n')
    expect(await cage(join(home, 'bin'))).toMatchObject({ on: false, detail: expect.stringContaining('Permission denied') })
  })
})
