import type { SessionId } from '../contract/index.ts'
import type { DeliveryDeps } from './delivery/index.ts'
import type { Sessions } from './sessions/index.ts'

/** A released product runs as a session of its own, so it outlives the engine like any other and is seen like any other. */
export function toProducts(sessions: Sessions, gatewayUrl: () => string): Pick<DeliveryDeps, 'startProduct' | 'stopProduct' | 'productEnded'> {
  return {
    async startProduct({ title, cwd, argv, env, planId, taskId }) {
      const sessionId = await sessions.launch({
        role: 'product',
        driver: 'command',
        agent: 'Forge',
        title,
        cwd,
        argv,
        env,
        planId,
        taskId,
        attemptId: null,
        model: null,
        provider: null,
        systemPrompt: '',
        prompt: '',
        gatewayUrl: gatewayUrl(),
        token: '',
        outputs: [],
        timeoutMs: 0,
        budgetUsd: null,
        temperature: 0,
      })
      return { sessionId, pid: sessions.get(sessionId).pid ?? 0 }
    },
    stopProduct: (id) => sessions.stop(id as SessionId, 'cancelled'),
    productEnded: (id, tell) => void sessions.ended(id as SessionId).then(({ exitCode }) => tell({ exitCode })),
  }
}
