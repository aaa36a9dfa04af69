import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ErrorReport, shapes } from '../../src/cli/shapes.ts'
import * as canned from './canned.ts'
import { makeDataDir, reef } from './command.ts'
import { type Fixture, startFixture } from './fixture-engine.ts'

const dir = makeDataDir()
const sickDir = makeDataDir()
let engine: Fixture
let sick: Fixture
beforeAll(async () => {
  engine = await startFixture({ dataDir: dir.path, play: 'quiet' })
  sick = await startFixture({ dataDir: sickDir.path, play: 'sick' })
})
afterAll(async () => {
  await Promise.all([engine.end(), sick.end()])
  dir.remove()
  sickDir.remove()
})

/** An address on which something listened a moment ago. */
async function closedPort(): Promise<string> {
  const elsewhere = makeDataDir()
  const { url, end } = await startFixture({ dataDir: elsewhere.path })
  await end()
  elsewhere.remove()
  return url
}

const ask = (...args: string[]) => reef([...args, '--data-dir', dir.path])
const lastInput = (path: string) => engine.seen.findLast((one) => one.path === path)?.input

const agentFile = '---\nname: Rex\nrole: Backend engineer\n---\nYou build.\n'

/** What they read from standard input, where it is not an agent's file. */
const inputs: Readonly<Record<string, string>> = {
  'key set': 'sk-new',
  'key rotate': 'sk-newer',
  'spend reconcile': 'day,usd\n2026-02-02,12.34\n',
  'policy check': 'version: 1\n',
  'policy dry-run': 'version: 1\n',
  'policy save': 'version: 1\n',
  'template save': 'We are sorry.',
  'channel set': 'token=t0ken\n',
}

/** Every verb with arguments that work; the key of its shape in front. */
const calls: Readonly<Record<string, readonly string[]>> = {
  submit: ['submit', 'build me a shop'],
  say: ['say', 'what is', 'running?'],
  brief: ['brief', '--since', '24h'],
  rehearse: ['rehearse'],
  status: ['status'],
  pause: ['pause'],
  resume: ['resume'],
  doctor: ['doctor'],
  'plan list': ['plan', 'list', '--state', 'running'],
  'plan show': ['plan', 'show', 'p1an01'],
  'plan start': ['plan', 'start', 'P1AN01'],
  'plan cancel': ['plan', 'cancel', 'P1AN01'],
  'task list': ['task', 'list', '--plan', 'P1AN01', '--limit', '5'],
  'task show': ['task', 'show', 'TASKT1'],
  'task retry': ['task', 'retry', 'T1', '--plan', 'P1AN01', '--from-here', '--model', 'anthropic/claude-opus-4-5'],
  'task cancel': ['task', 'cancel', canned.id('task', 'TASKT1'), '--subtree'],
  'session list': ['session', 'list'],
  'session log': ['session', 'log', 'SES001'],
  'session stop': ['session', 'stop', 'SES002'],
  'approval list': ['approval', 'list', '--open'],
  'approval show': ['approval', 'show', 'APR001'],
  'approval approve': ['approval', 'approve', 'APR001'],
  'approval deny': ['approval', 'deny', 'APR001', '--reason', 'too risky', '--note', 'not today'],
  'approval undo': ['approval', 'undo', 'APR001'],
  'approval ask': ['approval', 'ask', 'APR001', 'which commit?'],
  'approval snooze': ['approval', 'snooze', 'APR001', '--minutes', '15'],
  'approval regret': ['approval', 'regret', 'APR001', '--note', 'too early'],
  'approval explain': ['approval', 'explain', 'APR001'],
  'channel list': ['channel', 'list'],
  'channel set': ['channel', 'set', 'openclaw', 'to=+64211234567', '--secrets'],
  'channel off': ['channel', 'off', 'openclaw'],
  'channel test': ['channel', 'test', 'openclaw'],
  'channel pair': ['channel', 'pair', 'openclaw'],
  'channel unpair': ['channel', 'unpair', 'openclaw'],
  'channel messages': ['channel', 'messages', '--channel', 'openclaw', '--approval', 'APR001', '--limit', '5'],
  'spend summary': ['spend', '--by', 'agent', '--since', '7d', '--until', '1h'],
  'spend insight': ['spend', 'insight', '--since', '7d'],
  'spend calls': [
    'spend',
    'calls',
    '--plan',
    'P1AN01',
    '--task',
    'T1',
    '--agent',
    'Rex',
    '--provider',
    'anthropic',
    '--since',
    '2026-02-01',
    '--before',
    'CA1102',
  ],
  'spend call': ['spend', 'call', 'ca1101'],
  'spend export': ['spend', 'export', '--format', 'focus', '--until', '2026-02-03'],
  'spend adjust': ['spend', 'adjust', 'anthropic', '-3.20', '--reason', 'a credit', '--call', 'CA1101'],
  'spend adjustments': ['spend', 'adjustments', '--limit', '5'],
  'spend reconcile': ['spend', 'reconcile', 'anthropic', '-', '--apply'],
  'spend kill': ['spend', 'kill'],
  'spend allow': ['spend', 'allow'],
  'budget list': ['budget', 'list'],
  'budget set': ['budget', 'set', 'agent', 'Rex', 'day', '20', '--soft', '10'],
  'budget clear': ['budget', 'clear', 'task', 'TASKT1'],
  'budget explain': ['budget', 'explain', 'T1', '--plan', 'P1AN01', '--agent', 'Rex'],
  'policy show': ['policy', 'show'],
  'policy check': ['policy', 'check', '-', '--name', 'own.yaml'],
  'policy dry-run': ['policy', 'dry-run', '-', '--name', 'own.yaml', '--limit', '20'],
  'policy save': ['policy', 'save', '-', '--name', 'own.yaml', '--confirm', 'own.yaml'],
  'policy versions': ['policy', 'versions'],
  'playbook list': ['playbook', 'list'],
  'playbook draft': ['playbook', 'draft', 'Releases', '--action', 'deploy.local', '--uses', '3'],
  'playbook activate': ['playbook', 'activate', '000003'],
  'playbook revoke': ['playbook', 'revoke', '000002'],
  'playbook override': ['playbook', 'override', 'shop is down', '--action', 'deploy.production', '--hours', '1'],
  'template list': ['template', 'list'],
  'template save': ['template', 'save', 'sorry'],
  'template remove': ['template', 'remove', 'sorry'],
  oversight: ['oversight', '--days', '7'],
  'audit list': ['audit', 'list', '--type', 'task.completed', '--limit', '1'],
  'audit verify': ['audit', 'verify'],
  'audit export': ['audit', 'export', '--format', 'csv', '--since', '24h'],
  'agent list': ['agent', 'list'],
  'agent show': ['agent', 'show', 'Rex'],
  'agent set': [
    'agent',
    'set',
    'Rex',
    '--driver',
    'codex',
    '--model',
    'openai/gpt-5.2',
    '--fallback',
    'none',
    '--inactive',
    '--tier',
    'fast',
    '--team',
    'backend',
  ],
  'agent edit': ['agent', 'edit', '-'],
  'agent pause': ['agent', 'pause', 'Rex', '--reason', 'it loops'],
  'agent resume': ['agent', 'resume', 'Rex'],
  'provider add': ['provider', 'add', 'local', '--wire', 'ollama', '--base-url', 'http://127.0.0.1:11434', '--no-key'],
  'provider list': ['provider', 'list'],
  'provider presets': ['provider', 'presets'],
  'provider discover': ['provider', 'discover'],
  'provider remove': ['provider', 'remove', 'local'],
  'provider test': ['provider', 'test', 'anthropic'],
  'key set': ['key', 'set', 'groq'],
  'key list': ['key', 'list'],
  'key rotate': ['key', 'rotate', 'anthropic'],
  'model list': ['model', 'list'],
  'model set': ['model', 'set', 'ollama/qwen3-coder:30b', '--tier', 'local', '--disable'],
  'model test': ['model', 'test', 'reef/mid'],
  'model explain': ['model', 'explain', 'T1', '--plan', 'P1AN01'],
  'model health': ['model', 'health'],
  'project list': ['project', 'list'],
  'project add': ['project', 'add', 'shop', '.'],
  'release list': ['release', 'list'],
  'release stop': ['release', 'stop', 'RE1001'],
  'artifact list': ['artifact', 'list', '--plan', 'P1AN01'],
  'artifact read': ['artifact', 'read', 'ART001'],
  'settings list': ['settings', 'list'],
  'settings set': ['settings', 'set', 'maxSessions', '8'],
}

describe('every verb', () => {
  it('has its documented JSON shape and exits 0, and says the same to people in lines free of control characters', { timeout: 240_000 }, async () => {
    expect(Object.keys(calls).sort()).toEqual(
      Object.keys(shapes)
        .filter((verb) => verb !== 'start')
        .sort(),
    )
    for (const [verb, args] of Object.entries(calls)) {
      const options = { input: inputs[verb] ?? agentFile }
      const [json, text] = await Promise.all([reef([...args, '--json', '--data-dir', dir.path], options), reef(['--data-dir', dir.path, ...args], options)])
      expect({ verb, code: json.code, stderr: json.stderr }).toEqual({ verb, code: 0, stderr: '' })
      const answer: unknown = JSON.parse(json.stdout)
      expect(shapes[verb]?.safeParse(answer).error?.issues ?? [], verb).toEqual([])
      expect({ verb, code: text.code, stderr: text.stderr }).toEqual({ verb, code: 0, stderr: '' })
      expect(text.stdout, verb).not.toMatch(/[^\P{Cc}\n]/u)
      expect(text.stdout.trim(), verb).not.toBe('')
    }
  })

  it('gives the engine exactly what was said', () => {
    expect(lastInput('agent.set')).toEqual({
      name: 'Rex',
      change: { driver: 'codex', model: 'openai/gpt-5.2', fallback: null, tier: 'fast', team: 'backend', active: false },
    })
    expect(lastInput('task.retry')).toEqual({ id: canned.id('task', 'TASKT1'), fromHere: true, model: 'anthropic/claude-opus-4-5' })
    expect(lastInput('task.cancel')).toEqual({ id: canned.id('task', 'TASKT1'), subtree: true })
    expect(lastInput('approval.approve')).toEqual({ id: canned.id('apr', 'APR001'), payloadHash: canned.approval().payloadHash })
    expect(lastInput('approval.deny')).toEqual({ id: canned.id('apr', 'APR001'), reason: 'too risky', note: 'not today' })
    expect(lastInput('agent.save')).toEqual({ name: 'Rex', file: agentFile })
    expect(lastInput('settings.set')).toEqual({ key: 'maxSessions', value: 8 })
    expect(lastInput('project.add')).toEqual({ name: 'shop', path: process.cwd() })
  })

  it('exits 1 when the answer is that something is wrong', async () => {
    const verbs = [['doctor'], ['audit', 'verify'], ['session', 'stop', 'SES001'], ['artifact', 'read', 'ART001']]
    const left = await Promise.all([...verbs.map((args) => reef([...args, '--data-dir', sickDir.path])), ask('provider', 'test', 'down')])
    expect(left.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1])
  })
})

describe('what people read', () => {
  it('shows aligned tables with shortened ids, local time and money', async () => {
    const { stdout } = await ask('plan', 'list')
    expect(stdout).toBe(
      [
        'PLAN    STATE      TASKS  STUCK  SPENT  PROJECT  SINCE                TITLE',
        'P1AN01  ◐ running    0/2         $1.25  shop     2026-02-03 12:01:07  A small shop',
        'P1AN02  ◐ running    0/2         $1.25  shop     2026-02-03 12:01:07  REHEARSAL Rehearsal',
        '',
      ].join('\n'),
    )
  })

  it('labels everything of a rehearsal', async () => {
    const left = await Promise.all([ask('task', 'list'), ask('release', 'list'), ask('provider', 'list'), ask('plan', 'show', 'P1AN02')])
    for (const { stdout } of left) expect(stdout).toContain('REHEARSAL')
    expect(left[0]?.stdout.split('\n').filter((line) => line.includes('REHEARSAL'))).toHaveLength(1)
  })

  it('keeps to ASCII signs where the terminal knows no UTF-8', async () => {
    const { stdout } = await reef(['plan', 'list', '--data-dir', dir.path], { env: { LANG: 'C' } })
    expect(stdout).toContain('~ running')
    expect(stdout).toMatch(/^[\n -~]*$/)
  })

  it('shows hidden characters of what is to be approved instead of dropping them', async () => {
    const { stdout } = await ask('approval', 'show', 'APR001')
    expect(stdout).toContain(String.raw`npm run start -- 'a b' 'x\u202ey'`)
    expect(stdout).toContain('2026-02-03 16:01:07, then: denied')
  })

  it('strips a session’s escape sequences unless they are asked for, also across pieces', async () => {
    const [plain, raw, followed] = await Promise.all([
      ask('session', 'log', 'SES001'),
      ask('session', 'log', 'SES001', '--raw'),
      ask('session', 'log', 'SES001', '--follow'),
    ])
    expect([plain.stdout, raw.stdout, followed.stdout]).toEqual(['one red\ntwo\n', 'one \x1b[31mred\x1b[0m\r\ntwo\n', 'one red\ntwo\n'])
  })

  it('follows a session as one JSON document a line', async () => {
    const { stdout } = await ask('session', 'log', 'SES001', '--follow', '--json')
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines.map((line) => shapes['session log']?.safeParse(line).success)).toEqual([true, true])
  })
})

describe('refusals', () => {
  it('come as sentence, field and remedy on stderr with exit code 1', async () => {
    const { code, stdout, stderr } = await ask('submit', 'refuse me')
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'reef: The queue is full (text) — wait until some of it is done\n' })
  })

  it('come as one JSON document with --json', async () => {
    const { code, stdout, stderr } = await ask('agent', 'show', 'Nobody', '--json')
    expect({ code, stderr, answer: ErrorReport.parse(JSON.parse(stdout)) }).toEqual({
      code: 1,
      stderr: '',
      answer: { error: { code: 'agent/unknown', message: 'There is no agent Nobody.', field: 'name', remedy: 'see: reef agent list' } },
    })
  })

  it('of an invalid input exit 2', async () => {
    const [fromContract, fromEngine] = await Promise.all([
      ask('provider', 'add', 'BAD NAME', '--wire', 'ollama', '--base-url', 'http://x', '--no-key'),
      reef(['agent', 'edit', '-', '--data-dir', dir.path], { input: 'name only' }),
    ])
    expect([fromContract.code, fromEngine.code]).toEqual([2, 2])
    expect(fromEngine.stderr).toContain('Line 2: role is missing')
  })

  it('of a changed approval say so', async () => {
    const { code, stderr } = await ask('approval', 'approve', 'APR001', '--payload', 'what I saw before')
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'reef: It has changed since you looked at it (payloadHash) — look again: reef approval show\n' })
  })
})

describe('ids', () => {
  it('that are unknown, of another kind, a key without its plan, or no ids at all are told apart', async () => {
    const [unknown, kind, key, nonsense] = await Promise.all([
      ask('plan', 'show', 'ZZZZZZ'),
      ask('plan', 'show', canned.id('task', 'TASKT1')),
      ask('task', 'show', 'T9'),
      ask('plan', 'show', 'not an id'),
    ])
    expect([unknown.code, kind.code, key.code, nonsense.code]).toEqual([1, 2, 1, 2])
    expect(key.stderr).toContain('--plan PLAN')
    expect(kind.stderr).toContain('a plan id starts with plan_')
  })
})

describe('usage', () => {
  it('exits 2 for what it does not know, with a suggestion', async () => {
    const left = await Promise.all([
      ask('tsk'),
      ask('task', 'lst'),
      ask('task', 'list', '--stat', 'done'),
      ask('task', 'list', '--state', 'dne'),
      ask('task'),
      ask('agent', 'set', 'Rex'),
      ask('spend', '--since', 'yesterday'),
    ])
    expect(left.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2])
    expect(left.slice(0, 3).map(({ stderr }) => /Did you mean (.*)\?/.exec(stderr)?.[1])).toEqual(['task', 'list', '--state'])
  })

  it('prints a usage error as JSON too', async () => {
    const { code, stdout } = await ask('tsk', '--json')
    expect({ code, error: ErrorReport.parse(JSON.parse(stdout)).error.code }).toEqual({ code: 2, error: 'input/invalid' })
  })

  it('prints help and the version with exit code 0', async () => {
    const left = await Promise.all([reef(['--help']), reef(['task', 'retry', '--help']), reef(['help', 'task']), reef(['--version'])])
    expect(left.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(left[1]?.stdout).toContain('--from-here')
    expect(left[2]?.stdout).toContain('retry')
  })
})

describe('without an engine', () => {
  it('exits 3 with the remedy: nothing was started, the process is gone, nothing listens', async () => {
    const empty = makeDataDir()
    const run = join(empty.path, 'run')
    const never = await reef(['status', '--data-dir', empty.path])
    mkdirSync(run)
    writeFileSync(join(run, 'engine.json'), JSON.stringify({ pid: 2 ** 30, url: engine.url, token: engine.token, startedAt: 1 }))
    const gone = await reef(['status', '--data-dir', empty.path])
    writeFileSync(join(run, 'engine.json'), JSON.stringify({ pid: process.pid, url: await closedPort(), token: 'x', startedAt: 1 }))
    const refused = await reef(['status', '--json'], { env: { REEF_DATA_DIR: empty.path } })
    empty.remove()
    expect([never.code, gone.code, refused.code]).toEqual([3, 3, 3])
    expect(never.stderr).toBe(`reef: No engine runs on ${empty.path} (it has not been started) — start it with: npx reef start\n`)
    expect(gone.stderr).toContain('is gone')
    expect(ErrorReport.parse(JSON.parse(refused.stdout)).error.remedy).toBe('start it with: npx reef start')
  })

  it('never sends the token to another machine, and says when it is refused', async () => {
    const other = makeDataDir()
    mkdirSync(join(other.path, 'run'))
    const file = join(other.path, 'run', 'engine.json')
    writeFileSync(file, JSON.stringify({ pid: process.pid, url: 'http://192.0.2.1:80', token: 'x', startedAt: 1 }))
    const elsewhere = await reef(['status', '--data-dir', other.path])
    writeFileSync(file, JSON.stringify({ pid: process.pid, url: engine.url, token: 'wrong', startedAt: 1 }))
    const wrong = await reef(['status', '--data-dir', other.path])
    rmSync(file)
    other.remove()
    expect([elsewhere.code, wrong.code]).toEqual([1, 1])
    expect(elsewhere.stderr).toContain('not this machine')
    expect(wrong.stderr).toContain('refused the token')
  })
})

describe('a provider’s key', () => {
  const add = ['provider', 'add', 'anthropic', '--wire', 'anthropic', '--base-url', 'https://api.anthropic.com', '--data-dir', dir.path]
  const key = 'sk-very-secret'

  it('comes from standard input or the environment, and is in no argument and no output', async () => {
    const piped = await reef(add, { input: `${key}\n` })
    expect(lastInput('provider.add')).toMatchObject({ key })
    const named = await reef([...add, '--json'], { env: { REEF_PROVIDER_KEY: `${key}-2` } })
    expect(lastInput('provider.add')).toMatchObject({ key: `${key}-2` })
    for (const { code, stdout, stderr, argv } of [piped, named]) {
      expect(code).toBe(0)
      expect([stdout, stderr, ...argv].join('\n')).not.toContain(key)
    }
  })

  it('is refused as an argument without being repeated', async () => {
    const left = await Promise.all([reef([...add, `--key=${key}`]), reef([...add, '--key', key]), reef([...add, '--api-key', key, '--json'])])
    for (const { code, stdout, stderr } of left) {
      expect(code).toBe(2)
      expect(stdout + stderr).toContain('never given as an argument')
      expect(stdout + stderr).not.toContain(key)
    }
  })

  it('is missed when there is none, unless --no-key says so', async () => {
    const { code, stderr } = await reef(add)
    expect({ code, said: stderr.includes('--no-key') }).toEqual({ code: 2, said: true })
    expect((await reef([...add, '--no-key'])).code).toBe(0)
    expect(lastInput('provider.add')).not.toHaveProperty('key')
  })
})
