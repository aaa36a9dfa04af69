import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionId } from '../../src/contract/index.ts'
import { exec } from '../../src/engine/kernel/exec.ts'
import { createLines } from '../../src/engine/kernel/lines.ts'
import { isAlive } from '../../src/engine/kernel/marked.ts'
import { createSessionsStore } from '../../src/engine/sessions/sessions.store.ts'
import { openWriter } from '../../src/engine/store/index.ts'
import { openSessions, openWorkshop, type Workshop } from '../programs/workshop.ts'

const root = join(import.meta.dirname, '../..')
const command = (script: string) => ({ driver: 'command' as const, argv: ['bash', '-c', script] as [string, ...string[]] })

describe('the session host', () => {
  let shop: Workshop
  beforeEach(async () => {
    shop = await openWorkshop()
  })
  afterEach(() => shop[Symbol.asyncDispose]())

  const dirOf = (id: SessionId) => join(shop.dataDir, 'sessions', id)
  const whole = (id: SessionId) => shop.sessions.log(id, 0, 100_000_000).text
  const hostPid = () =>
    Number(/session host (\d+) listens/.exec(readFileSync(join(shop.dataDir, 'run/session-host.log'), 'utf8').trimEnd().split('\n').at(-1) ?? '')?.[1])
  /** Resolves once the record holds the text. */
  async function shows(id: SessionId, text: string, sessions = shop.sessions) {
    let seen = ''
    for await (const chunk of sessions.follow(id, 0, AbortSignal.timeout(15_000))) {
      seen += chunk.text
      if (seen.includes(text)) return
    }
    throw new Error(`"${text}" was never written: ${seen}`)
  }
  /** Starts an engine of its own process that launches a command, and answers once it has. */
  async function startEngine(script: string) {
    const engine = spawn(process.execPath, [join(root, 'test/programs/engine-process.ts'), shop.dataDir, shop.worktree, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const id = await new Promise<SessionId>((resolve) => {
      const lines = createLines((line) => resolve(line as SessionId))
      engine.stdout.on('data', (chunk) => lines.push(chunk))
    })
    const gone = new Promise((resolve) => engine.once('exit', resolve))
    return {
      id,
      kill: () => {
        engine.kill('SIGKILL')
        return gone
      },
    }
  }

  it('writes the intent before anything runs and the end after (R-080)', async () => {
    const id = await shop.sessions.launch(shop.order({ ...command('echo hi; exit 7'), planId: null }))
    const end = await shop.sessions.ended(id)
    expect(end).toEqual({ id, outcome: 'failed', exitCode: 7, message: 'hi (exit code 7)', text: 'hi\n' })
    expect(shop.events.map((event) => [event.type, (event.data as { state: string }).state])).toEqual([
      ['session.launched', 'launching'],
      ['session.launched', 'running'],
      ['session.ended', 'ended'],
    ])
    expect(shop.sessions.get(id)).toMatchObject({ state: 'ended', exitCode: 7, lastLine: 'hi', bytes: 4 })
    expect(JSON.parse(readFileSync(join(dirOf(id), 'intent.json'), 'utf8'))).toMatchObject({ id, driver: 'command', agent: 'Rex' })
  })

  it('keeps an asciicast v3 that says the same as the log, with the exit code at its end (U-96)', async () => {
    const id = await shop.sessions.launch(shop.order(command("printf 'a\\nb 🐟\\n'; exit 3")))
    await shop.sessions.ended(id)
    const [header, ...events] = readFileSync(join(dirOf(id), 'record.cast'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(header).toMatchObject({ version: 3, term: { cols: 120, rows: 32 }, title: 'a test' })
    expect(
      events
        .filter(([, kind]) => kind === 'o')
        .map(([, , data]) => data)
        .join(''),
    ).toBe(whole(id))
    expect(events.at(-1)?.slice(1)).toEqual(['x', '3'])
    expect(events.every(([interval]) => interval >= 0)).toBe(true)
  })

  it('serves the record from any offset in UTF-16 units, without tearing a character pair', async () => {
    const id = await shop.sessions.launch(shop.order(command("for i in $(seq 200); do printf '%s🐟é' $i; done")))
    await shop.sessions.ended(id)
    const text = whole(id)
    expect(text).toBe(Array.from({ length: 200 }, (_, i) => `${i + 1}🐟é`).join(''))
    for (const max of [1, 2, 3, 7, 64]) {
      let read = ''
      for (;;) {
        const chunk = shop.sessions.log(id, read.length, max)
        expect(chunk.offset).toBe(read.length)
        read += chunk.text
        if (chunk.ended) break
      }
      expect(read).toBe(text)
    }
  })

  it('goes on when its engine is killed: nothing of the record is lost, the exit is collected (U-91, R-080)', async () => {
    const engine = await startEngine('for i in $(seq 1 400); do echo line $i; sleep 0.005; done; exit 5')
    await shows(engine.id, 'line 20\r\n')
    await engine.kill()
    await using after = openSessions(shop.dataDir)
    await after.sessions.recover()
    expect(after.sessions.get(engine.id).state).toBe('running')
    let text = ''
    for await (const chunk of after.sessions.follow(engine.id, 0, AbortSignal.timeout(15_000))) {
      expect(chunk.offset).toBe(text.length)
      text += chunk.text
    }
    expect(text).toBe(Array.from({ length: 400 }, (_, i) => `line ${i + 1}\r\n`).join(''))
    expect(await after.sessions.ended(engine.id)).toMatchObject({ outcome: 'failed', exitCode: 5 })
  })

  it('has the end of a program ready that ended while there was no engine (R-080)', async () => {
    const engine = await startEngine('touch started; while [ ! -e go ]; do sleep 0.02; done; echo done')
    await expect.poll(() => existsSync(join(shop.worktree, 'started'))).toBe(true)
    await engine.kill()
    writeFileSync(join(shop.worktree, 'go'), '')
    await expect.poll(() => existsSync(join(dirOf(engine.id), 'exit.json'))).toBe(true)
    await using after = openSessions(shop.dataDir)
    await after.sessions.recover()
    expect(await after.sessions.ended(engine.id)).toMatchObject({ outcome: 'succeeded', exitCode: 0, text: 'done\n' })
  })

  it('takes nothing with it unnoticed: when it is killed its sessions are lost, their processes gone, and the next launch works', async () => {
    const id = await shop.sessions.launch(shop.order(command('trap "" HUP TERM; (setsid sleep 985 &); echo up; sleep 986')))
    await shows(id, 'up')
    process.kill(hostPid(), 'SIGKILL')
    expect(await shop.sessions.ended(id)).toMatchObject({ outcome: 'interrupted', exitCode: null, message: 'the process that ran it is gone' })
    expect({ state: shop.sessions.get(id).state, left: shop.left(id) }).toEqual({ state: 'lost', left: [] })
    const next = await shop.sessions.launch(shop.order(command('echo again')))
    expect(await shop.sessions.ended(next)).toMatchObject({ outcome: 'succeeded' })
  })

  it('ends by itself without an engine and without children, not before (U-91)', async () => {
    const engine = await startEngine('while [ ! -e go ]; do sleep 0.02; done')
    const pid = hostPid()
    await shop.sessions[Symbol.asyncDispose]()
    await engine.kill()
    process.kill(pid, 'SIGTERM')
    process.kill(pid, 'SIGINT')
    await using after = openSessions(shop.dataDir)
    await after.sessions.recover()
    expect({ running: after.sessions.running().map(({ id }) => id), pid: hostPid() }).toEqual({ running: [engine.id], pid })
    writeFileSync(join(shop.worktree, 'go'), '')
    await after.sessions.ended(engine.id)
    await after.sessions[Symbol.asyncDispose]()
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('climbs the ladder to the end for a program that wants to stay, with nothing left', async () => {
    const id = await shop.sessions.launch(shop.order(command('trap "" INT TERM HUP; echo up; while :; do sleep 1; done')))
    await shows(id, 'up')
    const started = Date.now()
    expect(await shop.sessions.stop(id, 'killed_budget')).toEqual({ survivors: 0 })
    expect(Date.now() - started).toBeGreaterThan(5900)
    expect(await shop.sessions.ended(id)).toMatchObject({ outcome: 'killed_budget' })
    expect(shop.left(id)).toEqual([])
  })

  it('stops a program that is silent for too long, and one that takes too long', async () => {
    const silent = await shop.sessions.launch(shop.order({ ...command('sleep 984'), idleTimeoutMs: 300 }))
    const slow = await shop.sessions.launch(shop.order({ ...command('while :; do echo; sleep 0.05; done'), idleTimeoutMs: 5000, timeoutMs: 600 }))
    expect([await shop.sessions.ended(silent), await shop.sessions.ended(slow)].map(({ outcome }) => outcome)).toEqual(['timed_out', 'timed_out'])
    expect([...shop.left(silent), ...shop.left(slow)]).toEqual([])
  })

  it('keeps no terminal open after its program ended', async () => {
    const count = () => readdirSync(`/proc/${hostPid()}/fd`).length
    const run = async () => shop.sessions.ended(await shop.sessions.launch(shop.order(command('echo x'))))
    await run()
    const before = count()
    await Promise.all(Array.from({ length: 8 }, run))
    await expect.poll(count).toBe(before)
  })

  it('marks sessions lost that it was never asked to start, and stops one that the database no longer knows', async () => {
    const db = openWriter(join(shop.dataDir, 'reef.db'))
    const never = 'ses_01JC0000000000000000000000' as SessionId
    createSessionsStore(db).insert({
      id: never,
      attemptId: null,
      taskId: null,
      planId: null,
      role: 'builder',
      title: 't',
      agent: 'Rex',
      driver: 'pi',
      model: null,
      mark: never,
      startedAt: 1 as never,
    })
    const id = await shop.sessions.launch(shop.order(command('echo up; sleep 983')))
    await shows(id, 'up')
    db.exec(`DELETE FROM session WHERE id = '${id}'`)
    db.close()
    await shop.sessions.recover()
    expect(await shop.sessions.ended(never)).toMatchObject({ outcome: 'interrupted', message: 'it was never started: REEF stopped before' })
    await expect.poll(() => shop.left(id), { timeout: 8000 }).toEqual([])
  })

  it('of another version that still runs something is kept, says that it must drain, and takes nothing new', async () => {
    await shop.sessions[Symbol.asyncDispose]()
    await expect.poll(() => existsSync(join(shop.dataDir, 'run/session-host.sock'))).toBe(false)
    const old = createServer((socket) => {
      const sessions = [{ id: 'ses_x', pid: 1, ticks: null, units: 0, lastLine: null, at: null }]
      socket.on('data', () => socket.write(`${JSON.stringify({ type: 'welcome', protocol: 99, pid: 1, sessions })}\n`))
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => old.listen(join(shop.dataDir, 'run/session-host.sock'), resolve))
    await using after = openSessions(shop.dataDir)
    await expect(after.sessions.launch(shop.order(command('echo x')))).rejects.toMatchObject({
      code: 'session/host-unreachable',
      message: /older session host/,
    })
    old.close()
  })

  it('refuses a program that cannot be started, in words', async () => {
    const order = { ...shop.order(command('')), argv: ['/nowhere/program'] as [string] }
    await using uncaged = openSessions(shop.dataDir, { REEF_CAGE: 'off' })
    const id = await uncaged.sessions.launch(order)
    expect(await uncaged.sessions.ended(id)).toMatchObject({ outcome: 'failed' })
    await using nothing = openSessions(shop.dataDir, { PATH: '/nowhere', REEF_CAGE: 'off' })
    await expect(nothing.sessions.launch(shop.order({ driver: 'codex', provider: { wire: 'openai-responses' } }))).rejects.toMatchObject({
      code: 'session/program-missing',
      remedy: 'Install it: npm install -g @openai/codex@0.169.0',
    })
    await expect(shop.sessions.launch(shop.order({ driver: 'codex', provider: { wire: 'anthropic' } }))).rejects.toMatchObject({ code: 'provider/invalid' })
  })

  it('runs a program from a place that the cage hides', async () => {
    const place = mkdtempSync(join(tmpdir(), 'reef-program-'))
    const program = join(place, 'claude')
    writeFileSync(program, `#!/bin/sh\necho '{"type":"result","is_error":false,"result":"hello from afar"}'\n`, { mode: 0o755 })
    await using other = openSessions(shop.dataDir, { REEF_CLAUDE: program })
    const id = await other.sessions.launch(shop.order({ driver: 'claude-code', provider: { wire: 'anthropic' } }))
    expect(await other.sessions.ended(id)).toMatchObject({ outcome: 'succeeded', text: 'hello from afar' })
    rmSync(place, { recursive: true })
  })

  it('puts no secret into the record, also when it is printed in two halves', async () => {
    const id = await shop.sessions.launch(shop.order(command('printf reef_token_; sleep 0.2; echo 0123456789abcdef; echo after')))
    await shop.sessions.ended(id)
    expect(whole(id)).toContain('after')
    expect(whole(id)).not.toContain('0123456789abcdef')
  })

  it('cages what it runs: data, other worktrees and keys are not there, git works, its hooks cannot be set (R-292, R-295)', async () => {
    expect(await shop.sessions.cage()).toMatchObject({ on: true })
    const secret = join(shop.dataDir, 'run', 'token')
    mkdirSync(join(shop.dataDir, 'worktrees', 'two'))
    writeFileSync(secret, 'secret')
    const script = `
      [ -e ${secret} ] && echo SEES TOKEN; [ -e ${shop.dataDir}/reef.db ] && echo SEES DATABASE; [ -e ${shop.dataDir}/worktrees/two ] && echo SEES OTHER
      touch /usr/reef-test 2>/dev/null && echo WRITES ROOT
      common=$(git rev-parse --git-common-dir)
      touch $common/hooks/pre-commit 2>/dev/null && echo WRITES HOOKS
      git config core.hooksPath /tmp 2>/dev/null && echo WRITES CONFIG
      env -i setsid sleep 982 &
      echo ok > a.txt && git add a.txt && git commit -q -m done && git log -1 --format='%an %ae %s' && env | cut -d= -f1 | sort | tr '\\n' ' '`
    const id = await shop.sessions.launch(shop.order(command(script)))
    expect(await shop.sessions.ended(id)).toMatchObject({ outcome: 'succeeded' })
    expect(whole(id).split('\r\n')).toEqual([
      'Rex rex@reef.invalid done',
      'GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_NAME GIT_CONFIG_GLOBAL GIT_EDITOR GIT_PAGER GIT_TERMINAL_PROMPT HOME LANG PAGER PATH PWD REEF_ATTEMPT SHLVL TERM TZ _ ',
    ])
    const sleepers = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && readCommand(pid).includes('sleep\x00982'))
    expect(sleepers).toEqual([])
    const tool = await shop.sessions.inCage(
      ['sh', '-c', `[ -e ${secret} ] && echo SEES TOKEN; touch "$HOME/a" && echo > made.txt && echo $HOME`],
      shop.worktree,
    )
    const ran = await exec(tool.argv, { cwd: shop.worktree, env: { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', ...tool.env }, timeoutMs: 5000 })
    expect({ code: ran.code, output: ran.output, made: existsSync(join(shop.worktree, 'made.txt')) }).toEqual({ code: 0, output: '/tmp/home\n', made: true })
  })
})

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}
