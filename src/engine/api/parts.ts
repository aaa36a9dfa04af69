import type { Actor, CallView, FactoryStatus, HealthCheck, SpendToday, TaskView } from '../../contract/index.ts'
import type { Roster } from '../agents/index.ts'
import type { Approvals, createApprovalsReader, Rules } from '../approvals/index.ts'
import type { Channels } from '../channels/index.ts'
import type { Conversation } from '../conversation/index.ts'
import type { Delivery } from '../delivery/index.ts'
import type { Mode } from '../health/index.ts'
import type { Journal } from '../journal/index.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Adjust, Budgets, Export, Spend } from '../ledger/index.ts'
import type { Quality } from '../quality/index.ts'
import type { createQueueReader, Plans, Queue } from '../queue/index.ts'
import type { Rehearsal } from '../rehearsal/index.ts'
import type { Router } from '../router/index.ts'
import type { Sessions } from '../sessions/index.ts'
import type { SettingsService } from '../settings/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import type { Feed } from './feed.ts'

/** The engine as its surface sees it. */
export type ApiParts = {
  readonly logger: Logger
  readonly mode: Mode
  readonly journal: Journal
  readonly settings: SettingsService
  readonly queue: Queue
  readonly plans: Plans
  readonly queueReader: ReturnType<typeof createQueueReader>
  readonly toTask: (row: ReturnType<ReturnType<typeof createQueueReader>['tasksOf']>[number]) => TaskView
  readonly approvals: Approvals
  readonly rules: Rules
  readonly channels: Channels
  readonly conversation: Conversation
  readonly approvalsReader: ReturnType<typeof createApprovalsReader>
  readonly roster: Roster
  readonly router: Router
  readonly budgets: Budgets
  readonly spend: Spend
  readonly adjust: Adjust
  readonly exportSpend: Export
  /** Refuses every model call from now on; answers how many under way were aborted. */
  readonly killSpend: (actor: Actor) => Promise<number>
  readonly allowSpend: (actor: Actor) => void
  readonly sessions: Sessions
  readonly workspaces: Workspaces
  readonly quality: Quality
  readonly delivery: Delivery
  readonly rehearsal: Rehearsal
  readonly feed: Feed
  readonly status: () => FactoryStatus
  readonly spendToday: () => SpendToday
  /** One real call of a token or two to PROVIDER/MODEL or an alias, through the gateway and the ledger. */
  readonly testModel: (ref: string) => Promise<{ ok: boolean; message: string; model: string; latencyMs: number; call: CallView | null }>
  readonly examine: () => Promise<HealthCheck[]>
}
