import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { request as call, type Dispatcher } from 'undici'
import type { Outcome, ProviderRoute } from '../router/index.ts'
import { carry, flush, isUsageChunk, toPlain } from './answer.ts'
import { type Books, type OpenCall, openCall } from './call.ts'
import { UnreadableBody } from './request-body.ts'
import type { Grant } from './token.ts'
import { TooLarge, type Upload } from './upload.ts'
import { createFold, type Fold, type Reading } from './usage/fold.ts'
import { type Endpoint, toCallerHeaders, toErrorBody, toErrorFrame, toUpstreamHeaders } from './wire.ts'

/** Milliseconds and bytes. `idleMs` is the longest silence within an answer, `totalMs` the longest call. */
export type Limits = {
  readonly maxBodyBytes: number
  readonly connectMs: number
  readonly headersMs: number
  readonly idleMs: number
  readonly totalMs: number
}

export type Forward = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly abort: AbortController
  readonly endpoint: Endpoint
  readonly grant: Grant
  readonly target: ProviderRoute
  readonly upload: Upload | undefined
  readonly model: string
  readonly agent: Dispatcher
  readonly limits: Limits
  readonly books: Books
  /** How a billed call ended, where that tells something of its provider. */
  readonly report: (outcome: Outcome) => void
  readonly now: () => number
}

/** What a caller that left would have seen, by nginx's number for it. */
const CALLER_GONE = 499

/** Makes one upstream call and carries its answer back. Whatever happens, the books know how it ended before this returns. */
export async function forward(job: Forward): Promise<void> {
  const { abort, endpoint, grant, limits, model, now, response, target, upload } = job
  const books = endpoint.billed
    ? openCall(job.books, { ...toOrigin(grant), provider: target.provider, model, wire: endpoint.wire, requestBytes: toExpected(job) }, now)
    : undefined
  const gone = () => abort.abort(new Error('the caller hung up'))
  const tooLong = setTimeout(() => abort.abort(new Error(`no end within ${Math.round(limits.totalMs / 1000)} s`)), limits.totalMs)
  response.once('close', gone)
  if (response.destroyed) gone()
  let fold: Fold | undefined
  let streams = false
  try {
    const upstream = await send(job, books?.id ?? '')
    const { statusCode } = upstream
    books?.sawAnswer(toRequestId(upstream))
    response.writeHead(statusCode, toHeaders(job, upstream, books))
    // Headers go at once: a program's clock for the first byte runs from here.
    response.flushHeaders()
    const type = String(upstream.headers['content-type'] ?? '')
    fold = createFold(type)
    streams = type.includes('event-stream')
    const body = toPlain(upstream.body as unknown as Readable, toText(upstream.headers['content-encoding']))
    await carry(body, response, {
      fold,
      // Only a stream has chunks: a provider may answer in one piece whatever it was asked for.
      hide: upload?.injected() && statusCode < 300 && streams ? isUsageChunk : undefined,
      signal: abort.signal,
      onFirstByte: () => books?.sawFirstByte(),
    })
    const broken = statusCode < 300 && settle(job, books, fold, statusCode).error !== null
    if (statusCode >= 300) books?.fail(statusCode)
    if (books) job.report(broken ? failed : toOutcome(statusCode, toText(upstream.headers['retry-after'])))
    response.off('close', gone)
    await flush(response, abort.signal)
  } catch (error) {
    response.off('close', gone)
    end(job, books, fold, error, streams)
  } finally {
    await upload?.discard()
    clearTimeout(tooLong)
    // Whatever ended it, the provider is not left talking to nobody.
    abort.abort()
  }
}

function send({ abort, agent, endpoint, request, target, upload }: Forward, callId: string): Promise<Dispatcher.ResponseData> {
  const query = /\?.*$/.exec(request.url ?? '')?.[0] ?? ''
  return call(`${target.baseUrl}${endpoint.path}${query}`, {
    dispatcher: agent,
    method: request.method as Dispatcher.HttpMethod,
    headers: toUpstreamHeaders(request.rawHeaders, {
      wire: target.wire === 'anthropic' ? 'anthropic' : 'openai-chat',
      key: target.key,
      callId,
      length: upload?.length,
      connection: request.headers.connection,
    }),
    body: upload ? (upload.body as unknown as Readable) : null,
    signal: abort.signal,
  })
}

/** The ways in which a call does not come to its end: the bill first, then a word to the caller, if he is still there. */
function end(job: Forward, books: OpenCall | undefined, fold: Fold | undefined, error: unknown, streams: boolean): void {
  const { abort, endpoint, response, upload } = job
  const callerGone = response.destroyed || response.closed
  const refused = toRefused(abort.signal.aborted ? abort.signal.reason : error)
  const seen = callerGone ? CALLER_GONE : response.headersSent ? response.statusCode : refused.status
  if (fold && response.statusCode < 300) {
    fold.end()
    settle(job, books, fold, seen)
  } else if (fold || !wasTaken(error, upload)) books?.fail(seen)
  // All of it was sent and no word came back: it may have been worked on, and is billed as if.
  else settle(job, books, createFold(undefined), seen)
  if (callerGone) return
  if (books && (refused.status === 502 || refused.status === 504)) job.report(failed)
  if (!response.headersSent) {
    response.writeHead(refused.status, { 'content-type': 'application/json', ...(refused.status < 500 && { 'x-should-retry': 'false' }) })
    response.end(JSON.stringify(toErrorBody(endpoint.wire, refused)))
  } else if (streams) {
    // An orderly error: programs repeat a call whose line was simply cut, again and again.
    response.end(`\n\n${toErrorFrame(endpoint.wire, refused)}`)
  } else response.destroy()
}

function settle({ upload }: Forward, books: OpenCall | undefined, fold: Fold, status: number): Reading {
  const reading = fold.read({ hourCache: upload?.asksHourCache() ?? false })
  books?.settle(reading, status, { requestBytes: upload?.received() ?? 0 })
  return reading
}

const failed: Outcome = { kind: 'failed', retryAfterMs: null }

function toOutcome(status: number, retryAfter: string | undefined): Outcome {
  if (status === 401 || status === 402) return { kind: 'refused', status }
  if (status !== 408 && status !== 429 && status < 500) return { kind: 'answered' }
  const seconds = Number(retryAfter ?? Number.NaN)
  return { kind: 'failed', retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null }
}

/** False where it is certain that the provider did not get the whole request. */
function wasTaken(error: unknown, upload: Upload | undefined): boolean {
  const code = (error as { code?: string } | null)?.code ?? ''
  const unreached =
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'].includes(code) ||
    /CERT|TLS|SSL/.test(code)
  return !unreached && upload?.complete() === true
}

function toRefused(error: unknown): { status: number; message: string } {
  if (error instanceof UnreadableBody) return { status: 400, message: `${error.message}.` }
  if (error instanceof TooLarge) return { status: 413, message: 'the request is larger than 100 MB.' }
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return { status: 504, message: 'the provider fell silent.' }
  if (message.startsWith('no end within')) return { status: 504, message: `the call was stopped: ${message}.` }
  if (message === 'the engine is stopping') return { status: 503, message: `${message}.` }
  return { status: 502, message: `the provider could not be reached or broke off (${code || message || 'unknown'}).` }
}

const toOrigin = ({ attemptId, taskId, planId, project, agent }: Grant) => ({ attemptId, taskId, planId, project, agent })

const toExpected = ({ request, upload }: Forward): number => Number(request.headers['content-length'] ?? upload?.received() ?? 0)

const toText = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

const toRequestId = ({ headers }: Dispatcher.ResponseData): string | null => toText(headers['request-id']) ?? toText(headers['x-request-id']) ?? null

function toHeaders({ model, target, upload }: Forward, { headers }: Dispatcher.ResponseData, books: OpenCall | undefined): Record<string, string | string[]> {
  const changed = upload?.injected() || headers['content-encoding'] !== undefined
  const kept = toCallerHeaders(headers, ['content-encoding', ...(changed ? ['content-length'] : [])])
  if (!books) return kept
  // The join between a program's own log and the books.
  return {
    ...kept,
    'request-id': toText(headers['request-id']) ?? books.id,
    'x-reef-call': books.id,
    'x-reef-model': model,
    'x-reef-provider': target.provider,
  }
}
