import type {
  AgentView,
  ApprovalView,
  ChannelView,
  FactoryStatus,
  PlanView,
  ProviderView,
  ReefEvent,
  Refusal,
  ReleaseView,
  RequestView,
  SessionView,
  SpendToday,
  TaskView,
} from '../../contract/index.ts'

/** How the page stands to the engine. `since` and `lastAt` are epoch milliseconds. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly since: number }
  /** What is shown is from `lastAt`; REEF tries again by itself. */
  | { readonly kind: 'lost'; readonly lastAt: number | null; readonly refusal: Refusal }
  /** Trying again would not help: the page has to be opened in another way. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export type Rows<Row> = Readonly<Record<string, Row>>

/** Everything the feed says, by id. Rows that did not change keep their identity, so that a screen redraws only what moved. */
export type Facts = {
  readonly seq: number
  readonly status: FactoryStatus
  readonly spend: SpendToday
  readonly requests: Rows<RequestView>
  readonly plans: Rows<PlanView>
  /** Tasks of plans that the feed knows; a whole plan comes from `plan.get`. */
  readonly tasks: Rows<TaskView>
  readonly sessions: Rows<SessionView>
  readonly approvals: Rows<ApprovalView>
  readonly releases: Rows<ReleaseView>
  readonly agents: Rows<AgentView>
  readonly providers: Rows<ProviderView>
  readonly channels: Rows<ChannelView>
  /** The last events, oldest first. */
  readonly recent: readonly ReefEvent[]
}

export type LiveState = {
  readonly connection: Connection
  /** Undefined until the first snapshot. */
  readonly facts: Facts | undefined
  /** Grows with each new connection: what was asked for by request and answer is asked again. */
  readonly epoch: number
}
