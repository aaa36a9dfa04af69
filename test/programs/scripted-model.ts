import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropicAnswer, type Call, chatAnswer, responsesAnswer } from './scripted-wires.ts'

/** What the model does with one request. `shell` asks the agent's own shell tool, whatever it is called, to run a command. */
export type Step =
  | { readonly kind: 'text'; readonly text: string; readonly usage?: Usage }
  | { readonly kind: 'shell'; readonly command: string; readonly usage?: Usage }
  /** Calls a tool by the name under which the program offers it. */
  | { readonly kind: 'tool'; readonly name: string; readonly input: Record<string, unknown>; readonly usage?: Usage }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Begins the stream and drops the connection. */
  | { readonly kind: 'cut' }

export type Usage = { readonly input: number; readonly output: number }
export type LoggedRequest = {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
  readonly step: Step
  /** What the answer said it cost; null for anything that was no complete answer. */
  readonly usage: Usage | null
}

/** One entry per request, the last one for every request after it; or a function of the request's number from 0. */
export type Script = readonly Step[] | ((n: number, request: { path: string; body: Record<string, unknown> }) => Step)

/**
 * A model server on loopback that speaks Anthropic Messages, OpenAI Responses and OpenAI Chat Completions as event streams
 * and does what its script says. Every request is logged, with the usage it was told: 1000 tokens in and 100 out for the
 * first answer, one more of each for every further one, so that sums can be checked exactly; or as much as the step says.
 */
export async function startScriptedModel(script: Script) {
  const requests: LoggedRequest[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    readBody(request).then((body) => serve(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    /** Resolves once at least `n` requests have come. */
    async seen(n: number): Promise<void> {
      while (requests.length < n) await new Promise<void>((resolve) => waiting.add(resolve))
    },
    total: (): Usage =>
      requests.reduce((sum, { usage }) => ({ input: sum.input + (usage?.input ?? 0), output: sum.output + (usage?.output ?? 0) }), { input: 0, output: 0 }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function serve(request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>): void {
    const path = (request.url ?? '/').replace(/\?.*$/, '')
    // Where the gateway has its MCP server, a model has nothing; whoever looks there is not talking to it.
    if (path === '/mcp') {
      response.writeHead(404).end()
      return
    }
    const n = requests.length
    const step = typeof script === 'function' ? script(n, { path, body }) : (script[Math.min(n, script.length - 1)] ?? { kind: 'text', text: 'nothing to say' })
    const told = step.kind === 'text' || step.kind === 'shell' || step.kind === 'tool' ? (step.usage ?? 'counted') : null
    const done = requests.filter((entry) => entry.usage).length
    const usage = told === 'counted' ? { input: 1000 + done, output: 100 + done } : told
    requests.push({ path, headers: request.headers, body, step, usage })
    for (const wake of waiting) wake()
    waiting.clear()
    const call: Call = { n, model: String(body['model'] ?? 'scripted'), usage: usage ?? { input: 0, output: 0 }, tools: body['tools'] }
    if (step.kind === 'hang') return
    if (step.kind === 'status') {
      response.writeHead(step.status, { 'content-type': 'application/json', ...step.headers })
      response.end(JSON.stringify(step.body ?? refusal(path, step.status)))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'request-id': `req_scripted_${n + 1}` })
    const answer = path.endsWith('/messages') ? anthropicAnswer : path.endsWith('/responses') ? responsesAnswer : chatAnswer
    const frames = answer(call, step.kind === 'cut' ? { kind: 'text', text: 'this will not' } : step)
    if (step.kind !== 'cut') {
      response.end(frames.join(''))
      return
    }
    // Two frames are on their way before the line goes dead, as when a server dies in mid-sentence.
    response.write(frames.slice(0, 2).join(''), () => setImmediate(() => response.destroy()))
  }
}
export type ScriptedModel = Awaited<ReturnType<typeof startScriptedModel>>

/** How REEF's gateway refuses, in each wire's own form. */
function refusal(path: string, status: number): unknown {
  const message = status === 402 ? 'REEF: the budget of this task is used up' : `scripted ${status}`
  if (path.endsWith('/messages')) return { type: 'error', error: { type: status === 402 ? 'billing_error' : 'api_error', message } }
  return { error: { message, type: status === 402 ? 'insufficient_quota' : 'server_error', code: status === 402 ? 'insufficient_quota' : 'server_error' } }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text ? (JSON.parse(text) as Record<string, unknown>) : {}
}
