import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { WireFormat } from '../../src/contract/index.ts'
import type { GatewayDeps } from '../../src/engine/gateway/index.ts'
import { EVENT_STREAM, frame, startUpstream, stream } from './upstream.ts'
import { grant, openWorld, type World } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})
function keep<T extends AsyncDisposable>(thing: T): T {
  closing.push(thing)
  return thing
}

type Act = (response: ServerResponse) => unknown
const whole: Act = (response) => response.writeHead(200, EVENT_STREAM).end(stream.start + stream.delta('Hi') + stream.stop)
const status =
  (code: number, headers = {}): Act =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(`{"type":"error","error":{"message":"from upstream, ${code}"}}`)

/** Two providers that may serve the same call, the first before the second, and what the router heard of each. */
async function open(first: Act, second: Act, { wire = 'anthropic' as WireFormat, limits = {} as GatewayDeps['limits'] } = {}) {
  const upstreams = [keep(await startUpstream(first)), keep(await startUpstream(second))] as const
  const heard: string[] = []
  const models = { anthropic: ['claude-sonnet-4-5', 'claude-haiku-4-5'], 'openai-chat': ['gpt-5', 'gpt-5-mini'] }[wire as 'anthropic' | 'openai-chat']
  const known = { contextWindow: 200_000, maxOutput: 64_000 }
  const world: World = keep(
    await openWorld({
      targets: () => [
        { ...world.router.resolve(`first/${models[0]}`), limits: known },
        { ...world.router.resolve(`second/${models[1]}`), limits: known },
      ],
      report(target, outcome, headers) {
        heard.push(`${target.provider} ${outcome.kind}`)
        world.router.report(target, outcome, headers)
      },
      ...(limits && { limits }),
    }),
  )
  world.router.add({ name: 'first', wire, baseUrl: upstreams[0].url, key: 'sk-of-the-first' }, 'owner')
  world.router.add({ name: 'second', wire, baseUrl: upstreams[1].url, key: 'sk-of-the-second' }, 'owner')
  const token = world.gateway.issue(grant)
  const path = wire === 'anthropic' ? '/v1/messages' : '/v1/chat/completions'
  const ask = (body: object = {}) =>
    fetch(`${world.gateway.url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': token },
      body: JSON.stringify({ model: 'reef/auto', stream: true, ...body }),
    })
  /** Oldest first, once nothing is under way. */
  async function booked() {
    await expect.poll(() => world.gateway.inFlight()).toBe(0)
    return world.calls().reverse()
  }
  const heldEverywhere = () => world.budgets.explain(grant).map(({ held }) => held)
  return { upstreams, world, heard, ask, booked, heldEverywhere }
}
const nothing = Array.from({ length: 8 }, () => 0)

describe('a call that its provider did not take goes to the next (R-126)', () => {
  it.each([
    [503, 'failed', {}],
    [529, 'failed', {}],
    [500, 'failed', {}],
    [429, 'limited', { 'retry-after': '120' }],
    [401, 'refused', {}],
    [402, 'refused', {}],
  ] as const)('after a %i: the same request under the next one’s model and key, at its price, and both are told of', async (code, outcome, headers) => {
    const { ask, booked, heard, heldEverywhere, upstreams, world } = await open(status(code, headers), whole)
    const body = { max_tokens: 500, metadata: { kept: ['as', 'it', 'is'] }, messages: [{ role: 'user', content: 'Grüße' }] }
    const answer = await ask(body)
    expect([answer.status, await answer.text()]).toEqual([200, stream.start + stream.delta('Hi') + stream.stop])
    const [first, second] = await booked()
    expect([first, second]).toMatchObject([
      { state: 'failed', provider: 'first', model: 'claude-sonnet-4-5', status: code, cost: 0 },
      { state: 'settled', provider: 'second', model: 'claude-haiku-4-5', status: 200, cost: 1000 * 1000 + 50 * 5000, confidence: 'exact' },
    ])
    expect(second?.reserved).toBe(first?.reserved)
    expect(upstreams.map(({ requests }) => requests.map((seen) => [JSON.parse(seen.body), seen.headers['x-api-key'], seen.headers['x-request-id']]))).toEqual([
      [[{ model: 'claude-sonnet-4-5', stream: true, ...body }, 'sk-of-the-first', first?.id]],
      [[{ model: 'claude-haiku-4-5', stream: true, ...body }, 'sk-of-the-second', second?.id]],
    ])
    expect(['x-reef-provider', 'x-reef-model', 'x-reef-call', 'x-reef-spent-usd'].map((name) => answer.headers.get(name))).toEqual([
      'second',
      'claude-haiku-4-5',
      second?.id,
      '0.000000',
    ])
    expect([heard, heldEverywhere(), world.charged.length]).toEqual([[`first ${outcome}`, 'second answered'], nothing, 1])
    if (code === 429) expect(world.router.resting('first', 'claude-sonnet-4-5')?.kind).toBe('quota')
  })

  it('when the first is not there', async () => {
    const { ask, booked, heard, upstreams } = await open(whole, whole)
    await upstreams[0][Symbol.asyncDispose]()
    expect((await ask()).status).toBe(200)
    expect(await booked()).toMatchObject([
      { state: 'failed', provider: 'first', status: 502, cost: 0 },
      { state: 'settled', provider: 'second', status: 200 },
    ])
    expect(heard).toEqual(['first failed', 'second answered'])
  })

  it('in the wire of OpenAI too, with the usage asked of each', async () => {
    const chunks = ['{"choices":[{"delta":{"content":"Hi"}}]}', '{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}', '[DONE]']
    const { ask, booked, upstreams } = await open(
      status(503),
      (response) => response.writeHead(200, EVENT_STREAM).end(chunks.map((data) => `data: ${data}\n\n`).join('')),
      { wire: 'openai-chat' },
    )
    expect(await (await ask({ messages: [] })).text()).not.toContain('usage')
    expect((await booked())[1]).toMatchObject({ state: 'settled', model: 'gpt-5-mini', usage: { input: 10, output: 2 }, confidence: 'exact' })
    expect(upstreams.map(({ requests }) => JSON.parse(requests[0]?.body ?? '{}'))).toMatchObject([
      { model: 'gpt-5', stream_options: { include_usage: true } },
      { model: 'gpt-5-mini', stream_options: { include_usage: true } },
    ])
  })

  it('and where none of them takes it, the caller hears the last one’s own words', async () => {
    const { ask, booked, heard, heldEverywhere } = await open(status(503), status(429, { 'retry-after': '7' }))
    const answer = await ask()
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([429, '7', expect.stringContaining('from upstream, 429')])
    expect(await booked()).toMatchObject([
      { state: 'failed', status: 503 },
      { state: 'failed', status: 429 },
    ])
    expect([heard, heldEverywhere()]).toEqual([['first failed', 'second limited'], nothing])
  })

  it('is held for at the dearest of them from the beginning, and refused at once where that is too much', async () => {
    const { ask, upstreams, world } = await open(status(503), whole)
    // Enough for Haiku, not for Sonnet.
    world.money.task = 20_000_000
    const answer = await ask({ max_tokens: 2000, messages: [] })
    expect([answer.status, upstreams.map(({ requests }) => requests.length), world.calls()]).toEqual([402, [0, 0], []])
  })
})

describe('a call that its provider may have worked on stays with it', () => {
  const broken: Array<[why: string, act: Act, status: number, state: string]> = [
    [
      'after its first byte',
      (response) => response.writeHead(200, EVENT_STREAM).write(stream.start, () => setImmediate(() => response.destroy())),
      200,
      'settled',
    ],
    [
      'that says in the middle that it is overloaded',
      (response) =>
        response
          .writeHead(200, EVENT_STREAM)
          .end(stream.start + frame({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as { type: string })),
      200,
      'settled',
    ],
    ['that took it and hung up', (response) => response.destroy(), 502, 'settled'],
    ['that took it and fell silent', () => {}, 504, 'settled'],
    ['that refuses what was asked', status(400), 400, 'failed'],
    ['that does not have the model', status(404), 404, 'failed'],
  ]
  it.each(broken)('%s', async (_, act, code, state) => {
    const { ask, booked, heldEverywhere, upstreams } = await open(act, whole, { limits: { headersMs: 200 } })
    const answer = await ask()
    await answer.text()
    expect([answer.status, upstreams.map(({ requests }) => requests.length)]).toEqual([code, [1, 0]])
    expect(await booked()).toMatchObject([{ state, provider: 'first', status: code }])
    expect(heldEverywhere()).toEqual(nothing)
  })

  it('when the caller hangs up while the first is silent', async () => {
    const { booked, upstreams, world } = await open(() => {}, whole)
    const hangUp = new AbortController()
    const asked = fetch(`${world.gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': world.gateway.issue(grant) },
      body: '{"model":"m","stream":true}',
      signal: hangUp.signal,
    }).catch(() => 'gone')
    await expect.poll(() => upstreams[0].requests.length).toBe(1)
    hangUp.abort()
    expect(await asked).toBe('gone')
    expect(await booked()).toMatchObject([{ state: 'settled', provider: 'first', status: 499, confidence: 'estimated' }])
    expect(upstreams[1].requests.length).toBe(0)
  })
})

describe('the owner’s word that nothing more is spent (R-126)', () => {
  it('ends every stream in order, with its bill, and lets no second provider begin', async () => {
    const begin: Act = (response) => response.writeHead(200, EVENT_STREAM).write(stream.start + stream.delta('0123456789'))
    const { ask, booked, heard, heldEverywhere, upstreams, world } = await open(begin, whole)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()))
    const texts = answers.map((answer) => answer.text())
    expect(await world.gateway.kill()).toBe(20)
    expect([world.gateway.inFlight(), heldEverywhere()]).toEqual([0, nothing])
    for (const text of await Promise.all(texts)) {
      expect(text.startsWith(stream.start)).toBe(true)
      expect(
        text.endsWith(frame({ type: 'error', error: { type: 'billing_error', message: 'REEF: the owner has stopped all model calls.' } } as { type: string })),
      ).toBe(true)
    }
    const calls = await booked()
    expect(calls.map(({ state, confidence, usage }) => [state, confidence, usage.input, usage.output])).toEqual(
      Array.from({ length: 20 }, () => ['settled', 'estimated', 1000, 69]),
    )
    expect([upstreams[1].requests.length, new Set(heard)]).toEqual([0, new Set(['first dropped'])])
    // The gateway itself goes on: whether calls are allowed is the ledger’s word.
    expect((await ask()).status).toBe(200)
    await world.gateway.kill()
  })

  it('reaches a call that is still connecting, which then costs nothing', async () => {
    const { ask, booked, heldEverywhere, world } = await open(whole, whole, { limits: { connectMs: 30_000 } })
    // Takes connections and never says a word of TLS.
    const deaf = createServer()
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    const connected = new Promise<Socket>((resolve) => deaf.once('connection', resolve))
    keep({
      async [Symbol.asyncDispose]() {
        const socket = await connected
        socket.destroy()
        await new Promise((resolve) => deaf.close(resolve))
      },
    })
    world.router.remove('first', 'owner')
    world.router.add({ name: 'first', wire: 'anthropic', baseUrl: `https://127.0.0.1:${(deaf.address() as AddressInfo).port}`, key: 'sk' }, 'owner')
    const answer = ask()
    await connected
    expect(await world.gateway.kill()).toBe(1)
    expect([(await answer).status, (await answer).headers.get('x-should-retry')]).toEqual([402, 'false'])
    expect([await booked(), heldEverywhere()]).toMatchObject([[{ state: 'failed', cost: 0 }], nothing])
  })
})
