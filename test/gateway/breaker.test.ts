import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { EVENT_STREAM, stream } from './upstream.ts'
import { openDoor, type World } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})

type Act = (response: ServerResponse) => unknown
const status =
  (code: number, headers = {}): Act =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end('{}')
const fine: Act = (response) => response.writeHead(200, EVENT_STREAM).end(stream.start + stream.stop)
const silent: Act = () => {}
const half: Act = (response) => response.writeHead(200, EVENT_STREAM).write(stream.start)
const drop: Act = (response) => response.destroy()
const halfAndDrop: Act = (response) => response.writeHead(200, EVENT_STREAM).write(stream.start, () => setImmediate(() => response.destroy()))
const overloaded: Act = (response) =>
  response
    .writeHead(200, EVENT_STREAM)
    .end(`${stream.start}event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`)

async function open(acts: readonly Act[]) {
  let turn = 0
  const door = await openDoor((response) => (acts[turn++] ?? fine)(response), { limits: { headersMs: 150 } })
  closing.push(door)
  const call = async (signal?: AbortSignal) => {
    const answer = await fetch(`${door.world.gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': door.token },
      body: '{"model":"m","stream":true}',
      ...(signal && { signal }),
    })
    await answer.text()
  }
  return { ...door, call }
}
/** Seconds, null for "until the owner does something", undefined for not at all. */
function restOf(world: World): number | null | undefined {
  const until = world.router.resting('fake')?.until
  return until ? Math.round((until - Date.now()) / 1000) : until
}

describe('a provider rests (R-335)', () => {
  const cases: Array<[why: string, act: Act, rest: number | undefined]> = [
    ['that is overloaded', status(529), 30],
    ['that is overloaded and says so inside its answers', overloaded, 30],
    ['that breaks off before an answer', drop, 30],
    ['that breaks off in mid-answer', halfAndDrop, 30],
    ['that says nothing', silent, 30],
  ]
  it.each(cases)('%s, three times in a row', async (_, act, rest) => {
    const { call, world } = await open([act, act, fine, act, act, act])
    for (let i = 0; i < 5; i++) await call()
    expect(restOf(world)).toBeUndefined()
    await call()
    expect(restOf(world)).toBe(rest)
    // It is not blocked: what runs may go on trying, and the first answer ends the rest.
    await call()
    expect(restOf(world)).toBeUndefined()
  })

  it('that is at its limit, at once and for as long as it says, but only with the model that is (R-126)', async () => {
    const { call, world } = await open([status(429, { 'retry-after': '120' }), fine])
    await call()
    const rest = world.router.resting('fake', 'm')
    expect([rest?.kind, Math.round(((rest?.until ?? 0) - Date.now()) / 1000), restOf(world)]).toEqual(['quota', 120, undefined])
    // It blocks nobody who has no other way, and a call that came through says nothing of the quota.
    await call()
    expect([world.calls().map(({ state }) => state), world.router.resting('fake', 'm')]).toEqual([['settled', 'failed'], rest])
  })

  it('that does not know the key or has no money, at once and until the owner acts', async () => {
    for (const code of [401, 402]) {
      const { call, world } = await open([status(code)])
      await call()
      expect(restOf(world)).toBeNull()
    }
  })

  it('that is not there', async () => {
    const { call, world, upstream } = await open([])
    await upstream[Symbol.asyncDispose]()
    for (let i = 0; i < 3; i++) await call()
    expect(restOf(world)).toBe(30)
  })

  it('but not for what its callers did: bad requests, hanging up, stopping the engine', async () => {
    const { call, world, upstream } = await open([
      ...Array.from({ length: 4 }, () => status(400)),
      status(403),
      status(404),
      ...Array.from({ length: 5 }, () => half),
    ])
    for (let i = 0; i < 6; i++) await call()
    for (let i = 0; i < 4; i++) {
      const hangUp = new AbortController()
      const gone = call(hangUp.signal).catch(() => 'hung up')
      await expect.poll(() => upstream.requests.length).toBe(7 + i)
      hangUp.abort()
      expect(await gone).toBe('hung up')
      await upstream.requests.at(-1)?.closed
    }
    const last = call()
    await expect.poll(() => upstream.requests.length).toBe(11)
    await world.gateway.kill()
    await last
    expect([world.gateway.inFlight(), restOf(world)]).toEqual([0, undefined])
  })
})
