import type { IncomingHttpHeaders } from 'node:http'
import type { WireFormat } from '../../contract/index.ts'
import type { UsageWish } from './request-body.ts'

export type CallerWire = Exclude<WireFormat, 'ollama'>
export type Endpoint = {
  readonly wire: CallerWire
  /** Below the provider's base address. */
  readonly path: string
  /** A call of a model, which is admitted, billed and recorded; the others only ask. */
  readonly billed: boolean
}

const messages: Endpoint = { wire: 'anthropic', path: '/messages', billed: true }
const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /v1/messages': messages,
  'POST /v1/messages/count_tokens': { wire: 'anthropic', path: '/messages/count_tokens', billed: false },
  'POST /v1/responses': { wire: 'openai-responses', path: '/responses', billed: true },
  'POST /v1/chat/completions': { wire: 'openai-chat', path: '/chat/completions', billed: true },
}

/** `models` is asked in either dialect; which one shows in the headers. */
export function findEndpoint(method: string, path: string, headers: IncomingHttpHeaders): Endpoint | undefined {
  if (method === 'GET' && path === '/v1/models') return { wire: guessWire(path, headers), path: '/models', billed: false }
  return endpoints[`${method} ${path}`]
}

/** In whose words to refuse. */
export function guessWire(path: string, headers: IncomingHttpHeaders): CallerWire {
  if (path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined) return 'anthropic'
  return path.startsWith('/v1/responses') ? 'openai-responses' : 'openai-chat'
}

const wireNames: Record<WireFormat, string> = {
  anthropic: 'Anthropic Messages',
  'openai-responses': 'OpenAI Responses',
  'openai-chat': 'OpenAI Chat Completions',
  ollama: 'Ollama',
}

/** Ollama is called through its OpenAI-shaped door. */
export const fits = (caller: CallerWire, provider: WireFormat): boolean => caller === provider || (caller === 'openai-chat' && provider === 'ollama')

/** Sellers who answer 422 to a request that asks for usage, and send it all the same. */
const unasked = /(^|\.)mistral\.ai$/

/** What to do about a chat stream's usage, which most providers give only when they are asked. */
export function toUsageWish(caller: CallerWire, baseUrl: string): UsageWish {
  if (caller !== 'openai-chat') return 'leave'
  return unasked.test(new URL(baseUrl).hostname) ? 'never' : 'ask'
}

export function toMisfit(agent: string, caller: CallerWire, provider: { provider: string; wire: WireFormat }, userAgent: string | undefined): string {
  const program = /^claude/i.test(userAgent ?? '') ? 'Claude Code' : /codex/i.test(userAgent ?? '') ? 'Codex' : 'a program'
  return `${agent} uses ${program}, which speaks ${wireNames[caller]}; provider ${provider.provider} speaks ${wireNames[provider.wire]}. Give ${agent} another driver or a model of another provider.`
}

export type Refused = { readonly status: number; readonly message: string; readonly retry: boolean }

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
}
const openaiTypes: Readonly<Record<number, string>> = { 401: 'authentication_error', 402: 'insufficient_quota', 403: 'permission_error' }

/** A refusal as the caller's own provider would word it; every program shows `message` to its user. */
export function toErrorBody(wire: CallerWire, { status, message }: Pick<Refused, 'status' | 'message'>): Record<string, unknown> {
  const words = `REEF: ${message}`
  if (wire === 'anthropic') return { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message: words } }
  const type = openaiTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error')
  return { error: { message: words, type, param: null, code: status === 402 ? 'insufficient_quota' : type } }
}

/** The same inside a stream that has begun: the last thing that the caller hears. */
export function toErrorFrame(wire: CallerWire, refused: Pick<Refused, 'status' | 'message'>): string {
  const body = toErrorBody(wire, refused)
  if (wire === 'anthropic') return `event: error\ndata: ${JSON.stringify(body)}\n\n`
  if (wire === 'openai-chat') return `data: ${JSON.stringify(body)}\n\n`
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

/** Everything that the caller said but what concerns this hop and who he is; then who we are. */
export function toUpstreamHeaders(
  raw: readonly string[],
  {
    wire,
    key,
    callId,
    length,
    connection,
  }: { wire: CallerWire; key: string | undefined; callId: string; length: number | undefined; connection: string | undefined },
): string[] {
  const named = new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const headers: string[] = []
  let versioned = false
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    if (lower === 'anthropic-version') versioned = true
    if (!ours.has(lower) && !named.has(lower)) headers.push(name, raw[i + 1] ?? '')
  }
  // A compressed answer could not be read on its way through.
  headers.push('accept-encoding', 'identity', 'x-request-id', callId)
  if (length !== undefined) headers.push('content-length', String(length))
  if (wire === 'anthropic' && !versioned) headers.push('anthropic-version', '2023-06-01')
  if (key) headers.push(...(wire === 'anthropic' ? ['x-api-key', key] : ['authorization', `Bearer ${key}`]))
  return headers
}

const notBack = new Set([...hop, 'set-cookie'])

export function toCallerHeaders(from: IncomingHttpHeaders, drop: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(from)) if (value !== undefined && !notBack.has(name) && !drop.includes(name)) headers[name] = value
  return headers
}
