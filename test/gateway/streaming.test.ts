import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { flush } from '../../src/engine/gateway/answer.ts'
import { EVENT_STREAM, stream } from './upstream.ts'
import { grant, openDoor, openWorld } from './world.ts'

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

/** A provider that is given each request before its body was read. */
async function openRaw(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  const world = keep(await openWorld())
  world.router.add({ name: 'fake', wire: 'anthropic', baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, 'owner')
  return { world, token: world.gateway.issue(grant) }
}

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
  it('reaches the provider while it is still being sent, once its model is known', async () => {
    let heard = () => {}
    const reached = new Promise<void>((resolve) => {
      heard = resolve
    })
    const { world, token } = await openRaw(async (request, response) => {
      let text = ''
      for await (const chunk of request) {
        text += chunk
        heard()
      }
      response.writeHead(200, EVENT_STREAM).end(`${stream.start}${stream.stop}: ${text}\n\n`)
    })
    const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'z'.repeat(100_000) }] })
    const request = httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token, 'content-length': body.length } })
    request.write(body.slice(0, 50_000))
    await reached
    request.end(body.slice(50_000))
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString().endsWith(`: ${body}\n\n`)).toBe(true)
  })

  it('makes the caller wait for a slow provider, and arrives whole', async () => {
    let read = () => {}
    const wanted = new Promise<void>((resolve) => {
      read = resolve
    })
    const seen = createHash('sha256')
    const { world, token } = await openRaw(async (request, response) => {
      await wanted
      for await (const chunk of request) seen.update(chunk)
      response.writeHead(200, EVENT_STREAM).end(stream.start + stream.stop)
    })
    const sending = createHash('sha256')
    const request = httpRequest(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token } })
    const answered = once(request, 'response') as Promise<[IncomingMessage]>
    let written = 0
    const send = async (text: string) => {
      sending.update(text)
      written += text.length
      if (!request.write(text)) await once(request, 'drain')
    }
    const upload = (async () => {
      await send('{"model":"claude-sonnet-4-5","image":"')
      for (let i = 0; i < 90; i++) await send('y'.repeat(MB))
      await send('"}')
      request.end()
    })()
    expect(await settles(() => written)).toBeLessThan(BUFFERS)
    read()
    await upload
    const [answer] = await answered
    answer.resume()
    await once(answer, 'end')
    expect(seen.digest('hex')).toBe(sending.digest('hex'))
    expect(world.calls()).toMatchObject([{ state: 'settled', confidence: 'exact' }])
  })
})
