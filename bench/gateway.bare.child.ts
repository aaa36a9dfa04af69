import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { cpuMicros } from './measure.ts'

// The least that a proxy must do: bytes there and back with back-pressure, nothing read, nothing written down.
const upstream = new Pool(process.argv[2] ?? '')
const onward = ({ host: _, connection: __, 'keep-alive': ___, 'transfer-encoding': ____, ...headers }: IncomingHttpHeaders) => headers

const server = createServer((request, response) => {
  const options = { path: request.url ?? '/', method: 'POST' as const, headers: onward(request.headers), body: request }
  const answer = ({ statusCode, headers }: { statusCode: number; headers: IncomingHttpHeaders }) => response.writeHead(statusCode, onward(headers))
  upstream.stream(options, answer).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
process.on('message', () => process.send?.(cpuMicros()))
process.once('disconnect', () => process.exit())
