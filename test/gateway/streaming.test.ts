import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type ClientRequest, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { flush } from '../../src/engine/gateway/answer.ts'
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

const MB = 2 ** 20
/** More than all the buffers of this machine between two sockets, less than what is sent. */
const BUFFERS = 24 * MB
const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

/** Waits until a number has stopped growing. */
async function settles(figure: () => number): Promise<number> {
  for (let before = -1; ; await pause(300)) {
    const now = figure()
    if (now === before && now > 0) return now
    before = now
  }
}

describe('an answer on its way through the gateway', () => {
  it('keeps every byte, whatever the bytes are and however they are split', async () => {
    const pieces = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? Buffer.from(stream.delta(`ü世${i}`)) : randomBytes(1 + ((i * 37) % 700))))
    const { world, token } = keep(
      await openDoor(async (response) => {
        response.writeHead(200, EVENT_STREAM)
        for (const piece of pieces) {
          response.write(piece)
          if (piece.length % 5 === 0) await pause(0)
        }
        response.end()
      }),
    )
    const answer = await fetch(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token }, body: '{"model":"m","stream":true}' })
    expect(hash(Buffer.from(await answer.arrayBuffer()))).toBe(hash(Buffer.concat(pieces)))
  })

  it('makes the provider wait for a slow caller instead of piling up, and comes out whole when he reads on (R-122)', async () => {
    const frame = Buffer.from(stream.delta('x'.repeat(64 * 1024)))
    const frames = Math.ceil((96 * MB) / frame.length)
    let sent = 0
    const { world, token } = keep(
      await openDoor(async (response) => {
        response.writeHead(200, EVENT_STREAM)
        for (; sent < frames; sent++) if (!response.write(frame)) await once(response, 'drain')
        response.end(stream.stop)
      }),
    )
    const request = httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token } }).end('{"model":"m","stream":true}')
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    expect((await settles(() => sent)) * frame.length).toBeLessThan(BUFFERS)
    let bytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length
    expect(bytes).toBe(frames * frame.length + stream.stop.length)
  })
})

describe('the beginning and the end of an answer', () => {
  it('are not held back: a program hears that it is answered before the first word comes', async () => {
    let speak = () => {}
    const { world, token } = keep(
      await openDoor((response) => {
        response.writeHead(200, EVENT_STREAM).flushHeaders()
        speak = () => void response.end(stream.start + stream.stop)
      }),
    )
    const answer = await fetch(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token }, body: '{"model":"m","stream":true}' })
    expect(answer.status).toBe(200)
    speak()
    expect(await answer.text()).toBe(stream.start + stream.stop)
  })

  it('do not wait for a caller who takes nothing any more, once the engine stops or he is gone', async () => {
    for (const how of ['stops', 'gone'] as const) {
      const stop = new AbortController()
      let flushed = Promise.resolve()
      const server = createServer((_, response) => {
        response.write(Buffer.alloc(BUFFERS))
        flushed = flush(response, stop.signal)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const request = httpRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).end()
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      expect(await Promise.race([flushed.then(() => 'ended'), pause(100, 'waiting')])).toBe('waiting')
      if (how === 'stops') stop.abort()
      else answer.destroy()
      await flushed
      answer.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

describe('a request on its way through the gateway', () => {
  const upload = (world: World, token: string, headers: Record<string, string | number> = {}) =>
    httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token, ...headers } })
  const begin = '{"model":"m","stream":true,"messages":"'
  const whole = (response: ServerResponse) => response.writeHead(200, EVENT_STREAM).end(stream.start + stream.stop)
  async function statusOf(request: ClientRequest): Promise<number | undefined> {
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    answer.resume()
    await once(answer, 'close')
    return answer.statusCode
  }
  const books = (world: World) => world.db.prepare('SELECT (SELECT count(*) FROM call) + (SELECT count(*) FROM envelope) AS n').get()

  it('is taken whole before the provider hears of it, because only then is known what it costs at most (R-198)', async () => {
    const { upstream, world, token } = keep(await openDoor(whole))
    const body = JSON.stringify({ model: 'm', max_tokens: 100, stream: true, messages: [{ role: 'user', content: 'z'.repeat(100_000) }] })
    const request = upload(world, token, { 'content-length': body.length })
    request.write(body.slice(0, 90_000))
    await expect.poll(() => world.gateway.inFlight()).toBe(1)
    expect([upstream.requests.length, books(world)]).toEqual([0, { n: 0 }])
    request.end(body.slice(90_000))
    expect(await statusOf(request)).toBe(200)
    expect(upstream.requests.map((seen) => [seen.body === body, seen.headers['content-length']])).toEqual([[true, String(body.length)]])
  })

  it('costs nothing when the caller hangs up in the middle of it, or the owner stops all calls', async () => {
    const { upstream, world, token } = keep(await openDoor(whole))
    for (const how of ['hangs up', 'stops'] as const) {
      const request = upload(world, token).on('error', () => {})
      request.write(begin)
      request.write('z'.repeat(100_000))
      await expect.poll(() => world.gateway.inFlight()).toBe(1)
      if (how === 'hangs up') request.destroy()
      else expect(await world.gateway.kill()).toBe(1)
      await expect.poll(() => world.gateway.inFlight()).toBe(0)
    }
    expect([upstream.requests.length, books(world)]).toEqual([0, { n: 0 }])
  })

  it('is told to come again while others fill what may be held, on a connection that stays good, and finds room when they have ended', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const slow = async (response: ServerResponse) => {
      await released
      whole(response)
    }
    const { upstream, world, token } = keep(await openDoor(slow, { limits: { mostHeldBytes: 3 * MB } }))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    closing.push({ [Symbol.asyncDispose]: async () => agent.destroy() })
    const sockets = new Set<unknown>()
    const body = `${begin}${'y'.repeat(2 * MB)}"}`
    const ask = async () => {
      const request = httpRequest(`${world.gateway.url}/v1/messages`, { agent, method: 'POST', headers: { 'x-api-key': token } })
      request.on('socket', (socket) => sockets.add(socket))
      const answered = once(request, 'response') as Promise<[IncomingMessage]>
      request.end(body)
      const [answer] = await answered
      const text = Buffer.concat(await answer.toArray()).toString()
      return [answer.statusCode, answer.headers['x-should-retry'], answer.statusCode === 200 ? '' : (JSON.parse(text) as { error: unknown }).error]
    }
    const busy = [503, undefined, { type: 'api_error', message: 'REEF: too many large requests are under way; try again in a moment.' }]
    const first = upload(world, token)
    first.end(body)
    await expect.poll(() => upstream.requests.length).toBe(1)
    expect([await ask(), await ask()]).toEqual([busy, busy])
    release()
    expect(await statusOf(first)).toBe(200)
    await expect.poll(() => world.gateway.inFlight()).toBe(0)
    // One that hangs up leaves as much room as one that ends.
    const third = upload(world, token).on('error', () => {})
    await new Promise((written) => third.write(body.slice(0, 2 * MB), written))
    await expect.poll(() => world.gateway.inFlight()).toBe(1)
    third.destroy()
    await expect.poll(() => world.gateway.inFlight()).toBe(0)
    expect([await ask(), sockets.size]).toEqual([[200, undefined, ''], 1])
  })
})
