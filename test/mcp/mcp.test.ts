import { request as ask, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalView, BudgetView, CircuitView, Instant, Nanodollars } from '../../src/contract/index.ts'
import type { Asker, Effect } from '../../src/engine/dispatch/index.ts'
import { ReefError } from '../../src/engine/kernel/errors.ts'
import { createMcp } from '../../src/engine/mcp/index.ts'

const resting: CircuitView = {
  provider: 'anthropic',
  model: null,
  state: 'quota',
  until: 9000 as Instant,
  detail: 'anthropic takes no more calls until 2026-12-01 14:05 UTC (429)',
  since: 1 as Instant,
}
const budget: BudgetView = {
  scope: 'agent',
  subject: 'Rex',
  period: 'day',
  soft: null,
  hard: 50_000_000_000 as Nanodollars,
  source: 'default',
  spent: 12_000_000_000 as Nanodollars,
  held: 3_000_000_000 as Nanodollars,
  windowStart: 1 as Instant,
  resetsAt: 2 as Instant,
  mark: 0,
}

const asker: Asker = {
  sessionId: 'ses_01JC0000000000000000000000',
  attemptId: 'att_01JC0000000000000000000000',
  taskId: 'task_01JC0000000000000000000000',
  planId: 'plan_01JC0000000000000000000000',
  project: 'p',
  agent: 'Rex',
}
const approval = {
  id: 'apr_01JC000000000000000000K7Q2',
  action: 'command.run',
  what: 'Run git push',
  state: 'denied',
  reason: 'not now',
  payloadHash: 'of nobody’s business',
} as unknown as ApprovalView
const asked: Array<[Asker, Effect]> = []

let address: URL
let stop: () => Promise<void>
const faults: unknown[] = []
beforeEach(async () => {
  faults.length = 0
  asked.length = 0
  const mcp = createMcp({
    version: '1.2.3',
    health: () => [resting],
    healthOf: (ref) => (ref.startsWith('anthropic') ? { model: ref, circuits: [resting] } : undefined),
    budgets: (agent) => (agent === 'Rex' ? [budget] : undefined),
    requestEffect(who, effect) {
      asked.push([who, effect])
      const [program] = effect.argv
      if (program === 'false') return Promise.reject(new ReefError('input/invalid', 'It cannot be.', { remedy: 'Ask for another.' }))
      if (program === 'git') return Promise.resolve({ kind: 'waiting', approval })
      return Promise.resolve({ kind: 'ran', approval, ran: { code: 3, words: 'exit 3: no', output: 'yes\nno', durationMs: 1 } })
    },
    approval: (id, task) => (id === approval.id && task === asker.taskId ? approval : undefined),
    queue: () => [{ agent: 'Rex', state: 'ready', n: 2 }],
  })
  const server = createServer((request, response) => void mcp.serve(request, response, asker).catch((error) => faults.push(error)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  stop = async () => {
    await mcp[Symbol.asyncDispose]()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
afterEach(() => stop())

const eras = [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const

describe.each(eras)('an agent whose program speaks MCP %s', (version, mode) => {
  let client: Client
  beforeEach(async () => {
    client = new Client({ name: 'agent', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(new StreamableHTTPClientTransport(address))
  })
  afterEach(() => client.close())
  const read = async (uri: string) => (await client.readResource({ uri })).contents.map((content) => ('text' in content ? JSON.parse(content.text) : content))

  it('reads which models rest, before it begins something long (R-125)', async () => {
    expect([client.getNegotiatedProtocolVersion(), client.getServerVersion()]).toEqual([version, { name: 'reef', version: '1.2.3' }])
    expect(await read('router://health')).toEqual([[resting]])
    expect(await read('router://health/anthropic/claude-a')).toEqual([{ model: 'anthropic/claude-a', circuits: [resting] }])
    expect(await read('router://health/anthropic')).toEqual([{ model: 'anthropic', circuits: [resting] }])
  })

  it('reads what it may still spend', async () => {
    expect(await read('budget://agent/Rex')).toEqual([[budget]])
  })

  it('reads how full the queue is, and how a request of its own task stands (issue 4)', async () => {
    expect(await read('queue://stats')).toEqual([[{ agent: 'Rex', state: 'ready', n: 2 }]])
    expect(await read(`approval://${approval.id}`)).toEqual([
      { id: approval.id, action: 'command.run', what: 'Run git push', state: 'denied', reason: 'not now' },
    ])
    await expect(read('approval://apr_01JC0000000000000000000000')).rejects.toThrow('Nobody here knows')
  })

  it('asks for an effect, and is told in words what came of it', async () => {
    const ask = (input: object) => client.callTool({ name: 'approval_request', arguments: { action: 'command.run', why: 'it is needed', ...input } })
    expect(await ask({ argv: ['git', 'push'] })).toMatchObject({
      isError: false,
      content: [{ type: 'text', text: expect.stringMatching(/^The owner is asked \(#K7Q2, Run git push\)\. End your turn now/) }],
    })
    expect(asked).toEqual([[asker, { action: 'command.run', argv: ['git', 'push'], why: 'it is needed' }]])
    expect(await ask({ argv: ['make'] })).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('exit code 3. Its output is data') }] })
    expect(await ask({ argv: ['false'] })).toMatchObject({ isError: true, content: [{ text: 'It cannot be. Ask for another.' }] })
    for (const junk of [
      { argv: [] },
      { argv: 'git push' },
      { argv: ['x'.repeat(5000)] },
      { argv: ['a\0b'] },
      { argv: ['git'], why: '' },
      { argv: ['git'], approve: true },
    ])
      expect(await ask(junk)).toMatchObject({ isError: true })
    expect(asked).toHaveLength(3)
  })

  it('finds out by itself what there is to read, and the one thing to do, which is to ask', async () => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['approval_request'])
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['router://health', 'queue://stats', 'budget://agent/Rex'])
    expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'router://health/{+model}',
      'budget://agent/{id}',
      'approval://{id}',
    ])
    expect(Object.keys(client.getServerCapabilities() ?? {}).sort()).toEqual(['resources', 'tools'])
  })

  it('is told that nobody knows a model or an agent', async () => {
    await expect(read('router://health/nobody/x')).rejects.toThrow('Nobody here knows router://health/nobody/x.')
    await expect(read('budget://agent/Nobody')).rejects.toThrow('Nobody here knows budget://agent/Nobody.')
  })
})

it('a program that asks in no way of MCP is refused without harm to others', async () => {
  const post = async (body: string) =>
    (await fetch(address, { method: 'POST', body, headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' } })).status
  expect([await post('{'), await post('[]'), await post('x'.repeat(100_000)), (await fetch(address)).status]).toEqual([400, 400, 413, 405])
  expect(faults).toEqual([])
})

it('a program that hangs up in the middle of its question leaves nothing behind', async () => {
  await new Promise<void>((resolve) => {
    const asking = ask(address, { method: 'POST', headers: { 'content-length': '1000', 'content-type': 'application/json' } }, () => undefined)
    asking.on('error', () => resolve())
    asking.write('{"jsonrpc"')
    setImmediate(() => asking.destroy(new Error('gone')))
  })
  const client = new Client({ name: 'agent', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(address))
  expect((await client.listResources()).resources).toHaveLength(3)
  await client.close()
  expect(faults).toEqual([])
})
