import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node'
import { RPCHandler as SocketHandler } from '@orpc/server/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Engine } from '../engine/engine.ts'
import { resolveAsset, securityHeaders } from './security.ts'

export type LoopbackOptions = {
  readonly api: Engine['api']
  /** Proves by its signature who calls, not by a token. */
  readonly receiveFromBridge: Engine['receiveFromBridge']
  readonly rendererRoot: string
  /** Calls wait for this; the page is served meanwhile. */
  readonly started: Promise<unknown>
  /** A port that must be had; null takes `remembered`, or any. */
  readonly port: number | null
  readonly remembered: number
  /** For programs of the owner: they read it from a file that only he can read. */
  readonly token: string
  /** What the page's cookie holds; the same after a restart, so that an open page goes on. */
  readonly cookie: { readonly name: string; readonly value: string }
}

const MOST_BODY = 4 * 1024 * 1024
const MOST_UNSENT = 64 * 1024 * 1024
const PING_MS = 30_000
const CODE_MS = 10 * 60_000
const NOT_SIGNED_IN = 4401

/** The engine's face on this machine: the page, its live connection, RPC for the CLI, JSON for scripts. 127.0.0.1 only. */
export async function openLoopback(options: LoopbackOptions) {
  const { api, cookie, receiveFromBridge, rendererRoot, started, token } = options
  // A plugin of one handler adds to the list it is given, so each gets its own.
  const forHttp = () => ({ plugins: [new BodyLimitPlugin({ maxBodySize: MOST_BODY })], clientInterceptors: [...api.clientInterceptors] })
  const rpc = new RPCHandler(api.router, forHttp())
  const json = new OpenAPIHandler(api.router, forHttp())
  const live = new SocketHandler(api.router, { clientInterceptors: api.clientInterceptors })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_BODY })
  const codes = new Map<string, number>()

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      api.noteFault(error)
      if (!response.headersSent) refuse(response, 500, 'An internal error stopped it; see the log.')
      else response.destroy()
    })
  })
  server.on('upgrade', (request, socket, head) => upgrade(request, socket, head))
  const port = await listen(server, options.port, options.remembered)
  const url = `http://127.0.0.1:${port}`
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      // A page that sleeps must not make the engine hold everything that it misses.
      if (socket.bufferedAmount > MOST_UNSENT) socket.terminate()
      else socket.ping()
    }
  }, PING_MS)

  /** A link that signs a browser in, once, within ten minutes. */
  function bootstrapUrl(): string {
    const code = randomBytes(18).toString('base64url')
    codes.set(code, Date.now() + CODE_MS)
    return `${url}/open/${code}`
  }

  return {
    url,
    port,
    bootstrapUrl,
    async [Symbol.asyncDispose](): Promise<void> {
      clearInterval(pings)
      for (const socket of sockets.clients) socket.close(1001)
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').replace(/[?#].*$/, '')
    if (!hosts.includes(request.headers.host ?? '') || !isOwnOrigin(request))
      return refuse(response, 403, 'REEF answers only on this machine, to its own page.')
    if (path === '/channels/openclaw') return receiveFromBridge(request, response)
    if (path.startsWith('/open/')) return signIn(response, path.slice('/open/'.length))
    if (path === '/rpc' || path.startsWith('/rpc/') || path === '/open' || path.startsWith('/api/')) {
      const by = identify(request)
      if (!by) return refuse(response, 401, 'Not signed in: the token is in run/engine.json of the data directory.')
      await started
      if (path === '/open') return send(response, 200, { url: bootstrapUrl() })
      if (path === '/api/openapi.json') return send(response, 200, await api.describe(url))
      const context = {
        actor: 'owner' as const,
        channel: by === 'cookie' ? ('browser' as const) : path.startsWith('/api/') ? ('http' as const) : ('cli' as const),
      }
      const { matched } = path.startsWith('/api/')
        ? await json.handle(request, response, { prefix: '/api', context })
        : await rpc.handle(request, response, { prefix: '/rpc', context })
      if (!matched) refuse(response, 404, `There is no ${path} here.`)
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET here.')
    const asset = resolveAsset(rendererRoot, path)
    if (!asset) return refuse(response, 404, 'Not found.')
    const kind = asset.type.startsWith('text/html') ? 'page' : 'asset'
    response.writeHead(200, { ...securityHeaders(kind), 'Content-Type': asset.type }).end(request.method === 'HEAD' ? undefined : await readFile(asset.file))
  }

  /** A code works once; a second use leads to the page, which says what to do. */
  function signIn(response: ServerResponse, code: string): void {
    const until = codes.get(code) ?? 0
    codes.delete(code)
    const set = until > Date.now() ? { 'Set-Cookie': `${cookie.name}=${cookie.value}; HttpOnly; SameSite=Strict; Path=/` } : {}
    response.writeHead(303, { ...securityHeaders('page'), ...set, Location: '/' }).end()
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isWanted = request.url?.replace(/[?#].*$/, '') === '/rpc/ws'
    if (!isWanted || !hosts.includes(request.headers.host ?? '') || !isOwnOrigin(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    const by = identify(request)
    const accept = () =>
      sockets.handleUpgrade(request, socket, head, (page: WebSocket) => {
        // The page cannot see a refused upgrade's status; it can see this.
        if (!by) return page.close(NOT_SIGNED_IN, 'not signed in')
        void live.upgrade(page, { context: { actor: 'owner', channel: by === 'cookie' ? 'browser' : 'cli' } })
      })
    started.then(accept, () => socket.destroy())
  }

  /** A browser names the page that asks; a program names none. */
  function isOwnOrigin(request: IncomingMessage): boolean {
    const { origin } = request.headers
    return origin === undefined || hosts.some((host) => origin === `http://${host}`)
  }

  function identify(request: IncomingMessage): 'token' | 'cookie' | undefined {
    const bearer = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return isEqual(bearer, token) ? 'token' : undefined
    const given = request.headers.cookie?.split(/; */).find((part) => part.startsWith(`${cookie.name}=`))
    return given && isEqual(given.slice(cookie.name.length + 1), cookie.value) ? 'cookie' : undefined
  }
}
export type Loopback = Awaited<ReturnType<typeof openLoopback>>

function isEqual(given: string, due: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(due)
  return a.length === b.length && timingSafeEqual(a, b)
}

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, status, { code: status === 401 ? 'auth/refused' : status === 500 ? 'internal' : 'input/invalid', message })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...securityHeaders('page'), 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

async function listen(server: Server, wanted: number | null, remembered: number): Promise<number> {
  for (const port of wanted === null ? [remembered, 0] : [wanted]) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject)
          resolve()
        })
      })
      return (server.address() as AddressInfo).port
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (wanted !== null)
        throw new Error(
          code === 'EADDRINUSE'
            ? `Port ${wanted} is taken: choose another with --port, or leave it out.`
            : `Port ${wanted} cannot be opened (${code}): choose another with --port.`,
        )
      if (port === 0) throw error
    }
  }
  throw new Error('no port could be opened')
}
