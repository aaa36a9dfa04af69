import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, it } from 'vitest'
import { type GatewayDeps, toModelHealth } from '../../src/engine/gateway/index.ts'
import { createMcp } from '../../src/engine/mcp/index.ts'
import { openDoor } from '../gateway/world.ts'

const health: GatewayDeps['health'] = { circuits: () => [], models: (provider) => (provider === 'fake' ? ['a-model'] : undefined) }
async function open() {
  const mcp = createMcp({
    version: '1',
    health: health.circuits,
    healthOf: (ref) => toModelHealth(ref, health),
    budgets: () => [],
    requestEffect: () => Promise.reject(new Error('nobody asks')),
    approval: () => undefined,
    queue: () => [],
  })
  return openDoor(() => ({ status: 500 }), { health, mcp: mcp.serve })
}

it('the token of a session opens what agents may ask, and nothing else does (R-125)', async () => {
  await using door = await open()
  const ask = async (path: string, token: string, method = 'GET') => {
    const answer = await fetch(door.world.gateway.url + path, { method, headers: { authorization: `Bearer ${token}` } })
    return [answer.status, await answer.json()]
  }
  expect(await ask('/reef/health', door.token)).toEqual([200, []])
  expect(await ask('/reef/health/fake/a-model', door.token)).toMatchObject([200, { state: 'closed', words: 'lets calls through' }])
  expect(await ask('/reef/health/fake/other', door.token)).toMatchObject([404, { error: { message: 'REEF: nobody here knows a model fake/other.' } }])
  expect((await ask('/reef/health', door.token, 'POST'))[0]).toBe(404)
  for (const path of ['/reef/health', '/reef/health/fake', '/mcp']) expect((await ask(path, 'reef_stranger'))[0]).toBe(401)
  expect(door.world.calls()).toEqual([])
})

it('a program speaks MCP through the same door, and none may stay there listening, which would keep the engine from stopping', async () => {
  const door = await open()
  const client = new Client({ name: 'agent', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  const headers = { authorization: `Bearer ${door.token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${door.world.gateway.url}/mcp`), { requestInit: { headers } }))
  const [content] = (await client.readResource({ uri: 'router://health/fake/a-model' })).contents
  expect(content).toMatchObject({ mimeType: 'application/json', text: expect.stringContaining('lets calls through') })
  await expect(client.listen({ resourcesListChanged: true })).rejects.toThrow('Subscription limit reached')
  await door[Symbol.asyncDispose]()
  await client.close()
})
