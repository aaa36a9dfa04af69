import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpHttpHandler, ReadResourceResult } from '@modelcontextprotocol/server'
import type { BudgetView, CircuitView } from '../../contract/index.ts'
import { answer } from './node-http.ts'

export type McpDeps = {
  readonly version: string
  /** Everything that rests. */
  readonly health: () => readonly CircuitView[]
  /** Whether calls of PROVIDER/MODEL, or of a PROVIDER, get through; undefined where nobody knows it. */
  readonly healthOf: (ref: string) => object | undefined
  /** Every limit that a call of an agent counts under, the tightest first; undefined for an agent that there is not. */
  readonly budgets: (agent: string) => readonly BudgetView[] | undefined
}

/** Questions are short. */
const MOST_BYTES = 65_536

/**
 * What agents may know before a job of many calls, over MCP: which models rest, and what is left of a budget. It is read and changes
 * nothing. Each request stands for itself, so that nothing is held between two of them. The library is loaded by the first one.
 */
export function createMcp({ version, health, healthOf, budgets }: McpDeps) {
  let handler: Promise<McpHttpHandler> | undefined

  return {
    /** Answers one HTTP request of the session whose agent this is. Who he is was checked before. */
    async serve(request: IncomingMessage, response: ServerResponse, { agent }: { readonly agent: string }): Promise<void> {
      handler ??= load()
      const { fetch } = await handler
      await answer(request, response, (asked) => fetch(asked, { authInfo: { token: '', clientId: agent, scopes: [] } }))
    },
    /** Ends what is still being answered. */
    [Symbol.asyncDispose]: async (): Promise<void> => (await handler)?.close(),
  }

  async function load(): Promise<McpHttpHandler> {
    const { createMcpHandler, McpServer, ResourceNotFoundError, ResourceTemplate } = await import('@modelcontextprotocol/server')
    const toAnswer = (uri: URL, value: object | undefined): ReadResourceResult => {
      if (value === undefined) throw new ResourceNotFoundError(uri.href, `Nobody here knows ${uri.href}.`)
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(value) }] }
    }
    return createMcpHandler(
      ({ authInfo }) => {
        const server = new McpServer({ name: 'reef', version })
        server.registerResource(
          'health',
          'router://health',
          { title: 'Models that rest', description: 'Providers and models that take no calls now, why, and until when', mimeType: 'application/json' },
          (uri) => toAnswer(uri, health()),
        )
        server.registerResource(
          'health-of-model',
          new ResourceTemplate('router://health/{+model}', { list: undefined }),
          {
            title: 'Whether calls of a model get through',
            description: 'model: PROVIDER/MODEL, or a PROVIDER. Ask before a job of many calls',
            mimeType: 'application/json',
          },
          (uri, { model }) => toAnswer(uri, healthOf(String(model))),
        )
        const own = authInfo && { uri: `budget://agent/${authInfo.clientId}`, name: `budget of ${authInfo.clientId}`, mimeType: 'application/json' }
        server.registerResource(
          'budget-of-agent',
          new ResourceTemplate('budget://agent/{id}', { list: () => ({ resources: own ? [own] : [] }) }),
          {
            title: 'What an agent may still spend',
            description: 'id: the name of an agent. Its limits in nanodollars, the tightest first: what is left is hard less spent and held',
            mimeType: 'application/json',
          },
          (uri, { id }) => toAnswer(uri, budgets(String(id))),
        )
        return server
      },
      // Nothing is told afterwards: a stream that stays open would only keep the gateway from stopping.
      { maxRequestBodySize: MOST_BYTES, maxSubscriptions: 0 },
    )
  }
}
