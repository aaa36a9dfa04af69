import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { BudgetRefusal } from '../../src/contract/index.ts'
import type { GatewayDeps } from '../../src/engine/gateway/index.ts'
import { EVENT_STREAM, stream } from './upstream.ts'
import { grant, openDoor } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})

const whole = (response: ServerResponse) => response.writeHead(200, EVENT_STREAM).end(stream.start + stream.stop)
const messages = [{ role: 'user', content: 'Grüße' }]
/** What a call of so many tokens holds at most: every byte of it a token, and a thousand that the provider adds. */
const worstOf = (body: object, output: number) => (Buffer.byteLength(JSON.stringify(body)) + 1000) * 3750 + output * 15_000

async function open(answer: Parameters<typeof openDoor>[0] = whole, more: Partial<GatewayDeps> = {}) {
  const refused: Array<Parameters<NonNullable<GatewayDeps['refused']>>> = []
  const door = await openDoor(answer, { refused: (...told) => refused.push(told), ...more })
  closing.push(door)
  const { upstream, token, world } = door
  const ask = (body: object = {}, { path = '/v1/messages', signal }: { path?: string; signal?: AbortSignal } = {}) =>
    fetch(`${world.gateway.url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': token },
      body: JSON.stringify({ model: 'claude-sonnet-4-5', stream: true, messages, ...body }),
      ...(signal && { signal }),
    })
  const said = async (answer: Response) => {
    const body = (await answer.json()) as { error: { message: string }; reef?: { budget: BudgetRefusal } }
    return { status: answer.status, retry: answer.headers.get('x-should-retry'), message: body.error.message, budget: body.reef?.budget }
  }
  const sent = (n = 0): Record<string, unknown> => JSON.parse(upstream.requests[n]?.body ?? '{}')
  return { ...door, ask, said, sent, refused }
}

describe('a program that is refused for money', () => {
  it('hears which limit it is, what is spent, what it would have needed and who can raise it, and whoever runs it is told (U-79, R-219)', async () => {
    const { ask, refused, said, world } = await open()
    await (await ask({ max_tokens: 1000 })).text()
    const body = { model: 'claude-sonnet-4-5', stream: true, messages, max_tokens: 1000 }
    const needed = worstOf(body, 1000)
    world.money.defaults = { ...world.money.defaults, agentDay: 3_750_000 + needed - 1 }
    const { message, budget, ...status } = await said(await ask({ max_tokens: 1000 }))
    expect(status).toEqual({ status: 402, retry: 'false' })
    expect(message).toBe(
      'REEF: the budget of agent Rex today is $0.02: <$0.01 is spent, and this call needs up to $0.02. The owner can raise it with: reef budget set agent Rex day AMOUNT',
    )
    expect(budget).toMatchObject({
      needed,
      passing: false,
      budget: { scope: 'agent', subject: 'Rex', period: 'day', spent: 3_750_000, held: 0, hard: 3_750_000 + needed - 1 },
    })
    expect(refused).toEqual([[grant, { kind: 'refused', refusal: budget }]])
    expect(world.events.filter(({ type }) => type === 'budget.refused')).toMatchObject([{ data: { agent: 'Rex', taskId: grant.taskId, needed } }])
    // A nanodollar more, and it is made.
    world.money.defaults = { ...world.money.defaults, agentDay: 3_750_000 + needed }
    expect((await ask({ max_tokens: 1000 })).status).toBe(200)
  })

  it('because the owner has stopped all calls, or its agent is paused, hears that and no figures', async () => {
    const { ask, refused, said, world, upstream } = await open()
    world.budgets.kill('owner', 0)
    expect(await said(await ask())).toEqual({
      status: 402,
      retry: 'false',
      message: 'REEF: the owner has stopped all model calls. They are allowed again in the window, or with: reef spend allow',
      budget: undefined,
    })
    world.budgets.allow('owner')
    world.money.paused.set('Rex', 'it spends five times its norm')
    expect((await said(await ask())).message).toContain('Rex is paused: it spends five times its norm')
    expect([refused.map(([, { kind }]) => kind), upstream.requests, world.calls()]).toEqual([['stopped', 'stopped'], [], []])
    world.money.paused.clear()
    expect((await ask()).status).toBe(200)
  })

  it('still finishes what it has begun: only the next call is refused', async () => {
    let finish = () => {}
    const { ask, world } = await open((response) => {
      response.writeHead(200, EVENT_STREAM).write(stream.start)
      finish = () => void response.end(stream.stop)
    })
    const running = await ask()
    world.money.task = 1
    expect((await ask()).status).toBe(402)
    finish()
    expect(await running.text()).toBe(stream.start + stream.stop)
    expect(world.calls()).toMatchObject([{ state: 'settled', confidence: 'exact' }])
  })
})

describe('an answer that the money does not reach for in full (R-219)', () => {
  it('is asked for shorter, in the field that the program used; what fits is sent as it was', async () => {
    const { ask, sent, world } = await open()
    const body = { model: 'claude-sonnet-4-5', stream: true, messages, max_tokens: 8000 }
    world.money.task = worstOf(body, 8000)
    await (await ask({ max_tokens: 8000 })).text()
    expect(sent(0)).toEqual(body)
    world.money.task = 3_750_000 + worstOf(body, 5000)
    await (await ask({ max_tokens: 8000 })).text()
    expect(sent(1)).toEqual({ ...body, max_tokens: 5000 })
    expect(world.calls().map(({ reserved }) => reserved)).toEqual([worstOf(body, 5000), worstOf(body, 8000)])
    world.money.task = 2 * 3_750_000 + worstOf(body, 2047)
    expect((await ask({ max_tokens: 8000 })).status).toBe(402)
  })

  it('never shorter than the thinking that it asks for, which the provider would refuse', async () => {
    const { ask, sent, world } = await open()
    const thinking = { type: 'enabled', budget_tokens: 4000 }
    const body = { model: 'claude-sonnet-4-5', stream: true, messages, max_tokens: 16_000, thinking }
    world.money.task = worstOf(body, 5024)
    await (await ask({ max_tokens: 16_000, thinking })).text()
    expect(sent(0)).toEqual({ ...body, max_tokens: 5024 })
    world.money.task = 3_750_000 + worstOf(body, 5023)
    expect((await ask({ max_tokens: 16_000, thinking })).status).toBe(402)
  })

  it('is never longer than the owner allows, also where the program names no length', async () => {
    const { ask, sent } = await open()
    await (await ask({ max_tokens: 60_000 })).text()
    await (await ask()).text()
    expect([sent(0)['max_tokens'], sent(1)['max_tokens']]).toEqual([32_000, 32_000])
  })
})

describe('a call that only calls under way are in the way of', () => {
  /** A provider that answers when it is told to, oldest first. */
  async function openSlow(more: Partial<GatewayDeps> = {}) {
    const waiting: Array<() => void> = []
    const door = await open((response) => void waiting.push(() => whole(response)), more)
    const body = { model: 'claude-sonnet-4-5', stream: true, messages, max_tokens: 1000 }
    // Enough for one at a time, and for a second when the first is billed.
    door.world.money.task = worstOf(body, 1000) + 3_750_000
    const asked = (n: number) => expect.poll(() => door.upstream.requests.length).toBe(n)
    return { ...door, asked, next: () => waiting.shift()?.(), call: (signal?: AbortSignal) => door.ask({ max_tokens: 1000 }, signal && { signal }) }
  }

  it('waits, and is made when they have ended', async () => {
    const { asked, call, next, refused, world } = await openSlow()
    const first = call()
    await asked(1)
    const second = call()
    await expect.poll(() => world.gateway.inFlight()).toBe(2)
    next()
    expect(await (await first).text()).toBe(stream.start + stream.stop)
    await asked(2)
    next()
    expect([(await second).status, (await second).headers.get('x-reef-spent-usd')]).toEqual([200, '0.003750'])
    expect([refused, world.events.filter(({ type }) => type === 'budget.refused')]).toEqual([[], []])
  })

  it('leaves with its caller, at once and for nothing', async () => {
    const { asked, call, next, refused, upstream, world } = await openSlow()
    const first = call()
    await asked(1)
    const hangUp = new AbortController()
    const second = call(hangUp.signal).catch(() => 'gone')
    await expect.poll(() => world.gateway.inFlight()).toBe(2)
    hangUp.abort()
    expect(await second).toBe('gone')
    await expect.poll(() => world.gateway.inFlight()).toBe(1)
    next()
    await (await first).text()
    expect([upstream.requests.length, world.calls().length, refused]).toEqual([1, 1, []])
  })

  it('is refused at once when the owner stops all calls', async () => {
    const { asked, call, said, upstream, world } = await openSlow()
    const first = call()
    await asked(1)
    const second = call()
    await expect.poll(() => world.gateway.inFlight()).toBe(2)
    world.budgets.kill('owner', world.gateway.inFlight())
    expect(await world.gateway.kill()).toBe(2)
    expect([(await first).status, await said(await second)]).toMatchObject([
      402,
      { status: 402, retry: 'false', message: expect.stringContaining('reef spend allow') },
    ])
    expect([upstream.requests.length, world.calls().map(({ state }) => state)]).toEqual([1, ['settled']])
  })
})

describe('doors that are not the makers’ of the great models', () => {
  it('an embedding is held for by its length alone, and billed', async () => {
    const { world, upstream, token } = await open(
      (response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"list","data":[],"usage":{"prompt_tokens":900,"total_tokens":900}}'),
      { wire: 'openai-chat' } as Partial<GatewayDeps>,
    )
    const body = JSON.stringify({ model: 'text-embedding-3-small', input: 'x'.repeat(3000) })
    const answer = await fetch(`${world.gateway.url}/v1/embeddings`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
    await answer.text()
    expect([answer.status, upstream.requests[0]?.url, upstream.requests[0]?.body]).toEqual([200, '/v1/embeddings', body])
    const [call] = world.calls()
    expect(call).toMatchObject({ state: 'settled', usage: { input: 900, output: 0 } })
    expect([call && call.cost > 0, call && call.cost <= call.reserved]).toEqual([true, true])
  })

  it('a model of one’s own through Ollama’s own door costs no cash, and is in the books by its list price', async () => {
    const { world, upstream, token } = await open(
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/x-ndjson' })
          .end('{"message":{"content":"Hi"},"done":false}\n{"done":true,"prompt_eval_count":26,"eval_count":290}\n'),
      { wire: 'ollama' } as Partial<GatewayDeps>,
    )
    const body = JSON.stringify({ model: 'qwen3:8b', messages })
    const answer = await fetch(`${world.gateway.url}/api/chat`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
    expect((await answer.text()).split('\n').length).toBe(3)
    expect(upstream.requests.map(({ url, body: sent }) => [url, sent])).toEqual([['/api/chat', body]])
    expect(world.calls()).toMatchObject([
      { state: 'settled', wire: 'ollama', billing: 'local', cost: 0, reserved: 0, usage: { input: 26, output: 290 }, listCost: 26 * 100 + 290 * 400 },
    ])
    expect(world.charged).toEqual([])
  })

  it('the models that may be asked for are listed in the asker’s own words, without asking a provider (R-125)', async () => {
    const { world, token, upstream } = await open(whole, { models: () => ['reef/auto', 'claude-sonnet-4-5'] })
    const list = async (headers: Record<string, string>) =>
      (await fetch(`${world.gateway.url}/v1/models`, { headers: { authorization: `Bearer ${token}`, ...headers } })).json()
    expect(await list({})).toEqual({
      object: 'list',
      data: ['reef/auto', 'claude-sonnet-4-5'].map((id) => ({ id, object: 'model', created: 0, owned_by: 'reef' })),
    })
    expect(await list({ 'anthropic-version': '2023-06-01' })).toMatchObject({
      data: [{ type: 'model', id: 'reef/auto' }, { id: 'claude-sonnet-4-5' }],
      has_more: false,
      first_id: 'reef/auto',
      last_id: 'claude-sonnet-4-5',
    })
    expect([upstream.requests, (await fetch(`${world.gateway.url}/v1/models`)).status]).toEqual([[], 401])
  })
})
