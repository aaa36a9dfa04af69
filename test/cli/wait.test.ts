import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { isAlive } from '../../src/cli/connect.ts'
import { ErrorReport, WaitReport } from '../../src/cli/shapes.ts'
import { makeDataDir, reef, serverEntry } from './command.ts'
import { type Fixture, startFixture } from './fixture-engine.ts'

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

function dataDir(): string {
  const dir = makeDataDir()
  opened.push(dir.remove)
  return dir.path
}

/** A data directory on which an engine already runs. */
async function running(play: string): Promise<{ path: string; engine: Fixture }> {
  const path = dataDir()
  const engine = await startFixture({ dataDir: path, play })
  opened.push(engine.end)
  return { path, engine }
}

const wait = (play: string, args: string[] = []) =>
  running(play).then(({ path }) => reef(['submit', 'build me a small shop', '--wait', '--data-dir', path, ...args]).then((left) => ({ ...left, path })))
const parse = (stdout: string) => WaitReport.strict().parse(JSON.parse(stdout))
const trace = (path: string) => JSON.parse(readFileSync(join(path, 'trace.json'), 'utf8')) as Record<string, unknown> & { pid: number; argv: string[] }

describe('submit --wait', () => {
  it('prints a timeline and ends with exit code 0 when the plan is done', async () => {
    const { code, stdout } = await wait('done')
    const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, '  '))
    expect(code).toBe(0)
    expect(lines.slice(0, 13)).toEqual([
      '12:01:08  request REQ001  planning  "build me a small shop"',
      '12:01:09  plan P1AN01  running  A small shop: 2 tasks, at most $5.00',
      '12:01:12  T1 Design the data  running  Rex · pi · anthropic/claude-sonnet-4-5',
      '12:01:13  T1 Design the data  in review',
      '12:01:14  T1 Design the data  proved  command npm test',
      '12:01:15  T1 Design the data  done  1:05, $0.25',
      '12:01:16  T2 Build REST API  waits  quota reached: anthropic, 5-hour window, until 13:01:07',
      '12:01:19  T2 Build REST API  running  Rex · pi · anthropic/claude-sonnet-4-5',
      '12:01:20  T2 Build REST API  in review',
      '12:01:21  T2 Build REST API  proved  command npm test',
      '12:01:22  T2 Build REST API  done  1:05, $0.25',
      '12:01:23  release RE1001  healthy  http://127.0.0.1:5000/ answered 200 in 12 ms',
      expect.stringMatching(/^12:01:24 {2}plan P1AN01 {2}done {2}2 of 2 tasks done, \$1\.25 spent, http/),
    ])
    expect(stdout).toContain('Done: A small shop (P1AN01)')
    expect(stdout).toContain('2 of 2 tasks, 2 pieces of evidence, $0.02 in 3 calls')
  })

  it('with --json prints one document on stdout and the timeline on stderr', async () => {
    const { code, stdout, stderr } = await wait('done', ['--json'])
    const report = parse(stdout)
    expect(code).toBe(0)
    expect(stderr).toContain('T1 Design the data')
    expect({ ok: report.ok, ending: report.ending, problems: report.problems, spend: report.spend, audit: report.audit }).toEqual({
      ok: true,
      ending: 'done',
      problems: [],
      spend: { total: 18_000_000, calls: 3 },
      audit: { ok: true, rows: 9, head: 'dddd' },
    })
    expect({ status: report.endpoint?.status, body: report.endpoint?.body.length }).toEqual({ status: 200, body: 2048 })
  })

  it.each([
    ['unplanned', 'failed', 'The request could not be planned: No model is connected.'],
    ['stuck', 'stuck', 'Nothing can go on without you: T1 failed.'],
    ['cancelled', 'cancelled', 'The plan was cancelled.'],
    ['broken', 'done', /product\/broken answers 500\.$/],
    ['unproved', 'done', 'T2 Build REST API is done without evidence.'],
  ])('exits 1 when it ends %s', async (play, ending, problem) => {
    const { code, stdout, stderr } = await wait(play, ['--json'])
    const report = parse(stdout)
    expect({ code, ok: report.ok, ending: report.ending }).toEqual({ code: 1, ok: false, ending })
    expect(report.problems[0]).toMatch(problem)
    if (play === 'stuck') {
      expect(stderr).toContain('again          attempt 2 of 3: npm test failed')
      expect(stderr).toMatch(/gave up +npm test failed: 3 of 12\n +retry: reef task retry TASKT1 --data-dir/)
    }
  })

  it('with --review ends when the plan is there to be looked at', async () => {
    const { code, stdout } = await wait('draft', ['--review'])
    expect(code).toBe(0)
    expect(stdout).toContain('Planned: A small shop')
    expect(stdout).toContain('start: reef plan start P1AN01 --data-dir')
  })

  it('prints the command for an approval and waits until somebody has used it', async () => {
    const { path, engine } = await running('asks')
    let approving: Promise<{ code: number | null; stdout: string }> | undefined
    const { code, stdout } = await reef(['submit', 'x', '--wait', '--data-dir', path], {
      onOutput: (text) => {
        const line = /approve: reef (approval approve .*)\n/.exec(text)?.[1]
        if (line && text.includes('no answer by')) approving ??= reef(line.split(' '))
      },
    })
    const approved = await approving
    expect(code).toBe(0)
    expect(approved?.code).toBe(0)
    expect(approved?.stdout).toContain('until then: reef approval undo APR001')
    expect(stdout).toMatch(/waits for you +Deploy shop at commit abc1234 to this machine/)
    expect(stdout).toContain('no answer by 16:01:07 means: denied')
    expect(stdout).toMatch(/approval APR001 +approved +Deploy shop .*, by owner/)
    expect(engine.seen.filter((one) => one.path === 'approval.approve')).toHaveLength(1)
  })

  it('takes a new snapshot when the feed has a gap, and misses nothing that counts', async () => {
    const { code, stdout } = await wait('gap', ['--json'])
    expect({ code, tasks: parse(stdout).tasks.map((task) => task.state) }).toEqual({ code: 0, tasks: ['done', 'done'] })
  })

  it('follows the first submission when the idempotency key is known', async () => {
    const { path } = await running('done')
    const args = ['submit', 'x', '--wait', '--idempotency-key', 'k1', '--data-dir', path]
    expect((await reef(args)).code).toBe(0)
    const again = await reef(args)
    expect({ code: again.code, said: again.stdout.includes('submitted before') }).toEqual({ code: 0, said: true })
  })
})

describe('submit --plan', () => {
  const task = { key: 'T1', title: 'Say hello', instructions: 'Say it.', agent: 'Rex', kind: 'work', budgetUsd: 1 }
  const submit = async (text: string, args: string[] = []) => {
    const { path, engine } = await running('done')
    const file = join(path, 'plan.json')
    writeFileSync(file, text)
    return { ...(await reef(['submit', '--plan', file, '--data-dir', path, ...args])), engine }
  }

  it('hands the plan over with its defaults, and its title as the text', async () => {
    const { code, engine } = await submit(JSON.stringify({ title: 'Hello', tasks: [{ ...task, driver: 'command', command: ['true'], review: 'waived' }] }), [
      '--project',
      'hello',
      '--budget',
      '2.50',
    ])
    expect(code).toBe(0)
    expect(engine.seen.at(-1)?.input).toMatchObject({
      text: 'Hello',
      project: 'hello',
      budgetUsd: 2.5,
      plan: { title: 'Hello', tasks: [{ ...task, driver: 'command', command: ['true'], review: 'waived', dependsOn: [], tier: 'mid', priority: 2 }] },
    })
  })

  it('names the field of a plan file at fault, without asking the engine', async () => {
    const { code, stdout, engine } = await submit(JSON.stringify({ title: 'Hello', tasks: [task, { ...task, key: 't-2', budgetUsd: -1 }] }), ['--json'])
    const { error } = ErrorReport.parse(JSON.parse(stdout))
    expect({ code, field: error.field, refusal: error.code, asked: engine.seen.length }).toEqual({
      code: 2,
      field: 'tasks[1].key',
      refusal: 'plan/invalid',
      asked: 0,
    })
    expect(error.message).toContain('tasks[1].budgetUsd')
  })

  it('refuses what is not JSON, what is not there, and what the engine refuses', async () => {
    const broken = await submit('{ "title": ')
    const cycle = await submit(JSON.stringify({ title: 'A cycle', tasks: [task] }))
    const gone = await reef(['submit', '--plan', '/nonexistent/plan.json'])
    expect([broken.code, cycle.code, gone.code]).toEqual([2, 2, 2])
    expect(broken.stderr).toContain('is not JSON')
    expect(cycle.stderr).toContain('(tasks[0].dependsOn)')
    expect(gone.stderr).toContain('ENOENT')
  })

  it('refuses an empty request and one over 32 KiB before it looks for an engine', async () => {
    const [empty, large] = await Promise.all([reef(['submit', '  ']), reef(['submit', '-'], { input: 'x'.repeat(33 * 1024) })])
    expect([empty.code, large.code]).toEqual([2, 2])
  })
})

describe('an engine for the duration of a command', () => {
  const env = { REEF_SERVER_ENTRY: serverEntry }

  it('is started headless, told that nobody is there, and gone afterwards', async () => {
    const path = dataDir()
    const { code, stdout } = await reef(['rehearse', '--wait', '--json', '--data-dir', path], {
      env: { ...env, DISPLAY: ':0', REEF_PROVIDER_KEY: 'sk-secret' },
    })
    const report = parse(stdout)
    expect({ code, ok: report.ok, rehearsal: report.rehearsal }).toEqual({ code: 0, ok: true, rehearsal: true })
    expect(trace(path)).toMatchObject({ argv: ['--headless', '--no-rehearsal', '--data-dir', path, '--port', '0'], attended: '0', key: null, ended: true })
    expect(isAlive(trace(path).pid)).toBe(false)
    expect(existsSync(join(path, 'run', 'engine.json'))).toBe(false)
  })

  it('is told that somebody is there when there is a screen; every line of a rehearsal says that it is one', async () => {
    const path = dataDir()
    const { code, stdout } = await reef(['rehearse', '--wait', '--data-dir', path], { env: { ...env, WAYLAND_DISPLAY: 'wayland-0' } })
    expect({ code, attended: trace(path)['attended'] }).toEqual({ code: 0, attended: '1' })
    const moments = stdout.split('\n').filter((line) => /^\d\d:\d\d:\d\d /.test(line))
    expect(moments.length).toBeGreaterThan(8)
    expect(moments.filter((line) => !line.includes('REHEARSAL'))).toEqual([])
    expect(stdout).toContain('REHEARSAL Done')
  })

  it('that cannot start ends the command with its own sentence', async () => {
    const { code, stdout } = await reef(['rehearse', '--wait', '--json', '--data-dir', dataDir()], { env: { ...env, REEF_FIXTURE_PLAY: 'refuses' } })
    expect({ code, message: ErrorReport.parse(JSON.parse(stdout)).error.message }).toEqual({ code: 1, message: 'The data directory belongs to another user.' })
  })

  it('that dies on the way ends the command with its last words', async () => {
    const { code, stderr } = await reef(['submit', 'x', '--wait', '--data-dir', dataDir()], { env: { ...env, REEF_FIXTURE_PLAY: 'dies' } })
    expect({ code, said: stderr.includes('The engine ended while it was needed: The disk is full') }).toEqual({ code: 1, said: true })
  })

  it('is stopped when the command is told to stop', async () => {
    const path = dataDir()
    let told = false
    const { code, stderr } = await reef(['submit', 'x', '--wait', '--data-dir', path], {
      env: { ...env, REEF_FIXTURE_PLAY: 'forever' },
      onOutput: (text, child) => {
        if (!told && text.includes('T1 Design the data')) {
          told = true
          child.kill('SIGTERM')
          child.kill('SIGINT')
        }
      },
    })
    expect({ code, ended: trace(path)['ended'], said: stderr.includes('Stopped waiting') }).toEqual({ code: 1, ended: true, said: true })
  })

  it('is not needed without --wait: then there is exit code 3', async () => {
    const left = await Promise.all([reef(['submit', 'x', '--data-dir', dataDir()], { env }), reef(['rehearse', '--data-dir', dataDir()], { env })])
    expect(left.map(({ code }) => code)).toEqual([3, 3])
  })
})

describe('start', () => {
  it('runs the start script with the same flags, passes signals on, and takes its exit code', async () => {
    const path = dataDir()
    const script = join(path, 'start.mjs')
    writeFileSync(
      script,
      `process.on('SIGTERM', () => { console.log('asked to end'); process.exit(0) }); console.log(process.argv.slice(2).join(' ')); setInterval(() => {}, 1000)`,
    )
    const stopped = await reef(['start', '--headless', '--port', '0', '--data-dir', path], {
      env: { REEF_START_ENTRY: script },
      onOutput: (text, child) => text.includes('--headless') && !text.includes('asked') && child.kill('SIGTERM'),
    })
    expect({ code: stopped.code, stdout: stopped.stdout }).toEqual({ code: 0, stdout: `--headless --port 0 --data-dir ${path}\nasked to end\n` })
    writeFileSync(script, 'process.exit(7)')
    expect((await reef(['start', '--data-dir', path], { env: { REEF_START_ENTRY: script } })).code).toBe(1)
  })
})
