import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

// A provider without a model: the same Anthropic stream for everyone, 20 pieces of text and what they used. `x-pace` says how
// many milliseconds lie between two pieces.
const frame = (data: { type: string }) => Buffer.from(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
const usage = { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 }
const start = frame({ type: 'message_start', message: { id: 'msg_bench', type: 'message', role: 'assistant', content: [], usage } } as { type: string })
const pieces = Array.from({ length: 20 }, (_, i) =>
  frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ` and piece ${i} of what a model says` } } as { type: string }),
)
const stop = Buffer.concat([
  frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 20 } } as { type: string }),
  frame({ type: 'message_stop' }),
])

const server = createServer(async (request, response) => {
  request.resume()
  await once(request, 'end')
  const pace = Number(request.headers['x-pace'] ?? 0)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_bench' })
  response.write(start)
  for (const piece of pieces) {
    response.write(piece)
    if (pace > 0) await pause(pace)
  }
  response.end(stop)
})
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
process.once('disconnect', () => process.exit())
