import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptId, ReefEvent, SessionId, TaskId } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { isReefError } from '../kernel/errors.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import type { Ask } from './choices.ts'
import { type Call, createRouter } from './router.ts'

const root = join(import.meta.dirname, '../../..')
const TASK = 'task_01JC0000000000000000000001' as TaskId
const SESSION = 'ses_01JC0000000000000000000001' as SessionId
const MINUTE = 60_000

let dir: string
let closing: Array<() => void>
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reef-routing-'))
  closing = []
})
afterEach(() => {
  for (const close of closing.reverse()) close()
  rmSync(dir, { recursive: true })
})

const listed: Readonly<Record<string, number>> = { 'm-fast': 0.5, 'm-mid': 3, 'm-mid-two': 4, 'm-top': 12 }

/** A router on a database that outlives it: opened again, it is the next engine's. */
function open({ env = {}, clock = createManualClock(Date.UTC(2026, 11, 1)), list = [] as string[] } = {}) {
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(root, 'migrations'), 1)
  // Attempts stand here without the plans that they belong to.
  db.pragma('foreign_keys = OFF')
  const reader = openReader(join(dir, 'reef.db'))
  closing.push(
    () => db.close(),
    () => reader.close(),
  )
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const keys = new Map<string, string>()
  const router = createRouter({
    db,
    reader,
    clock,
    append: journal.append,
    secrets: { get: (name) => keys.get(name), set: (name, value) => void keys.set(name, value), delete: (name) => void keys.delete(name) },
    prices: {
      models: () => list,
      describe: (_, model) => {
        const usd = listed[model] ?? null
        return { inputUsdPerMTok: usd, outputUsdPerMTok: usd && usd * 4, contextWindow: null }
      },
    },
    modelsFile: join(root, 'assets/models.json'),
    env,
    fetch: () => Promise.reject(new Error('nobody is asked here')),
  })
  const connect = (name: string, wire = 'anthropic') => router.add({ name, wire, baseUrl: `https://${name}.example`, key: `sk-${name}` }, 'owner')
  return { db, router, events, clock, connect }
}
type World = ReturnType<typeof open>

const ask = (more: Partial<Ask> = {}): Ask => ({
  role: 'builder',
  kind: 'build',
  agent: 'Rex',
  driver: 'pi',
  wires: ['anthropic', 'openai-responses', 'openai-chat', 'ollama'],
  tier: 'mid',
  asked: null,
  fallback: null,
  exclude: [],
  isLastResort: false,
  inputTokens: 0,
  named: [],
  taskId: TASK,
  attemptId: null,
  ...more,
})
const call = (more: Partial<Call> = {}): Call => ({
  provider: 'one',
  model: 'm-mid',
  wire: 'anthropic',
  agent: 'Rex',
  taskId: TASK,
  attemptId: null,
  sessionId: SESSION,
  ...more,
})
const toAttemptId = (n: number) => `att_01JC00000000000000000${String(n).padStart(5, '0')}` as AttemptId
const catalogue = ['m-fast', 'm-mid', 'm-mid-two', 'm-top']

async function chosen(router: World['router'], more: Partial<Ask> = {}) {
  const answer = await router.choose(ask(more))
  return answer.kind === 'chosen' ? answer.ref : answer.kind
}

/** An attempt that ended so, as the queue writes it. */
function end({ db }: World, id: AttemptId, state: string, cost: number, n: number) {
  db.prepare(
    `INSERT INTO attempt (id, task_id, n, state, step, agent, driver, model, spent, started_at, ended_at)
     VALUES (?, ?, ?, ?, 'same model', 'Rex', 'pi', 'x', ?, 1, 2)`,
  ).run(id, TASK, n, state, cost)
}

const refs = (router: World['router'], more: Partial<Call> = {}) => router.targets(call(more)).map(({ provider, model }) => `${provider}/${model}`)

function refused(act: () => unknown) {
  try {
    return act()
  } catch (error) {
    if (isReefError(error)) return `${error.code}: ${error.message}`
    throw error
  }
}

describe('a choice', () => {
  it('is written down and told, with what there was to choose from and why, and can be read with its outcome (R-114)', async () => {
    const world = open({ list: catalogue })
    const { router, events, connect } = world
    connect('one')
    const attemptId = toAttemptId(1)
    const answer = await router.choose(ask({ attemptId }))
    expect(answer).toMatchObject({ kind: 'chosen', ref: 'one/m-mid', fallbacks: ['one/m-mid-two', 'one/m-top'] })
    const told = events.find((event) => event.type === 'route.chosen')
    expect(told?.data).toMatchObject({ taskId: TASK, attemptId, asked: 'reef/auto', chosen: 'one/m-mid', tier: 'mid', kind: 'build', outcome: null })
    const before = await router.explain(TASK, ask())
    expect(before.choices).toEqual([told?.data])
    expect(before.now).toMatchObject({ chosen: 'one/m-mid', attemptId: null })
    end(world, attemptId, 'timed_out', 700_000_000, 1)
    expect((await router.explain(TASK, ask())).choices).toMatchObject([{ chosen: 'one/m-mid', outcome: { state: 'failed', cost: 700_000_000, endedAt: 2 } }])
    // What would be chosen now is only said.
    expect(events.filter((event) => event.type === 'route.chosen')).toHaveLength(1)
  })

  it('learns: what failed often at a kind of work is passed over for it, and for nothing else', async () => {
    const world = open({ list: catalogue })
    world.connect('one')
    for (let n = 0; n < 20; n++) {
      const attemptId = toAttemptId(n)
      await world.router.choose(ask({ attemptId, asked: 'one/m-mid' }))
      end(world, attemptId, n % 5 === 0 ? 'interrupted' : 'failed', 400_000_000, n)
    }
    expect([await chosen(world.router), await chosen(world.router, { kind: 'research' })]).toEqual(['one/m-mid-two', 'one/m-mid'])
    const { now } = await world.router.explain(TASK, ask())
    expect(now.candidates.find(({ ref }) => ref === 'one/m-mid')).toMatchObject({ samples: 16, passRate: 0.19 })
  })

  it('starts at the tier that was asked for and climbs when that has failed (R-113, R-115)', async () => {
    const { router, connect } = open({ list: catalogue })
    connect('one')
    const asked = [{ tier: 'fast' }, { asked: 'reef/frontier' }, { asked: 'reef/fast' }, { tier: 'fast', isLastResort: true }, { tier: 'local' }] as const
    expect(await Promise.all(asked.map((more) => chosen(router, more)))).toEqual(['one/m-fast', 'one/m-top', 'one/m-fast', 'one/m-mid', 'missing'])
  })

  it('keeps a reviewer away from everything that built, also from what stood in for the builder (C-17, R-128)', async () => {
    const { db, router, connect } = open({ list: catalogue })
    connect('one')
    const attemptId = toAttemptId(1)
    db.prepare(`INSERT INTO session (id, role, title, agent, driver, state, mark, started_at) VALUES (?, 'builder', 't', 'Rex', 'pi', 'running', 'm', 1)`).run(
      SESSION,
    )
    db.prepare(
      `INSERT INTO call (id, at, attempt_id, task_id, session_id, agent, provider, model, wire, state, confidence)
       VALUES ('call_1', 1, ?, ?, ?, 'Rex', 'one', 'm-mid-two', 'anthropic', 'settled', 'exact')`,
    ).run(attemptId, TASK, SESSION)
    const review = { role: 'reviewer', driver: 'direct', agent: 'Hawk', attemptId } as const
    expect(await chosen(router, { ...review, exclude: ['one/m-mid'] })).toBe('one/m-top')
  })

  it('goes by the owner’s word about a model: its tier, and that it is not to be chosen', async () => {
    const { router, events, connect } = open({ list: catalogue })
    connect('one')
    expect(router.setModel({ ref: 'one/m-fast', tier: 'mid' }, 'owner')).toMatchObject({ tier: 'mid', enabled: true })
    expect(await chosen(router)).toBe('one/m-fast')
    router.setModel({ ref: 'one/m-fast', enabled: false }, 'owner')
    expect([await chosen(router), await chosen(router, { asked: 'one/m-fast' })]).toEqual(['one/m-mid', 'one/m-fast'])
    expect((await router.models()).find(({ ref }) => ref === 'one/m-fast')).toMatchObject({
      tier: 'mid',
      enabled: false,
      inputUsdPerMTok: 0.5,
      circuit: 'closed',
    })
    expect(events.filter((event) => event.type === 'model.changed').map(({ data }) => data)).toMatchObject([
      { ref: 'one/m-fast', tier: 'mid', enabled: true },
      { ref: 'one/m-fast', tier: 'mid', enabled: false },
    ])
    expect(refused(() => router.setModel({ ref: 'nobody/m' }, 'owner'))).toContain('model/unknown')
  })

  it('is never the rehearsal’s script, which is there for the rehearsal alone', async () => {
    const { router } = open()
    router.connectRehearsal('http://127.0.0.1:4001')
    expect([await chosen(router), await chosen(router, { asked: 'rehearsal/scripted-builder' }), await router.models()]).toEqual([
      'missing',
      'rehearsal/scripted-builder',
      [],
    ])
  })

  it('says of a review how it went when it is told so, with what it cost', async () => {
    const { db, router, connect, clock } = open({ list: catalogue })
    connect('one')
    const answer = await router.choose(ask({ role: 'reviewer', agent: 'Hawk', driver: 'direct' }))
    if (answer.kind !== 'chosen') throw new Error('a choice')
    for (const [id, agent, cost] of [
      ['call_1', 'Hawk', 5],
      ['call_2', 'Hawk', 7],
      ['call_3', 'Rex', 100],
    ])
      db.prepare(
        `INSERT INTO call (id, at, task_id, agent, provider, model, wire, state, confidence, cost) VALUES (?, ?, ?, ?, 'one', 'm-mid', 'anthropic', 'settled', 'exact', ?)`,
      ).run(id, clock.now(), TASK, agent, cost)
    router.settleChoice(answer.choiceId, 'failed')
    router.settleChoice(answer.choiceId, 'succeeded')
    expect((await router.explain(TASK, ask())).choices).toMatchObject([{ role: 'reviewer', kind: null, outcome: { state: 'failed', cost: 12 } }])
  })
})

describe('the models of a provider', () => {
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('are those that it lists itself, asked for once and not again for ten minutes', async () => {
    const world = open({ list: catalogue })
    let asked = 0
    const url = await serve((_, response) => {
      asked++
      response.end(JSON.stringify({ data: [{ id: 'm-top' }, { id: 'text-embedding-3-small' }] }))
    })
    const router = createRouterWith(world, { fetch })
    router.add({ name: 'live', wire: 'ollama', baseUrl: url }, 'owner')
    expect([await chosen(router, { tier: 'fast' }), await chosen(router, { tier: 'fast' }), asked]).toEqual(['live/m-top', 'live/m-top', 1])
    expect((await router.models()).map(({ ref, tools, tier }) => [ref, tools, tier])).toEqual([
      ['live/m-top', true, 'local'],
      ['live/text-embedding-3-small', false, 'local'],
    ])
    world.clock.advance(11 * MINUTE)
    await chosen(router)
    await expect.poll(() => asked).toBe(2)
  })

  it('are those of the price list until it answers: a choice waits for nobody longer than two seconds', async () => {
    const world = open({ list: catalogue })
    const router = createRouterWith(world, { fetch: () => new Promise(() => {}) })
    router.add({ name: 'slow', wire: 'anthropic', baseUrl: 'https://slow.example', key: 'k' }, 'owner')
    const began = Date.now()
    expect(await chosen(router)).toBe('slow/m-mid')
    const first = Date.now() - began
    expect(await router.choose(ask({ asked: 'slow/m-fast' }))).toMatchObject({ ref: 'slow/m-fast' })
    expect([first >= 1900 && first < 4000, Date.now() - began - first < 500]).toEqual([true, true])
  })

  function createRouterWith({ db, clock }: World, more: { fetch: typeof fetch }) {
    const reader = openReader(join(dir, 'reef.db'))
    closing.push(() => reader.close())
    const journal = createJournal({ db, reader, clock, redact: (text) => text })
    const none = { get: () => undefined, set: () => {}, delete: () => {} }
    const prices = {
      models: () => catalogue,
      describe: (_: string, model: string) => {
        const usd = listed[model] ?? null
        return { inputUsdPerMTok: usd, outputUsdPerMTok: usd, contextWindow: null }
      },
    }
    const env = { REEF_PROVIDER_SLOW_KEY: 'k' }
    return createRouter({ db, reader, clock, append: journal.append, secrets: none, prices, modelsFile: join(root, 'assets/models.json'), env, ...more })
  }
})

describe('ways for a call', () => {
  it('are the model that was asked for, then the fallbacks of the attempt that it was chosen for, in its wire (R-121)', async () => {
    const { router, connect } = open({ list: catalogue })
    connect('one')
    connect('two', 'openai-chat')
    const attemptId = toAttemptId(1)
    await router.choose(ask({ attemptId, asked: 'one/m-mid', fallback: 'one/m-top' }))
    expect([refs(router, { attemptId }), refs(router, { attemptId, model: 'm-fast' }), refs(router)]).toEqual([
      ['one/m-mid', 'one/m-top'],
      ['one/m-fast'],
      ['one/m-mid'],
    ])
    expect(router.targets(call())).toEqual([
      {
        provider: 'one',
        model: 'm-mid',
        wire: 'anthropic',
        baseUrl: 'https://one.example/v1',
        key: 'sk-one',
        billing: 'metered',
        rehearsal: false,
        limits: { contextWindow: null, maxOutput: null },
      },
    ])
    expect(router.targets(call({ model: 'claude-haiku-4-5' }))[0]?.limits).toEqual({ contextWindow: 200_000, maxOutput: 64_000 })
    expect(refs(router, { model: '' })).toEqual(['one/'])
    expect([refused(() => refs(router, { wire: 'openai-chat' })), refused(() => refs(router, { provider: 'gone' }))]).toEqual([
      'provider/invalid: The provider one speaks anthropic, and the call is written in openai-chat.',
      'provider/unknown: No provider is called gone.',
    ])
  })

  it('of an alias are those of the attempt’s own choice, or of one that is made once for the session (R-120, R-129)', async () => {
    const { router, connect, events } = open({ list: catalogue })
    connect('one')
    connect('two', 'openai-chat')
    const attemptId = toAttemptId(1)
    await router.choose(ask({ attemptId, asked: 'one/m-mid-two' }))
    expect(refs(router, { attemptId, model: 'reef/auto' })).toEqual(['one/m-mid-two'])
    const first = refs(router, { attemptId, model: 'reef/fast' })
    expect([first, refs(router, { attemptId, model: 'reef/fast' })]).toEqual([first, first])
    expect(first[0]).toBe('one/m-fast')
    expect(refs(router, { attemptId, model: 'reef/fast', wire: 'openai-chat' })[0]).toBe('two/m-fast')
    // Two for the two wires, beside the attempt's own.
    expect(events.filter((event) => event.type === 'route.chosen')).toHaveLength(3)
    expect(refused(() => refs(router, { model: 'reef/local' }))).toContain('model/none-connected: Nothing can serve reef/local')
  })

  it('leave out what rests while there is another, and block nobody who has no other (R-125, R-127)', async () => {
    const { router, connect } = open({ list: catalogue })
    connect('one')
    connect('two')
    const attemptId = toAttemptId(1)
    await router.choose(ask({ attemptId, asked: 'one/m-mid', fallback: 'two/m-mid' }))
    for (let i = 0; i < 3; i++) router.report({ provider: 'one', model: 'm-mid' }, { kind: 'failed' })
    expect([refs(router, { attemptId }), refs(router)]).toEqual([['two/m-mid'], ['one/m-mid']])
    expect(router.health()).toMatchObject([{ provider: 'one', model: null, state: 'open' }])
  })

  it('lead one call, and no second one, to a provider that has rested', async () => {
    const { router, connect, clock } = open({ list: catalogue })
    connect('one')
    connect('two')
    const ids = [1, 2, 3].map(toAttemptId)
    for (const attemptId of ids) await router.choose(ask({ attemptId, asked: 'one/m-mid', fallback: 'two/m-mid' }))
    for (let i = 0; i < 3; i++) router.report({ provider: 'one', model: 'm-mid' }, { kind: 'failed' })
    clock.advance(MINUTE)
    expect(ids.map((attemptId) => refs(router, { attemptId })[0])).toEqual(['one/m-mid', 'two/m-mid', 'two/m-mid'])
    router.report({ provider: 'one', model: 'm-mid' }, { kind: 'answered' })
    expect(ids.map((attemptId) => refs(router, { attemptId })[0])).toEqual(['one/m-mid', 'one/m-mid', 'one/m-mid'])
  })
})

describe('what rests', () => {
  it('is waited for, by each task until a moment of its own once a quota is back', async () => {
    const { router, connect, clock } = open({ list: catalogue })
    connect('one')
    router.report({ provider: 'one', model: 'm-mid' }, { kind: 'limited' }, { 'retry-after': '3600' })
    const waits = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const taskId = `task_01JC00000000000000000000${String(n).padStart(2, '0')}` as TaskId
        const answer = await router.choose(ask({ asked: 'one/m-mid', taskId }))
        expect(answer).toMatchObject({ kind: 'resting', rest: { kind: 'quota', detail: expect.stringContaining('takes no more calls until') } })
        return answer.kind === 'resting' ? (answer.rest.until ?? 0) - clock.now() - 60 * MINUTE : -1
      }),
    )
    expect(waits.every((ms) => ms >= 0 && ms < MINUTE)).toBe(true)
    expect([new Set(waits).size, Math.max(...waits) - Math.min(...waits) > 30_000]).toEqual([20, true])
    expect(router.resting('one', 'm-mid', TASK)).toEqual(router.resting('one', 'm-mid', TASK))
    expect(await chosen(router)).toBe('one/m-mid-two')
  })

  it('still rests after a restart; a refused key of the environment, which may be another one, is tried', () => {
    const env = { REEF_PROVIDER_ENVIRONED_KEY: 'k' }
    const { router, connect, clock } = open({ env })
    connect('one')
    router.add({ name: 'environed', wire: 'anthropic', baseUrl: 'https://environed.example' }, 'owner')
    for (const provider of ['one', 'environed']) router.report({ provider, model: 'm' }, { kind: 'refused', status: 401 })
    router.report({ provider: 'one', model: 'limited' }, { kind: 'limited' }, { 'retry-after': '3600' })
    const next = open({ env, clock }).router
    expect(next.health().map(({ provider, model, state }) => [provider, model, state])).toEqual([
      ['one', null, 'refused'],
      ['one', 'limited', 'quota'],
    ])
    next.remove('one', 'owner')
    expect([next.health(), open({ env, clock }).router.health()]).toEqual([[], []])
  })
})
