import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RPCHandler } from '@orpc/server/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { resolveAsset, securityHeaders } from '../../src/main/security.ts'
import { createFixtureRouter } from './fixture-router.ts'
import { type WorldName, worldNames } from './worlds.ts'

export type FixtureServer = AsyncDisposable & { readonly url: string; sockets(): ReadonlySet<WebSocket> }

/**
 * The built page and an engine without a factory behind it. Which world a page meets is in its address: `/?world=empty`; the cookie that
 * carries it to the WebSocket stands for the session of the real server. `/?world=…` of one browser context do not mix with another's.
 */
export async function startFixtureServer({
  port = 0,
  root = join(import.meta.dirname, '../../dist/renderer'),
  fallback = 'full' as WorldName,
} = {}): Promise<FixtureServer> {
  const handlers = new Map(worldNames.map((name) => [name, createFixtureRouter(name)]))
  const worldOf = (text: string | undefined) => worldNames.find((name) => text?.includes(`world=${name}`))
  const server = createServer(async (request, response) => {
    const asset = resolveAsset(root, request.url ?? '/')
    if (!asset) {
      response.writeHead(404).end()
      return
    }
    const kind = asset.type.startsWith('text/html') ? 'page' : 'asset'
    const world = kind === 'page' ? worldOf(request.url) : undefined
    response.writeHead(200, {
      ...securityHeaders(kind),
      'Content-Type': asset.type,
      ...(world && { 'Set-Cookie': `world=${world}; SameSite=Strict; Path=/` }),
    })
    response.end(await readFile(asset.file))
  })
  const sockets = new WebSocketServer({ server, path: '/rpc/ws' })
  sockets.on('connection', (socket, request) => {
    const world = worldOf(request.headers.cookie) ?? fallback
    const router = handlers.get(world)
    if (router) void new RPCHandler(router()).upgrade(socket, { context: {} })
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets: () => sockets.clients,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' }, root: { type: 'string' }, world: { type: 'string', default: 'full' } } })
  const fallback = worldNames.find((name) => name === values.world)
  if (!fallback) throw new Error(`--world is one of ${worldNames.join(', ')}`)
  const { url } = await startFixtureServer({ port: Number(values.port), fallback, ...(values.root && { root: values.root }) })
  process.stdout.write(`${url}/?world=${fallback}\n`)
}
