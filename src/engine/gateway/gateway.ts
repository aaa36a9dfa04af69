import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { Agent } from 'undici'
import type { SessionId } from '../../contract/index.ts'
import { isReefError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Outcome, ProviderRoute } from '../router/index.ts'
import type { Books } from './call.ts'
import { forward, type Limits } from './forward.ts'
import { UnreadableBody } from './request-body.ts'
import { createTokens, type Grant } from './token.ts'
import { readUpload, TooLarge } from './upload.ts'
import { type Endpoint, findEndpoint, fits, guessWire, type Refused, toErrorBody, toMisfit, toUsageWish } from './wire.ts'

export type Admission = { readonly ok: true } | { readonly ok: false; readonly status: 402; readonly message: string }

export type GatewayDeps = {
  readonly books: Books
  /** Throws a ReefError where the provider is gone or has no key. */
  readonly route: (provider: string) => ProviderRoute
  /** False once the attempt behind a token has ended; asked at every call. */
  readonly isLive: (grant: Grant) => boolean
  /** The last word before money can be spent. */
  readonly admit: (grant: Grant, model: string) => Admission
  /** How calls of a provider end, for whoever lets work wait while it is down. */
  readonly report?: (provider: string, outcome: Outcome) => void
  /** Signs tokens; must be the same after a restart, or running sessions lose their models. */
  readonly tokenSecret: string
  readonly logger: Logger
  /** Preferred; another is taken when this one is not free. */
  readonly port?: number
  readonly limits?: Partial<Limits>
}

const defaults: Limits = {
  maxBodyBytes: 100 * 1024 * 1024,
  connectMs: 10_000,
  // A provider may think for long before its first word, and a local one may have to load its model.
  headersMs: 10 * 60_000,
  idleMs: 5 * 60_000,
  totalMs: 60 * 60_000,
}

/**
 * The one way from agents to models: 127.0.0.1 only, one signed token for each session, every model call in the books before
 * it is made and billed exactly once however it ends. Bytes pass through as they are, with back-pressure both ways.
 */
export async function createGateway({ books, route, isLive, admit, report, tokenSecret, logger, port: preferred, limits: given }: GatewayDeps) {
  const limits = { ...defaults, ...given }
  const tokens = createTokens(tokenSecret)
  const agent = new Agent({
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.idleMs,
    maxHeaderSize: 65_536,
    keepAliveTimeout: 30_000,
  })
  const running = new Set<{ abort: AbortController; ended: Promise<void> }>()
  let port = 0

  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => {
    const abort = new AbortController()
    abort.signal.addEventListener('abort', () => {
      if (!request.complete) request.destroy()
    })
    const entry = { abort, ended: Promise.resolve() }
    entry.ended = serve(request, response, abort)
      .catch((error: unknown) => {
        logger.error({ err: error }, 'gateway call failed')
        response.destroy()
      })
      .finally(() => running.delete(entry))
    running.add(entry)
  })
  port = await listen(server, preferred ?? 0)

  return {
    /** Without a path: programs add /v1 where theirs wants it. */
    url: `http://127.0.0.1:${port}`,
    port,
    issue: tokens.issue,
    /** At once, for this life of the engine; after it `isLive` says no. */
    revoke: (sessionId: SessionId): void => tokens.revoke(sessionId),
    inFlight: (): number => running.size,
    /** Ends every call under way and bills it; answers when the books are closed. */
    abortAll,
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve))
      await abortAll()
      server.closeAllConnections()
      await Promise.all([closed, agent.destroy()])
    },
  }

  async function abortAll(): Promise<void> {
    for (const { abort } of running) abort.abort(new Error('the engine is stopping'))
    await Promise.all([...running].map(({ ended }) => ended))
  }

  async function serve(request: IncomingMessage, response: ServerResponse, abort: AbortController): Promise<void> {
    const path = (request.url ?? '').replace(/[?#].*$/, '')
    const wire = guessWire(path, request.headers)
    const refuse = (refused: Refused): void => sendRefusal(response, wire, refused)
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
    // A page in a browser on this machine can reach this port; a program never sends an Origin.
    if (!hosts.includes(request.headers.host ?? '') || request.headers.origin !== undefined)
      return refuse({ status: 403, message: 'only programs on this machine may call models here.', retry: false })
    const endpoint = findEndpoint(request.method ?? '', path, request.headers)
    if (!endpoint) return refuse({ status: 404, message: `there is no ${request.method} ${path} here.`, retry: false })
    const grant = readGrant(request)
    if (!grant || !isLive(grant)) return refuse({ status: 401, message: 'this token belongs to no running session.', retry: false })
    const encoding = request.headers['content-encoding']
    if (encoding && encoding !== 'identity') return refuse({ status: 415, message: `send the request uncompressed, not as ${encoding}.`, retry: false })
    try {
      await answer(request, response, abort, endpoint, grant)
    } catch (error) {
      const refused = toRefused(error)
      const hungUp = request.destroyed && !request.complete
      if (!refused && !hungUp) throw error
      if (!refused || hungUp || response.headersSent) response.destroy()
      else refuse(refused)
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, abort: AbortController, endpoint: Endpoint, grant: Grant): Promise<void> {
    const target = route(grant.provider)
    const { wire } = endpoint
    if (request.method === 'POST' && !fits(wire, target.wire))
      return sendRefusal(response, wire, { status: 400, message: toMisfit(grant.agent, wire, target, request.headers['user-agent']), retry: false })
    if (Number(request.headers['content-length'] ?? 0) > limits.maxBodyBytes) throw new TooLarge()
    const upload =
      request.method === 'POST' ? await readUpload(request, { usage: toUsageWish(wire, target.baseUrl), maxBytes: limits.maxBodyBytes }) : undefined
    const model = upload?.known.model
    if (upload && model === undefined) throw new UnreadableBody('the body names no model')
    if (endpoint.billed && model !== undefined) {
      const admission = admit(grant, model)
      if (!admission.ok) {
        await upload?.discard()
        return sendRefusal(response, wire, { status: admission.status, message: admission.message, retry: false })
      }
    }
    await forward({
      request,
      response,
      abort,
      endpoint,
      grant,
      target,
      upload,
      model: model ?? '',
      agent,
      limits,
      books,
      report: (outcome) => report?.(target.provider, outcome),
      now: () => performance.now(),
    })
  }

  function readGrant(request: IncomingMessage): Grant | undefined {
    const key = request.headers['x-api-key']
    const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const token = (typeof key === 'string' ? key : undefined) ?? bearer
    return token === undefined ? undefined : tokens.read(token.trim())
  }
}
export type Gateway = Awaited<ReturnType<typeof createGateway>>

/** What the caller did that cannot work; undefined for a bug of ours. */
function toRefused(error: unknown): Refused | undefined {
  if (error instanceof UnreadableBody) return { status: 400, message: `${error.message}.`, retry: false }
  if (error instanceof TooLarge) return { status: 413, message: 'the request is larger than 100 MB.', retry: false }
  return isReefError(error) ? { status: 400, message: `${error.message}${error.remedy ? ` ${error.remedy}` : ''}`, retry: false } : undefined
}

function sendRefusal(response: ServerResponse, wire: Parameters<typeof toErrorBody>[0], refused: Refused): void {
  const body = JSON.stringify(toErrorBody(wire, refused))
  response.writeHead(refused.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    // Claude Code repeats even a 401 for minutes unless it is told not to.
    ...(!refused.retry && { 'x-should-retry': 'false' }),
  })
  response.end(body)
}

/** The port that was asked for, or any when someone else has it. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (port !== 0 && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) listen(server, 0).then(resolve, reject)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error')
      resolve((server.address() as AddressInfo).port)
    })
  })
}
