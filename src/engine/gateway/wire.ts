import type { IncomingHttpHeaders } from 'node:http'
import type { BudgetRefusal, WireFormat } from '../../contract/index.ts'
import type { UsageWish } from './request-body.ts'

export type CallerWire = WireFormat
export type Endpoint = {
  readonly wire: CallerWire
  /** Below the provider's base address; Ollama's own paths stand beside its `/v1`. */
  readonly path: string
  /** A call of a model, which is reserved, billed and recorded; the others only ask. */
  readonly billed: boolean
  /** False where the answer is no text of the model's: numbers, or a count. */
  readonly writes: boolean
}

const toEndpoint = (wire: CallerWire, path: string, kind: 'writes' | 'reads' | 'asks'): Endpoint => ({
  wire,
  path,
  billed: kind !== 'asks',
  writes: kind === 'writes',
})
const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /v1/messages': toEndpoint('anthropic', '/messages', 'writes'),
  'POST /v1/messages/count_tokens': toEndpoint('anthropic', '/messages/count_tokens', 'asks'),
  'POST /v1/responses': toEndpoint('openai-responses', '/responses', 'writes'),
  'POST /v1/chat/completions': toEndpoint('openai-chat', '/chat/completions', 'writes'),
  'POST /v1/embeddings': toEndpoint('openai-chat', '/embeddings', 'reads'),
  'POST /api/chat': toEndpoint('ollama', '/api/chat', 'writes'),
  'POST /api/generate': toEndpoint('ollama', '/api/generate', 'writes'),
  'POST /api/embed': toEndpoint('ollama', '/api/embed', 'reads'),
  'GET /api/tags': toEndpoint('ollama', '/api/tags', 'asks'),
  'POST /api/show': toEndpoint('ollama', '/api/show', 'asks'),
}

export const findEndpoint = (method: string, path: string): Endpoint | undefined => endpoints[`${method} ${path}`]

/** Where an endpoint of a provider is. */
export const toUrl = (baseUrl: string, { wire, path }: Endpoint): string => (wire === 'ollama' ? baseUrl.replace(/\/v1$/, '') : baseUrl) + path

/** In whose words to refuse. */
export function guessWire(path: string, headers: IncomingHttpHeaders): CallerWire {
  if (path.startsWith('/api/')) return 'ollama'
  if (path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined) return 'anthropic'
  return path.startsWith('/v1/responses') ? 'openai-responses' : 'openai-chat'
}

/** Ollama has an OpenAI-shaped door too; nobody but Ollama has its own. */
export const fits = (caller: CallerWire, provider: WireFormat): boolean => caller === provider || (caller === 'openai-chat' && provider === 'ollama')

/** Sellers who answer 422 to a request that asks for usage, and send it all the same. */
const unasked = /(^|\.)mistral\.ai$/

/** What to do about a chat stream's usage, which most providers give only when they are asked. */
export function toUsageWish(caller: CallerWire, baseUrl: string): UsageWish {
  if (caller !== 'openai-chat') return 'leave'
  return unasked.test(new URL(baseUrl).hostname) ? 'never' : 'ask'
}

export type Refused = {
  readonly status: number
  readonly message: string
  readonly retry: boolean
  /** Which limit, what is spent and what was needed. */
  readonly budget?: BudgetRefusal
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
}
const openaiTypes: Readonly<Record<number, string>> = { 401: 'authentication_error', 402: 'insufficient_quota', 403: 'permission_error' }

/** A refusal as the caller's own provider would word it; every program shows `message` to its user. `reef` is for one that can do more. */
export function toErrorBody(wire: CallerWire, { status, message, budget }: Pick<Refused, 'status' | 'message' | 'budget'>): Record<string, unknown> {
  const words = `REEF: ${message}`
  const more = budget && { reef: { budget } }
  if (wire === 'anthropic') return { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message: words }, ...more }
  if (wire === 'ollama') return { error: words, ...more }
  const type = openaiTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error')
  return { error: { message: words, type, param: null, code: status === 402 ? 'insufficient_quota' : type }, ...more }
}

/** The same inside a stream that has begun: the last thing that the caller hears. */
export function toErrorFrame(wire: CallerWire, refused: Pick<Refused, 'status' | 'message'>): string {
  const body = toErrorBody(wire, refused)
  if (wire === 'anthropic') return `event: error\ndata: ${JSON.stringify(body)}\n\n`
  if (wire === 'openai-chat') return `data: ${JSON.stringify(body)}\n\n`
  if (wire === 'ollama') return `${JSON.stringify(body)}\n`
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code: 'server_error', message: `REEF: ${refused.message}`, param: null })}\n\n`
}

/** Of this hop only (RFC 9110 7.6.1), or ours to set. */
const hop = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']
const ours = new Set([
  ...hop,
  'host',
  'content-length',
  'authorization',
  'x-api-key',
  'accept-encoding',
  'cookie',
  'expect',
  'x-request-id',
  'api-key',
  'x-goog-api-key',
])

const none: ReadonlySet<string> = new Set()

/** Everything that the caller said but what concerns this hop, who he is and what the credentials say anew; then who we are. */
export function toUpstreamHeaders(
  raw: readonly string[],
  {
    wire,
    credentials,
    callId,
    length,
    connection,
  }: { wire: CallerWire; credentials: readonly string[]; callId: string; length: number | undefined; connection: string | undefined },
): string[] {
  const named = connection === undefined || connection === 'keep-alive' ? none : new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
  const headers: string[] = []
  let versioned = false
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    if (lower === 'anthropic-version') versioned = true
    if (!ours.has(lower) && !named.has(lower) && !credentials.includes(lower)) headers.push(name, raw[i + 1] ?? '')
  }
  // A compressed answer could not be read on its way through.
  headers.push('accept-encoding', 'identity', 'x-request-id', callId)
  if (length !== undefined) headers.push('content-length', String(length))
  if (wire === 'anthropic' && !versioned) headers.push('anthropic-version', '2023-06-01')
  headers.push(...credentials)
  return headers
}

const notBack = new Set([...hop, 'set-cookie'])

export function toCallerHeaders(from: IncomingHttpHeaders, drop: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const name in from) {
    const value = from[name]
    if (value !== undefined && !notBack.has(name) && !drop.includes(name)) headers[name] = value
  }
  return headers
}
