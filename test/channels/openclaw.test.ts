import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type BridgeContext, type BridgeEvent, sign, toPosted } from '../../assets/openclaw-plugin/index.mjs'
import { hours, seconds } from '../../src/contract/index.ts'
import { openBridgeServer } from './bridge-server.ts'
import { gatewayToken, openGateway } from './gateway.ts'
import { openWorld } from './world.ts'

const owner = '64211234567@s.whatsapp.net'
const bridgeSecret = 'b'.repeat(64)
const claimed = { status: 200, claimed: true }
const left = { status: 200, claimed: false }

/** REEF beside a gateway, with the bridge's door open. */
async function openScene({ token = gatewayToken, protocol = 4, paired = false } = {}) {
  const stack = new AsyncDisposableStack()
  const world = stack.use(openWorld())
  const gateway = stack.use(await openGateway({ protocol }))
  const door = stack.use(await openBridgeServer(world))
  await world.channels.start()
  world.channels.set({ name: 'openclaw', config: { url: gateway.url, to: '+64211234567' }, secrets: { token, signingSecret: bridgeSecret } })
  const send = async (posted: object) => {
    const body = JSON.stringify(posted)
    const answered = await fetch(door.url, { method: 'POST', body, headers: sign(body, bridgeSecret, Math.floor(world.clock.now() / 1000)) })
    return { status: answered.status, ...((await answered.json()) as object) }
  }
  let serial = 0
  const say = (content: string, event: BridgeEvent = {}, context: BridgeContext = {}) =>
    send(
      toPosted(
        'code',
        { messageId: `in${++serial}`, content, channel: 'whatsapp', senderId: owner, isGroup: false, timestamp: world.clock.now(), ...event },
        { channelId: 'whatsapp', accountId: 'default', conversationId: owner, ...context },
      ),
    )
  if (paired) {
    await world.untilState('openclaw', 'unproven')
    await say(world.channels.pair('openclaw').words)
    await world.untilState('openclaw', 'ready')
    await world.until(() => gateway.sent.length === 1)
    gateway.sent.splice(0)
  }
  return {
    world,
    gateway,
    door,
    say,
    send,
    only(text = 'REEF #K7Q2XM') {
      const [message] = world.write({ kind: 'approval', text })
      if (!message) throw new Error('nothing was written')
      return message.id
    },
    dropped: () => world.channels.messages({ limit: 50 }).received.flatMap(({ allowed, outcome }) => (allowed ? [] : [outcome])),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

describe('a gateway of OpenClaw', () => {
  it('is greeted with no more rights than sending needs, and takes a message under its key', async () => {
    await using scene = await openScene()
    await scene.world.untilState('openclaw', 'unproven')
    const id = scene.only()
    await scene.world.until(() => scene.world.channels.sent(id)?.state === 'accepted')
    expect(scene.gateway.sent).toEqual([{ to: '+64211234567', message: 'REEF #K7Q2XM', channel: 'whatsapp', idempotencyKey: `reef:${id}` }])
    expect(scene.gateway.scopes).toEqual([['operator.read', 'operator.write']])
  })

  it('without a linked phone gets nothing at all: it would keep it and send it hours later', async () => {
    await using scene = await openScene()
    const { world, gateway } = scene
    gateway.whatsapp.linked = false
    gateway.whatsapp.connected = false
    await world.until(() => world.view('openclaw').state !== 'connecting')
    const id = scene.only()
    // Also in the quarter of a minute in which REEF still thinks that it is linked.
    await world.untilState('openclaw', 'not_linked')
    world.beat()
    expect([gateway.sent, world.channels.sent(id)?.state]).toEqual([[], 'pending'])
    gateway.whatsapp.linked = true
    world.clock.advance(seconds(15))
    await world.until(() => /not connected/.test(world.view('openclaw').detail))
    gateway.whatsapp.connected = true
    world.clock.advance(seconds(15))
    await world.until(() => world.channels.sent(id)?.state === 'accepted')
  })

  it('that queues a message is never given it again, whatever happens', async () => {
    await using scene = await openScene()
    const { world, gateway } = scene
    await world.untilState('openclaw', 'unproven')
    gateway.expect('queue')
    const id = scene.only()
    await world.until(() => world.channels.sent(id)?.state === 'queued_remote')
    world.clock.advance(seconds(31))
    await world.until(() => /Degraded/.test(world.view('openclaw').detail))
    world.clock.advance(hours(1))
    await world.restart()
    await world.untilState('openclaw', 'unproven')
    world.beat()
    expect([world.channels.sent(id)?.state, gateway.sent.length]).toEqual(['queued_remote', 1])
  })

  it('that breaks off, answers nothing or fails unclearly gets the same key again, and no other', async () => {
    await using scene = await openScene()
    const { world, gateway } = scene
    await world.untilState('openclaw', 'unproven')
    gateway.expect('close', 'unavailable')
    const id = scene.only()
    for (const attempts of [1, 2]) {
      await world.until(() => world.channels.sent(id)?.state === 'unknown' && world.channels.sent(id)?.attempts === attempts)
      world.clock.advance(seconds(20))
    }
    await world.until(() => world.channels.sent(id)?.state === 'accepted')
    expect(gateway.sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(Array(3).fill(`reef:${id}`))
  })

  it('that refuses a message has it failed, with its words', async () => {
    await using scene = await openScene()
    const { world, gateway } = scene
    await world.untilState('openclaw', 'unproven')
    gateway.expect('invalid', 'forbidden')
    const [one, two] = [scene.only(), scene.only()]
    await world.until(() => world.channels.sent(two)?.state === 'failed')
    expect(world.channels.sent(one)).toMatchObject({
      state: 'failed',
      error: 'OpenClaw answered INVALID_REQUEST: requires target <E.164|group JID|newsletter JID>',
    })
  })

  it('that refuses the token, or speaks another protocol, is refused with the way out', async () => {
    await using wrong = await openScene({ token: 'wrong' })
    await wrong.world.untilState('openclaw', 'refused')
    expect(wrong.world.view('openclaw')).toMatchObject({
      detail: 'OpenClaw refuses REEF: unauthorized: gateway token mismatch (AUTH_TOKEN_MISMATCH)',
      remedy: 'store the token of the gateway: reef channel set openclaw --secrets',
    })
    await using newer = await openScene({ protocol: 5 })
    await newer.world.untilState('openclaw', 'refused')
    expect(newer.world.view('openclaw').detail).toBe('OpenClaw does not speak version 4 of its protocol.')
  })

  it('that is gone for half a minute is told lost once, and back once (R-026)', async () => {
    await using scene = await openScene({ paired: true })
    const { world, gateway } = scene
    await gateway[Symbol.asyncDispose]()
    await world.untilState('openclaw', 'down')
    expect(world.view('openclaw').decides).toBe(false)
    world.clock.advance(seconds(29))
    world.beat()
    expect(world.types('channel.lost')).toEqual([])
    world.clock.advance(seconds(2))
    await world.until(() => world.types('channel.lost').length > 0)
    await world.restart()
    world.clock.advance(seconds(60))
    await world.until(() => world.view('openclaw').state === 'down')
    await using back = await openGateway()
    world.channels.set({ name: 'openclaw', config: { url: back.url, to: '+64211234567' }, secrets: {} })
    await world.untilState('openclaw', 'ready')
    expect(world.types('channel.lost', 'channel.restored')).toEqual(['channel.lost', 'channel.restored'])
  })
})

it('a gateway that comes back while the clock is put back is found at once', async () => {
  await using scene = await openScene({ paired: true })
  const { world, gateway } = scene
  gateway.hangUp()
  await world.untilState('openclaw', 'down')
  world.clock.advance(-seconds(18_000))
  await world.untilState('openclaw', 'ready')
})

describe('pairing', () => {
  it('makes the one who sends the code from the right number the owner, and nobody before (U-67)', async () => {
    await using scene = await openScene()
    const { world, gateway } = scene
    await world.untilState('openclaw', 'unproven')
    expect(await scene.say('OK K7Q2XM')).toEqual(left)
    const { words } = world.channels.pair('openclaw')
    expect(await scene.say(words, { senderId: '15550001111@s.whatsapp.net' })).toEqual(left)
    expect(await scene.say('REEF PAIR AAAAAA')).toEqual(left)
    expect(await scene.say(words, {}, { channelId: 'webchat' })).toEqual(left)
    expect(await scene.say(words, { forwarded: true })).toEqual(left)
    expect(world.view('openclaw')).toMatchObject({ pairedSender: null, decides: false })
    expect(await scene.say(words)).toEqual(claimed)
    await world.until(() => gateway.sent.length === 1)
    expect(world.view('openclaw')).toMatchObject({ state: 'ready', pairedSender: owner, decides: true })
    expect([world.heard, world.types('channel.paired').length, gateway.sent[0]?.message]).toEqual([
      [],
      1,
      'REEF: this phone is paired. From now on your answers here count.',
    ])
  })

  it('is over after five wrong codes, and after ten minutes', async () => {
    await using scene = await openScene()
    const { world } = scene
    await world.untilState('openclaw', 'unproven')
    const guessed = world.channels.pair('openclaw')
    for (let n = 0; n < 5; n++) await scene.say(`REEF PAIR AAAAA${n + 2}`)
    expect(await scene.say(guessed.words)).toEqual(left)
    const open = world.channels.pair('openclaw')
    for (let n = 0; n < 5; n++) await scene.say(`REEF PAIR AAAAA${n + 2}`, { senderId: '+15550001111' })
    expect(await scene.say(open.words)).toEqual(claimed)
    world.channels.unpair('openclaw')
    const late = world.channels.pair('openclaw')
    world.clock.advance(600_000)
    expect(await scene.say(late.words)).toEqual(left)
    expect(await scene.say(world.channels.pair('openclaw').words)).toEqual(claimed)
  })

  it('ends with unpairing, and with another number', async () => {
    await using scene = await openScene({ paired: true })
    const { world, gateway } = scene
    world.channels.unpair('openclaw')
    expect(await scene.say('K7Q2XM yes')).toEqual(left)
    expect(world.view('openclaw')).toMatchObject({ state: 'unproven', pairedSender: null, decides: false })
    expect(() => world.channels.unpair('openclaw')).toThrow(expect.objectContaining({ code: 'channel/not-paired' }))
    await scene.say(world.channels.pair('openclaw').words)
    world.channels.set({ name: 'openclaw', config: { url: gateway.url, to: '+64219999999' }, secrets: {} })
    expect(world.view('openclaw').pairedSender).toBeNull()
  })
})

describe('what the bridge hands over', () => {
  it('is the paired sender’s word, once, with what it quotes, without the name it was called by', async () => {
    await using scene = await openScene({ paired: true })
    const { world } = scene
    const id = scene.only()
    await world.until(() => world.channels.sent(id)?.state === 'accepted')
    for (const _ of [1, 2]) expect(await scene.say('Reef, K7Q2XM yes', { messageId: 'm1', replyToId: '3EB02' })).toEqual(claimed)
    expect(world.heard).toMatchObject([{ text: 'K7Q2XM yes', repliesTo: id, sender: owner, allowed: true }])
  })

  it('is refused, however right its code, when it came over the gateway’s own chat, a group, another account or another sender (U-67)', async () => {
    await using scene = await openScene({ paired: true })
    const { world, dropped } = scene
    const forged: readonly [BridgeEvent, BridgeContext, string][] = [
      [{ channel: 'webchat' }, { channelId: 'webchat' }, 'It came over webchat, not over WhatsApp.'],
      [{}, { channelId: 'webchat' }, 'It came over whatsapp, not over WhatsApp.'],
      [{ isGroup: true }, {}, 'It came from a group.'],
      [{}, { conversationId: '1203@g.us' }, 'It came from a group.'],
      [{}, { accountId: 'second' }, 'It came over another account than default.'],
      [{ senderId: '15550001111@s.whatsapp.net' }, {}, 'Its sender is not the paired one.'],
      [{ senderId: '' }, {}, 'It names no sender.'],
    ]
    for (const [event, context] of forged) expect(await scene.say('OK K7Q2XM', event, context)).toEqual(left)
    expect(dropped().reverse()).toEqual(forged.map(([, , because]) => because))
    expect([world.heard, world.channels.received()]).toEqual([[], []])
  })

  it('is not kept when it only quotes what is none of REEF’s', async () => {
    await using scene = await openScene({ paired: true })
    const { world } = scene
    const quoted = toPosted(
      'quoted',
      { messageId: 'q', content: 'see above', channel: 'whatsapp', senderId: owner, isGroup: false, replyToId: 'elsewhere' },
      { channelId: 'whatsapp' },
    )
    expect(await scene.send(quoted)).toEqual(left)
    expect(world.channels.messages({ limit: 10 }).received.filter(({ text }) => text === 'see above')).toEqual([])
  })

  it('is refused without the secret, too late, too long, from another host or by another method', async () => {
    await using scene = await openScene({ paired: true })
    const body = JSON.stringify(
      toPosted('code', { messageId: 'x', content: 'OK K7Q2XM', channel: 'whatsapp', senderId: owner, isGroup: false }, { channelId: 'whatsapp' }),
    )
    const now = Math.floor(scene.world.clock.now() / 1000)
    const post = (headers: Record<string, string>, text = body, method = 'POST') =>
      new Promise<number>((resolve, reject) => {
        const call = request(scene.door.url, { method, headers }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        call.on('error', reject)
        call.end(text)
      })
    expect(await post({})).toBe(401)
    expect(await post(sign(body, 'another secret', now))).toBe(401)
    expect(await post(sign(`${body} `, bridgeSecret, now))).toBe(401)
    for (const skew of [-61, 61]) expect(await post(sign(body, bridgeSecret, now + skew))).toBe(401)
    expect(await post({ ...sign(body, bridgeSecret, now), host: 'evil.example' })).toBe(403)
    expect(await post({ ...sign('{}', bridgeSecret, now) }, '{}')).toBe(400)
    expect(await post(sign('', bridgeSecret, now), '', 'GET')).toBe(405)
    const long = 'x'.repeat(65 * 1024)
    expect(await post(sign(long, bridgeSecret, now), long)).toBe(413)
    expect(scene.world.heard).toEqual([])
    expect(await post(sign(body, bridgeSecret, now))).toBe(200)
  })

  it('finds nobody while OpenClaw is not set up in REEF, or was turned off', async () => {
    await using scene = await openScene({ paired: true })
    scene.world.channels.off('openclaw')
    expect(await scene.say('OK K7Q2XM')).toMatchObject({ status: 503, claimed: false })
    expect(scene.world.view('openclaw')).toMatchObject({ state: 'off', pairedSender: null, decides: false, address: null })
  })
})
