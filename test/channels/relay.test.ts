import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRelay } from '../../assets/relay/worker.mjs'
import { openRelay, relaySecrets } from './relay-server.ts'

const body = '{"object":"whatsapp_business_account","entry":[], "words":"schön"}'
const sign = (bytes: string | Buffer, secret = relaySecrets.appSecret) => `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`
const token = { Authorization: `Bearer ${relaySecrets.pullToken}` }

async function post(url: string, bytes: string | Buffer, signature?: string): Promise<number> {
  const answer = await fetch(`${url}/webhook`, { method: 'POST', body: bytes, headers: signature === undefined ? {} : { 'X-Hub-Signature-256': signature } })
  return answer.status
}
const pull = async (url: string, query = '') =>
  (await fetch(`${url}/pull${query}`, { headers: token })).json() as Promise<{ items: { seq: number; body: string }[] }>

describe('the handshake of Meta', () => {
  const greet = (url: string, query: string) => fetch(`${url}/webhook?${query}`)

  it('is answered with its challenge where the token fits, and refused otherwise', async () => {
    await using relay = await openRelay()
    const good = await greet(relay.url, `hub.mode=subscribe&hub.verify_token=${relaySecrets.verifyToken}&hub.challenge=4711`)
    expect([good.status, await good.text()]).toEqual([200, '4711'])
    for (const query of ['', 'hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1', `hub.verify_token=${relaySecrets.verifyToken}`])
      expect((await greet(relay.url, query)).status).toBe(403)
  })

  it('is refused by a relay whose token was never set: nothing does not equal nothing', async () => {
    await using relay = await openRelay({})
    expect((await greet(relay.url, 'hub.mode=subscribe&hub.verify_token=&hub.challenge=1')).status).toBe(403)
    expect(await post(relay.url, body, sign(body, ''))).toBe(401)
    expect((await fetch(`${relay.url}/pull`, { headers: { Authorization: 'Bearer ' } })).status).toBe(401)
  })
})

describe('a delivery', () => {
  it('is stored only when Meta signed exactly these bytes', async () => {
    await using relay = await openRelay()
    expect(await post(relay.url, body)).toBe(401)
    expect(await post(relay.url, body, sign(body, 'another-secret-of-16'))).toBe(401)
    expect(await post(relay.url, `${body} `, sign(body))).toBe(401)
    expect(await post(relay.url, body, sign(body).replace('sha256', 'sha1'))).toBe(401)
    const invalid = Buffer.from([0xff, 0xfe])
    expect(await post(relay.url, invalid, sign(invalid))).toBe(400)
    const long = Buffer.alloc(1_000_001, 0x20)
    expect(await post(relay.url, long, sign(long))).toBe(413)
    expect(relay.waiting()).toBe(0)
    expect(await post(relay.url, body, sign(body))).toBe(200)
    expect((await pull(relay.url)).items.map((item) => item.body)).toEqual([body])
  })

  it('that never ends is not read to its end', async () => {
    const answer = createRelay({ ...relaySecrets, store: { put: async () => {}, list: async () => [], forget: async () => {} } })
    let given = 0
    const body = new ReadableStream({
      pull(stream) {
        given += 100_000
        stream.enqueue(new Uint8Array(100_000))
      },
    })
    const request = new Request('https://relay.example/webhook', { method: 'POST', body, duplex: 'half' })
    expect((await answer(request)).status).toBe(413)
    expect(given).toBeLessThan(2_000_000)
  })

  it('is given again until it is acknowledged, oldest first, a page at a time', async () => {
    await using relay = await openRelay()
    for (const n of [1, 2, 3]) await post(relay.url, `${n}`, sign(`${n}`))
    const first = await pull(relay.url, '?limit=2')
    expect(first.items.map((item) => item.body)).toEqual(['1', '2'])
    expect(await pull(relay.url, '?limit=2')).toEqual(first)
    await fetch(`${relay.url}/ack`, { method: 'POST', headers: token, body: JSON.stringify({ upTo: first.items[1]?.seq }) })
    expect((await pull(relay.url)).items.map((item) => item.body)).toEqual(['3'])
  })

  it('is given to nobody without the token, and forgotten for nobody either', async () => {
    await using relay = await openRelay()
    await post(relay.url, body, sign(body))
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: relaySecrets.pullToken }]) {
      expect((await fetch(`${relay.url}/pull`, { headers })).status).toBe(401)
      expect((await fetch(`${relay.url}/ack`, { method: 'POST', headers, body: '{"upTo":99}' })).status).toBe(401)
    }
    expect((await fetch(`${relay.url}/ack`, { method: 'POST', headers: token, body: '{}' })).status).toBe(400)
    expect(relay.waiting()).toBe(1)
  })
})
