import { toAgents, toProviders } from './agents.ts'
import { toApprovals, toBundles } from './approvals.ts'
import { toBudgets } from './budgets.ts'
import { toChannels } from './channels.ts'
import { os } from './context.ts'
import { toConversation } from './conversation.ts'
import { toArtifacts, toProjects, toReleases, toSettings } from './delivery.ts'
import { toFactory, toFeed, toRehearsal } from './factory.ts'
import { toModels } from './models.ts'
import { describeApi } from './openapi.ts'
import type { ApiParts } from './parts.ts'
import { toPlaybooks, toTemplates } from './playbooks.ts'
import { toPolicies } from './policies.ts'
import { toPlans, toRequests, toTasks } from './queue.ts'
import { toAudit } from './records.ts'
import { toRefused } from './refusal.ts'
import { toPrograms, toSessions } from './sessions.ts'
import { toSpend } from './spend.ts'

/** The contract, answered. `clientInterceptors` belong into every transport's handler: they turn errors into refusals. */
export function createApi(parts: ApiParts) {
  return {
    router: os.router({
      factory: toFactory(parts),
      feed: toFeed(parts),
      request: toRequests(parts),
      plan: toPlans(parts),
      task: toTasks(parts),
      session: toSessions(parts),
      approval: toApprovals(parts),
      bundle: toBundles(parts),
      policy: toPolicies(parts.rules),
      playbook: toPlaybooks(parts.rules),
      template: toTemplates(parts.rules),
      channel: toChannels(parts),
      conversation: toConversation(parts),
      spend: toSpend(parts),
      budget: toBudgets(parts),
      audit: toAudit(parts),
      agent: toAgents(parts),
      provider: toProviders(parts),
      model: toModels(parts),
      program: toPrograms(parts),
      project: toProjects(parts),
      release: toReleases(parts),
      artifact: toArtifacts(parts),
      rehearsal: toRehearsal(parts),
      settings: toSettings(parts),
    }),
    /** A transport broke in a way that no caller is to blame for. */
    noteFault: (error: unknown): void => parts.logger.error({ err: error }, 'a transport failed'),
    /** The JSON surface as an OpenAPI document. */
    describe: (url: string): Promise<object> => describeApi(parts.status().version, url),
    clientInterceptors: [
      async <T>({ next }: { next(): Promise<T> }): Promise<T> => {
        try {
          return await next()
        } catch (error) {
          throw toRefused(error, parts.logger)
        }
      },
    ],
  }
}
export type Api = ReturnType<typeof createApi>
