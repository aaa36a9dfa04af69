import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { isReefError } from '../kernel/errors.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { createRouter } from './router.ts'

const root = join(import.meta.dirname, '../../..')
const modelsFile = join(root, 'assets/models.json')
const KEY = 'sk-ant-a-real-key'
/** Where the manual clock stands. */
const START = 1_700_000_000_000
const anthropic = { name: 'anthropic', wire: 'anthropic', baseUrl: 'https://api.anthropic.com', key: KEY }

let dir: string
let closing: Array<() => void>
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reef-router-'))
  closing = []
})
afterEach(() => {
  for (const close of closing.reverse()) close()
  rmSync(dir, { recursive: true })
})

function open(env: NodeJS.ProcessEnv = {}) {
  const db = openWriter(join(dir, 'reef.db'))
  migrate(db, join(root, 'migrations'), 1)
  const reader = openReader(join(dir, 'reef.db'))
  closing.push(
    () => db.close(),
    () => reader.close(),
  )
  const journal = createJournal({ db, reader, clock: createManualClock(), redact: (text) => text })
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const keys = new Map<string, string>()
  const secrets = {
    get: (name: string) => keys.get(name),
    set: (name: string, value: string) => void keys.set(name, value),
    delete: (name: string) => void keys.delete(name),
  }
  const prices = {
    models: (provider: string) => (provider === 'anthropic' ? ['claude-listed'] : []),
    describe: (_: string, model: string) =>
      model === 'claude-listed'
        ? { inputUsdPerMTok: 3, outputUsdPerMTok: 15, contextWindow: 200_000 }
        : { inputUsdPerMTok: null, outputUsdPerMTok: null, contextWindow: null },
  }
  return { router: createRouter({ db, reader, clock: createManualClock(), append: journal.append, secrets, prices, env, modelsFile }), keys, events }
}

/** The code and field of a refusal; undefined when there was none. */
function refused(act: () => unknown): [string, string | undefined] | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (isReefError(error)) return [error.code, error.field]
    throw error
  }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('providers', () => {
  it('are added with their key beside them, listed without it, and leave nothing behind when they go (R-294)', () => {
    const { router, keys, events } = open()
    expect(router.connected()).toBe(false)
    const view = {
      name: 'anthropic',
      wire: 'anthropic',
      baseUrl: 'https://api.anthropic.com/v1',
      key: 'stored',
      keySetAt: START,
      billing: 'metered',
      circuit: 'closed',
      rehearsal: false,
    }
    expect(router.add({ ...anthropic, key: ` ${KEY}\n` }, 'owner')).toEqual(view)
    expect([router.list(), router.connected(), [...keys.values()]]).toEqual([[view], true, [KEY]])
    expect(router.resolve('anthropic/claude-x')).toEqual({
      provider: 'anthropic',
      wire: 'anthropic',
      baseUrl: view.baseUrl,
      key: KEY,
      billing: 'metered',
      rehearsal: false,
      model: 'claude-x',
    })
    router.remove('anthropic', 'owner')
    expect([router.list(), router.connected(), keys.size]).toEqual([[], false, 0])
    expect(events.map(({ type, subject, actor, data }) => [type, subject, actor, data])).toEqual([
      ['provider.added', 'anthropic', 'owner', view],
      ['provider.removed', 'anthropic', 'owner', view],
    ])
    const files = Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name))))
    expect([files.includes('api.anthropic.com'), files.includes(KEY), JSON.stringify(events).includes(KEY)]).toEqual([true, false, false])
  })

  it('are refused with the field at fault', () => {
    const { router } = open()
    router.add(anthropic, 'owner')
    const add = (more: object) => refused(() => router.add({ ...anthropic, name: 'other', ...more }, 'owner'))
    expect([
      add({ name: 'Other One' }),
      add({ name: 'anthropic' }),
      add({ name: 'rehearsal' }),
      add({ wire: 'morse' }),
      add({ baseUrl: 'http://api.example.com' }),
      add({ key: 'two words' }),
      add({ key: 'line\nbreak' }),
    ]).toEqual(['name', 'name', 'name', 'wire', 'baseUrl', 'key', 'key'].map((field) => ['provider/invalid', field]))
    expect(router.list().length).toBe(1)
    expect([
      refused(() => router.remove('nobody', 'owner')),
      refused(() => router.route('nobody')),
      refused(() => router.resolve('no-slash')),
      refused(() => router.resolve('anthropic/')),
    ]).toEqual([
      ['provider/unknown', 'provider'],
      ['provider/unknown', 'provider'],
      ['provider/unknown', undefined],
      ['provider/unknown', undefined],
    ])
  })

  it('may have their key in the environment, and need none on this machine', () => {
    const { router } = open({ OPENAI_API_KEY: 'sk-from-the-environment' })
    const add = (name: string, wire: string, baseUrl: string) => router.add({ name, wire, baseUrl }, 'owner').key
    expect([
      add('openai', 'openai-chat', 'https://api.openai.com'),
      add('local', 'ollama', 'http://127.0.0.1:11434'),
      add('far', 'anthropic', 'https://far.example'),
    ]).toEqual(['environment', 'none', 'none'])
    expect([router.route('openai').key, router.route('local').key, refused(() => router.route('far'))]).toEqual([
      'sk-from-the-environment',
      undefined,
      ['provider/no-key', 'key'],
    ])
  })

  it('get another key that calls use from then on, and what they rested for is over', () => {
    const { router, keys, events } = open()
    router.add(anthropic, 'owner')
    router.report({ provider: 'anthropic', model: 'm' }, { kind: 'refused', status: 401 })
    expect([router.list()[0]?.circuit, router.resting('anthropic')?.until]).toEqual(['refused', null])
    expect(router.rotate('anthropic', ' sk-another\n', 'owner')).toMatchObject({ key: 'stored', keySetAt: START, circuit: 'closed' })
    expect([router.route('anthropic').key, [...keys.values()], router.resting('anthropic')]).toEqual(['sk-another', ['sk-another'], undefined])
    expect([refused(() => router.rotate('anthropic', 'two words', 'owner')), refused(() => router.rotate('nobody', 'k', 'owner'))]).toEqual([
      ['provider/invalid', 'key'],
      ['provider/unknown', 'provider'],
    ])
    expect(events.map((event) => event.type)).toEqual(['provider.added', 'circuit.opened', 'circuit.closed', 'provider.rotated'])
    expect(JSON.stringify(events)).not.toContain('sk-')
  })

  it('cost what their kind costs, unless the owner says otherwise', () => {
    const { router } = open()
    const add = (name: string, more: object) => router.add({ name, wire: 'openai-chat', baseUrl: 'http://127.0.0.1:1', ...more }, 'owner').billing
    expect([
      add('a', { wire: 'ollama' }),
      add('b', {}),
      add('c', { billing: 'local' }),
      add('d', { key: 'sk-ant-oat01-of-a-subscription' }),
      refused(() => add('e', { billing: 'free' })),
    ]).toEqual(['local', 'metered', 'local', 'subscription', ['provider/invalid', 'billing']])
  })

  it('hold the rehearsal too, which is no connection, moves with every start, and stays', () => {
    const { router, events } = open({ REEF_PROVIDER_REHEARSAL_KEY: 'none of its business' })
    router.connectRehearsal('http://127.0.0.1:4001')
    router.connectRehearsal('http://127.0.0.1:4002')
    expect([router.connected(), router.list()]).toEqual([
      false,
      [
        {
          name: 'rehearsal',
          wire: 'anthropic',
          baseUrl: 'http://127.0.0.1:4002/v1',
          key: 'none',
          keySetAt: null,
          billing: 'metered',
          circuit: 'closed',
          rehearsal: true,
        },
      ],
    ])
    expect(router.resolve('rehearsal/scripted-builder')).toMatchObject({ key: undefined, rehearsal: true, model: 'scripted-builder' })
    expect([refused(() => router.remove('rehearsal', 'owner')), events.map((event) => event.type)]).toEqual([['provider/invalid', 'name'], ['provider.added']])
  })
})

describe('asking a provider for its models', () => {
  const models = (request: IncomingMessage) => [request.method, request.url, request.headers['x-api-key'], request.headers.authorization]

  it('shows that it is there and that the key is good, in its own dialect', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push(models(request))
      response.end(JSON.stringify({ data: [{ id: 'claude-listed' }, { id: 'claude-new' }, { id: 7 }, { id: 'bad name' }, null] }))
    })
    const { router } = open()
    router.add({ ...anthropic, baseUrl: url }, 'owner')
    router.add({ name: 'openai', wire: 'openai-chat', baseUrl: url, key: 'sk-o' }, 'owner')
    expect(await router.test('anthropic')).toEqual({
      reachable: true,
      models: ['claude-listed', 'claude-new'],
      message: 'anthropic answers and lists 2 models.',
    })
    expect(await router.catalogue('anthropic')).toEqual({
      models: [
        { ref: 'anthropic/claude-listed', inputUsdPerMTok: 3, outputUsdPerMTok: 15, contextWindow: 200_000 },
        { ref: 'anthropic/claude-new', inputUsdPerMTok: null, outputUsdPerMTok: null, contextWindow: null },
      ],
    })
    expect((await router.test('openai')).reachable).toBe(true)
    expect(seen).toEqual([
      ['GET', '/v1/models?limit=1000', KEY, undefined],
      ['GET', '/v1/models?limit=1000', KEY, undefined],
      ['GET', '/v1/models', undefined, 'Bearer sk-o'],
    ])
  })

  it('says in one sentence what is wrong, and never with the key in it', async () => {
    const { router } = open()
    const answers: Record<string, number> = { refused: 401, broken: 500 }
    for (const [name, status] of Object.entries(answers))
      router.add({ ...anthropic, name, baseUrl: await serve((_, response) => response.writeHead(status).end()) }, 'owner')
    router.add(
      { ...anthropic, name: 'moved', baseUrl: await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()) },
      'owner',
    )
    router.add({ ...anthropic, name: 'absent', baseUrl: 'http://127.0.0.1:9' }, 'owner')
    router.add({ ...anthropic, name: 'odd', baseUrl: await serve((_, response) => response.end('<html>')) }, 'owner')
    const messages = await Promise.all(['refused', 'broken', 'moved', 'absent', 'odd'].map(async (name) => router.test(name)))
    expect(messages.map((answer) => [answer.reachable, answer.models])).toEqual(Array.from({ length: 5 }, () => [false, []]))
    expect(messages.map((answer) => answer.message).join('\n')).toMatch(
      /refused the key \(401\)[\s\S]*answered 500[\s\S]*could not be reached[\s\S]*could not be reached[\s\S]*could not be reached/,
    )
    expect(JSON.stringify(messages)).not.toContain(KEY)
  })

  it('falls back on the price list when nobody answers', async () => {
    const { router } = open()
    router.add({ ...anthropic, baseUrl: 'http://127.0.0.1:9' }, 'owner')
    expect((await router.catalogue('anthropic')).models.map((model) => model.ref)).toEqual(['anthropic/claude-listed'])
  })
})
