import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Seen = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly bytes: number
  readonly body: string
  readonly closed: Promise<void>
}

/** A provider that does what a test tells it. `answer` runs once the whole request has come; bodies over a megabyte are only counted. */
export async function startUpstream(answer: (response: ServerResponse, seen: Seen, request: IncomingMessage) => unknown) {
  const requests: Seen[] = []
  const server = createServer(async (request, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', () => resolve()))
    const chunks: Buffer[] = []
    let bytes = 0
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes <= 2 ** 20) chunks.push(chunk)
      }
    } catch {
      // The gateway broke off; what it did afterwards is what the test looks at.
    }
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, bytes, body: Buffer.concat(chunks).toString('utf8'), closed }
    requests.push(seen)
    await answer(response, seen, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const frame = (data: { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`

/** A short Anthropic stream: 1000 in, 50 out, claude-sonnet-4-5 prices come to $0.00375. */
export const stream = {
  start: frame({
    type: 'message_start',
    message: { id: 'msg_1', usage: { input_tokens: 1000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 } },
  } as { type: string }),
  delta: (text: string) => frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as { type: string }),
  stop:
    frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 50 } } as { type: string }) + frame({ type: 'message_stop' }),
}

export const EVENT_STREAM = { 'content-type': 'text/event-stream', 'request-id': 'req_upstream_1' }
