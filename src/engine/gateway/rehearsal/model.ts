import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConversation } from './conversation.ts'
import { play } from './script.ts'
import type { Turn } from './turn.ts'

export const rehearsalModels = ['scripted-builder', 'scripted-reviewer'] as const

/** Milliseconds at pace 1: slow enough to be watched, fast enough for half a minute in all. */
const THINK_MS = 300
const TEXT = { chars: 14, ms: 22 }
const INPUT = { chars: 180, ms: 12 }

/**
 * The one model that ships: a script behind a real Anthropic Messages server on loopback, so that a factory without keys can
 * be seen at work. It is no model, says so in what it writes, and costs nothing. It keeps no state at all.
 * `pace` 1 is for watching, 0 answers at once.
 */
export async function createRehearsalModel({ port = 0, pace = 1 }: { port?: number; pace?: number } = {}) {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'api_error', `REHEARSAL: ${error.message}`)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const at = (server.address() as AddressInfo).port

  return {
    url: `http://127.0.0.1:${at}`,
    port: at,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*$/, '')
    if (request.method === 'GET' && path === '/v1/models')
      return send(response, 200, { data: rehearsalModels.map((id) => ({ type: 'model', id, display_name: `REHEARSAL: ${id}` })), has_more: false })
    if (request.method !== 'POST' || !path.startsWith('/v1/messages'))
      return refuse(response, 404, 'not_found_error', `REHEARSAL: there is no ${request.method} ${path} here.`)
    const text = await readText(request)
    const body = JSON.parse(text) as { model?: string; stream?: boolean; messages?: unknown }
    if (path === '/v1/messages/count_tokens') return send(response, 200, { input_tokens: toTokens(text) })
    if (!rehearsalModels.some((id) => id === body.model))
      return refuse(response, 404, 'not_found_error', `REHEARSAL: there is no model ${body.model}; there are ${rehearsalModels.join(' and ')}.`)
    const conversation = readConversation(body)
    if (!conversation) return refuse(response, 400, 'invalid_request_error', 'REHEARSAL: this script only answers prompts that begin with [REEF role=…].')
    const answer = toMessage(play(conversation), { model: body.model ?? '', text })
    if (body.stream) return stream(response, answer)
    send(response, 200, answer)
  }

  async function stream(response: ServerResponse, message: Message): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const pause = async (ms: number) => {
      if (ms * pace > 0) await sleep(ms * pace, undefined, { signal: gone.signal }).catch(() => {})
    }
    const event = (type: string, data: Record<string, unknown>) => {
      if (!gone.signal.aborted) response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'request-id': message.id })
    event('message_start', { message: { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } } })
    await pause(THINK_MS)
    for (const [index, block] of message.content.entries()) {
      const [start, speed, whole] =
        block.type === 'text' ? [{ ...block, text: '' }, TEXT, block.text] : [{ ...block, input: {} }, INPUT, JSON.stringify(block.input)]
      event('content_block_start', { index, content_block: start })
      for (let from = 0; from < whole.length && !gone.signal.aborted; from += speed.chars) {
        const piece = whole.slice(from, from + speed.chars)
        event('content_block_delta', {
          index,
          delta: block.type === 'text' ? { type: 'text_delta', text: piece } : { type: 'input_json_delta', partial_json: piece },
        })
        await pause(speed.ms)
      }
      event('content_block_stop', { index })
    }
    event('message_delta', { delta: { stop_reason: message.stop_reason, stop_sequence: null }, usage: { output_tokens: message.usage.output_tokens } })
    event('message_stop', {})
    response.end()
  }
}
export type RehearsalModel = Awaited<ReturnType<typeof createRehearsalModel>>

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown }
type Message = {
  readonly id: string
  readonly type: 'message'
  readonly role: 'assistant'
  readonly model: string
  readonly content: readonly Block[]
  readonly stop_reason: 'end_turn' | 'tool_use'
  readonly stop_sequence: null
  readonly usage: {
    readonly input_tokens: number
    readonly cache_creation_input_tokens: 0
    readonly cache_read_input_tokens: 0
    readonly output_tokens: number
  }
}

/** Ids come from the request, so that the same question gets the same answer to the byte. */
function toMessage(turn: Turn, { model, text }: { model: string; text: string }): Message {
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 20)
  const calls = (turn.calls ?? []).map(
    (call, i): Block => ({ type: 'tool_use', id: `toolu_${mark}${String(i).padStart(2, '0')}`, name: call.name, input: call.input }),
  )
  return {
    id: `msg_rehearsal_${mark}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: turn.text }, ...calls],
    stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: toTokens(text),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: toTokens(turn.text + JSON.stringify(turn.calls ?? '')),
    },
  }
}

const toTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  send(response, status, { type: 'error', error: { type, message } })
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
