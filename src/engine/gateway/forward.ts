import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import { type Nanodollars, toUsd } from '../../contract/index.ts'
import { type Outcome, type Target, toOutcome } from '../router/index.ts'
import { createCarrier, flush, isUsageChunk } from './answer.ts'
import type { OpenCall } from './call.ts'
import { toCredentials } from './credentials.ts'
import { exchange, Unsent } from './exchange.ts'
import { changeBody, type ScannedBody } from './request-body.ts'
import { toLimitNames } from './size.ts'
import { createFold, type Fold, type Reading } from './usage/fold.ts'
import { type Endpoint, toCallerHeaders, toErrorBody, toErrorFrame, toUpstreamHeaders, toUrl, toUsageWish } from './wire.ts'

/** Milliseconds and bytes. `idleMs` is the longest silence within an answer, `totalMs` the longest call. */
export type Limits = {
  readonly maxBodyBytes: number
  /** Of all request bodies that are held at once. */
  readonly mostHeldBytes: number
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
  /** Best first; the next is asked when the one before took nothing. */
  readonly targets: readonly [Target, ...Target[]]
  readonly body: ScannedBody | undefined
  /** The reservation; undefined for what costs nothing. */
  readonly books: OpenCall | undefined
  /** The answer's limit that the reservation was made for; null to leave the caller's. */
  readonly maxOutput: number | null
  readonly hourCache: boolean
  /** Spent by the same attempt before. */
  readonly soFar: Nanodollars
  readonly agent: Dispatcher
  readonly limits: Limits
  /** How a billed call ended, where that tells something of its provider. */
  readonly report: (target: Target, outcome: Outcome, headers: IncomingHttpHeaders) => void
}

/** One try with one provider. */
type Try = Forward & { readonly target: Target; readonly asksUsage: boolean; readonly sent: { body: Buffer | null } }

/** What a caller that left would have seen, by nginx's number for it. */
const CALLER_GONE = 499

/** Makes one call, with the next provider where one took nothing, and carries its answer back. The books know how it ended before this returns. */
export async function forward(job: Forward): Promise<void> {
  const { abort, limits, targets } = job
  const tooLong = setTimeout(() => abort.abort(new Error(`no end within ${Math.round(limits.totalMs / 1000)} s`)), limits.totalMs)
  try {
    let { books } = job
    for (const [i, target] of targets.entries()) {
      const next = targets[i + 1]
      const refused = await attempt({ ...job, ...toSent(job, target), target, books }, next !== undefined)
      if (refused === undefined || next === undefined) return
      books = await books?.passOn(refused, next)
    }
  } finally {
    clearTimeout(tooLong)
    // Whatever ended it, the provider is not left talking to nobody.
    if (!job.response.writableFinished) abort.abort(over)
  }
}

function toSent({ body, endpoint, maxOutput }: Forward, target: Target): { sent: Try['sent']; asksUsage: boolean } {
  if (!body) return { sent: { body: null }, asksUsage: false }
  const [first, ...others] = toLimitNames(endpoint.wire, target.baseUrl)
  const limit = maxOutput === null || first === undefined ? undefined : { names: [first, ...others] as const, value: maxOutput }
  const wish = endpoint.writes ? toUsageWish(endpoint.wire, target.baseUrl) : 'leave'
  const changed = changeBody(body, { model: target.model, usage: wish, ...(limit && { limit }) })
  return { sent: { body: changed.body }, asksUsage: changed.asksUsage }
}

/** Answers the status of a provider that took nothing, where another may still be asked; else the caller has had his answer. */
async function attempt(job: Try, more: boolean): Promise<number | undefined> {
  const { abort, books, report, response, target } = job
  let passed: number | undefined
  let fold: Fold | undefined
  let carrier: ReturnType<typeof createCarrier> | undefined
  let heard: IncomingHttpHeaders = {}
  let streams = false
  try {
    const rest = await exchange(
      job.agent,
      toRequest(job),
      {
        start(status, headers) {
          heard = headers
          if (more && isWorthAnother(status)) {
            passed = status
            return false
          }
          books?.sawAnswer(toText(headers['request-id']) ?? toText(headers['x-request-id']) ?? null)
          response.writeHead(status, toHeaders(job, headers))
          const type = String(headers['content-type'] ?? '')
          fold = createFold(type)
          streams = type.includes('event-stream') || type.includes('ndjson')
          // Only a stream has chunks: a provider may answer in one piece whatever it was asked for.
          carrier = createCarrier(response, fold, job.asksUsage && status < 300 && streams ? isUsageChunk : undefined)
          return true
        },
        data(chunk, resume) {
          books?.sawFirstByte()
          return carrier?.take(chunk, resume) ?? true
        },
      },
      abort.signal,
    )
    if (passed !== undefined || !fold || !carrier) {
      if (books && passed !== undefined) report(target, toOutcome(passed), heard)
      return passed
    }
    if (rest.length > 0) books?.sawFirstByte()
    const last = carrier.end(rest)
    const { statusCode } = response
    const reading = statusCode < 300 ? fold.read(job) : undefined
    const billed = reading ? settle(job, reading, statusCode, { cut: false }) : books?.fail(statusCode)
    if (books) report(target, reading?.error == null ? toOutcome(statusCode) : failed, heard)
    // Nobody waits for the bill: what was held covers it until it is in the books, whatever becomes of the engine.
    await Promise.all([billed, flush(response, abort.signal, last)])
    return undefined
  } catch (error) {
    return end(job, fold, error, streams, more)
  }
}

function toRequest({ books, endpoint, request, sent, target }: Try): Dispatcher.DispatchOptions {
  const { origin, pathname } = new URL(toUrl(target.baseUrl, endpoint))
  const query = /\?.*$/.exec(request.url ?? '')?.[0] ?? ''
  return {
    origin,
    path: pathname + query,
    method: request.method as Dispatcher.HttpMethod,
    headers: toUpstreamHeaders(request.rawHeaders, {
      wire: target.wire,
      credentials: toCredentials(target, request.headers['anthropic-beta']),
      callId: books?.id ?? '',
      length: sent.body?.length,
      connection: request.headers.connection,
    }),
    body: sent.body,
  }
}

/** The ways in which a call does not come to its end: the bill first, then a word to the caller, if he is still there. */
async function end(job: Try, fold: Fold | undefined, error: unknown, streams: boolean, more: boolean): Promise<number | undefined> {
  const { abort, books, endpoint, report, response, target } = job
  const callerGone = response.destroyed || response.closed
  const refused = toRefused(abort.signal.aborted ? abort.signal.reason : error)
  const isFailure = refused.status === 502 || refused.status === 504
  // A whole answer whose bill could not be written says nothing of its provider, and nothing more to its caller.
  const isAnswered = response.writableEnded
  if (books && !isAnswered) report(target, isFailure && !callerGone ? failed : dropped, {})
  const taken = fold !== undefined || wasTaken(error)
  if (more && !taken && !abort.signal.aborted) return refused.status
  const seen = callerGone && !isAnswered ? CALLER_GONE : response.headersSent ? response.statusCode : refused.status
  if (fold && response.statusCode < 300) {
    fold.end()
    await settle(job, fold.read(job), seen, { cut: true })
  } else if (fold || !taken) await books?.fail(seen)
  // All of it was sent and no word came back: it may have been worked on, and is billed as if.
  else await settle(job, createFold(undefined).read(job), seen, { cut: true })
  if (callerGone || isAnswered) return undefined
  if (!response.headersSent) {
    response.writeHead(refused.status, { 'content-type': 'application/json', ...(refused.status < 500 && { 'x-should-retry': 'false' }) })
    response.end(JSON.stringify(toErrorBody(endpoint.wire, refused)))
  } else if (streams) {
    // An orderly error: programs repeat a call whose line was simply cut, again and again.
    response.end(`\n\n${toErrorFrame(endpoint.wire, refused)}`)
  } else response.destroy()
  return undefined
}

async function settle({ books, endpoint }: Try, reading: Reading, status: number, { cut }: { cut: boolean }): Promise<void> {
  // Anthropic streams its thinking, or tells of it in its figures as it goes; the others say nothing before their last word.
  await books?.settle(reading, status, { hidden: cut && endpoint.wire !== 'anthropic' && endpoint.wire !== 'ollama' })
}

/** Made once: an error with a stack for each call would cost more than sending it. */
const over = new Error('the call is over')
const failed: Outcome = { kind: 'failed' }
/** The caller hung up, or REEF ended it: it says nothing of the provider. */
const dropped: Outcome = { kind: 'dropped' }

/** Busy, down or out of quota: another provider may take the same call. */
const isWorthAnother = (status: number): boolean => status === 408 || status === 429 || status >= 500 || status === 401 || status === 402 || status === 403

const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED']

/** False where it is certain that the provider did not get the request. */
function wasTaken(error: unknown): boolean {
  if (error instanceof Unsent) return false
  const code = (error as { code?: string } | null)?.code ?? ''
  return !unreached.includes(code) && !/CERT|TLS|SSL/.test(code)
}

function toRefused(error: unknown): { status: number; message: string } {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return { status: 504, message: 'the provider fell silent.' }
  if (message.startsWith('no end within')) return { status: 504, message: `the call was stopped: ${message}.` }
  if (message === 'the engine is stopping') return { status: 503, message: `${message}.` }
  if (message === 'the owner has stopped all model calls') return { status: 402, message: `${message}.` }
  return { status: 502, message: `the provider could not be reached or broke off (${code || message || 'unknown'}).` }
}

const toText = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

const encoding = ['content-encoding']
const changedHeaders = [...encoding, 'content-length']

function toHeaders({ asksUsage, books, soFar, target }: Try, headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const changed = asksUsage || headers['content-encoding'] !== undefined
  const sent = toCallerHeaders(headers, changed ? changedHeaders : encoding)
  if (!books) return sent
  // The join between a program's own log and the books.
  sent['request-id'] = toText(headers['request-id']) ?? books.id
  sent['x-reef-call'] = books.id
  sent['x-reef-model'] = target.model
  sent['x-reef-provider'] = target.provider
  sent['x-reef-spent-usd'] = toUsd(soFar).toFixed(6)
  return sent
}
