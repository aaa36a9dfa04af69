import { describe, expect, it } from 'vitest'
import { hours, minutes, seconds } from '../../src/contract/index.ts'
import { meta, openMeta } from './meta.ts'
import { openRelay, relaySecrets } from './relay-server.ts'
import { openWorld } from './world.ts'

/** REEF, Meta and the relay between them; the owner's phone is paired. */
async function openScene({ paired = true } = {}) {
  const stack = new AsyncDisposableStack()
  const world = stack.use(openWorld())
  const facebook = stack.use(await openMeta({ now: () => world.clock.now() }))
  const relay = stack.use(await openRelay())
  await world.channels.start()
  world.channels.set({
    name: 'whatsapp',
    config: { graphUrl: facebook.url, phoneNumberId: meta.phoneNumberId, to: meta.owner, relayUrl: relay.url },
    secrets: { accessToken: meta.accessToken, appSecret: meta.appSecret, relayToken: relaySecrets.pullToken },
  })
  await world.untilState('whatsapp', 'unproven')
  const say = async (words: object, from?: string) => {
    const { id, value } = facebook.message(words, from === undefined ? {} : { from })
    expect(await facebook.deliver(relay.url, [value])).toBe(200)
    return id
  }
  if (paired) {
    await say({ type: 'text', text: { body: world.channels.pair('whatsapp').words } })
    await world.untilState('whatsapp', 'ready')
    await world.until(() => facebook.taken.length === 1)
    facebook.taken.splice(0)
  }
  const only = (text = 'REEF #K7Q2XM', more = {}) => {
    const [message] = world.write({ kind: 'approval', text, ...more })
    if (!message) throw new Error('nothing was written')
    return message.id
  }
  return {
    world,
    facebook,
    relay,
    say,
    only,
    stateOf: (id: ReturnType<typeof only>) => world.channels.sent(id)?.state,
    /** Everything that Meta delivered so far was fetched. */
    fetched: () => world.until(() => relay.waiting() === 0),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

describe('sending over the Cloud API', () => {
  it('carries buttons, quotes what it answers, and is told delivered and read, in any order (U-66, U-68)', async () => {
    await using scene = await openScene()
    const { world, facebook, relay, only } = scene
    const question = await scene.say({ type: 'text', text: { body: 'why?' } })
    await world.until(() => world.heard.length === 1)
    const [asked] = world.heard
    const id = only('REEF #K7Q2XM', { buttons: [{ id: 'ok:K7Q2XM', title: 'Approve' }], replyTo: asked?.id })
    await world.until(() => scene.stateOf(id) === 'accepted')
    const [taken] = facebook.taken
    expect(taken).toMatchObject({ type: 'interactive', context: { message_id: question }, biz_opaque_callback_data: `reef:${id}` })
    if (!taken) return
    await facebook.deliver(relay.url, [facebook.status(taken, 'read'), facebook.status(taken, 'delivered')])
    await facebook.deliver(relay.url, [facebook.status(taken, 'sent'), facebook.status(taken, 'read')])
    await scene.fetched()
    expect(world.channels.sent(id)).toMatchObject({ state: 'read' })
    expect(world.view('whatsapp').lastDeliveredAt).toBe(world.clock.now())
  })

  it('never breaks a documented limit, whatever is written', async () => {
    await using scene = await openScene()
    for (const text of ['x', 'x'.repeat(1024), 'x'.repeat(1025), 'x'.repeat(9000), 'a\n\n\tb     c']) {
      scene.only(text, { buttons: [1, 2, 3].map((n) => ({ id: `${n}`, title: `Answer ${n}` })) })
      scene.world.clock.advance(1)
    }
    await scene.world.until(() => scene.facebook.taken.length === 5)
    expect(scene.facebook.refused).toEqual([])
  })

  it('is a template once the owner was silent for a day, without asking Meta first (U-66)', async () => {
    await using scene = await openScene()
    scene.world.clock.advance(hours(24))
    const id = scene.only('a\nb')
    await scene.world.until(() => scene.stateOf(id) === 'accepted')
    expect(scene.facebook.taken).toMatchObject([{ type: 'template', template: { components: [{ parameters: [{ text: 'a · b' }] }] } }])
    expect(scene.facebook.refused).toEqual([])
  })

  it('becomes a template once when Meta says so at once, or later', async () => {
    await using scene = await openScene({ paired: false })
    const { world, facebook, relay } = scene
    const at = scene.only()
    await world.until(() => scene.stateOf(at) === 'accepted')
    expect([facebook.refused.length, facebook.taken.map(({ type }) => type)]).toEqual([1, ['template']])
    facebook.expect('cold-later')
    const later = scene.only()
    await world.until(() => scene.stateOf(later) === 'accepted')
    const cold = facebook.taken[1]
    if (!cold) throw new Error('Meta took nothing')
    for (const _ of [1, 2]) await facebook.deliver(relay.url, [facebook.status(cold, 'failed', 131047)])
    await scene.fetched()
    await world.until(() => facebook.taken.length === 3 && scene.stateOf(later) === 'accepted')
    expect(facebook.taken.map(({ type, biz_opaque_callback_data: key }) => [type, key])).toEqual([
      ['template', `reef:${at}`],
      ['text', `reef:${later}`],
      ['template', `reef:${later}`],
    ])
  })

  it('waits when Meta is busy, as long as Meta says', async () => {
    await using scene = await openScene()
    const { world, facebook } = scene
    facebook.expect('throttled', 'http-429')
    const id = scene.only()
    await world.until(() => scene.stateOf(id) === 'pending' && world.channels.sent(id)?.attempts === 1)
    expect(world.channels.sent(id)?.nextAttemptAt).toBe(world.clock.now() + seconds(30))
    world.clock.advance(seconds(30))
    await world.until(() => world.channels.sent(id)?.attempts === 2 && scene.stateOf(id) === 'pending')
    expect(world.channels.sent(id)?.nextAttemptAt).toBe(world.clock.now() + seconds(40))
    world.clock.advance(seconds(40))
    await world.until(() => scene.stateOf(id) === 'accepted')
    expect(facebook.taken).toHaveLength(1)
  })

  it('stops when the token is refused, says so once, decides nothing meanwhile, and goes on with what is still in time (R-026)', async () => {
    await using scene = await openScene()
    const { world, facebook } = scene
    facebook.expect('expired-token')
    const [late, lasting] = [scene.only('late', { expiresAt: world.clock.now() + minutes(1) }), scene.only('lasting')]
    await world.untilState('whatsapp', 'refused')
    expect([world.view('whatsapp').decides, world.view('whatsapp').remedy]).toEqual([false, 'store a new access token: reef channel set whatsapp --secrets'])
    const tries = facebook.tries()
    world.clock.advance(seconds(31))
    await world.until(() => world.types('channel.lost').length === 1)
    world.clock.advance(minutes(1))
    world.beat()
    await scene.fetched()
    expect([facebook.tries(), world.types('channel.lost')]).toEqual([tries, ['channel.lost']])
    facebook.relent()
    world.clock.advance(minutes(10))
    await world.untilState('whatsapp', 'ready')
    await world.until(() => scene.stateOf(lasting) === 'accepted')
    expect([scene.stateOf(late), world.types('channel.lost', 'channel.restored')]).toEqual(['expired', ['channel.lost', 'channel.restored']])
  })

  it('repeats what got no answer with the same key, unless a status tells first that it went', async () => {
    await using scene = await openScene()
    const { world, facebook, relay } = scene
    facebook.expect('drop-after-accept', 'drop-before-accept', 'no-id')
    const [told, untold] = [scene.only('told'), scene.only('untold')]
    await world.until(() => scene.stateOf(told) === 'unknown' && scene.stateOf(untold) === 'unknown')
    const [taken] = facebook.taken
    if (!taken) throw new Error('Meta took nothing')
    await facebook.deliver(relay.url, [facebook.status(taken, 'sent')])
    await scene.fetched()
    expect(scene.stateOf(told)).toBe('accepted')
    world.clock.advance(seconds(60))
    await world.until(() => scene.stateOf(untold) === 'unknown' && world.channels.sent(untold)?.attempts === 2)
    world.clock.advance(seconds(60))
    await world.until(() => scene.stateOf(untold) === 'accepted')
    expect(facebook.taken.map(({ biz_opaque_callback_data: key }) => key)).toEqual([`reef:${told}`, `reef:${untold}`, `reef:${untold}`])
  })

  it('that hangs when the engine is stopped is of unknown fate after the start, and keeps its key', async () => {
    await using scene = await openScene()
    const { world, facebook } = scene
    facebook.expect('hang')
    const id = scene.only()
    await world.until(() => facebook.taken.length === 1)
    expect(scene.stateOf(id)).toBe('sending')
    await world.restart()
    expect(scene.stateOf(id)).toBe('unknown')
    world.clock.advance(seconds(60))
    await world.until(() => scene.stateOf(id) === 'accepted')
    expect(new Set(facebook.taken.map(({ biz_opaque_callback_data: key }) => key))).toEqual(new Set([`reef:${id}`]))
  })

  it('without an acknowledgement for 30 seconds says so, and takes it back when one comes (U-68)', async () => {
    await using scene = await openScene()
    const { world, facebook, relay } = scene
    const id = scene.only()
    await world.until(() => scene.stateOf(id) === 'accepted')
    world.clock.advance(seconds(31))
    await world.until(() => /Degraded/.test(world.view('whatsapp').detail))
    expect(world.view('whatsapp').state).toBe('ready')
    const taken = facebook.taken.at(-1)
    if (!taken) throw new Error('Meta took nothing')
    await facebook.deliver(relay.url, [facebook.status(taken, 'delivered')])
    await world.until(() => !/Degraded/.test(world.view('whatsapp').detail))
  })
})

describe('hearing the owner over the relay', () => {
  it('takes a tap, a reaction and words once each, however often Meta repeats them (field c3)', async () => {
    await using scene = await openScene()
    const { world, facebook, relay } = scene
    const id = scene.only()
    await world.until(() => scene.stateOf(id) === 'accepted')
    const prompt = facebook.taken[0]?.wamid
    const tap = facebook.message({
      type: 'interactive',
      interactive: { type: 'button_reply', button_reply: { id: 'ok:K7Q2XM', title: 'Approve' } },
      context: { id: prompt },
    })
    const thumb = facebook.message({ type: 'reaction', reaction: { message_id: prompt, emoji: '👍' } })
    for (const _ of [1, 2, 3]) await facebook.deliver(relay.url, [tap.value, thumb.value])
    await scene.fetched()
    expect(world.heard.map(({ button, reaction, repliesTo }) => [button, reaction, repliesTo])).toEqual([
      ['ok:K7Q2XM', null, id],
      [null, '👍', id],
    ])
    expect(world.channels.received()).toEqual(world.heard)
  })

  it('is of no use to anybody else, to another number, or to who forges a signature (U-67)', async () => {
    await using scene = await openScene()
    const { world, facebook, relay } = scene
    await scene.say({ type: 'text', text: { body: 'OK K7Q2XM' } }, '15550001111')
    const { value } = facebook.message({ type: 'text', text: { body: 'OK K7Q2XM' } })
    await facebook.deliver(relay.url, [value], { phoneNumberId: '999999999' })
    const forged = facebook.message({ type: 'text', text: { body: 'OK K7Q2XM forged' } })
    expect(await facebook.deliver(relay.url, [forged.value], { signature: facebook.sign('another body') })).toBe(401)
    // Also where the relay itself was taken over.
    relay.smuggle(facebook.toBody([forged.value]), facebook.sign(facebook.toBody([forged.value]), 'a-secret-of-somebody-else'))
    await scene.fetched()
    const { received } = world.channels.messages({ channel: 'whatsapp', limit: 10 })
    expect(received.filter(({ allowed }) => !allowed).map(({ outcome }) => outcome)).toEqual([
      'It came to another number.',
      'Its sender is not the paired one.',
    ])
    expect([world.heard, world.channels.received()]).toEqual([[], []])
    expect(facebook.taken).toEqual([])
  })

  it('keeps the last thousand words of strangers and all of the owner’s, however many write to the number', async () => {
    await using scene = await openScene()
    const { world, facebook, relay } = scene
    const words = await scene.say({ type: 'text', text: { body: 'K7Q2XM yes' } })
    const flood = Array.from({ length: 1100 }, () =>
      facebook.message({ type: 'reaction', reaction: { message_id: words, emoji: '👍'.repeat(500) } }, { from: '15550001111' }),
    )
    for (let at = 0; at < flood.length; at += 100)
      await facebook.deliver(
        relay.url,
        flood.slice(at, at + 100).map(({ value }) => value),
      )
    await scene.fetched()
    const { received } = world.channels.messages({ channel: 'whatsapp', limit: 2000 })
    expect(received.filter(({ allowed }) => !allowed)).toHaveLength(1000)
    expect(Math.max(...received.map(({ reaction }) => reaction?.length ?? 0))).toBeLessThanOrEqual(256)
    expect(received.filter(({ allowed, text }) => allowed && text === 'K7Q2XM yes')).toHaveLength(1)
    const plan = world.db
      .prepare("EXPLAIN QUERY PLAN SELECT id FROM message_in WHERE channel = 'whatsapp' AND allowed = 0 ORDER BY id DESC LIMIT 1 OFFSET 1000")
      .all()
    expect(JSON.stringify(plan)).toContain('message_in_strange')
  })

  it('loses nothing when the engine dies between the fetching and the settling', async () => {
    await using scene = await openScene()
    const { world } = scene
    await scene.say({ type: 'text', text: { body: 'K7Q2XM yes' } })
    await scene.fetched()
    await world.restart()
    const [open] = world.channels.received()
    expect(open).toMatchObject({ text: 'K7Q2XM yes', state: 'received' })
    if (!open) return
    world.channels.settle(open.id, 'answered', 'approved')
    world.channels.settle(open.id, 'ignored', 'twice')
    expect([world.channels.received(), world.types('message.answered').length]).toEqual([[], 1])
    expect(world.channels.messages({ limit: 10 }).received[0]).toMatchObject({ state: 'answered', outcome: 'approved' })
  })

  it('decides nothing while the relay is gone, and says so, though messages still go out (R-026)', async () => {
    await using scene = await openScene()
    const { world, relay } = scene
    relay.breakOff(true)
    await world.untilState('whatsapp', 'down')
    expect(world.view('whatsapp').decides).toBe(false)
    const id = scene.only()
    await world.until(() => scene.stateOf(id) === 'accepted')
    relay.breakOff(false)
    // The clock was wrong, and is put back: that must not make it deaf for as long.
    world.clock.advance(-hours(5))
    await world.untilState('whatsapp', 'ready')
  })
})
