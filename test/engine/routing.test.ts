import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Step, startScriptedModel } from '../programs/scripted-model.ts'
import { type Factory, openFactory, until } from './world.ts'

const builds: Step[] = [
  { kind: 'shell', command: 'echo found > a.md' },
  { kind: 'text', text: 'done' },
]
const passes: Step = { kind: 'text', text: '{"verdict":"pass","summary":"fine","findings":[]}' }

let factory: Factory
beforeAll(async () => {
  factory = await openFactory()
})
afterAll(async () => {
  await factory?.[Symbol.asyncDispose]()
})

/** A provider that builds in two turns and passes every review, and says itself which models it has. */
async function startProvider(models: readonly string[]) {
  const answers = new Map<string, number>()
  const asked: Array<{ model: string; isReview: boolean }> = []
  const model = await startScriptedModel((_n, { body }) => {
    const name = String(body['model'])
    const isReview = JSON.stringify(body).includes('role=reviewer')
    asked.push({ model: name, isReview })
    if (isReview) return passes
    const turn = answers.get(name) ?? 0
    answers.set(name, turn + 1)
    return builds[turn % 2] ?? passes
  })
  // The list is answered here; calls go on to the scripted model.
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/v1/models')) return void response.end(JSON.stringify({ data: models.map((id) => ({ id })) }))
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      const answer = await fetch(`${model.url}${request.url}`, { method: 'POST', body: Buffer.concat(chunks), headers: { 'content-type': 'application/json' } })
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/event-stream' })
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await model[Symbol.asyncDispose]()
    },
  }
}

describe('an agent without a model of its own', () => {
  it('gets the cheapest of the tier that its task asks for, is reviewed by another one, and both can be asked for their reasons (R-113, R-114, C-17)', {
    timeout: 90_000,
  }, async () => {
    const { client } = factory
    await using provider = await startProvider(['claude-haiku-4-5', 'claude-opus-4-5', 'claude-sonnet-5', 'text-embedding-3-small'])
    await client.provider.add({ name: 'anthropic', wire: 'anthropic', baseUrl: provider.url, key: 'some-key-of-length' })
    for (const name of ['Atlas', 'Hawk']) await client.agent.set({ name, change: { model: null, fallback: null, driver: 'pi' } })

    const planId = await factory.submit('routed', [{ key: 'A', agent: 'Atlas', kind: 'build', tier: 'mid', outputs: ['a.md'], review: 'required' }])
    expect(await factory.planEnded(planId, 80_000)).toMatchObject({ state: 'done' })

    const built = await factory.task(planId, 'A')
    expect(built.model).toBe('anthropic/claude-haiku-4-5')
    // Hawk asks for the frontier.
    expect(new Set(provider.asked.filter(({ isReview }) => isReview).map(({ model }) => model))).toEqual(new Set(['claude-opus-4-5']))
    const { choices, now } = await client.model.explain({ taskId: built.id })
    expect(choices.map(({ role, chosen, outcome }) => [role, chosen, outcome?.state])).toEqual([
      ['reviewer', 'anthropic/claude-opus-4-5', 'succeeded'],
      ['builder', 'anthropic/claude-haiku-4-5', 'succeeded'],
    ])
    const [review, build] = choices
    expect(build).toMatchObject({
      asked: 'reef/auto',
      kind: 'build',
      tier: 'mid',
      attemptId: expect.stringMatching(/^att_/),
      reason: expect.stringContaining('Cheapest of'),
    })
    expect(build?.outcome?.cost).toBeGreaterThan(0)
    expect(review?.outcome?.cost).toBeGreaterThan(0)
    expect(review?.candidates.find(({ ref }) => ref === 'anthropic/claude-haiku-4-5')?.excluded).toBe('built what is to be reviewed')
    expect(now).toMatchObject({ chosen: 'anthropic/claude-haiku-4-5', attemptId: null, outcome: null })
    expect(factory.events.filter((event) => event.type === 'route.chosen')).toHaveLength(2)
  })

  it('waits for the time that its provider named, with the reason and no attempt used up', { timeout: 60_000 }, async () => {
    const { client } = factory
    await using limited = await startScriptedModel([{ kind: 'status', status: 429, headers: { 'retry-after': '3600' } }])
    await client.provider.remove({ name: 'anthropic' })
    await client.provider.add({ name: 'limited', wire: 'anthropic', baseUrl: limited.url, key: 'some-key-of-length' })
    await client.agent.set({ name: 'Atlas', change: { model: 'limited/claude-haiku-4-5' } })
    const first = await factory.submit('limited', [{ key: 'A', agent: 'Atlas', kind: 'research', outputs: ['a.md'] }])
    const circuits = await until(async () => {
      const found = (await client.model.health()).circuits.filter(({ provider }) => provider === 'limited')
      return found.length > 0 ? found : undefined
    }, 50_000)
    expect(circuits).toMatchObject([{ model: 'claude-haiku-4-5', state: 'quota' }])
    const planId = await factory.submit('limited-too', [{ key: 'B', agent: 'Atlas', kind: 'research', outputs: ['b.md'] }])
    const waiting = await factory.reached(planId, 'B', ({ wait }) => wait?.reason === 'quota', 50_000)
    expect(waiting).toMatchObject({
      attempts: 0,
      wait: { owner: 'engine', detail: expect.stringContaining('limited/claude-haiku-4-5 takes no more calls until') },
    })
    const left = (waiting.wait?.until ?? 0) - Date.now()
    expect([left > 3_500_000, left < 3_600_000 + 60_000]).toEqual([true, true])
    await client.plan.cancel({ id: first })
    await client.plan.cancel({ id: planId })
  })

  it('is refused a rule for a model that nobody has, with a sentence and a remedy', async () => {
    await expect(factory.client.model.set({ ref: 'nobody/model', enabled: false })).rejects.toMatchObject({ code: 'model/unknown', data: { field: 'ref' } })
  })
})
