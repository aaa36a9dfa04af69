import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { EVENT_STREAM, stream } from './upstream.ts'
import { grant, openDoor, type World } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})
function keep<T extends AsyncDisposable>(thing: T): T {
  closing.push(thing)
  return thing
}

const request = JSON.stringify({ model: 'claude-sonnet-4-5', stream: true, messages: [{ role: 'user', content: 'x'.repeat(3000) }] })
/** Every byte of the request at three to a token, plus what was on its way when the line was cut. */
const unanswered = { input: Math.ceil(request.length / 3), cacheRead: 0, cacheWrite: 0, output: 64 }
/** What the provider said it read, and what it was heard saying: ten bytes of text at two to a token, plus the same. */
const halfHeard = { input: 1000, cacheRead: 0, cacheWrite: 0, output: 69 }
const half = stream.start + stream.delta('0123456789')

const open = async (...given: Parameters<typeof openDoor>) => keep(await openDoor(...given))
const ask = (world: World, token: string, { signal, path = '/v1/messages' }: { signal?: AbortSignal; path?: string } = {}) =>
  fetch(`${world.gateway.url}${path}`, { method: 'POST', headers: { 'x-api-key': token }, body: request, ...(signal && { signal }) })

/** What the books say, once nothing is under way: the one call, and that it was billed, told and added up once. */
async function booked(world: World) {
  await expect.poll(() => world.gateway.inFlight()).toBe(0)
  const calls = world.calls()
  const settled = world.events.filter((event) => event.type === 'call.settled').length
  const spent = calls.reduce((sum, call) => sum + call.cost, 0)
  const summary = world.spend.summary({ by: 'model', zone: 'UTC' })
  expect([calls.length, settled, world.charged.length, summary.total]).toEqual([1, 1, spent > 0 ? 1 : 0, spent])
  const [call] = calls
  return call && { state: call.state, confidence: call.confidence, status: call.status, usage: call.usage }
}

describe('a call is billed once, however it ends (R-130, R-206)', () => {
  it('when the caller hangs up in mid-answer: the provider is told to stop, and what was heard is billed as an estimate', async () => {
    const { upstream, world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).write(half))
    const hangUp = new AbortController()
    const answer = await ask(world, token, { signal: hangUp.signal })
    await answer.body?.getReader().read()
    hangUp.abort()
    await upstream.requests[0]?.closed
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 499, usage: halfHeard })
  })

  it.each(['in one piece', 'in two'])(
    'when the bill of an answer %s cannot be written at first: the caller has it all the same, and is billed for it',
    async (how) => {
      const { world, token } = await open((response) => {
        response.writeHead(200, EVENT_STREAM).write(stream.start)
        setTimeout(() => response.end(stream.stop), how === 'in two' ? 20 : 0)
      })
      let tries = 0
      world.db.function('is_first_try', () => (tries++ === 0 ? 1 : 0))
      world.db.exec("CREATE TEMP TRIGGER unwritable BEFORE INSERT ON call WHEN is_first_try() BEGIN SELECT RAISE(ABORT, 'no'); END")
      expect(await (await ask(world, token)).text()).toBe(stream.start + stream.stop)
      expect(await booked(world)).toMatchObject({ state: 'settled', confidence: 'exact', status: 200 })
      expect(tries).toBe(2)
    },
  )

  it('when the caller hangs up before a word came: the request may have been worked on, and is billed', async () => {
    const hangUp = new AbortController()
    const { upstream, world, token } = await open(() => hangUp.abort())
    await expect(ask(world, token, { signal: hangUp.signal })).rejects.toThrow()
    await upstream.requests[0]?.closed
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 499, usage: unanswered })
  })

  it('when the caller hangs up or the owner stops all calls before the request has left: nothing is owed', async () => {
    for (const how of ['hangs up', 'stops'] as const) {
      const { upstream, world, token } = await open(() => {})
      const reserved = Promise.withResolvers<void>()
      const { reserve } = world.ledger
      world.ledger.reserve = async (origin, targets, size, more) => {
        const answer = await reserve(origin, targets, size, more)
        reserved.resolve()
        await once(more?.signal as AbortSignal, 'abort')
        return answer
      }
      const hangUp = new AbortController()
      const asked = ask(world, token, { signal: hangUp.signal }).then(
        (answer) => answer.status,
        () => 'gone',
      )
      await reserved.promise
      const killed = how === 'stops' ? world.gateway.kill() : hangUp.abort()
      expect(await asked).toBe(how === 'stops' ? 402 : 'gone')
      await killed
      expect(await booked(world)).toMatchObject({ state: 'failed', usage: { input: 0, output: 0 } })
      expect([world.calls()[0]?.cost, upstream.requests.length]).toEqual([0, 0])
    }
  })

  it.each([
    ['anthropic', '/v1/messages', /\n\nevent: error\ndata: \{"type":"error","error":\{"type":"api_error","message":"REEF: the provider/],
    ['openai-responses', '/v1/responses', /\n\nevent: error\ndata: \{"type":"error","code":"server_error","message":"REEF: the provider/],
    ['openai-chat', '/v1/chat/completions', /\n\ndata: \{"error":\{"message":"REEF: the provider/],
  ] as const)('when the provider drops the line: the caller hears an error in the words of %s instead of a dead line', async (wire, path, last) => {
    const { world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).write(half, () => setImmediate(() => response.destroy())), {
      wire,
    })
    const answer = await ask(world, token, { path })
    const text = await answer.text()
    expect(text.slice(0, half.length)).toBe(half)
    expect(text).toMatch(last)
    const call = await booked(world)
    // Anthropic streams its thinking; the others may have thought for as long as it took, three tokens to ten milliseconds.
    const thought = wire === 'anthropic' ? 0 : Math.ceil((world.calls()[0]?.latencyMs ?? 0) * 0.3) + 64
    expect(call).toEqual({ state: 'settled', confidence: 'estimated', status: 200, usage: { ...halfHeard, output: Math.max(halfHeard.output, thought) } })
  })

  it('when an answer in one piece is cut: the line is cut for the caller too, who would take it for whole', async () => {
    const { world, token } = await open((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"type":"message","content":[', () => setImmediate(() => response.destroy()))
    })
    await expect((await ask(world, token)).text()).rejects.toThrow()
    expect(await booked(world)).toMatchObject({ state: 'settled', confidence: 'estimated', usage: { input: unanswered.input } })
  })

  it('when the provider is not there: nothing is owed, and the caller may try again', async () => {
    const { upstream, world, token } = await open(() => {})
    await upstream[Symbol.asyncDispose]()
    const answer = await ask(world, token)
    expect([answer.status, answer.headers.get('x-should-retry'), await answer.json()]).toMatchObject([
      502,
      null,
      { error: { message: expect.stringContaining('ECONNREFUSED') } },
    ])
    expect(await booked(world)).toMatchObject({ state: 'failed', status: 502, usage: { input: 0, output: 0 } })
  })

  it('when the provider takes the request and falls silent', async () => {
    const { world, token } = await open(() => {}, { limits: { headersMs: 200 } })
    const answer = await ask(world, token)
    expect([answer.status, await answer.text()]).toEqual([504, expect.stringContaining('fell silent')])
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 504, usage: unanswered })
  })

  it('when it falls silent in mid-answer', async () => {
    const { world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).write(half), { limits: { idleMs: 200 } })
    expect(await (await ask(world, token)).text()).toMatch(/event: error\n.*fell silent/)
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 200, usage: halfHeard })
  })

  it('when it talks without end', async () => {
    const { world, token } = await open(
      (response, seen) => {
        response.writeHead(200, EVENT_STREAM).write(stream.start)
        const timer = setInterval(() => response.write(': ping\n\n'), 20)
        void seen.closed.then(() => clearInterval(timer))
      },
      { limits: { totalMs: 300 } },
    )
    expect(await (await ask(world, token)).text()).toMatch(/event: error\n.*the call was stopped: no end within/)
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 200, usage: { ...halfHeard, output: 64 } })
  })

  it('when the owner stops all spending: the books are closed before it answers, and the caller hears why', async () => {
    const { upstream, world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).write(half))
    const answer = await ask(world, token)
    await world.gateway.kill()
    expect(world.gateway.inFlight()).toBe(0)
    expect(world.calls()[0]?.state).toBe('settled')
    expect(await answer.text()).toMatch(/event: error\n.*the owner has stopped all model calls/)
    await upstream.requests[0]?.closed
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 200, usage: halfHeard })
  })

  it('when the provider reports an error inside an answer that began well', async () => {
    const broken = `${half}event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`
    const { world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).end(broken))
    expect(await (await ask(world, token)).text()).toBe(broken)
    expect(await booked(world)).toEqual({ state: 'settled', confidence: 'estimated', status: 200, usage: halfHeard })
  })

  it('when the answer cannot be uncompressed', async () => {
    const { upstream, world, token } = await open(
      (response) => void response.writeHead(200, { ...EVENT_STREAM, 'content-encoding': 'gzip' }).write('this is not gzip, and there is more to come'),
    )
    expect(await (await ask(world, token)).text()).toMatch(/event: error/)
    await upstream.requests[0]?.closed
    expect(await booked(world)).toMatchObject({ state: 'settled', confidence: 'estimated', usage: { input: unanswered.input } })
  })

  it('when the caller stops reading: the call is billed, and the engine can still stop', async () => {
    const long = stream.start + stream.delta('x'.repeat(24 * 2 ** 20)) + stream.stop
    const { world, token } = await open((response) => void response.writeHead(200, EVENT_STREAM).end(long))
    const socket = connect(world.gateway.port, '127.0.0.1')
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:${world.gateway.port}\r\nx-api-key: ${token}\r\ncontent-length: ${request.length}\r\n\r\n${request}`,
    )
    // What has come is left where it is, so that nothing more can.
    await once(socket, 'readable')
    await world.gateway.kill()
    expect(await booked(world)).toMatchObject({ state: 'settled', confidence: 'estimated' })
    socket.destroy()
  })
})

describe('a call that is refused is not billed', () => {
  it('however often it comes, and the owner is told once for each limit and amount', async () => {
    const { upstream, world, token } = await open(() => {})
    const refuse = async () => {
      for (let i = 0; i < 3; i++) expect((await ask(world, token)).status).toBe(402)
    }
    world.money.task = 1
    await refuse()
    world.money.task = 2
    await refuse()
    expect([upstream.requests.length, world.calls()]).toEqual([0, []])
    expect(world.events.filter(({ type }) => type.startsWith('budget.') || type.startsWith('call.'))).toMatchObject([
      { type: 'budget.refused', subject: `task/${grant.taskId}/total`, data: { budget: { hard: 1, spent: 0 }, agent: 'Rex', taskId: grant.taskId } },
      { type: 'budget.refused', subject: `task/${grant.taskId}/total`, data: { budget: { hard: 2, spent: 0 }, agent: 'Rex', taskId: grant.taskId } },
    ])
  })
})
