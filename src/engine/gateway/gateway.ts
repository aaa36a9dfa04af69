import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { Agent } from 'undici'
import { type SessionId, zeroDollars } from '../../contract/index.ts'
import { isReefError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import { type Reservation, toRefusalWords } from '../ledger/index.ts'
import type { Outcome, Target } from '../router/index.ts'
import { type Books, openCall } from './call.ts'
import { createCounts } from './counted.ts'
import { forward, type Limits } from './forward.ts'
import { answerHealth, type HealthDeps } from './health.ts'
import { createIntake, TooBusy, TooLarge } from './intake.ts'
import { scanBody, UnreadableBody } from './request-body.ts'
import { toCallSize } from './size.ts'
import { createTokens, type Grant } from './token.ts'
import { type CallerWire, type Endpoint, findEndpoint, fits, guessWire, type Refused, toErrorBody } from './wire.ts'

type Refusal = Exclude<Reservation, { kind: 'reserved' }>
/** A request under way; whose it is shows when its token has been read. */
type Running = { readonly abort: AbortController; ended: Promise<void>; grant: Grant | undefined }
const KILLED = 'the owner has stopped all model calls'
type Heard = [outcome: Outcome, headers: Record<string, string | string[] | undefined>]

export type GatewayDeps = {
  readonly books: Books
  /** Who may serve a call, best first, never nobody. Throws a ReefError where the provider is gone or has no key. */
  readonly targets: (ask: Grant & { readonly model: string; readonly wire: CallerWire }) => readonly Target[]
  /** What rests, and which models there are, for programs that ask before a job of many calls. */
  readonly health: HealthDeps
  /** Answers the same over MCP. */
  readonly mcp?: (request: IncomingMessage, response: ServerResponse, grant: Grant) => Promise<void>
  /** Names under which a program may ask for a model. */
  readonly models: (grant: Grant) => readonly string[]
  /** False once the attempt behind a token has ended; asked at every call. */
  readonly isLive: (grant: Grant) => boolean
  /** A call was refused for money: whoever runs the session ends it. */
  readonly refused?: (grant: Grant, why: Refusal) => void
  /** How calls of a provider end, for whoever lets work wait while it is down. */
  readonly report?: (target: Target, ...how: Heard) => void
  /** Signs tokens; must be the same after a restart, or running sessions lose their models. */
  readonly tokenSecret: string
  readonly logger: Logger
  /** Preferred; another is taken when this one is not free. */
  readonly port?: number
  readonly limits?: Partial<Limits>
}

const defaults: Limits = {
  maxBodyBytes: 100 * 1024 * 1024,
  mostHeldBytes: 512 * 1024 * 1024,
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
export async function createGateway({
  books,
  targets,
  models,
  health,
  mcp,
  isLive,
  refused,
  report,
  tokenSecret,
  logger,
  port: preferred,
  limits: given,
}: GatewayDeps) {
  const limits = { ...defaults, ...given }
  const tokens = createTokens(tokenSecret)
  const counts = createCounts()
  const intake = createIntake({ maxBytes: limits.maxBodyBytes, mostHeld: limits.mostHeldBytes })
  const now = () => performance.now()
  const agent = new Agent({
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.idleMs,
    maxHeaderSize: 65_536,
    keepAliveTimeout: 30_000,
  })
  const running = new Set<Running>()
  let port = 0

  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => {
    const abort = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) abort.abort(hungUp)
    })
    abort.signal.addEventListener('abort', () => {
      if (!request.complete) request.destroy()
    })
    const entry: Running = { abort, ended: Promise.resolve(), grant: undefined }
    entry.ended = serve(request, response, entry)
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
    /** Ends every call under way by the owner's word; answers how many there were, when the books are closed. */
    kill(): Promise<number> {
      for (const { grant } of running) if (grant) refused?.(grant, { kind: 'stopped', why: 'killed', message: `${KILLED}.` })
      return abortAll(KILLED)
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve))
      await abortAll('the engine is stopping')
      server.closeAllConnections()
      await Promise.all([closed, agent.destroy()])
    },
  }

  async function abortAll(why: string): Promise<number> {
    const open = [...running]
    for (const { abort } of open) abort.abort(new Error(why))
    await Promise.all(open.map(({ ended }) => ended))
    return open.length
  }

  async function serve(request: IncomingMessage, response: ServerResponse, entry: Running): Promise<void> {
    const path = (request.url ?? '').replace(/[?#].*$/, '')
    const wire = guessWire(path, request.headers)
    const refuse = (refused: Refused): void => sendRefusal(response, wire, refused)
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
    // A page in a browser on this machine can reach this port; a program never sends an Origin.
    if (!hosts.includes(request.headers.host ?? '') || request.headers.origin !== undefined)
      return refuse({ status: 403, message: 'only programs on this machine may call models here.', retry: false })
    const isModels = request.method === 'GET' && path === '/v1/models'
    const asked = request.method === 'GET' ? answerHealth(path, health) : undefined
    const isMcp = path === '/mcp' && mcp !== undefined
    const endpoint = findEndpoint(request.method ?? '', path)
    if (!endpoint && !isModels && !asked && !isMcp) return refuse({ status: 404, message: `there is no ${request.method} ${path} here.`, retry: false })
    const grant = readGrant(request)
    if (!grant || !isLive(grant)) return refuse({ status: 401, message: 'this token belongs to no running session.', retry: false })
    entry.grant = grant
    const encoding = request.headers['content-encoding']
    if (encoding && encoding !== 'identity') return refuse({ status: 415, message: `send the request uncompressed, not as ${encoding}.`, retry: false })
    if (isMcp) {
      // No call of a model: whoever stops those does not wait for what an agent asks here.
      running.delete(entry)
      return mcp(request, response, grant)
    }
    if (asked) return asked.status === 200 ? sendJson(response, 200, asked.body) : refuse({ status: 404, message: asked.message, retry: false })
    if (!endpoint) return sendJson(response, 200, toModelList(wire, models(grant)))
    try {
      await answer(request, response, entry.abort, endpoint, grant)
    } catch (error) {
      const refused = toRefused(error)
      const isGone = request.destroyed && !request.complete
      if (!refused && !isGone) throw error
      if (!refused || isGone || response.headersSent) response.destroy()
      else {
        refuse(refused)
        // The rest of it goes nowhere, so that its connection is good for the next call.
        request.resume()
      }
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, abort: AbortController, endpoint: Endpoint, grant: Grant): Promise<void> {
    if (Number(request.headers['content-length'] ?? 0) > limits.maxBodyBytes) throw new TooLarge()
    const held = request.method === 'POST' ? await intake.take(request) : undefined
    try {
      await call(request, response, abort, endpoint, grant, held?.bytes)
    } finally {
      held?.release()
    }
  }

  async function call(
    request: IncomingMessage,
    response: ServerResponse,
    abort: AbortController,
    endpoint: Endpoint,
    grant: Grant,
    bytes: Buffer | undefined,
  ): Promise<void> {
    const body = bytes && scanBody(bytes)
    if (body && body.model === undefined) throw new UnreadableBody('the body names no model')
    const serving = targets({ ...grant, model: body?.model ?? '', wire: endpoint.wire })
    const job = { request, response, abort, endpoint, body, agent, limits, report: (target: Target, ...how: Heard) => report?.(target, ...how) }
    const [first, ...others] = serving.filter((target) => fits(endpoint.wire, target.wire))
    if (!first)
      return sendRefusal(response, endpoint.wire, {
        status: 400,
        message: `${serving[0]?.provider ?? 'The provider'} does not speak Ollama's own wire.`,
        retry: false,
      })
    if (!endpoint.billed || !body) return forward({ ...job, targets: [first], books: undefined, maxOutput: null, hourCache: false, soFar: zeroDollars })
    const who = `${grant.sessionId} ${body.model}`
    const size = toCallSize(body, endpoint, counts.guess(who, body.bytes.length))
    const origin = { ...toOrigin(grant), wire: endpoint.wire }
    const reservation = await books.reserve(origin, [first, ...others], size, { signal: abort.signal })
    if (reservation.kind !== 'reserved') {
      // Who left while he waited was not refused.
      if (!response.destroyed) refused?.(grant, reservation)
      return sendRefusal(response, endpoint.wire, toRefusal(reservation))
    }
    const { id, maxOutput, soFar } = reservation
    await forward({
      ...job,
      targets: [first, ...others],
      books: openCall(books, { id, origin, size, learn: (usage) => counts.learn(who, size.bytes, usage) }, now),
      maxOutput,
      hourCache: size.hourCache,
      soFar,
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

const hungUp = new Error('the caller hung up')

/** What the caller did that cannot work; undefined for a bug of ours. */
function toRefused(error: unknown): Refused | undefined {
  if (error instanceof UnreadableBody) return { status: 400, message: `${error.message}.`, retry: false }
  if (error instanceof TooLarge) return { status: 413, message: 'the request is larger than 100 MB.', retry: false }
  if (error instanceof TooBusy) return { status: 503, message: 'too many large requests are under way; try again in a moment.', retry: true }
  return isReefError(error) ? { status: 400, message: `${error.message}${error.remedy ? ` ${error.remedy}` : ''}`, retry: false } : undefined
}

function sendRefusal(response: ServerResponse, wire: Parameters<typeof toErrorBody>[0], refused: Refused): void {
  // Claude Code repeats even a 401 for minutes unless it is told not to.
  sendJson(response, refused.status, toErrorBody(wire, refused), refused.retry ? {} : { 'x-should-retry': 'false' })
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  const body = JSON.stringify(value)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

/** U-79, in the words of the caller's own wire: 402, not to be tried again. */
function toRefusal(refusal: Refusal): Refused {
  if (refusal.kind === 'stopped') return { status: 402, message: refusal.message, retry: false }
  return { status: 402, message: toRefusalWords(refusal.refusal), retry: false, budget: refusal.refusal }
}

const toOrigin = ({ sessionId, attemptId, taskId, planId, project, agent, team }: Grant) => ({ sessionId, attemptId, taskId, planId, project, agent, team })

/** The list of models in the dialect of the asker. */
function toModelList(wire: CallerWire, ids: readonly string[]): object {
  if (wire !== 'anthropic') return { object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'reef' })) }
  const data = ids.map((id) => ({ type: 'model', id, display_name: id, created_at: new Date(0).toISOString() }))
  return { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
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
