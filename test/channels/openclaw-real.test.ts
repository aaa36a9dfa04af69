import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GatewaySocket, openGatewaySocket } from '../../src/engine/channels/adapters/openclaw-socket.ts'
import { type Clock, systemClock } from '../../src/engine/kernel/clock.ts'
import { openBridgeServer } from './bridge-server.ts'
import { openWorld, type World } from './world.ts'

const folder = process.env['REEF_OPENCLAW'] ?? ''
const program = join(folder, 'node_modules', 'openclaw', 'openclaw.mjs')
const isThere = folder !== '' && existsSync(program)
const why = isThere ? '' : ' (skipped: REEF_OPENCLAW names no folder where `npm i openclaw@2026.9.6` was run)'

const token = 'gateway-token-of-the-real-test-0123456789'
const bridgeSecret = 'bridge-secret-of-the-real-test'
const MINUTES = 60_000
/** A gateway takes a minute for what it does in a second on a machine that has nothing else to do. */
const PATIENCE_MS = 4 * MINUTES
const run = promisify(execFile)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function until(isSo: () => unknown, ms = PATIENCE_MS): Promise<void> {
  const last = Date.now() + ms
  while (!(await isSo())) {
    if (Date.now() > last) throw new Error(`it never came to this: ${isSo}`)
    await wait(100)
  }
}

describe.skipIf(!isThere)(`a real gateway of OpenClaw${why}`, { timeout: 10 * MINUTES }, () => {
  const home = mkdtempSync(join(tmpdir(), 'reef-openclaw-'))
  const spoolDir = join(home, 'spool')
  let world: World
  let door: Awaited<ReturnType<typeof openBridgeServer>>
  let gateway: ChildProcess
  let chat: GatewaySocket
  let port = 0
  const env = () => ({ ...process.env, HOME: home, TMPDIR: home, NO_COLOR: '1', VITEST: '', NODE_OPTIONS: '' })
  const set = (given: string) => {
    world.channels.set({
      name: 'openclaw',
      config: { url: `ws://127.0.0.1:${port}`, to: '+15551234567' },
      secrets: { token: given, signingSecret: bridgeSecret },
    })
  }
  const say = (message: string, key: string) => chat.call('chat.send', { sessionKey: 'main', message, idempotencyKey: key }, PATIENCE_MS)
  const queued = (): number => {
    const file = join(home, '.openclaw', 'state', 'openclaw.sqlite')
    if (!existsSync(file)) return 0
    const db = new Database(file, { readonly: true })
    try {
      return (db.prepare('SELECT count(*) AS n FROM delivery_queue_entries').get() as { n: number }).n
    } finally {
      db.close()
    }
  }

  beforeAll(async () => {
    world = openWorld<Clock>(systemClock)
    door = await openBridgeServer(world)
    await world.channels.start()
    port = await freePort()
    writeFileSync(join(home, 'secret'), bridgeSecret, { mode: 0o600 })
    mkdirSync(join(home, '.openclaw'))
    const config = {
      gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token } },
      discovery: { mdns: { mode: 'off' } },
      models: { catalogRefresh: { enabled: false } },
      plugins: {
        load: { paths: [join(import.meta.dirname, '../../assets/openclaw-plugin')] },
        entries: {
          'reef-bridge': {
            enabled: true,
            hooks: { allowConversationAccess: true },
            config: { url: door.url, secretFile: join(home, 'secret'), channels: ['whatsapp', 'webchat'], spoolDir },
          },
        },
      },
    }
    writeFileSync(join(home, '.openclaw', 'openclaw.json'), JSON.stringify(config))
    gateway = spawn(process.execPath, [program, 'gateway', 'run', '--port', String(port), '--bind', 'loopback'], { env: env(), stdio: 'ignore' })
    await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok)
  }, 5 * MINUTES)

  afterAll(async () => {
    chat?.close()
    if (gateway?.exitCode === null) {
      gateway.kill('SIGTERM')
      await once(gateway, 'exit')
    }
    await door?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
    rmSync(home, { recursive: true, force: true })
  }, 2 * MINUTES)

  it('refuses a wrong token, and REEF says which', async () => {
    set('wrong')
    await world.untilState('openclaw', 'refused')
    expect(world.view('openclaw').detail).toMatch(/AUTH_TOKEN_MISMATCH/)
  })

  it('shakes hands, and is not given a message while it has no WhatsApp, or one without a phone', async () => {
    set(token)
    await world.untilState('openclaw', 'not_linked')
    expect(world.view('openclaw').detail).toBe('OpenClaw has no WhatsApp.')
    const [message] = world.write({ kind: 'notice', text: 'REEF: never to be sent', channel: 'openclaw' })
    if (!message) throw new Error('nothing was written')
    await run(process.execPath, [program, 'plugins', 'install', 'npm:@openclaw/whatsapp@2026.9.6'], { env: env(), timeout: PATIENCE_MS })
    // Installed while it runs; it says so once it has loaded it.
    await until(() => {
      world.beat()
      return world.view('openclaw').detail === 'No phone is linked with OpenClaw.'
    })
    expect([world.channels.sent(message.id)?.state, world.channels.sent(message.id)?.attempts, queued()]).toEqual(['pending', 0, 0])
  })

  it('hands over what was said in its own chat, and REEF refuses it, however right the code (U-67)', async () => {
    await new Promise<void>((resolve, reject) => {
      chat = openGatewaySocket({ url: `ws://127.0.0.1:${port}`, token, onOpen: resolve, onEnd: ({ detail }) => reject(new Error(detail)) })
    })
    const { words } = world.channels.pair('openclaw')
    expect(await say(words, 'pair')).toMatchObject({ kind: 'ok' })
    expect(await say('OK ABC234', 'code')).toMatchObject({ kind: 'ok' })
    await until(() => world.channels.messages({ limit: 10 }).received.length === 2)
    expect(world.channels.messages({ limit: 10 }).received.map(({ text, allowed, state, outcome }) => ({ text, allowed, state, outcome }))).toEqual([
      { text: 'OK ABC234', allowed: false, state: 'ignored', outcome: 'It came over webchat, not over WhatsApp.' },
      { text: words, allowed: false, state: 'ignored', outcome: 'It came over webchat, not over WhatsApp.' },
    ])
    expect([world.heard, world.view('openclaw').pairedSender]).toEqual([[], null])
  })

  it('keeps a message for REEF on disk while REEF is down, says that nothing was decided, and hands it over later', async () => {
    await door[Symbol.asyncDispose]()
    const answered = say('OK ABC235', 'down')
    await until(() => existsSync(spoolDir) && readdirSync(spoolDir).length === 1)
    expect(await answered).toMatchObject({ kind: 'ok' })
    await until(async () => {
      const history = await chat.call('chat.history', { sessionKey: 'main' }, 60_000)
      return JSON.stringify(history).includes('Nothing was decided; it gets your message when it is back')
    })
    door = await openBridgeServer(world, Number(new URL(door.url).port))
    await until(() => world.channels.messages({ limit: 10 }).received.length === 3)
    await until(() => readdirSync(spoolDir).length === 0)
    expect(world.heard).toEqual([])
  })
})
