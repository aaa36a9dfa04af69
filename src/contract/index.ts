import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { AgentChange, AgentView, ModelRef } from './agents.ts'
import { ApprovalFilter, ApprovalView, DecisionExplanation, DenyReason, OversightHealth, Seen } from './approvals.ts'
import { BudgetRef, BudgetView } from './budgets.ts'
import { ChannelName, ChannelSecretName, ChannelView, IncomingView, MessageView } from './channels.ts'
import { Answer, Brief } from './conversation.ts'
import { ArtifactView, ProjectView, ReleaseView } from './delivery.ts'
import { AuditRow } from './events.ts'
import { FeedMessage } from './feed.ts'
import { FactoryStatus, HealthCheck } from './health.ts'
import { ApprovalId, ArtifactId, AttemptId, BundleId, CallId, PlanId, PlaybookId, ReleaseId, SessionId, TaskId } from './ids.ts'
import { AdjustmentView, CallDetail, CallFilter, CallView, InvoiceReport, SpendBy, SpendInsight, SpendSummary } from './ledger.ts'
import { PlaybookInput, PlaybookView, TemplateView, TrustView } from './playbooks.ts'
import { ActionName, DryRun, PolicyProblem, PolicyVersionView, PolicyView } from './policies.ts'
import { EvidenceView } from './quality.ts'
import { AttemptView, DriverName, ModelTier, PlanState, PlanView, RequestView, SubmitInput, TaskState, TaskView } from './queue.ts'
import { Billing, CircuitView, Discovery, ModelAlias, ModelView, ProviderName, ProviderPreset, ProviderView, RouteChoiceView, WireFormat } from './router.ts'
import { LogChunk, ProgramView, SessionState, SessionView } from './sessions.ts'
import { SettingView } from './settings.ts'
import { Instant } from './time.ts'

export * from './actor.ts'
export * from './agents.ts'
export * from './approvals.ts'
export * from './budgets.ts'
export * from './channels.ts'
export * from './conversation.ts'
export * from './delivery.ts'
export * from './errors.ts'
export * from './events.ts'
export * from './feed.ts'
export * from './health.ts'
export * from './ids.ts'
export * from './ledger.ts'
export * from './money.ts'
export * from './playbooks.ts'
export * from './policies.ts'
export * from './quality.ts'
export * from './queue.ts'
export * from './router.ts'
export * from './sessions.ts'
export * from './settings.ts'
export * from './time.ts'
export * from './words.ts'

const page = z.object({ limit: z.int().min(1).max(1000).default(100), before: z.string().optional().describe('id or seq of the last row seen') })
const ok = z.object({ ok: z.literal(true) })

/** Where a step of the plan stands, with everything that proves it. */
export const TaskDetail = z.object({
  task: TaskView,
  plan: PlanView,
  instructions: z.string(),
  outputs: z.array(z.string()),
  attempts: z.array(AttemptView),
  evidence: z.array(EvidenceView),
  artifacts: z.array(ArtifactView),
  sessions: z.array(SessionView),
})
export type TaskDetail = z.infer<typeof TaskDetail>

export const PlanDetail = z.object({ plan: PlanView, tasks: z.array(TaskView), releases: z.array(ReleaseView), artifacts: z.array(ArtifactView) })
export type PlanDetail = z.infer<typeof PlanDetail>

/** The one description of REEF's surface: desktop, browser, CLI and scripts all speak it. Refusals carry a `Refusal` as data. */
export const contract = {
  factory: {
    status: oc.output(FactoryStatus),
    pause: oc.output(ok),
    resume: oc.output(ok),
    doctor: oc.output(z.object({ checks: z.array(HealthCheck) })),
  },
  feed: {
    /** Snapshot first, then events in batches of at most one per 16 ms, and a pulse every second. */
    subscribe: oc.input(z.object({ since: z.int().optional() })).output(eventIterator(FeedMessage)),
  },
  request: {
    submit: oc.input(SubmitInput).output(z.object({ request: RequestView, duplicate: z.boolean() })),
    list: oc.input(page).output(z.object({ requests: z.array(RequestView) })),
    get: oc.input(z.object({ id: z.string() })).output(RequestView),
  },
  plan: {
    list: oc.input(page.extend({ state: PlanState.optional() })).output(z.object({ plans: z.array(PlanView) })),
    get: oc.input(z.object({ id: PlanId })).output(PlanDetail),
    start: oc.input(z.object({ id: PlanId })).output(PlanView),
    cancel: oc.input(z.object({ id: PlanId })).output(PlanView),
  },
  task: {
    list: oc.input(page.extend({ planId: PlanId.optional(), state: TaskState.optional() })).output(z.object({ tasks: z.array(TaskView) })),
    get: oc.input(z.object({ id: TaskId })).output(TaskDetail),
    /** Only while the plan is a draft. */
    edit: oc
      .input(
        z.object({
          id: TaskId,
          title: z.string().trim().min(1).max(120).optional(),
          instructions: z.string().trim().min(1).max(16_384).optional(),
          agent: z.string().optional(),
          tier: ModelTier.optional(),
          dependsOn: z.array(z.string()).optional().describe('keys of tasks of the same plan'),
        }),
      )
      .output(TaskView),
    retry: oc
      .input(z.object({ id: TaskId, fromHere: z.boolean().default(false).describe('also everything that depends on it'), model: ModelRef.optional() }))
      .output(TaskView),
    cancel: oc.input(z.object({ id: TaskId, subtree: z.boolean().default(false) })).output(z.object({ cancelled: z.array(TaskId) })),
    diff: oc.input(z.object({ attemptId: AttemptId })).output(z.object({ text: z.string(), truncated: z.boolean() })),
  },
  session: {
    list: oc.input(page.extend({ state: SessionState.optional(), taskId: TaskId.optional() })).output(z.object({ sessions: z.array(SessionView) })),
    log: oc.input(z.object({ id: SessionId, from: z.int().nonnegative().default(0), max: z.int().min(1).max(4_000_000).default(1_000_000) })).output(LogChunk),
    /** The record from `from` on, then what is written, until the session ends. */
    follow: oc.input(z.object({ id: SessionId, from: z.int().nonnegative().default(0) })).output(eventIterator(LogChunk)),
    /** Where the record stood at an instant: the offset of the first output at or after it, or the record's end. */
    seek: oc.input(z.object({ id: SessionId, at: Instant })).output(z.object({ offset: z.int().nonnegative() })),
    stop: oc.input(z.object({ id: SessionId })).output(z.object({ survivors: z.int() })),
  },
  approval: {
    list: oc.input(page.extend(ApprovalFilter.shape)).output(z.object({ approvals: z.array(ApprovalView) })),
    get: oc.input(z.object({ id: ApprovalId })).output(ApprovalView),
    approve: oc
      .input(
        z.object({
          id: ApprovalId,
          payloadHash: z.string().describe('of what was looked at; another hash is refused'),
          option: z.string().optional().describe('which of its options; the first when left out'),
          confirm: z.string().max(200).optional().describe('T3: the name that the card asks to be typed'),
          edits: z
            .record(z.string(), z.string().max(20_000))
            .optional()
            .describe('fields of the effect in the words of the owner; the changed effect is what is approved'),
          now: z.boolean().default(false).describe('without the time to undo; only within an incident'),
          seen: Seen.optional(),
        }),
      )
      .output(ApprovalView),
    deny: oc
      .input(z.object({ id: ApprovalId, reason: DenyReason.default('other'), note: z.string().max(1000).optional(), seen: Seen.optional() }))
      .output(ApprovalView),
    /** Puts a question to the agent that asked: this card is closed, the agent answers and asks anew. */
    question: oc.input(z.object({ id: ApprovalId, text: z.string().trim().min(1).max(2000), seen: Seen.optional() })).output(ApprovalView),
    /** Out of sight until then; never past its deadline, which does not move. */
    snooze: oc.input(z.object({ id: ApprovalId, until: Instant })).output(ApprovalView),
    /** Within the grace time of an approval. */
    undo: oc.input(z.object({ id: ApprovalId })).output(ApprovalView),
    /** Looking back: it should not have been approved. */
    regret: oc.input(z.object({ id: ApprovalId, note: z.string().max(500).optional() })).output(ApprovalView),
    explain: oc.input(z.object({ id: ApprovalId })).output(DecisionExplanation),
    oversight: oc.input(z.object({ days: z.int().min(1).max(365).default(30) })).output(OversightHealth),
  },
  bundle: {
    /** Every T2 card of a bundle at once, each with the hash that was looked at; refused whole when one of them cannot be approved. */
    approve: oc
      .input(
        z.object({
          id: BundleId,
          members: z
            .array(z.object({ id: ApprovalId, payloadHash: z.string(), seen: Seen }))
            .min(1)
            .max(50),
        }),
      )
      .output(z.object({ approvals: z.array(ApprovalView) })),
  },
  policy: {
    get: oc.output(PolicyView),
    versions: oc.output(z.object({ versions: z.array(PolicyVersionView) })),
    /** Says what is wrong with a file, and changes nothing. */
    check: oc.input(z.object({ name: z.string(), text: z.string().max(100_000) })).output(z.object({ problems: z.array(PolicyProblem) })),
    /** What the last actions would have needed with this file in place of the one of that name. */
    try: oc.input(z.object({ name: z.string(), text: z.string().max(100_000), limit: z.int().min(1).max(1000).default(200) })).output(DryRun),
    /** T3: `confirm` is the name of the file, typed. */
    save: oc.input(z.object({ name: z.string(), text: z.string().max(100_000), confirm: z.string() })).output(PolicyView),
  },
  playbook: {
    list: oc.output(z.object({ playbooks: z.array(PlaybookView), trust: z.array(TrustView) })),
    draft: oc.input(PlaybookInput.extend({ fromApproval: ApprovalId.optional() })).output(PlaybookView),
    /** From here on it answers for the owner. */
    activate: oc.input(z.object({ id: PlaybookId })).output(PlaybookView),
    revoke: oc.input(z.object({ id: PlaybookId })).output(PlaybookView),
    /** Answers one class of actions for as long as an incident lasts, at most so many hours. */
    override: oc
      .input(
        z.object({ incident: z.string().trim().min(3).max(120), actions: z.array(ActionName).min(1).max(20), hours: z.number().min(0.1).max(12).default(2) }),
      )
      .output(PlaybookView),
  },
  template: {
    list: oc.output(z.object({ templates: z.array(TemplateView) })),
    save: oc.input(TemplateView.pick({ name: true, text: true })).output(TemplateView),
    remove: oc.input(z.object({ name: z.string() })).output(ok),
  },
  channel: {
    list: oc.output(z.object({ channels: z.array(ChannelView) })),
    /** Secrets that are left out stay as they are; an empty one is forgotten. */
    set: oc
      .input(
        z.object({
          name: ChannelName,
          config: z.record(z.string(), z.string()),
          secrets: z.partialRecord(ChannelSecretName, z.string().max(4096)).default({}),
        }),
      )
      .output(ChannelView),
    off: oc.input(z.object({ name: ChannelName })).output(ChannelView),
    /** Sends one message that says it is a test. */
    test: oc.input(z.object({ name: ChannelName })).output(MessageView),
    /** The words to send from the phone; whoever sends them first is the owner on this channel. */
    pair: oc.input(z.object({ name: ChannelName })).output(z.object({ code: z.string(), until: Instant, words: z.string() })),
    unpair: oc.input(z.object({ name: ChannelName })).output(ChannelView),
    /** Both ways, newest first. Of a bundle: what was sent about it, and what came in quoting that. */
    messages: oc
      .input(page.extend({ channel: ChannelName.optional(), bundleId: BundleId.optional() }))
      .output(z.object({ sent: z.array(MessageView), received: z.array(IncomingView) })),
    /** The owner is at the desk now: what can wait does not ring his phone. */
    present: oc.output(ok),
  },
  conversation: {
    /** One message of the owner, one answer: a request, a question or a command. */
    say: oc.input(z.object({ text: z.string().max(16_384) })).output(Answer),
    brief: oc.input(z.object({ since: Instant.optional() }).optional()).output(Brief),
  },
  spend: {
    summary: oc.input(z.object({ by: SpendBy.default('day'), since: Instant.optional(), until: Instant.optional() })).output(SpendSummary),
    insight: oc.input(z.object({ since: Instant.optional(), until: Instant.optional() })).output(SpendInsight),
    calls: oc.input(page.extend(CallFilter.shape)).output(z.object({ calls: z.array(CallView) })),
    call: oc.input(z.object({ id: CallId })).output(CallDetail),
    /** A page of a CSV file: `calls` has a row for each call, `focus` one for each kind of token (FOCUS 1.4). The first page has the head. */
    export: oc
      .input(z.object({ format: z.enum(['calls', 'focus']), since: Instant.optional(), until: Instant.optional(), after: z.string().optional() }))
      .output(z.object({ text: z.string(), next: z.string().nullable() })),
    /** Refuses every model call from now on and aborts those under way. */
    kill: oc.output(z.object({ aborted: z.int() })),
    allow: oc.output(ok),
    /** Books a correction of what was paid to a provider; bills themselves never change. */
    adjust: oc
      .input(
        z.object({
          provider: ProviderName,
          amountUsd: z.number().min(-100_000).max(100_000),
          chargedAt: Instant.optional(),
          reason: z.string().trim().min(1).max(500),
          callId: CallId.optional(),
        }),
      )
      .output(AdjustmentView),
    adjustments: oc.input(page).output(z.object({ adjustments: z.array(AdjustmentView) })),
    /** Compares a provider's invoice, as CSV, with the ledger; with `apply` the difference is booked as a correction. */
    reconcile: oc.input(z.object({ provider: ProviderName, csv: z.string().max(20_000_000), apply: z.boolean().default(false) })).output(InvoiceReport),
  },
  budget: {
    /** Every limit that is set, every default, and everything that was spent on in the present window. */
    list: oc.output(z.object({ budgets: z.array(BudgetView) })),
    set: oc
      .input(BudgetRef.extend({ hardUsd: z.number().positive().max(1_000_000), softUsd: z.number().positive().max(1_000_000).nullable().optional() }))
      .output(BudgetView),
    /** Back to the default. */
    clear: oc.input(BudgetRef).output(BudgetView),
    /** What a call of this task, or of this agent, would be held against, the tightest first. */
    explain: oc
      .input(z.object({ taskId: TaskId.optional(), agent: z.string().optional() }))
      .output(z.object({ budgets: z.array(BudgetView), killedAt: Instant.nullable() })),
  },
  model: {
    list: oc.output(z.object({ models: z.array(ModelView) })),
    /** Puts a model into a tier of the pyramid, or takes it out of the choice. */
    set: oc.input(z.object({ ref: ModelRef, tier: ModelTier.optional(), enabled: z.boolean().optional() })).output(ModelView),
    /** One real call of a token or two, through the gateway and the ledger. */
    test: oc
      .input(z.object({ ref: z.union([ModelRef, ModelAlias]) }))
      .output(z.object({ ok: z.boolean(), message: z.string(), model: z.string(), latencyMs: z.int(), call: CallView.nullable() })),
    /** Why the models of a task's attempts were chosen, newest first, and what would be chosen now. */
    explain: oc.input(z.object({ taskId: TaskId })).output(z.object({ choices: z.array(RouteChoiceView), now: RouteChoiceView })),
    health: oc.output(z.object({ circuits: z.array(CircuitView) })),
  },
  audit: {
    list: oc
      .input(page.extend({ type: z.string().optional(), subject: z.string().optional(), actor: z.string().optional(), text: z.string().max(200).optional() }))
      .output(z.object({ rows: z.array(AuditRow) })),
    verify: oc.output(z.object({ ok: z.boolean(), rows: z.int(), firstBroken: z.int().nullable(), head: z.string() })),
    /** A page of the whole record; the first one has the head. */
    export: oc
      .input(z.object({ format: z.enum(['jsonl', 'csv']), since: Instant.optional(), until: Instant.optional(), after: z.int().default(0) }))
      .output(z.object({ text: z.string(), next: z.int().nullable() })),
  },
  agent: {
    list: oc.output(z.object({ agents: z.array(AgentView) })),
    get: oc.input(z.object({ name: z.string() })).output(AgentView.extend({ file: z.string() })),
    /** Replaces the whole file; a bad one is refused with its line and nothing changes. */
    save: oc.input(z.object({ name: z.string(), file: z.string().max(100_000) })).output(AgentView),
    set: oc.input(z.object({ name: z.string(), change: AgentChange })).output(AgentView),
    pause: oc.input(z.object({ name: z.string(), reason: z.string().trim().max(500).default('paused by the owner') })).output(AgentView),
    resume: oc.input(z.object({ name: z.string() })).output(AgentView),
  },
  provider: {
    list: oc.output(z.object({ providers: z.array(ProviderView) })),
    add: oc
      .input(z.object({ name: ProviderName, wire: WireFormat, baseUrl: z.url(), key: z.string().max(4096).optional(), billing: Billing.optional() }))
      .output(ProviderView),
    /** Replaces the key; calls from now on use it. */
    rotate: oc.input(z.object({ name: ProviderName, key: z.string().min(1).max(4096) })).output(ProviderView),
    presets: oc.output(z.object({ presets: z.array(ProviderPreset) })),
    /** Looks on this machine, and nowhere else, for what could be connected. */
    discover: oc.output(Discovery),
    remove: oc.input(z.object({ name: ProviderName })).output(ok),
    /** Asks the provider for its models with the stored key. */
    test: oc.input(z.object({ name: ProviderName })).output(z.object({ reachable: z.boolean(), models: z.array(z.string()), message: z.string() })),
    catalogue: oc.input(z.object({ name: ProviderName })).output(
      z.object({
        models: z.array(
          z.object({ ref: ModelRef, inputUsdPerMTok: z.number().nullable(), outputUsdPerMTok: z.number().nullable(), contextWindow: z.int().nullable() }),
        ),
      }),
    ),
  },
  program: { list: oc.output(z.object({ programs: z.array(ProgramView) })) },
  project: {
    list: oc.output(z.object({ projects: z.array(ProjectView) })),
    /** Registers a git repository that already exists. */
    add: oc.input(z.object({ name: z.string(), path: z.string() })).output(ProjectView),
  },
  release: {
    list: oc.input(page).output(z.object({ releases: z.array(ReleaseView) })),
    stop: oc.input(z.object({ id: ReleaseId })).output(ReleaseView),
  },
  artifact: {
    list: oc.input(z.object({ planId: PlanId })).output(z.object({ artifacts: z.array(ArtifactView) })),
    read: oc.input(z.object({ id: ArtifactId })).output(z.object({ artifact: ArtifactView, text: z.string().nullable(), truncated: z.boolean() })),
  },
  rehearsal: {
    /** The one that runs, or a new one. `attended: false` says that nobody will answer: then its own labelled owner does. */
    start: oc.input(z.object({ attended: z.boolean() }).optional()).output(z.object({ request: RequestView })),
    skip: oc.output(ok),
  },
  settings: {
    list: oc.output(z.object({ settings: z.array(SettingView) })),
    set: oc.input(z.object({ key: z.string(), value: z.unknown() })).output(SettingView),
  },
}
export type Contract = typeof contract

export const driverNames: readonly DriverName[] = DriverName.options
