import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Memory } from './hard.child.ts'
import { EVENT_STREAM, stream } from './upstream.ts'
import { openDoor, type World } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})
function keep<T extends AsyncDisposable>(thing: T): T {
  closing.push(thing)
  return thing
}
const open = async (...given: Parameters<typeof openDoor>) => keep(await openDoor(...given))

const MB = 2 ** 20
const body = JSON.stringify({ model: 'claude-haiku-4-5', max_tokens: 1000, stream: true, messages: [{ role: 'user', content: 'x'.repeat(3000) }] })
const ask = (world: World, token: string, signal: AbortSignal | null = null) =>
  fetch(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token }, body, signal })

/** Once nothing is under way: every call was closed and told once, the sums agree, and nothing is held any more. */
async function inOrder(world: World) {
  await expect.poll(() => world.gateway.inFlight(), { timeout: 10_000 }).toBe(0)
  const calls = world.calls()
  const told = world.events.flatMap((event) => (event.type === 'call.settled' ? [event.data.id] : []))
  const envelopes = world.db.prepare<[], { spent: number; held: number }>('SELECT total(spent) AS spent, total(held) AS held FROM envelope').get()
  const sums = world.db
    .prepare<[], { scope: string; spent: number }>("SELECT scope, sum(spent) AS spent FROM envelope WHERE period = 'day' GROUP BY scope")
    .all()
  const spent = calls.reduce((sum, call) => sum + call.cost, 0)
  expect(calls.filter((call) => call.state === 'open')).toEqual([])
  expect([...told].sort()).toEqual(calls.map((call) => call.id).sort())
  expect(envelopes?.held).toBe(0)
  expect(sums.map((row) => row.spent)).toEqual(sums.map(() => spent))
  return calls
}

describe('a provider that misbehaves', () => {
  it('cuts the line in the middle of a frame: every byte that came is passed on, the error stands apart from it, and what was heard is billed', async () => {
    const broken = `${stream.start}${stream.delta('0123456789')}event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_del`
    const { world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).write(broken, () => setImmediate(() => response.destroy())))
    const text = await (await ask(world, token)).text()
    expect(text.slice(0, broken.length)).toBe(broken)
    expect(text.slice(broken.length)).toMatch(/^\n\nevent: error\ndata: \{.*\}\n\n$/)
    expect(await inOrder(world)).toMatchObject([{ state: 'settled', confidence: 'estimated', usage: { input: 1000, output: 69 } }])
  })

  it('sends frames that are none: they are the caller’s to judge, and the figures between them count', async () => {
    const noise = [
      'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"no end\n\n',
      'data: {not json}\n\n',
      'data\n\n',
      ':\n\n\n\n\n',
      `data: ${'\0'.repeat(50)}\n\n`,
      'data: null\n\ndata: 7\n\ndata: []\n\ndata: {"type":{},"usage":[]}\n\n',
      `event: ping\nid: 1\nretry: x\ndata: {"type": "ping"}\n\n`,
      `data: "${'y'.repeat(300_000)}"\n\n`,
    ]
    const text = noise.flatMap((piece, i) => (i === 3 ? [stream.start, piece] : [piece])).join('') + stream.stop
    const { world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).end(text))
    expect(await (await ask(world, token)).text()).toBe(text)
    expect(await inOrder(world)).toMatchObject([{ state: 'settled', confidence: 'exact', usage: { input: 1000, output: 50 } }])
  })

  it('drips byte by byte: that is not silence, as long as it goes on', async () => {
    const text = stream.start + stream.stop
    const { world, token } = await open(
      async (response) => {
        response.writeHead(200, EVENT_STREAM)
        for (const byte of Buffer.from(text)) {
          response.write(Buffer.from([byte]))
          await pause(5)
        }
        response.end()
      },
      { limits: { idleMs: 300 } },
    )
    const started = performance.now()
    expect(await (await ask(world, token)).text()).toBe(text)
    expect(performance.now() - started).toBeGreaterThan(600)
    expect(await inOrder(world)).toMatchObject([{ state: 'settled', confidence: 'exact' }])
  })
})

describe('a caller that hangs up at any moment', () => {
  it('leaves a provider that stops, one closed call and nothing reserved (R-130, R-206)', async () => {
    let asking = 0
    const { upstream, world, token } = await open(async (response, seen) => {
      asking++
      void seen.closed.then(() => asking--)
      await pause(2)
      response.writeHead(200, EVENT_STREAM).write(stream.start)
      for (let i = 0; i < 10 && !response.destroyed; i++) {
        response.write(stream.delta(`piece ${i}`))
        await pause(2)
      }
      response.end(stream.stop)
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 45 }), { minLength: 1, maxLength: 12 }), async (moments) => {
        await Promise.all(
          moments.map(async (moment) => {
            const hangUp = new AbortController()
            const timer = setTimeout(() => hangUp.abort(), moment)
            await ask(world, token, hangUp.signal)
              .then((answer) => answer.text())
              .catch(() => {})
            clearTimeout(timer)
          }),
        )
      }),
      { numRuns: 12 },
    )
    const calls = await inOrder(world)
    await expect.poll(() => asking, { timeout: 5000 }).toBe(0)
    // What was asked of the provider is in the books; a caller who left before that may be there too, for nothing.
    expect(calls.length).toBeGreaterThanOrEqual(upstream.requests.length)
    expect(new Set(calls.map((call) => call.state))).toContain('settled')
  })
})

describe('a hundred megabytes', () => {
  /** A gateway in a process of its own before a provider that takes requests raw. */
  async function openApart(listener: RequestListener) {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const child = fork(join(import.meta.dirname, 'hard.child.ts'), [`http://127.0.0.1:${(server.address() as AddressInfo).port}`], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    keep({
      async [Symbol.asyncDispose]() {
        const exited = once(child, 'exit')
        child.disconnect()
        await exited
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    })
    const [ready] = (await once(child, 'message')) as [{ url: string; token: string }]
    const memory = async (): Promise<Memory> => {
      child.send('memory')
      return ((await once(child, 'message')) as [Memory])[0]
    }
    const send = () => httpRequest(`${ready.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': ready.token } })
    return { send, memory }
  }

  it.each([
    ['a stream', EVENT_STREAM['content-type']],
    ['one piece of JSON', 'application/json'],
  ])('of an answer, as %s to a slow reader, pass through without being held', async (_, type) => {
    const piece = Buffer.from(stream.delta('x'.repeat(64 * 1024)))
    const pieces = Math.ceil((100 * MB) / piece.length)
    const { send, memory } = await openApart(async (request, response) => {
      for await (const _ of request);
      response.writeHead(200, { 'content-type': type })
      for (let i = 0; i < pieces; i++) if (!response.write(piece)) await once(response, 'drain')
      response.end(stream.stop)
    })
    await memory()
    const [answer] = (await once(send().end(body), 'response')) as [IncomingMessage]
    let bytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes % MB < chunk.length) await pause(5)
    }
    expect(bytes).toBe(pieces * piece.length + stream.stop.length)
    const { grownMb } = await memory()
    expect(grownMb).toBeLessThan(type === 'application/json' ? 120 : 80)
  })

  it('of a request arrive whole, and are held twice at most', async () => {
    const seen = createHash('sha256')
    const { send, memory } = await openApart(async (request, response) => {
      for await (const chunk of request) seen.update(chunk as Buffer)
      response.writeHead(200, EVENT_STREAM).end(stream.start + stream.stop)
    })
    await memory()
    const sent = createHash('sha256')
    const request = send()
    const answered = once(request, 'response') as Promise<[IncomingMessage]>
    const write = async (text: string) => {
      sent.update(text)
      if (!request.write(text)) await once(request, 'drain')
    }
    await write('{"model":"claude-haiku-4-5","max_tokens":64,"stream":true,"messages":"')
    for (let i = 0; i < 99; i++) await write('y'.repeat(MB))
    await write('"}')
    request.end()
    const [answer] = await answered
    answer.resume()
    await once(answer, 'end')
    expect(seen.digest('hex')).toBe(sent.digest('hex'))
    const { grownMb, states } = await memory()
    expect(states).toEqual(['settled exact'])
    expect(grownMb).toBeLessThan(260)
  })
})
