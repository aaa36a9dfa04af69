import type {
  Actor,
  ApprovalId,
  ApprovalView,
  BundleId,
  ChannelName,
  DenyReason,
  EventType,
  FactoryStatus,
  IncomingView,
  Instant,
  MessageButton,
  MessageKind,
  MessageView,
  Nanodollars,
  PlanId,
  PlanView,
  ReefEvent,
  ReleaseView,
  RequestView,
  Settings,
  SpendToday,
  SubmitInput,
  TaskView,
} from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { WriteDb } from '../store/index.ts'

/** One message to the owner. Without `channel` it goes to every phone that is set up. */
export type Outgoing = {
  readonly kind: MessageKind
  readonly text: string
  readonly buttons?: readonly MessageButton[]
  readonly bundleId?: BundleId
  /** The message of the owner that this one answers. */
  readonly replyTo?: IncomingView['id']
  readonly expiresAt?: Instant
  readonly notBefore?: Instant
  readonly channel?: ChannelName
}

/** Words out and in, as far as a conversation needs them. All that writes is called inside `write(db)`. */
export type Phones = {
  write(message: Outgoing): readonly MessageView[]
  /** Keeps back what has not left yet. */
  withdraw(bundleId: BundleId): unknown
  onIncoming(listener: () => void): () => void
  /** What was not answered yet, oldest first. */
  received(): readonly IncomingView[]
  settle(id: IncomingView['id'], state: 'answered' | 'ignored', outcome: string): unknown
  sent(id: MessageView['id']): MessageView | undefined
  phones(): readonly ChannelName[]
  /** When the owner was last seen at the desk. */
  presentAt(): Instant | null
  /** Whether the word of this sender counts that came over it; `soon`: not before it has connected. */
  standingOf(name: ChannelName, sender: string): 'counts' | 'soon' | 'lost' | 'unpaired'
}

export type OpenBundle = {
  readonly id: BundleId
  /** Until then whatever belongs to the same matter joins it before anybody is told. */
  readonly closesAt: Instant
  readonly members: readonly ApprovalView[]
}

export type Decider = { readonly actor: Actor; readonly channel: string }

/** The approvals, as far as they are decided in words. What cannot be decided is refused with approval/*. */
export type Cards = {
  get(id: ApprovalId): ApprovalView
  /** Every member, whatever its state, oldest first. */
  bundle(id: BundleId): readonly ApprovalView[]
  openBundles(): readonly OpenBundle[]
  approve(id: ApprovalId, payloadHash: string, by: Decider): ApprovalView
  deny(id: ApprovalId, why: { reason: DenyReason; note?: string }, by: Decider): ApprovalView
  /** Within the time to undo. */
  undo(id: ApprovalId, actor: Actor): ApprovalView
}

/** normal: waits for the morning; critical: sounds at any hour; revenue: and after a while somebody calls. */
export type Urgency = 'normal' | 'critical' | 'revenue'

/** What the owner may have done by saying so. */
export type Acts = {
  submit(input: SubmitInput, more: { actor: Actor; rehearsal: false }): { readonly request: RequestView }
  pause(actor: Actor): void
  resume(actor: Actor): void
  /** Nothing new begins, no model is called, what runs is stopped. Doing it twice is harmless. */
  stop(actor: Actor): Promise<{ readonly sessions: number; readonly calls: number }>
  stopSpending(actor: Actor): Promise<number>
  allowSpending(actor: Actor): void
}

/** What the owner may ask about. Lists are bounded and newest first. */
export type Reads = {
  status(): Pick<FactoryStatus, 'mode' | 'sessionsRunning' | 'sessionsMax' | 'models'>
  spend(): SpendToday
  spentBetween(since: Instant, until: Instant): Nanodollars
  /** Running ones and drafts. */
  openPlans(limit: number): readonly PlanView[]
  plans(limit: number): readonly PlanView[]
  plan(id: PlanId): PlanView
  tasksOf(id: PlanId): readonly TaskView[]
  /** Held, waiting for the owner, or failed. */
  attention(limit: number): readonly TaskView[]
  request(id: string): RequestView
  decided(limit: number): readonly ApprovalView[]
  releases(limit: number): readonly ReleaseView[]
  projects(): readonly string[]
}

/** The journal, as far as news are made of it. */
export type News = {
  listen(listener: (event: ReefEvent) => void): () => void
  /** Of these types after `since` and up to `until`, oldest first. */
  ofTypes(types: readonly EventType[], since: number, until: number, limit: number): readonly ReefEvent[]
  lastSeq(): number
}

export type ConversationDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: () => Settings
  /** Takes known secrets out of whatever is sent. */
  readonly redact: (text: string) => string
  readonly channels: Phones
  readonly approvals: Cards
  readonly urgency: (members: readonly ApprovalView[]) => Urgency
  readonly acts: Acts
  readonly reads: Reads
  readonly news: News
}
