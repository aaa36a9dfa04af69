import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { AgentChange, AgentView, ModelRef } from './agents.ts'
import { ApprovalView, DenyReason } from './approvals.ts'
import { ArtifactView, ProjectView, ReleaseView } from './delivery.ts'
import { AuditRow } from './events.ts'
import { FeedMessage } from './feed.ts'
import { FactoryStatus, HealthCheck } from './health.ts'
import { ApprovalId, ArtifactId, AttemptId, PlanId, ReleaseId, SessionId, TaskId } from './ids.ts'
import { CallView, SpendBy, SpendSummary } from './ledger.ts'
import { EvidenceView } from './quality.ts'
import { AttemptView, DriverName, ModelTier, PlanState, PlanView, RequestView, SubmitInput, TaskState, TaskView } from './queue.ts'
import { ProviderName, ProviderView, WireFormat } from './router.ts'
import { LogChunk, ProgramView, SessionState, SessionView } from './sessions.ts'
import { SettingView } from './settings.ts'
import { Instant } from './time.ts'

export * from './actor.ts'
export * from './agents.ts'
export * from './approvals.ts'
export * from './delivery.ts'
export * from './errors.ts'
export * from './events.ts'
export * from './feed.ts'
export * from './health.ts'
export * from './ids.ts'
export * from './ledger.ts'
export * from './money.ts'
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
    stop: oc.input(z.object({ id: SessionId })).output(z.object({ survivors: z.int() })),
  },
  approval: {
    list: oc.input(page.extend({ open: z.boolean().default(false) })).output(z.object({ approvals: z.array(ApprovalView) })),
    get: oc.input(z.object({ id: ApprovalId })).output(ApprovalView),
    approve: oc.input(z.object({ id: ApprovalId, payloadHash: z.string().describe('of what was looked at; another hash is refused') })).output(ApprovalView),
    deny: oc.input(z.object({ id: ApprovalId, reason: DenyReason.default('other'), note: z.string().max(1000).optional() })).output(ApprovalView),
    /** Within the grace time of an approval. */
    undo: oc.input(z.object({ id: ApprovalId })).output(ApprovalView),
  },
  spend: {
    summary: oc.input(z.object({ by: SpendBy.default('day'), since: Instant.optional() })).output(SpendSummary),
    calls: oc.input(page.extend({ taskId: TaskId.optional(), planId: PlanId.optional() })).output(z.object({ calls: z.array(CallView) })),
  },
  audit: {
    list: oc.input(page.extend({ type: z.string().optional(), subject: z.string().optional() })).output(z.object({ rows: z.array(AuditRow) })),
    verify: oc.output(z.object({ ok: z.boolean(), rows: z.int(), firstBroken: z.int().nullable(), head: z.string() })),
  },
  agent: {
    list: oc.output(z.object({ agents: z.array(AgentView) })),
    get: oc.input(z.object({ name: z.string() })).output(AgentView.extend({ file: z.string() })),
    /** Replaces the whole file; a bad one is refused with its line and nothing changes. */
    save: oc.input(z.object({ name: z.string(), file: z.string().max(100_000) })).output(AgentView),
    set: oc.input(z.object({ name: z.string(), change: AgentChange })).output(AgentView),
  },
  provider: {
    list: oc.output(z.object({ providers: z.array(ProviderView) })),
    add: oc.input(z.object({ name: ProviderName, wire: WireFormat, baseUrl: z.url(), key: z.string().max(4096).optional() })).output(ProviderView),
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
