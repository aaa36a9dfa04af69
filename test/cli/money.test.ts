import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toApprovalLines } from '../../src/cli/approval-lines.ts'
import { ErrorReport, ExportReport } from '../../src/cli/shapes.ts'
import { toMoment } from '../../src/cli/timeline.ts'
import { concerns, learn, toWatched } from '../../src/cli/watched.ts'
import type { ReefEvent } from '../../src/contract/index.ts'
import * as canned from './canned.ts'
import * as money from './canned-money.ts'
import { makeDataDir, reef } from './command.ts'
import { type Fixture, startFixture } from './fixture-engine.ts'

const dir = makeDataDir()
const sickDir = makeDataDir()
const out = mkdtempSync(join(tmpdir(), 'reef-export-'))
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
  rmSync(out, { recursive: true })
})

const ask = (...args: string[]) => reef([...args, '--data-dir', dir.path])
const askSick = (...args: string[]) => reef([...args, '--data-dir', sickDir.path])
const lastInput = (path: string) => engine.seen.findLast((one) => one.path === path)?.input
const inputs = (path: string) => engine.seen.filter((one) => one.path === path).map((one) => one.input)

describe('reef spend', () => {
  it('shows what a subscription would have cost by the list only where that differs from what was paid (U-70)', async () => {
    const [plain, listed] = await Promise.all([ask('spend'), ask('spend', '--by', 'model')])
    expect(plain.stdout).not.toContain('LIST PRICE')
    expect(listed.stdout).toContain('BY LIST PRICE')
  })

  it('asks for calls by everything that they are known by', async () => {
    await ask(
      'spend',
      'calls',
      '--plan',
      'P1AN01',
      '--task',
      'T2',
      '--agent',
      'Rex',
      '--model',
      'm',
      '--provider',
      'p',
      '--project',
      'shop',
      '--since',
      '2026-02-01',
      '--until',
      '2026-02-02',
      '--before',
      'CA1102',
      '--limit',
      '7',
    )
    expect(lastInput('spend.calls')).toEqual({
      planId: canned.id('plan', 'P1AN01'),
      taskId: canned.id('task', 'TASKT2'),
      agent: 'Rex',
      model: 'm',
      provider: 'p',
      project: 'shop',
      since: Date.UTC(2026, 1, 1),
      until: Date.UTC(2026, 1, 2),
      before: canned.id('call', 'CA1102'),
      limit: 7,
    })
  })

  it('prints the bill of a call to the last digit, with its limits and the place in the terminal', async () => {
    const { stdout } = await ask('spend', 'call', 'CA1101')
    expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual(
      expect.arrayContaining([
        'cost $0.006 (metered, exact)',
        'reported $0.0060005 by the provider',
        'reserved $0.03',
        'terminal reef session log SES001 --from 4',
        'input 1,000 $3.00 a million $0.003',
        'agent Rex, a day $12.50 $0.50 $7.00 $20.00 $10.00 65 % owner 2026-02-03 13:01:07',
      ]),
    )
    expect(lastInput('session.seek')).toEqual({ id: canned.id('ses', 'SES001'), at: canned.at() })
  })

  it('books a correction in either direction, and none without a reason or an amount', async () => {
    const [booked, ...refused] = await Promise.all([
      ask('spend', 'adjust', 'anthropic', '-3.20', '--reason', 'a credit', '--at', '2026-02-01'),
      ask('spend', 'adjust', 'anthropic', '-3.20'),
      ask('spend', 'adjust', 'anthropic', '0', '--reason', 'x'),
      ask('spend', 'adjust', 'anthropic', 'much', '--reason', 'x'),
    ])
    expect(booked.stdout).toContain('−$3.20')
    expect(inputs('spend.adjust')).toEqual([{ provider: 'anthropic', amountUsd: -3.2, reason: 'a credit', chargedAt: Date.UTC(2026, 1, 1) }])
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2])
  })

  it('compares an invoice without booking anything unless it is told to', async () => {
    const invoice = join(out, 'invoice.csv')
    writeFileSync(invoice, 'day,usd\n2026-02-02,12.34\n')
    const looked = await ask('spend', 'reconcile', 'anthropic', invoice)
    const applied = await ask('spend', 'reconcile', 'anthropic', invoice, '--apply')
    const missing = await ask('spend', 'reconcile', 'anthropic', join(out, 'none.csv'))
    expect(inputs('spend.reconcile')).toEqual([false, true].map((apply) => ({ provider: 'anthropic', csv: 'day,usd\n2026-02-02,12.34\n', apply })))
    expect([looked.stdout.includes('--apply'), looked.stdout.includes('Line 3 is in no sum'), applied.stdout.includes('booked')]).toEqual([true, true, true])
    expect({ code: missing.code, said: missing.stderr.includes('ENOENT') }).toEqual({ code: 2, said: true })
  })
})

const csv = 'call,cost\ncall_1,0.006\ncall_2,0.006\n'

describe('an export', () => {
  it('is all of its pages, on standard output or as one document', async () => {
    const [text, json] = await Promise.all([
      ask('spend', 'export', '--format', 'calls', '--since', '2026-02-01'),
      ask('spend', 'export', '--format', 'calls', '--json'),
    ])
    expect(text.stdout).toBe(csv)
    expect(ExportReport.parse(JSON.parse(json.stdout))).toEqual({ format: 'calls', file: null, bytes: csv.length, text: csv })
    expect(inputs('spend.export')).toContainEqual({ format: 'calls', since: Date.UTC(2026, 1, 1), after: '2' })
  })

  it('into a file is readable by its owner alone and never replaces another one unasked', async () => {
    const file = join(out, 'bills.csv')
    const written = await ask('spend', 'export', '--format', 'calls', '--output', file, '--json')
    expect(ExportReport.parse(JSON.parse(written.stdout))).toEqual({ format: 'calls', file, bytes: csv.length, text: null })
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([csv, 0o600])
    writeFileSync(file, 'mine')
    const again = await ask('spend', 'export', '--format', 'calls', '--output', file)
    expect({ code: again.code, kept: readFileSync(file, 'utf8'), said: again.stderr.includes('--force') }).toEqual({ code: 2, kept: 'mine', said: true })
    const forced = await ask('spend', 'export', '--format', 'calls', '--output', file, '--force')
    expect({ code: forced.code, now: readFileSync(file, 'utf8') }).toEqual({ code: 0, now: csv })
  })

  it('that fails half-way leaves no file, and the one it was to replace as it was', async () => {
    const fresh = join(out, 'half.csv')
    const old = join(out, 'old.csv')
    writeFileSync(old, 'old')
    const left = await Promise.all([
      askSick('spend', 'export', '--format', 'calls', '--output', fresh),
      askSick('spend', 'export', '--format', 'calls', '--output', old, '--force'),
    ])
    expect(left.map(({ code }) => code)).toEqual([1, 1])
    expect([existsSync(fresh), readFileSync(old, 'utf8'), readdirSync(out).filter((name) => name.endsWith('.part'))]).toEqual([false, 'old', []])
  })

  it('says where it cannot write', async () => {
    const { code, stdout } = await ask('spend', 'export', '--format', 'focus', '--output', join(out, 'none', 'x.csv'), '--json')
    expect({ code, field: ErrorReport.parse(JSON.parse(stdout)).error.field }).toEqual({ code: 1, field: 'output' })
  })
})

describe('a limit', () => {
  it('is set for whom it is said, softly too or not at all', async () => {
    await ask('budget', 'set', 'agent', 'Rex', 'day', '20', '--soft', '10')
    await ask('budget', 'set', 'task', 'T1', '$2.50', '--plan', 'P1AN01', '--no-soft')
    await ask('budget', 'set', 'team', 'day', '60')
    expect(inputs('budget.set')).toEqual([
      { scope: 'agent', subject: 'Rex', period: 'day', hardUsd: 20, softUsd: 10 },
      { scope: 'task', subject: canned.id('task', 'TASKT1'), period: 'total', hardUsd: 2.5, softUsd: null },
      { scope: 'team', subject: '*', period: 'day', hardUsd: 60 },
    ])
    await ask('budget', 'clear', 'plan', 'p1an01')
    expect(lastInput('budget.clear')).toEqual({ scope: 'plan', subject: canned.id('plan', 'P1AN01'), period: 'total' })
  })

  it('of everything is lowered at once, and raised by a script only with --yes (C-11)', async () => {
    const asked = inputs('budget.set').length
    const refused = await ask('budget', 'set', 'global', 'day', '200')
    expect({ code: refused.code, asked: inputs('budget.set').length }).toEqual({ code: 2, asked })
    expect(refused.stderr).toContain('from $100.00 to $200.00 (hardUsd)')
    const left = await Promise.all([
      ask('budget', 'set', 'global', 'day', '80'),
      ask('budget', 'set', 'global', 'day', '100'),
      ask('budget', 'set', 'global', 'day', '200', '--yes'),
    ])
    expect(left.map(({ code }) => code)).toEqual([0, 0, 0])
    // The engine knows no monthly limit here, so whatever is set raises nothing that could be compared: it is asked for.
    expect((await ask('budget', 'set', 'global', 'month', '1')).code).toBe(2)
  })

  it('of everything has no side door in the settings (C-11)', async () => {
    const left = await Promise.all([
      ask('settings', 'set', 'spendStopUsd', '200'),
      ask('settings', 'set', 'spendStopUsd', '80'),
      ask('settings', 'set', 'spendStopUsd', '201', '--yes'),
    ])
    expect(left.map(({ code }) => code)).toEqual([2, 0, 0])
    expect(left[0]?.stderr).toContain('the whole factory, a day, from $100.00 to $200.00 (spendStopUsd)')
    expect(inputs('settings.set')).toHaveLength(2)
  })

  it('is refused in the engine’s own words, and before that where the command alone shows it', async () => {
    const beyond = await ask('budget', 'set', 'agent', 'day', '4000', '--json')
    expect({ code: beyond.code, error: ErrorReport.parse(JSON.parse(beyond.stdout)).error }).toEqual({
      code: 2,
      error: { code: 'budget/invalid', message: 'A day never costs more than $3,000.', field: 'hardUsd', remedy: 'give at most 3000' },
    })
    const asked = engine.seen.length
    const left = await Promise.all([
      ask('budget', 'set', 'agent', 'Rex', 'day'),
      ask('budget', 'set', 'agent', 'Rex', 'day', '5', '--soft', '6'),
      ask('budget', 'set'),
    ])
    expect({ codes: left.map(({ code }) => code), asked: engine.seen.length }).toEqual({ codes: [2, 2, 2], asked })
  })

  it('explains itself for a task and an agent, and says when everything is refused anyway', async () => {
    await ask('budget', 'explain', 'TASKT1', '--agent', 'Rex')
    expect(lastInput('budget.explain')).toEqual({ taskId: canned.id('task', 'TASKT1'), agent: 'Rex' })
    const { stdout } = await askSick('budget', 'explain')
    expect(stdout).toContain('refused since 2026-02-03 12:01:07; go on with: reef spend allow')
  })
})

describe('a model', () => {
  it('is put into a tier, taken out of the choice, and nothing else is said of it', async () => {
    await ask('model', 'set', 'a/b', '--tier', 'fast')
    await ask('model', 'set', 'a/b', '--disable')
    await ask('model', 'set', 'a/b', '--enable')
    const idle = await ask('model', 'set', 'a/b')
    expect(inputs('model.set')).toEqual([
      { ref: 'a/b', tier: 'fast' },
      { ref: 'a/b', enabled: false },
      { ref: 'a/b', enabled: true },
    ])
    expect(idle.code).toBe(2)
  })

  it('that does not answer its test exits 1', async () => {
    const [well, ill] = await Promise.all([ask('model', 'test', 'reef/mid'), askSick('model', 'test', 'reef/mid')])
    expect([well.code, ill.code]).toEqual([0, 1])
    expect(well.stdout).toContain('$0.006; its bill: reef spend call CA1101')
  })

  it('is explained with everything that was weighed and what came of it', async () => {
    const { stdout } = await ask('model', 'explain', 'T1', '--plan', 'P1AN01')
    for (const words of ['cheapest that can', 'stand-in 1', 'its context is too small', 'succeeded, $0.35']) expect(stdout).toContain(words)
  })
})

describe('a provider that REEF knows', () => {
  const add = (args: string[], options: Parameters<typeof reef>[1] = {}) => reef(['provider', 'add', ...args, '--data-dir', dir.path], options)
  const input = () => lastInput('provider.add')

  it('needs its name alone, and a key only where one is missing', async () => {
    await add(['anthropic'], { input: 'sk-piped\n' })
    expect(input()).toEqual({ name: 'anthropic', wire: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', billing: 'metered', key: 'sk-piped' })
    await add(['groq'])
    expect(input()).toEqual({ name: 'groq', wire: 'openai-chat', baseUrl: 'https://api.groq.com/openai/v1', billing: 'metered' })
    await add(['groq'], { input: 'sk-other\n' })
    expect(input()).toMatchObject({ key: 'sk-other' })
    await add(['ollama'], { input: 'not a key' })
    expect(input()).toEqual({ name: 'ollama', wire: 'ollama', baseUrl: 'http://127.0.0.1:11434', billing: 'local' })
    await add(['ollama', '--base-url', 'http://127.0.0.1:1', '--billing', 'metered'], { env: { REEF_PROVIDER_KEY: 'sk-named' } })
    expect(input()).toEqual({ name: 'ollama', wire: 'ollama', baseUrl: 'http://127.0.0.1:1', billing: 'metered', key: 'sk-named' })
  })

  it('is refused where its name does not say enough, with what is missing', async () => {
    const asked = inputs('provider.add').length
    const left = await Promise.all([
      add(['anthropic']),
      add(['any', '--no-key']),
      add(['nobody']),
      add(['nobody', '--wire', 'ollama']),
      add(['groq', '--base-url', 'groq.com', '--no-key']),
    ])
    expect(left.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2])
    const said = ['platform.claude.com', '--base-url https://{host}/v1', '(wire)', '(baseUrl)', 'not a URL']
    expect(left.map(({ stderr }, at) => stderr.includes(said[at] ?? ''))).toEqual(said.map(() => true))
    expect(inputs('provider.add').length).toBe(asked)
  })

  it('is found on this machine, or nothing is', async () => {
    const [found, nothing] = await Promise.all([ask('provider', 'discover'), askSick('provider', 'discover')])
    expect(found.stdout).toContain('reef provider add ollama --base-url http://127.0.0.1:11434')
    expect(found.stdout).toContain('claude-code is logged in with a subscription (max). Make a token')
    expect(nothing.stdout).toContain('Nothing was found')
  })
})

describe('a key', () => {
  const key = 'sk-very-secret'

  it('is set once and rotated afterwards, from standard input or the environment, and is in no argument and no output', async () => {
    const left = await Promise.all([
      reef(['key', 'set', 'groq', '--data-dir', dir.path], { input: `${key}\n` }),
      reef(['key', 'rotate', 'anthropic', '--json', '--data-dir', dir.path], { env: { REEF_PROVIDER_KEY: key } }),
    ])
    expect(inputs('provider.rotate').toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      { name: 'anthropic', key },
      { name: 'groq', key },
    ])
    for (const { code, stdout, stderr, argv } of left) {
      expect(code).toBe(0)
      expect([stdout, stderr, ...argv].join('\n')).not.toContain(key)
    }
  })

  it('is not overwritten by set, not missed by rotate, and not taken from an argument', async () => {
    const asked = inputs('provider.rotate').length
    const left = await Promise.all([
      reef(['key', 'set', 'anthropic', '--data-dir', dir.path], { input: key }),
      reef(['key', 'rotate', 'groq', '--data-dir', dir.path], { input: key }),
      reef(['key', 'set', 'nobody', '--data-dir', dir.path], { input: key }),
      ask('key', 'set', 'groq'),
      ask('key', 'rotate', 'anthropic', `--key=${key}`),
      ask('key', 'rotate', 'anthropic', '--api-key', key),
      ask('key', 'rotate', 'anthropic', key),
    ])
    expect(left.map(({ code }) => code)).toEqual([1, 1, 1, 2, 2, 2, 2])
    expect(left.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(key)
    expect(inputs('provider.rotate').length).toBe(asked)
  })
})

describe('an approval with several ways', () => {
  it('is approved the way that is named', async () => {
    await ask('approval', 'approve', 'APR001', '--option', 'cheaper')
    expect(lastInput('approval.approve')).toEqual({ id: canned.id('apr', 'APR001'), payloadHash: canned.approval().payloadHash, option: 'cheaper' })
  })

  it('shows every way, and which is taken when none is named', () => {
    const options = [
      { id: 'raise', label: 'Raise to $5', detail: 'for this task' },
      { id: 'cheaper', label: 'Cheaper model', detail: 'groq/x\u202e' },
    ]
    const lines = toApprovalLines(canned.approval({ options }), 'UTC').join('\n')
    expect(lines).toContain('--option raise    Raise to $5 (taken when none is named): for this task')
    expect(lines).toContain(String.raw`--option cheaper  Cheaper model: groq/x\u202e`)
  })
})

describe('the timeline of a wait', () => {
  const happened = (type: string, data: unknown) =>
    ({ seq: 1, id: canned.id('evt', 'E1'), type, at: canned.at(), actor: 'engine', subject: 'x', correlationId: null, data }) as ReefEvent
  const tell = (type: string, data: unknown) => {
    const moment = toMoment(happened(type, data), { watched: toWatched(canned.request()), zone: 'UTC', dataDirFlag: '' })
    return moment && [moment.subject, moment.word, moment.detail ?? '', ...(moment.more ?? [])].join(' | ')
  }

  it('tells when money stops the work, and what to do about it', () => {
    expect(tell('budget.refused', { budget: money.budget(), needed: 8e9, agent: 'Rex', taskId: null })).toBe(
      'agent Rex, a day | refused | a call of Rex needs $8.00, $12.50 of $20.00 are spent | see: reef budget list',
    )
    expect(tell('budget.crossed', { budget: money.globalDay, mark: 'forecast' })).toBe('the whole factory, a day | will pass | $100.00 of $100.00 are spent')
    expect(tell('spend.killed', { aborted: 3 })).toBe('factory | no model calls | 3 were aborted | go on: reef spend allow')
    expect(tell('agent.paused', canned.agent({ paused: { at: canned.at(), by: 'velocity', reason: '4 times its norm' } }))).toBe(
      'agent Rex | paused | 4 times its norm | go on: reef agent resume Rex',
    )
    expect(tell('circuit.opened', money.circuit)).toBe('anthropic | quota reached | the 5-hour window is used up')
    expect(tell('route.chosen', money.choice())).toBeUndefined()
  })

  it('is told of the limits, pauses and breakers that its own work runs into, and of no others', () => {
    const watched = learn(toWatched(canned.request()), happened('plan.created', { plan: canned.plan(), tasks: [canned.task('T1')] }))
    const told = (type: string, data: unknown) => concerns(watched, happened(type, data))
    const refused = (change: Parameters<typeof money.budget>[0]) =>
      told('budget.refused', { budget: money.budget(change), needed: 1, agent: 'Max', taskId: null })
    expect([refused({}), refused({ scope: 'global', subject: '*' }), refused({ scope: 'project', subject: 'shop' }), refused(money.taskTotal)]).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect([refused({ subject: 'Max' }), refused({ scope: 'project', subject: 'blog' })]).toEqual([false, false])
    expect([told('spend.killed', { aborted: 0 }), told('agent.paused', canned.agent()), told('agent.paused', canned.agent({ name: 'Max' }))]).toEqual([
      true,
      true,
      false,
    ])
    const circuit = (change: object) => told('circuit.opened', { ...money.circuit, ...change })
    expect([circuit({}), circuit({ model: 'claude-sonnet-4-5' }), circuit({ model: 'claude-opus-4-5' }), circuit({ provider: 'groq' })]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('an agent', () => {
  it('is paused with a reason and resumed', async () => {
    const { stdout } = await ask('agent', 'pause', 'Rex', '--reason', 'it loops')
    await ask('agent', 'resume', 'Rex')
    expect([lastInput('agent.pause'), lastInput('agent.resume')]).toEqual([{ name: 'Rex', reason: 'it loops' }, { name: 'Rex' }])
    expect(stdout).toContain('reef agent resume Rex')
  })
})
