import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ChannelSecretName, seconds } from '../../src/contract/index.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { openWorld } from './world.ts'

const refusal = (code: string, field?: string) => expect.objectContaining({ code, ...(field && { field }) })

/** An address that takes webhooks, and answers with the statuses that it is told, then 200. */
async function openReceiver(...statuses: number[]) {
  const received: { body: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    received.push({ body, headers: request.headers })
    response.writeHead(statuses.shift() ?? 200, { 'Retry-After': '7' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/T0123/secret-path`,
    received,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('setting a channel up', () => {
  it('is refused with the field that is wrong, and changes nothing (R-348)', async () => {
    await using world = openWorld()
    const set = (name: 'desktop' | 'openclaw' | 'whatsapp' | 'webhook', config: object, secrets: Partial<Record<ChannelSecretName, string>> = {}) =>
      expect(() => world.channels.set({ name, config, secrets }))
    set('openclaw', { to: '64211234567' }).toThrow(refusal('channel/invalid', 'to'))
    set('openclaw', { to: '+64211234567', url: 'ws://192.168.1.5:18789' }).toThrow(refusal('channel/invalid', 'url'))
    set('openclaw', { to: '+64211234567', colour: 'red' }).toThrow(refusal('channel/invalid'))
    set('openclaw', { to: '+64211234567' }).toThrow(refusal('channel/invalid', 'secrets.token'))
    set('openclaw', { to: '+64211234567' }, { token: '' }).toThrow(refusal('channel/invalid', 'secrets.token'))
    set('openclaw', { to: '+64211234567' }, { token: 't', appSecret: 's' }).toThrow(refusal('channel/invalid', 'secrets'))
    set('whatsapp', { to: '64211234567', phoneNumberId: '12345', graphUrl: 'http://graph.example' }, { accessToken: 't' }).toThrow(
      refusal('channel/invalid', 'graphUrl'),
    )
    set('whatsapp', { to: '64211234567', phoneNumberId: '12345', relayUrl: 'https://r.example' }, { accessToken: 't' }).toThrow(
      refusal('channel/invalid', 'secrets.appSecret'),
    )
    set('webhook', { url: 'http://hooks.example' }, { signingSecret: 's' }).toThrow(refusal('channel/invalid', 'url'))
    set('desktop', {}).toThrow(refusal('channel/invalid', 'name'))
    expect([world.told, world.channels.phones()]).toEqual([[], []])
  })

  it('keeps its secrets out of the database, the record and every view, and their names in (R-293)', async () => {
    await using world = openWorld()
    await using receiver = await openReceiver()
    await world.channels.start()
    const view = world.channels.set({ name: 'webhook', config: { url: receiver.url }, secrets: { signingSecret: 'canary-4711' } })
    expect(view.secrets).toEqual(['signingSecret'])
    world.channels.test('webhook')
    await world.until(() => receiver.received.length === 1)
    world.db.pragma('wal_checkpoint(TRUNCATE)')
    for (const text of [readFileSync(join(world.dir, 'reef.db'), 'latin1'), JSON.stringify([world.told, world.channels.list()])])
      expect(text).not.toContain('canary')
    expect(world.secrets.get('channel/webhook/signingSecret')).toBe('canary-4711')
  })

  it('is not needed to work: without a phone nothing is written, and notices of this machine are always there', async () => {
    await using world = openWorld()
    await world.channels.start()
    expect(world.write({ kind: 'notice', text: 'REEF' })).toEqual([])
    expect(world.channels.list().map(({ name, state, decides }) => [name, state, decides])).toEqual([
      ['desktop', 'ready', false],
      ['openclaw', 'off', false],
      ['whatsapp', 'off', false],
      ['webhook', 'off', false],
    ])
    for (const verb of ['test', 'pair', 'unpair', 'off'] as const) expect(() => world.channels[verb]('openclaw')).toThrow(refusal('channel/off'))
  })
})

describe('a webhook', () => {
  it('gets each message once, signed as Standard Webhooks says, and can neither pair nor decide', async () => {
    await using world = openWorld()
    await using receiver = await openReceiver()
    await world.channels.start()
    world.channels.set({ name: 'webhook', config: { url: receiver.url }, secrets: { signingSecret: 'whsec_c2VjcmV0' } })
    const [message] = world.write({ kind: 'approval', text: 'REEF', buttons: [{ id: 'ok:1', title: 'Approve' }] })
    await world.until(() => message && world.channels.sent(message.id)?.state === 'accepted')
    const [{ body, headers } = { body: '', headers: {} as IncomingHttpHeaders }] = receiver.received
    expect(JSON.parse(body)).toEqual({ type: 'reef.approval', id: message?.id, text: 'REEF', buttons: [{ id: 'ok:1', title: 'Approve' }] })
    const due = createHmac('sha256', 'secret').update(`reef:${message?.id}.${headers['webhook-timestamp']}.${body}`).digest('base64')
    expect([headers['webhook-id'], headers['webhook-signature']]).toEqual([`reef:${message?.id}`, `v1,${due}`])
    // The path of such an address is often a secret.
    expect(message?.to).toBe(new URL(receiver.url).origin)
    expect(world.view('webhook')).toMatchObject({ state: 'ready', decides: false })
    expect(() => world.channels.pair('webhook')).toThrow(refusal('channel/invalid', 'name'))
  })

  it('that is busy is tried later, that breaks is given the same id again, that refuses is not', async () => {
    await using world = openWorld()
    await using receiver = await openReceiver(429, 500, 200, 404)
    await world.channels.start()
    world.channels.set({ name: 'webhook', config: { url: receiver.url }, secrets: { signingSecret: 's' } })
    const [one] = world.write({ kind: 'notice', text: 'one' })
    if (!one) throw new Error('nothing was written')
    await world.until(() => world.channels.sent(one.id)?.error === 'The webhook answered 429.')
    expect(world.channels.sent(one.id)?.nextAttemptAt).toBe(world.clock.now() + seconds(7))
    world.clock.advance(seconds(7))
    await world.until(() => world.channels.sent(one.id)?.state === 'unknown')
    world.clock.advance(seconds(15))
    await world.until(() => world.channels.sent(one.id)?.state === 'accepted')
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([`reef:${one.id}`]))
    const [two] = world.write({ kind: 'notice', text: 'two' })
    await world.until(() => two && world.channels.sent(two.id)?.state === 'failed')
  })
})

describe('turning a channel off', () => {
  it('withdraws what was not sent, ends nothing that was, and a decision elsewhere withdraws its bundle (U-55)', async () => {
    await using world = openWorld()
    await using receiver = await openReceiver()
    await world.channels.start()
    world.channels.set({ name: 'webhook', config: { url: receiver.url }, secrets: { signingSecret: 's' } })
    const notBefore = (world.clock.now() + seconds(60)) as ReturnType<typeof world.clock.now>
    const bundleId = newId('bun', world.clock)
    const [bundled] = world.write({ kind: 'approval', text: 'a', bundleId, notBefore })
    const [other] = world.write({ kind: 'approval', text: 'b', notBefore })
    if (!bundled || !other) throw new Error('nothing was written')
    expect(world.view('webhook').waiting).toBe(2)
    world.channels.withdraw(bundleId)
    expect([world.channels.sent(bundled.id)?.state, world.channels.sent(other.id)?.state]).toEqual(['withdrawn', 'pending'])
    world.channels.off('webhook')
    expect([world.channels.sent(other.id)?.state, world.view('webhook').state, world.channels.phones()]).toEqual(['withdrawn', 'off', []])
    world.clock.advance(seconds(60))
    world.beat()
    expect(receiver.received).toEqual([])
  })
})
