import { z } from 'zod'
import { Actor } from './actor.ts'
import { AgentView } from './agents.ts'
import { ApprovalView } from './approvals.ts'
import { BudgetRef, BudgetView } from './budgets.ts'
import { ChannelView, IncomingView, MessageView } from './channels.ts'
import { ArtifactView, ProjectView, ReleaseView } from './delivery.ts'
import { AttemptId, EventId, PlanId, TaskId } from './ids.ts'
import { AdjustmentView, CallView } from './ledger.ts'
import { PlaybookView, TemplateView } from './playbooks.ts'
import { PolicyProblem, PolicyVersionView } from './policies.ts'
import { EvidenceView } from './quality.ts'
import { AttemptView, PlanView, RequestView, TaskView } from './queue.ts'
import { CircuitView, ModelView, ProviderView, RouteChoiceView } from './router.ts'
import { SessionView } from './sessions.ts'
import { Instant } from './time.ts'

/**
 * Everything that can happen, by name, with the row as it stands after the change.
 * An event is appended in the transaction of the change it reports; on the wire its type is `reef.<name>.v1`.
 */
export const eventData = {
  'factory.started': z.object({ version: z.string(), recovered: z.int() }),
  'factory.stopped': z.object({ reason: z.string() }),
  'factory.paused': z.object({}),
  'factory.resumed': z.object({}),
  'request.submitted': RequestView,
  'request.planned': RequestView,
  'request.failed': RequestView,
  'plan.created': z.object({ plan: PlanView, tasks: z.array(TaskView) }),
  'plan.edited': PlanView,
  'plan.started': PlanView,
  'plan.completed': PlanView,
  'plan.failed': PlanView,
  'plan.reopened': PlanView,
  'plan.cancelled': PlanView,
  'task.added': TaskView,
  'task.edited': TaskView,
  'task.readied': TaskView,
  'task.claimed': TaskView,
  'task.started': TaskView,
  'task.waited': TaskView,
  'task.submitted': TaskView,
  'task.completed': TaskView,
  'task.retried': TaskView,
  'task.reopened': TaskView,
  'task.failed': TaskView,
  'task.dead-lettered': TaskView,
  'task.cancelled': TaskView,
  'task.skipped': TaskView,
  /** More leases expired at once than can be told one by one: these tasks are ready again and their attempts interrupted. */
  'queue.recovered': z.object({ tasks: z.array(z.object({ id: TaskId, planId: PlanId, attemptId: AttemptId.nullable() })), error: z.string() }),
  'attempt.started': AttemptView,
  'attempt.ended': AttemptView,
  'session.launched': SessionView,
  'session.ended': SessionView,
  'call.settled': CallView,
  /** At most one for each limit and window until it is raised: the first refusal is news, the others are its consequence. */
  'budget.refused': z.object({ budget: BudgetView, needed: z.int(), agent: z.string(), taskId: TaskId.nullable() }),
  'budget.crossed': z.object({ budget: BudgetView, mark: z.union([z.literal('soft'), z.literal('forecast'), z.literal(50), z.literal(80), z.literal(100)]) }),
  'budget.changed': z.object({ ref: BudgetRef, from: z.int(), to: z.int(), soft: z.int().nullable() }),
  'spend.killed': z.object({ aborted: z.int() }),
  'spend.allowed': z.object({}),
  'spend.adjusted': AdjustmentView,
  /** The factory as a whole spends faster than the owner's threshold; at most one an hour. */
  'velocity.exceeded': z.object({ perHour: z.int(), threshold: z.int() }),
  /** First call of a model whose price nobody lists: it is billed at the ceiling. */
  'price.guessed': z.object({ provider: z.string(), model: z.string() }),
  'route.chosen': RouteChoiceView,
  'circuit.opened': CircuitView,
  'circuit.closed': CircuitView,
  'model.changed': ModelView,
  'evidence.recorded': EvidenceView,
  'artifact.recorded': ArtifactView,
  'approval.requested': ApprovalView,
  'approval.approved': ApprovalView,
  'approval.denied': ApprovalView,
  'approval.undone': ApprovalView,
  'approval.started': ApprovalView,
  'approval.executed': ApprovalView,
  'approval.expired': ApprovalView,
  'approval.drifted': ApprovalView,
  'approval.superseded': ApprovalView,
  'approval.voided': ApprovalView,
  'approval.failed': ApprovalView,
  'approval.interrupted': ApprovalView,
  'approval.edited': ApprovalView,
  'approval.reminded': ApprovalView,
  'approval.snoozed': ApprovalView,
  /** Approved and done, and afterwards taken back: counted against the agent and the class (U-118). */
  'approval.regretted': ApprovalView,
  'policy.accepted': PolicyVersionView,
  'policy.rejected': z.object({ problems: z.array(PolicyProblem) }),
  'playbook.drafted': PlaybookView,
  'playbook.activated': PlaybookView,
  'playbook.used': PlaybookView,
  'playbook.ended': PlaybookView,
  'template.changed': TemplateView,
  'template.removed': z.object({ name: z.string() }),
  'channel.changed': ChannelView,
  'channel.paired': ChannelView,
  'channel.lost': ChannelView,
  'channel.restored': ChannelView,
  'message.written': MessageView,
  'message.moved': MessageView,
  'message.received': IncomingView,
  'message.answered': IncomingView,
  'release.started': ReleaseView,
  'release.proven': ReleaseView,
  'release.failed': ReleaseView,
  'release.stopped': ReleaseView,
  'branch.merged': z.object({ planId: PlanId, project: z.string(), from: z.string(), into: z.string(), commit: z.string() }),
  'agent.changed': AgentView,
  'agent.paused': AgentView,
  'agent.resumed': AgentView,
  'agent.rejected': z.object({ file: z.string(), line: z.int().nullable(), message: z.string() }),
  'provider.added': ProviderView,
  'provider.removed': ProviderView,
  'provider.rotated': ProviderView,
  'project.created': ProjectView,
  'settings.changed': z.object({ key: z.string(), from: z.unknown(), to: z.unknown() }),
} as const

export type EventType = keyof typeof eventData
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>
export const eventTypes = Object.keys(eventData) as EventType[]

type Envelope<T extends EventType> = {
  /** Position in the journal; without gaps. */
  readonly seq: number
  readonly id: EventId
  readonly type: T
  readonly at: Instant
  readonly actor: Actor
  /** Id of the thing it happened to. */
  readonly subject: string
  /** One owner's request and everything that follows from it share this. */
  readonly correlationId: string | null
  readonly data: EventData<T>
}
/** Discriminated by `type`; a switch that ends in `never(event)` breaks where a new event must be thought about. */
export type ReefEvent = { [T in EventType]: Envelope<T> }[EventType]

/** Parsed loosely on the wire: the engine wrote it, and its data was checked when it was appended. */
export const ReefEvent = z.object({
  seq: z.int(),
  id: EventId,
  type: z.enum(eventTypes as [EventType, ...EventType[]]),
  at: Instant,
  actor: Actor,
  subject: z.string(),
  correlationId: z.string().nullable(),
  data: z.unknown(),
}) as unknown as z.ZodType<ReefEvent>

/** A row of the audit: the event with its place in the hash chain. */
export const AuditRow = z.object({
  seq: z.int(),
  id: EventId,
  type: z.string(),
  at: Instant,
  actor: Actor,
  subject: z.string(),
  correlationId: z.string().nullable(),
  hash: z.string(),
  data: z.unknown(),
})
export type AuditRow = z.infer<typeof AuditRow>
