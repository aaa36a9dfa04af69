import { setTimeout as pause } from 'node:timers/promises'
import { toFiles, writeInside } from '../direct-files.ts'
import type { DirectOrder } from '../direct-order.ts'
import { wires } from '../direct-wires.ts'

const TRIES = 3
const FIRST_PAUSE_MS = 700

/** An answer of the server that ends the try; `again` says whether another one makes sense. */
type Failure = { readonly again: boolean; readonly message: string; readonly status: number | null }

const say = (event: Record<string, unknown>) => void process.stdout.write(`${JSON.stringify(event)}\n`)

const order = JSON.parse(await readAll()) as DirectOrder
const answer = await ask()
if (answer !== undefined) finish(answer)

async function ask(): Promise<string | undefined> {
  let temperature: number | undefined = order.temperature
  for (let attempt = 1; ; attempt++) {
    const result = await call(temperature).catch(
      (error: Error & { cause?: Error }): Failure => ({
        again: true,
        status: null,
        message: `${error.message}${error.cause ? `: ${error.cause.message}` : ''}`,
      }),
    )
    if (typeof result === 'string') return result
    // Some models accept no temperature at all; asking again without it is the only way to find out.
    const tooWarm = result.status === 400 && temperature !== undefined && /temperature/i.test(result.message)
    if (!tooWarm && (!result.again || attempt >= TRIES)) {
      say({ type: 'failed', error: result.message })
      process.exitCode = 1
      return undefined
    }
    if (tooWarm) temperature = undefined
    say({ type: 'notice', text: `model call failed (${result.message}), try ${attempt + 1}` })
    await pause(tooWarm ? 0 : FIRST_PAUSE_MS * 2 ** (attempt - 1))
  }
}

async function call(temperature: number | undefined): Promise<string | Failure> {
  const wire = wires[order.wire]
  const response = await fetch(`${order.gatewayUrl}${wire.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...wire.headers(process.env['REEF_TOKEN'] ?? '') },
    body: JSON.stringify(wire.body(order, temperature)),
  })
  if (!response.ok || !response.body) {
    const told = await response.text()
    const again = response.headers.get('x-should-retry') !== 'false' && (response.status === 429 || response.status >= 500)
    return { again, status: response.status, message: `${response.status} ${told.slice(0, 1000)}` }
  }
  let text = ''
  let stop: { cut: boolean } | undefined
  for await (const data of readEvents(response.body))
    for (const event of wire.read(data)) {
      if (event.kind === 'error') return { again: text === '', status: null, message: event.message }
      if (event.kind === 'stop') stop = event
      if (event.kind !== 'piece') continue
      text += event.text
      say({ type: 'piece', text: event.text })
    }
  if (!stop) return { again: true, status: null, message: 'the connection was closed before the answer was complete' }
  if (stop.cut) return { again: false, status: null, message: 'the answer was cut: it is longer than one answer may be' }
  return text
}

/** Server-sent events, their data parsed; anything that is not JSON ("[DONE]") is skipped. */
async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const data = /^data:\s?(\{.*)/.exec(line)?.[1]
      if (data) yield JSON.parse(data)
    }
  }
}

function finish(text: string): void {
  say({ type: 'said', text })
  try {
    for (const file of order.writes ? toFiles(text, order.outputs) : []) {
      writeInside(order.cwd, file)
      say({ type: 'file', path: file.path })
    }
    say({ type: 'done' })
  } catch (error) {
    say({ type: 'failed', error: (error as Error).message })
    process.exitCode = 1
  }
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
