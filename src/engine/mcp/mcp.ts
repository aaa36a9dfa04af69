import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpHttpHandler, ReadResourceResult } from '@modelcontextprotocol/server'
import type { ApprovalView, BudgetView, CircuitView, TaskId } from '../../contract/index.ts'
import type { Asker, Effect, EffectAnswer } from '../dispatch/index.ts'
import { Asked, answerAsked } from './ask.ts'
import { answer } from './node-http.ts'

export type McpDeps = {
  readonly version: string
  /** Everything that rests. */
  readonly health: () => readonly CircuitView[]
  /** Whether calls of PROVIDER/MODEL, or of a PROVIDER, get through; undefined where nobody knows it. */
  readonly healthOf: (ref: string) => object | undefined
  /** Every limit that a call of an agent counts under, the tightest first; undefined for an agent that there is not. */
  readonly budgets: (agent: string) => readonly BudgetView[] | undefined
  /** An effect outside of a worktree. Rejects with a ReefError for one that cannot be. */
  readonly requestEffect: (asker: Asker, effect: Effect) => Promise<EffectAnswer>
  /** What was asked for a task; undefined for another task's, and where there is none. */
  readonly approval: (id: string, task: TaskId) => ApprovalView | undefined
  /** How many tasks there are of each agent in each state. */
  readonly queue: () => readonly object[]
}

/** Questions are short. */
const MOST_BYTES = 65_536

/**
 * What agents may know over MCP: which models rest, what is left of a budget, how full the queue is, and how a request of their own
 * task stands. And the one thing that they may ask for: an effect outside of their worktree, which they get only by the owner's word. Each
 * request stands for itself, so that nothing is held between two of them. The library is loaded by the first one.
 */
export function createMcp({ version, health, healthOf, budgets, requestEffect, approval, queue }: McpDeps) {
  let handler: Promise<McpHttpHandler> | undefined

  return {
    /** Answers one HTTP request of this session. Who it is was checked before. */
    async serve(request: IncomingMessage, response: ServerResponse, asker: Asker): Promise<void> {
      handler ??= load()
      const { fetch } = await handler
      await answer(request, response, (asked) => fetch(asked, { authInfo: { token: '', clientId: asker.agent, scopes: [], extra: { asker } } }))
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
        const asker = authInfo?.extra?.['asker'] as Asker | undefined
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
        server.registerResource(
          'queue-stats',
          'queue://stats',
          { title: 'How full the queue is', description: 'Tasks of each agent in each state', mimeType: 'application/json' },
          (uri) => toAnswer(uri, queue()),
        )
        if (!asker?.taskId) return server
        const { taskId } = asker
        server.registerResource(
          'approval',
          new ResourceTemplate('approval://{id}', { list: undefined }),
          { title: 'How a request stands', description: 'id: of a request of your own task', mimeType: 'application/json' },
          (uri, { id }) => toAnswer(uri, toStanding(approval(String(id), taskId))),
        )
        server.registerTool(
          'approval_request',
          {
            title: 'Ask the owner for an effect outside of the worktree',
            description:
              'Asks the owner to let REEF run one command outside of the sandbox, such as a push or a publication. It is not run when you ask: end your turn after it, as your last act. Your work is kept, and you are started again with the answer and the output.',
            inputSchema: Asked,
            annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
          },
          (asked) => answerAsked(requestEffect, asker, asked),
        )
        return server
      },
      // Nothing is told afterwards: a stream that stays open would only keep the gateway from stopping.
      { maxRequestBodySize: MOST_BYTES, maxSubscriptions: 0 },
    )
  }
}

const toStanding = (approval: ApprovalView | undefined): object | undefined => {
  if (!approval) return undefined
  const { id, action, what, state, requestedAt, deadline, decidedAt, reason, outcome } = approval
  return { id, action, what, state, requestedAt, deadline, decidedAt, reason, outcome }
}
