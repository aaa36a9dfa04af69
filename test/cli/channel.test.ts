import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/node'
import { describe, expect, it } from 'vitest'
import { toChannels } from '../../src/engine/api/channels.ts'
import { os } from '../../src/engine/api/context.ts'
import { toRefused } from '../../src/engine/api/refusal.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { gatewayToken, openGateway } from '../channels/gateway.ts'
import { openWorld } from '../channels/world.ts'
import * as canned from './canned.ts'
import { reef } from './command.ts'

/** Real channels on a real database, and the command line as a process before them. */
async function openFace() {
  const stack = new AsyncDisposableStack()
  const world = stack.use(openWorld())
  const { channels, dir } = world
  await channels.start()
  const router = { channel: toChannels({ channels }), factory: { status: os.factory.status.handler(() => canned.status(dir, '')) } }
  const handler = new RPCHandler(router, {
    clientInterceptors: [({ next }) => next().catch((error: unknown) => Promise.reject(toRefused(error, createLogger(undefined))))],
  })
  const server = createServer((incoming, outgoing) => {
    void handler.handle(incoming, outgoing, { prefix: '/rpc', context: { actor: 'owner', channel: 'cli' } })
  })
  stack.defer(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(dir, 'run'), { recursive: true })
  writeFileSync(join(dir, 'run', 'engine.json'), JSON.stringify({ pid: process.pid, url, token: 't', startedAt: 1 }), { mode: 0o600 })
  return {
    world,
    run: (args: readonly string[], input = '') => reef(['channel', ...args, '--data-dir', dir], { input }),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

describe('reef channel', { timeout: 60_000 }, () => {
  it('sets a channel up with secrets from standard input, tests it, pairs it, and lets go of it', async () => {
    await using face = await openFace()
    await using gateway = await openGateway()
    const { world, run } = face
    const set = await run(['set', 'openclaw', `url=${gateway.url}`, 'to=+64211234567', '--secrets'], `token=${gatewayToken}\nsigningSecret=canary-4711\n`)
    expect([set.code, set.stderr]).toEqual([0, ''])
    expect(set.stdout).toMatch(/secrets +token, signingSecret/)
    expect(set.stdout).not.toContain('canary')
    await world.untilState('openclaw', 'unproven')
    expect((await run(['test', 'openclaw'])).stdout).toBe('The test to +64211234567 is written down: reef channel messages tells what becomes of it.\n')
    await world.until(() => gateway.sent.length === 1)
    expect((await run(['messages'])).stdout).toMatch(/openclaw {2}test {2}▹ sent {2}REEF: this is a test/)
    expect((await run(['pair', 'openclaw'])).stdout).toMatch(/^ {4}REEF PAIR [A-Z0-9]{6}$/m)
    // What is left out stays as it is.
    await run(['set', 'openclaw', 'accountId=second'])
    expect(world.view('openclaw').config).toEqual({ url: gateway.url, to: '+64211234567', accountId: 'second' })
    await run(['set', 'openclaw', 'accountId='])
    expect(world.view('openclaw').config).toEqual({ url: gateway.url, to: '+64211234567' })
    expect((await run(['off', 'openclaw'])).stdout).toBe('openclaw is off.\n')
    expect((await run(['list'])).stdout).toMatch(/^openclaw +◌ not set up/m)
  })

  it('refuses a secret among its arguments without repeating it, and a setting that is wrong by its name (R-293)', async () => {
    await using face = await openFace()
    for (const slip of [['token=canary-4711'], ['--token', 'canary-4711'], ['--access-token=canary-4711']]) {
      const { code, stdout, stderr } = await face.run(['set', 'openclaw', 'to=+64211234567', ...slip])
      expect([code, /never given as arguments/.test(stderr), `${stdout}${stderr}`.includes('canary')]).toEqual([2, true, false])
    }
    const wrong = await face.run(['set', 'openclaw', 'to=0211234567', '--secrets'], 'token=t')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('to: a number such as +64211234567')])
    expect((await face.run(['unpair', 'openclaw'])).stderr).toContain('reef channel set openclaw')
  })
})
