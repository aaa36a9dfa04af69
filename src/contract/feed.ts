import { z } from 'zod'
import { AgentView } from './agents.ts'
import { ApprovalView } from './approvals.ts'
import { ChannelView } from './channels.ts'
import { ReleaseView } from './delivery.ts'
import { ReefEvent } from './events.ts'
import { FactoryStatus } from './health.ts'
import { PlanId, SessionId } from './ids.ts'
import { SpendToday } from './ledger.ts'
import { Nanodollars } from './money.ts'
import { PlanView, RequestView, TaskView } from './queue.ts'
import { ProviderView } from './router.ts'
import { SessionView } from './sessions.ts'
import { Instant } from './time.ts'

/** The state a face starts from; bounded, however long the history. */
export const Snapshot = z.object({
  status: FactoryStatus,
  spend: SpendToday,
  requests: z.array(RequestView).describe('open ones and the last 20'),
  plans: z.array(PlanView).describe('running ones and the last 50'),
  tasks: z.array(TaskView).describe('open tasks of running plans, at most 500; plan.get has a whole plan'),
  sessions: z.array(SessionView).describe('running ones and the last 50'),
  approvals: z.array(ApprovalView).describe('open ones and the last 50 decided'),
  releases: z.array(ReleaseView).describe('the last 50'),
  agents: z.array(AgentView),
  providers: z.array(ProviderView),
  channels: z.array(ChannelView),
  recent: z.array(ReefEvent).describe('the last 50 events, oldest first'),
})
export type Snapshot = z.infer<typeof Snapshot>

/** What moves every second without being an event: nothing of it is truth, all of it is recomputed. */
export const Pulse = z.object({
  at: Instant,
  status: FactoryStatus,
  spend: SpendToday,
  sessions: z.array(z.object({ id: SessionId, lastLine: z.string().nullable(), bytes: z.int(), lastOutputAt: Instant.nullable() })),
  /** Running plans, newest first, at most 200: their sums move with every task and every model call. */
  plans: z.array(z.object({ id: PlanId, tasks: z.int(), done: z.int(), stuck: z.int(), spent: Nanodollars })),
})
export type Pulse = z.infer<typeof Pulse>

/** One ordered stream. A gap in `seq` means: subscribe again and take the new snapshot. */
export const FeedMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), seq: z.int(), snapshot: Snapshot }),
  z.object({ kind: z.literal('events'), events: z.array(ReefEvent) }),
  z.object({ kind: z.literal('pulse'), pulse: Pulse }),
])
export type FeedMessage = z.infer<typeof FeedMessage>
