import type { Actor, ApprovalView } from '../contract/index.ts'
import { type Conversation, createConversation, type Urgency } from './conversation/index.ts'
import type { Delivery } from './delivery/index.ts'
import type { Facts } from './facts.ts'
import { toPlan } from './queue/index.ts'
import type { Sessions } from './sessions/index.ts'
import type { Views } from './views.ts'

export type TalkingDeps = {
  readonly facts: Facts
  readonly sessions: Sessions
  readonly delivery: Delivery
  readonly views: Pick<Views, 'status'>
  readonly killSpend: (actor: Actor) => Promise<number>
  readonly stopEffects: () => Promise<number>
}

/** While an incident is declared, these keep money from coming in for as long as they wait. */
const earning: ReadonlySet<string> = new Set(['deploy.production', 'mail.customer', 'money.spend'])

/** Everything that the owner may ask for or ask about in words, as the parts of the engine answer it. */
export function createTalking({ facts, sessions, delivery, views, killSpend, stopEffects }: TalkingDeps): Conversation {
  const { approvals, approvalsReader, budgets, channels, journal, mode, plans, queueReader, redactor, rules, settings, spend, toTask, workspaces } = facts
  return createConversation({
    db: facts.db,
    clock: facts.clock,
    logger: facts.logger,
    settings: settings.get,
    redact: redactor.redact,
    channels,
    approvals,
    urgency: (members: readonly ApprovalView[]): Urgency =>
      !rules.playbooks.inIncident() ? 'normal' : members.some(({ action }) => earning.has(action)) ? 'revenue' : 'critical',
    acts: {
      submit: plans.submit,
      pause: mode.pause,
      resume: mode.resume,
      // Refused first, then ended: nothing can begin between the two. Products stay up: they are no work of agents.
      async stop(actor) {
        mode.pause(actor)
        const calls = killSpend(actor)
        const working = sessions.running().filter(({ role }) => role !== 'product')
        const [ended] = await Promise.all([Promise.allSettled(working.map(({ id }) => sessions.stop(id, 'cancelled'))), calls, stopEffects()])
        return { sessions: ended.filter((one) => one.status === 'fulfilled' && one.value.survivors === 0).length, calls: await calls }
      },
      stopSpending: killSpend,
      allowSpending: budgets.allow,
    },
    reads: {
      status: views.status,
      spend: facts.spendToday,
      spentBetween: (since, until) => spend.summary({ by: 'day', zone: settings.get().timeZone, since, until }).total,
      openPlans: (limit) => queueReader.runningPlans(limit).map(toPlan),
      plans: (limit) => queueReader.plans(limit).map(toPlan),
      plan: plans.get,
      tasksOf: plans.tasksOf,
      attention: (limit) => queueReader.attention(limit).map(toTask),
      request: plans.request,
      decided: (limit) => approvalsReader.list(limit),
      releases: (limit) => delivery.list(limit),
      projects: () => workspaces.projects().map(({ name }) => name),
    },
    news: { listen: journal.listen, ofTypes: journal.reader.ofTypes, lastSeq: journal.reader.lastSeq },
  })
}
