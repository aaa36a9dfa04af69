import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import pino from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import type { WireFormat } from '../../src/contract/index.ts'
import { EVENT_STREAM, stream } from './upstream.ts'
import { grant, openDoor, openWorld, type World } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})
function keep<T extends AsyncDisposable>(thing: T): T {
  closing.push(thing)
  return thing
}

const open = async (...given: Parameters<typeof openDoor>) => keep(await openDoor(...given))

const ask = (world: World, token: string, body: unknown, { path = '/v1/messages?beta=true', headers = {} as Record<string, string> } = {}) =>
  fetch(`${world.gateway.url}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': token, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const sonnet = {
  model: 'claude-sonnet-4-5',
  max_tokens: 100,
  stream: true,
  unknown_field: { kept: ['as', 'it', 'is'] },
  messages: [{ role: 'user', content: 'Grüße' }],
}
const { team: _, tier: __, ...who } = grant
const whole = (response: ServerResponse) => {
  response.writeHead(200, EVENT_STREAM)
  response.end(stream.start + stream.delta('Hi') + stream.stop)
}

describe('the gateway passes a call on as it is (R-122)', () => {
  it('with its bytes, its betas and its unknown fields, and with the provider’s key instead of the session’s token (R-293)', async () => {
    const { upstream, world, token } = await open(whole)
    const answer = await ask(world, token, sonnet, {
      headers: {
        'anthropic-beta': 'claude-code-20250219,x',
        'anthropic-version': '2023-06-01',
        'x-claude-code-session-id': 's',
        'accept-encoding': 'gzip, br',
        cookie: 'a=b',
      },
    })
    expect(await answer.text()).toBe(stream.start + stream.delta('Hi') + stream.stop)
    const [call] = world.calls()
    expect(Object.fromEntries(['request-id', 'x-reef-call', 'x-reef-model', 'x-reef-provider'].map((name) => [name, answer.headers.get(name)]))).toEqual({
      'request-id': 'req_upstream_1',
      'x-reef-call': call?.id,
      'x-reef-model': 'claude-sonnet-4-5',
      'x-reef-provider': 'fake',
    })
    const [seen] = upstream.requests
    expect([seen?.url, seen?.body]).toEqual(['/v1/messages?beta=true', JSON.stringify(sonnet)])
    expect(seen?.headers).toMatchObject({
      'x-api-key': 'sk-the-real-key',
      'anthropic-beta': 'claude-code-20250219,x',
      'x-claude-code-session-id': 's',
      'accept-encoding': 'identity',
      'x-request-id': call?.id,
      'content-length': String(Buffer.byteLength(JSON.stringify(sonnet))),
    })
    expect([seen?.headers['cookie'], seen?.headers['authorization'], JSON.stringify(seen).includes('reef_')]).toEqual([undefined, undefined, false])
  })

  it('and books it: who, what, how much, once (R-206, C-26)', async () => {
    const { world, token } = await open(whole)
    await (await ask(world, token, sonnet)).text()
    expect(world.calls()).toMatchObject([
      {
        ...who,
        provider: 'fake',
        model: 'claude-sonnet-4-5',
        wire: 'anthropic',
        state: 'settled',
        usage: { input: 1000, cacheRead: 0, cacheWrite: 0, output: 50 },
        cost: 3_750_000,
        confidence: 'exact',
        status: 200,
        requestId: 'req_upstream_1',
      },
    ])
    expect(world.events.filter((event) => event.type === 'call.settled').length).toBe(1)
    expect(world.charged.map((call) => call.cost)).toEqual([3_750_000])
  })

  it('token by token, not when it is over', async () => {
    let finish = () => {}
    const { world, token } = await open((response) => {
      response.writeHead(200, EVENT_STREAM)
      response.write(stream.start)
      finish = () => void response.end(stream.stop)
    })
    const answer = await ask(world, token, sonnet)
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(stream.start)
    expect([world.calls()[0]?.state, world.gateway.inFlight()]).toEqual(['open', 1])
    finish()
    while (!(await reader?.read())?.done);
    expect(world.calls()[0]?.state).toBe('settled')
  })

  it('counts tokens for nothing', async () => {
    const { upstream, world, token } = await open((response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":19}'))
    const counted = await ask(world, token, { model: 'claude-sonnet-4-5', messages: [] }, { path: '/v1/messages/count_tokens?beta=true' })
    expect(await counted.json()).toEqual({ input_tokens: 19 })
    expect(upstream.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /v1/messages/count_tokens?beta=true'])
    expect(world.calls()).toEqual([])
  })

  it('with a provider’s refusal word for word, and nothing owed', async () => {
    const { world, token } = await open((response) =>
      response
        .writeHead(529, { 'content-type': 'application/json', 'retry-after': '7' })
        .end('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
    )
    const answer = await ask(world, token, sonnet)
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toMatchObject([529, '7', { error: { type: 'overloaded_error' } }])
    expect(world.calls()).toMatchObject([{ state: 'failed', status: 529, cost: 0, usage: { input: 0, output: 0 } }])
    expect(world.charged).toEqual([])
  })

  it('asks an OpenAI stream for its usage and keeps the additional chunk to itself', async () => {
    const chunk = (more: object) => `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...more })}\n\n`
    const { upstream, world, token } = await open(
      (response) => {
        response.writeHead(200, EVENT_STREAM)
        response.write(chunk({ choices: [{ delta: { content: 'Hi' } }] }))
        response.end(
          `${chunk({ choices: [{ delta: {}, finish_reason: 'stop' }] })}${chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } })}data: [DONE]\n\n`,
        )
      },
      { wire: 'openai-chat' },
    )
    const text = async (more: object) =>
      (await ask(world, token, { model: 'gpt-5', stream: true, messages: [], ...more }, { path: '/v1/chat/completions' })).text()
    const silent = await text({})
    expect([silent.includes('"usage"'), silent.endsWith('data: [DONE]\n\n')]).toEqual([false, true])
    expect(await text({ stream_options: { include_usage: true } })).toContain('"usage"')
    expect(
      upstream.requests.map(({ body, headers }) => [
        JSON.parse(body).stream_options,
        headers['authorization'],
        headers['content-length'] === String(Buffer.byteLength(body)),
      ]),
    ).toEqual([
      [{ include_usage: true }, 'Bearer sk-the-real-key', true],
      [{ include_usage: true }, 'Bearer sk-the-real-key', true],
    ])
    expect(world.calls().map(({ usage, confidence }) => [usage.input, usage.output, confidence])).toEqual([
      [10, 2, 'exact'],
      [10, 2, 'exact'],
    ])
  })

  it('hands on an answer in one piece from a provider that does not stream, usage and all', async () => {
    const piece = JSON.stringify({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hi' } }],
      usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
    })
    for (const type of ['application/json', 'text/plain']) {
      const { world, token } = await open((response) => response.writeHead(200, { 'content-type': type }).end(piece), { wire: 'openai-chat' })
      const answer = await ask(world, token, { model: 'gpt-5', stream: true, messages: [] }, { path: '/v1/chat/completions' })
      // A program's log is joined with the books by this; a provider without an id of its own gets the call's.
      expect([await answer.text(), answer.headers.get('request-id')]).toEqual([piece, world.calls()[0]?.id])
      expect(world.calls()).toMatchObject([{ state: 'settled', confidence: 'exact', usage: { input: 10, output: 2 } }])
    }
  })

  it('reads an answer that came compressed though nobody asked for it', async () => {
    const { world, token } = await open((response) =>
      response.writeHead(200, { ...EVENT_STREAM, 'content-encoding': 'gzip' }).end(gzipSync(stream.start + stream.stop)),
    )
    expect(await (await ask(world, token, sonnet)).text()).toBe(stream.start + stream.stop)
    expect(world.calls()[0]?.confidence).toBe('exact')
  })
})

describe('the gateway refuses', () => {
  const never = () => {
    throw new Error('nothing may reach the provider')
  }
  const paths: Array<[WireFormat, string, object]> = [
    [
      'anthropic',
      '/v1/messages',
      {
        type: 'error',
        error: {
          type: 'billing_error',
          message: expect.stringMatching(
            /^REEF: the budget of the whole factory today is \$0\.50: \$0 is spent, and this call needs up to \$3\.\d\d\. The owner can raise it/,
          ),
        },
      },
    ],
    [
      'openai-responses',
      '/v1/responses',
      {
        error: {
          type: 'insufficient_quota',
          code: 'insufficient_quota',
          message: expect.stringMatching(
            /^REEF: the budget of the whole factory today is \$0\.50: \$0 is spent, and this call needs up to \$3\.\d\d\. The owner can raise it/,
          ),
        },
      },
    ],
    [
      'openai-chat',
      '/v1/chat/completions',
      {
        error: {
          type: 'insufficient_quota',
          code: 'insufficient_quota',
          message: expect.stringMatching(
            /^REEF: the budget of the whole factory today is \$0\.50: \$0 is spent, and this call needs up to \$3\.\d\d\. The owner can raise it/,
          ),
        },
      },
    ],
  ]

  it.each(paths)('what the budget does not allow, before it costs anything, in the words of %s (R-078, R-123, R-219)', async (wire, path, body) => {
    const { upstream, world, token } = await open(never, { wire })
    world.money.defaults = { ...world.money.defaults, globalDay: 500_000_000 }
    const answer = await ask(world, token, { ...sonnet, messages: [{ role: 'user', content: 'x'.repeat(12_000_000) }] }, { path })
    expect([answer.status, answer.headers.get('x-should-retry'), await answer.json()]).toMatchObject([402, 'false', body])
    expect([upstream.requests, world.calls()]).toEqual([[], []])
  })

  it('a call whose request is still being sent, and its connection is good for the next one', async () => {
    const { world, token } = await open(never)
    world.money.task = 1
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const sockets = new Set<unknown>()
    for (let i = 0; i < 2; i++) {
      const request = httpRequest(`${world.gateway.url}/v1/messages`, { agent, method: 'POST', headers: { 'x-api-key': token } })
      request.on('socket', (socket) => sockets.add(socket))
      const answered = once(request, 'response') as Promise<[IncomingMessage]>
      request.end(`{"model":"m","image":"${'x'.repeat(12_000_000)}"}`)
      const [answer] = await answered
      answer.resume()
      expect(answer.statusCode).toBe(402)
      await once(answer, 'close')
    }
    agent.destroy()
    expect(sockets.size).toBe(1)
  })

  it('pages in a browser, other names for this machine, and whoever has no token (R-298)', async () => {
    const { world, token } = await open(never)
    const status = (headers: Record<string, string>) =>
      new Promise<number>((resolve) =>
        httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers }, (answer) => resolve(answer.resume().statusCode ?? 0)).end('{}'),
      )
    expect([
      await status({ 'x-api-key': token, origin: 'http://localhost:3000' }),
      await status({ 'x-api-key': token, host: 'reef.example' }),
      await status({ 'x-api-key': 'sk-ant-something' }),
      await status({}),
    ]).toEqual([403, 403, 401, 401])
  })

  it('a session whose attempt has ended, and tells it not to try again', async () => {
    let live = true
    const { world, token } = await open(whole, { isLive: () => live })
    expect((await ask(world, token, sonnet)).status).toBe(200)
    live = false
    const answer = await ask(world, token, sonnet)
    expect([answer.status, answer.headers.get('x-should-retry'), await answer.json()]).toMatchObject([
      401,
      'false',
      { type: 'error', error: { type: 'authentication_error' } },
    ])
    live = true
    world.gateway.revoke(grant.sessionId)
    expect((await ask(world, token, sonnet)).status).toBe(401)
  })

  it('a program that speaks another language than the provider, and says which', async () => {
    const { world, token } = await open(never, { wire: 'openai-chat' })
    const answer = await ask(world, token, sonnet)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message:
          'REEF: The provider fake speaks openai-chat, and the call is written in anthropic. Give the agent another driver, or a model of another provider.',
      },
    })
    expect([answer.status, answer.headers.get('x-should-retry'), world.calls()]).toEqual([400, 'false', []])
  })

  it('what is not there, what names no model, what is compressed, and what is too large, and tells programs not to try again', async () => {
    const { world, token } = await open(never, { limits: { maxBodyBytes: 1000 } })
    const refusal = async (body: unknown, more: Parameters<typeof ask>[3] = {}) => {
      const answer = await ask(world, token, body, more)
      const { error } = (await answer.json()) as { error: { type: string; message: string } }
      return [answer.status, answer.headers.get('x-should-retry'), error.type]
    }
    expect([
      await refusal(sonnet, { path: '/v1/messages/batches' }),
      await refusal({}, { path: '/v1/files' }),
      await refusal({ messages: [] }),
      await refusal({ model: 'm', text: 'x'.repeat(2000) }),
      await refusal(sonnet, { headers: { 'content-encoding': 'gzip' } }),
      // The connection still works after each of them.
      await refusal({ messages: [] }),
    ]).toEqual([
      [404, 'false', 'not_found_error'],
      [404, 'false', 'invalid_request_error'],
      [400, 'false', 'invalid_request_error'],
      [413, 'false', 'request_too_large'],
      [415, 'false', 'api_error'],
      [400, 'false', 'invalid_request_error'],
    ])
    expect(world.calls()).toEqual([])
  })

  it('a request that turns out too large on its way, without a length to go by', async () => {
    const { world, token } = await open(never, { limits: { maxBodyBytes: 100_000 } })
    const status = await new Promise<number>((resolve) => {
      const request = httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token } }, (answer) =>
        resolve(answer.resume().statusCode ?? 0),
      )
      request.write('{"messages":"')
      for (let i = 0; i < 20; i++) request.write('x'.repeat(10_000))
      request.end('"}')
    })
    // One that says beforehand how long it is need not be sent at all.
    const announced = await new Promise<number>((resolve) => {
      const headers = { 'x-api-key': token, 'content-length': 5_000_000 }
      const request = httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers }, (answer) => {
        resolve(answer.resume().statusCode ?? 0)
        request.destroy()
      })
      request.on('error', () => resolve(0))
      request.flushHeaders()
    })
    expect([status, announced, world.calls()]).toEqual([413, 413, []])
  })

  it('a provider that was removed or has no key, with the remedy', async () => {
    const { world } = await open(never)
    world.router.add({ name: 'far', wire: 'anthropic', baseUrl: 'https://far.example' }, 'owner')
    const message = async (provider: string) =>
      ((await (await ask(world, world.gateway.issue({ ...grant, provider }), sonnet)).json()) as { error: { message: string } }).error.message
    expect(await message('gone')).toContain('No provider is called gone')
    expect(await message('far')).toContain('REEF_PROVIDER_FAR_KEY')
  })
})

describe('a provider’s key (R-293)', () => {
  it('is in no file of the database, in no event and in no line of the log, whatever goes wrong', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    let turn = 0
    const turns = [
      whole,
      (response: ServerResponse) => response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"bad key"}}'),
      (response: ServerResponse) => response.destroy(),
    ]
    const { world, token, upstream } = await open((response) => turns[turn++]?.(response), { logger })
    for (let i = 0; i < 3; i++) await (await ask(world, token, sonnet)).text()
    world.db.exec('ALTER TABLE reservation RENAME TO lost')
    await expect(ask(world, token, sonnet)).rejects.toThrow()
    expect([upstream.requests.length, upstream.requests.every((request) => request.headers['x-api-key'] === 'sk-the-real-key')]).toEqual([3, true])
    const files = readdirSync(world.dataDir).map((name) => readFileSync(join(world.dataDir, name)))
    const everything = Buffer.concat([...files, Buffer.from(lines.join('')), Buffer.from(JSON.stringify(world.events))])
    expect([lines.length, files.length > 1, everything.includes('gateway call failed'), everything.includes('fake')]).toEqual([1, true, true, true])
    expect([everything.includes('sk-the-real-key'), everything.includes(token)]).toEqual([false, false])
  })

  it('goes nowhere but to its provider: a redirect is handed back, not followed', async () => {
    const { world, token, upstream } = await open((response) => response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' }).end())
    const answer = await fetch(`${world.gateway.url}/v1/messages`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-api-key': token },
      body: JSON.stringify(sonnet),
    })
    await answer.text()
    expect([answer.status, upstream.requests.length, world.calls()[0]?.state]).toEqual([307, 1, 'failed'])
  })
})

describe('the gateway’s own address', () => {
  it('is the one it had, or another when someone else took it', async () => {
    const first = keep(await openWorld())
    const second = keep(await openWorld({ port: first.gateway.port }))
    expect(second.gateway.port).not.toBe(first.gateway.port)
    const { port } = second.gateway
    await second.gateway[Symbol.asyncDispose]()
    const again = keep(await openWorld({ port }))
    expect([again.gateway.port, again.gateway.url]).toEqual([port, `http://127.0.0.1:${port}`])
  })

  it('lets a session that ran through a restart go on with the token it has (R-080)', async () => {
    const tokenSecret = 'kept in the secrets file'
    const { world, token, upstream } = await open(whole, { tokenSecret })
    const { port } = world.gateway
    await world.gateway[Symbol.asyncDispose]()
    await expect(ask(world, token, sonnet)).rejects.toThrow()
    const later = keep(await openWorld({ tokenSecret, port }))
    later.router.add({ name: 'fake', wire: 'anthropic', baseUrl: upstream.url }, 'owner')
    const answer = await ask(world, token, sonnet)
    expect([answer.status, later.calls().length, later.calls()[0]?.taskId]).toEqual([200, 1, grant.taskId])
    await answer.text()
    expect(later.calls()).toMatchObject([{ ...who, state: 'settled' }])
    const stranger = keep(await openWorld({ tokenSecret: 'another' }))
    expect((await ask(stranger, token, sonnet)).status).toBe(401)
  })

  it('is not reachable from outside this machine (R-023)', async () => {
    const world = keep(await openWorld())
    const other = createServer()
    // Binding the same port on another loopback address works only where the gateway listens on 127.0.0.1 alone.
    await new Promise<void>((resolve, reject) => other.once('error', reject).listen(world.gateway.port, '127.0.0.2', resolve))
    await new Promise((resolve) => other.close(resolve))
  })
})
