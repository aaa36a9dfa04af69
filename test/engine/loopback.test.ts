import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Loopback, openLoopback } from '../../src/main/loopback.ts'
import { type Factory, openFactory } from './world.ts'

const token = 'the-token-of-the-owner'
const cookie = { name: 'reef_test', value: 'the-secret-of-the-page' }
let factory: Factory
let loopback: Loopback

beforeAll(async () => {
  factory = await openFactory()
  loopback = await open()
})
afterAll(async () => {
  await loopback?.[Symbol.asyncDispose]()
  await factory?.[Symbol.asyncDispose]()
})

const open = (port: number | null = null) =>
  openLoopback({
    api: factory.engine.api,
    receiveFromBridge: factory.engine.receiveFromBridge,
    rendererRoot: join(import.meta.dirname, 'page'),
    started: Promise.resolve(),
    port,
    remembered: 0,
    token,
    cookie,
  })

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }
/** Plain HTTP, because fetch does not let a test lie about Host and Origin. */
function ask(
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${loopback.url}${path}`, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
const signedIn = { authorization: `Bearer ${token}` }
const call = (path: string, input: unknown, headers: Record<string, string> = signedIn) =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(input) })

describe('the loopback server', () => {
  it('answers nobody who names another host or comes from another page', async () => {
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await call('/rpc/factory/status', {}, { ...signedIn, origin: 'https://evil.example' })).status).toBe(403)
    expect((await call('/rpc/factory/status', {}, { ...signedIn, origin: loopback.url })).status).toBe(200)
  })

  it('says nothing without the token, with a wrong one, or with half of it', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Bearer ${token.slice(0, -1)}` }, { cookie: `${cookie.name}=wrong` }])
      expect((await call('/rpc/factory/status', {}, headers as Record<string, string>)).status).toBe(401)
  })

  it('signs a browser in once with a link, and only once', async () => {
    const path = loopback.bootstrapUrl().slice(loopback.url.length)
    const first = await ask(path)
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(first.headers['set-cookie']).toEqual([expect.stringMatching(/^reef_test=.*HttpOnly; SameSite=Strict; Path=\//)])
    const second = await ask(path)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect((await call('/rpc/factory/status', {}, { cookie: `${cookie.name}=${cookie.value}` })).status).toBe(200)
  })

  it('speaks plain JSON for scripts and describes itself', async () => {
    const status = await call('/api/factory/status', {})
    expect(JSON.parse(status.body)).toMatchObject({ mode: 'running', models: 'none' })
    const refused = await call('/api/request/submit', { text: '' })
    expect(refused.status).toBe(400)
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'request/empty', data: { field: 'text', remedy: expect.any(String) } })
    const document = JSON.parse((await ask('/api/openapi.json', { headers: signedIn })).body) as { openapi: string; paths: Record<string, unknown> }
    expect(document.openapi).toMatch(/^3\.1/)
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/request/submit', '/approval/approve', '/plan/get']))
  })

  it('refuses a body beyond four megabytes', async () => {
    expect((await call('/rpc/request/submit', { json: { text: 'x'.repeat(5_000_000) } })).status).toBe(413)
  })

  it('lets only its own signed-in page hold a live connection, and tells the page why not', async () => {
    const connect = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${loopback.url.replace('http', 'ws')}/rpc/ws`, { headers })
        let opened = false
        socket.on('open', () => {
          opened = true
          setTimeout(() => socket.close(), 100)
        })
        socket.on('close', (code) => resolve(`${opened} ${code}`))
        socket.on('error', (error) => resolve(error.message))
      })
    const own = { origin: loopback.url }
    expect(await connect({ ...own, cookie: `${cookie.name}=${cookie.value}` })).toBe('true 1005')
    expect(await connect(own)).toBe('true 4401')
    expect(await connect({ origin: 'https://evil.example', cookie: `${cookie.name}=${cookie.value}` })).toContain('403')
  })

  it('says in a sentence that a port is taken', async () => {
    await expect(open(loopback.port)).rejects.toThrow(`Port ${loopback.port} is taken: choose another with --port, or leave it out.`)
  })
})
