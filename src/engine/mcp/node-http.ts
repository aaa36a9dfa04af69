import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Serves a request of Node's with a handler that is shaped like `fetch`. A caller who hangs up ends it, and is no error. */
export async function answer(request: IncomingMessage, response: ServerResponse, handle: (request: Request) => Promise<Response>): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { status, headers, body } = await handle(toRequest(request, gone.signal))
  response.writeHead(status, Object.fromEntries(headers))
  if (!body) response.end()
  else
    await pipeline(Readable.fromWeb(body as ReadableStream), response).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    })
}

function toRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headers } = request
  const named = Object.entries(headers).flatMap(([name, value]): Array<[string, string]> => (value === undefined ? [] : [[name, String(value)]]))
  const body = method === 'GET' || method === 'HEAD' ? null : Readable.toWeb(request)
  return new Request(new URL(url, `http://${headers.host}`), { method, headers: named, body, signal, duplex: 'half' } as RequestInit)
}
