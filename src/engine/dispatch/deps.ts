import type { Settings } from '../../contract/index.ts'
import type { Roster } from '../agents/index.ts'
import type { Approvals, Rules } from '../approvals/index.ts'
import type { Delivery } from '../delivery/index.ts'
import type { Gateway } from '../gateway/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Budgets } from '../ledger/index.ts'
import type { Planner } from '../planner/index.ts'
import type { Quality } from '../quality/index.ts'
import type { Plans, Queue } from '../queue/index.ts'
import type { Router } from '../router/index.ts'
import type { Sessions } from '../sessions/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import type { Effects } from './effects.ts'
import type { Funds } from './funds.ts'

/** The parts that one task's way through the house needs. */
export type DispatchDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: () => Settings
  readonly paused: () => boolean
  readonly queue: Queue
  readonly plans: Plans
  readonly planner: Planner
  readonly roster: Roster
  readonly router: Router
  readonly gateway: Gateway
  readonly sessions: Sessions
  readonly workspaces: Workspaces
  readonly quality: Quality
  readonly approvals: Approvals
  readonly rules: Rules
  readonly delivery: Delivery
  readonly budgets: Budgets
  readonly funds: Funds
  readonly effects: Effects
}
