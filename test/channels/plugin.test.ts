import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type BridgeContext, type BridgeEvent, createClaim, createPost, createSpool, findReason, type Post } from '../../assets/openclaw-plugin/index.mjs'

const context: BridgeContext = { channelId: 'whatsapp', accountId: 'default', conversationId: '64211234567@s.whatsapp.net' }
const message = (content: string, more: BridgeEvent = {}): BridgeEvent => ({ messageId: 'm1', content, channel: 'whatsapp', isGroup: false, ...more })

describe('which messages are REEF’s', () => {
  it('those that begin with its name, a code, or an answer and a code, a bare STOP, and replies to its own words', () => {
    const wanted = ['Kev, build me a price API', 'hey reef what is running?', 'REEF PAIR K7Q2XM', 'stop!']
    expect(wanted.map((content) => findReason({ content }))).toEqual(Array(4).fill('named'))
    expect(['K7Q2XM yes', '#k7q2xm no', 'ok K7Q2XM', '👍 #K7Q2XM'].map((content) => findReason({ content }))).toEqual(Array(4).fill('code'))
    expect(findReason({ content: 'yes', replyToId: 'x', replyToBody: 'REEF #K7Q2XM · T2 · Deploy' })).toBe('named')
    expect(findReason({ content: 'yes', replyToId: 'x', replyToBody: 'On it: 6 tasks' })).toBe('quoted')
    expect(findReason({ content: 'anything' }, { everything: true })).toBe('named')
  })

  it('none of what the owner says to his agent', () => {
    for (const content of ['hello', 'yes', 'ok then', 'ordered 123456 today', 'PLEASE call', 'stop the music', 'the reef is nice', 'recipe for pancakes', ''])
      expect(findReason({ content })).toBeUndefined()
  })
})

/** The hook over a REEF that answers as told. */
function openScene(answer: Awaited<ReturnType<Post>>['kind']) {
  const dir = mkdtempSync(join(tmpdir(), 'reef-spool-'))
  const posted: object[] = []
  const scene: { dir: string; posted: object[]; answer: Awaited<ReturnType<Post>>['kind']; post: Post; [Symbol.dispose](): void } = {
    dir,
    posted,
    answer,
    post: async (one) => {
      posted.push(one)
      return scene.answer === 'refused' ? { kind: 'refused', status: 401 } : { kind: scene.answer }
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  }
  const spool = createSpool(join(dir, 'spool'))
  return Object.assign(scene, { spool, claim: createClaim({ post: scene.post, spool, warn: () => {} }), spooled: () => readdirSync(join(dir, 'spool')).length })
}

describe('the hook', () => {
  it('takes what REEF took, silently, and leaves the rest to the agent', async () => {
    using scene = openScene('taken')
    expect(await scene.claim(message('K7Q2XM yes'), context)).toEqual({ handled: true })
    expect(await scene.claim(message('hello'), context)).toBeUndefined()
    scene.answer = 'left'
    expect(await scene.claim(message('K7Q2XM yes'), context)).toBeUndefined()
    expect(scene.posted).toHaveLength(2)
  })

  it('is deaf in groups and on other channels', async () => {
    using scene = openScene('taken')
    expect(await scene.claim(message('K7Q2XM yes', { isGroup: true }), context)).toBeUndefined()
    expect(await scene.claim(message('K7Q2XM yes', { channel: 'webchat' }), context)).toBeUndefined()
    expect(scene.posted).toEqual([])
  })

  it('keeps a message on disk while REEF is down, says that nothing was decided, and hands it over in order', async () => {
    using scene = openScene('unreachable')
    for (const content of ['K7Q2XM yes', 'reef what is running?'])
      expect(await scene.claim(message(content), context)).toEqual({
        handled: true,
        text: 'REEF is not running. Nothing was decided; it gets your message when it is back.',
      })
    await scene.spool.flush(scene.post)
    expect(scene.spooled()).toBe(2)
    scene.answer = 'taken'
    scene.posted.splice(0)
    await scene.spool.flush(scene.post)
    expect(scene.posted).toMatchObject([{ why: 'code', event: { content: 'K7Q2XM yes' } }, { why: 'named' }])
    expect(scene.spooled()).toBe(0)
  })

  it('hands over what comes behind a message that a power cut left in pieces', async () => {
    using scene = openScene('unreachable')
    writeFileSync(join(scene.dir, 'spool', `${String(Date.now() - 1000).padStart(15, '0')}-000001.json`), '{"why":"co')
    await scene.claim(message('K7Q2XM yes'), context)
    scene.answer = 'taken'
    scene.posted.splice(0)
    await scene.spool.flush(scene.post)
    expect([scene.posted.length, scene.spooled()]).toEqual([1, 0])
  })

  it('keeps nothing that only might be REEF’s, nothing a day old, and says so when there is no room', async () => {
    using scene = openScene('unreachable')
    expect(await scene.claim(message('fine', { replyToId: 'x' }), context)).toBeUndefined()
    writeFileSync(join(scene.dir, 'spool', '000000000000001-000001.json'), '{}')
    await scene.spool.flush(scene.post)
    expect(scene.spooled()).toBe(0)
    for (let n = 0; n < 200; n++) writeFileSync(join(scene.dir, 'spool', `${n}.json`), '{}')
    expect(await scene.claim(message('K7Q2XM yes'), context)).toMatchObject({
      text: 'REEF is not running. Nothing was decided, and your message was not kept.',
    })
  })

  it('says that nothing was decided when REEF refuses the bridge', async () => {
    using scene = openScene('refused')
    expect(await scene.claim(message('K7Q2XM yes'), context)).toEqual({ handled: true, text: 'REEF refused the bridge. Nothing was decided.' })
    expect(scene.spooled()).toBe(0)
  })

  it('takes a REEF that breaks, or is not there, for unreachable', async () => {
    const server = createServer((_request, response) => response.writeHead(500).end('{'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    expect(await createPost({ url, secret: () => 'x' })({})).toEqual({ kind: 'unreachable' })
    server.close()
    server.closeAllConnections()
    expect(await createPost({ url, secret: () => 'x' })({})).toEqual({ kind: 'unreachable' })
  })
})
