import { z } from 'zod'
import { Actor } from './actor.ts'
import { ApprovalId, AttemptId, PlanId, ProjectId, RequestId, SessionId, TaskId } from './ids.ts'
import { Nanodollars } from './money.ts'
import { Instant } from './time.ts'

export const taskStates = [
  'draft',
  'pending',
  'ready',
  'claimed',
  'running',
  'awaiting_input',
  'review',
  'done',
  'failed',
  'dead_letter',
  'cancelled',
  'skipped',
] as const
export const TaskState = z.enum(taskStates)
export type TaskState = z.infer<typeof TaskState>

export const attemptStates = ['running', 'succeeded', 'failed', 'interrupted', 'timed_out', 'killed_budget', 'cancelled'] as const
export const AttemptState = z.enum(attemptStates)
export type AttemptState = z.infer<typeof AttemptState>

/** Why something that could move does not (U-82). One list, shown in the same words everywhere. */
export const waitReasons = [
  'dependency',
  'approval',
  'budget',
  'slot',
  'compute',
  'breaker',
  'quota',
  'backoff',
  'conflict',
  'paused',
  'draining',
  'disk',
] as const
export const WaitReason = z.enum(waitReasons)
export type WaitReason = z.infer<typeof WaitReason>

/** A wait always has a reason, words, an owner who can end it, and, where time ends it, an instant. */
export const Wait = z.object({
  reason: WaitReason,
  detail: z.string(),
  owner: z.enum(['engine', 'owner']),
  until: Instant.nullable(),
})
export type Wait = z.infer<typeof Wait>

export const taskKinds = ['research', 'design', 'build', 'integrate', 'qa', 'deliver', 'work'] as const
export const TaskKind = z.enum(taskKinds)
export type TaskKind = z.infer<typeof TaskKind>

export const ModelTier = z.enum(['fast', 'mid', 'frontier', 'local'])
export type ModelTier = z.infer<typeof ModelTier>

export const DriverName = z.enum(['claude-code', 'codex', 'pi', 'direct', 'command'])
export type DriverName = z.infer<typeof DriverName>

export const planStates = ['draft', 'running', 'done', 'failed', 'cancelled'] as const
export const PlanState = z.enum(planStates)
export type PlanState = z.infer<typeof PlanState>

const TaskKey = z.string().regex(/^[A-Z][A-Z0-9]{0,7}$/, 'a task key looks like T1')

/** One task as a planner (or a `--plan` file) writes it. Keys are local to the plan. */
export const PlannedTask = z.strictObject({
  key: TaskKey.describe('Short name, unique in the plan, e.g. T1'),
  title: z.string().trim().min(1).max(120),
  instructions: z.string().trim().min(1).max(16_384).describe('What the agent is told, complete in itself'),
  agent: z.string().min(1).max(40).describe('Name of an agent of the roster, e.g. Rex'),
  kind: TaskKind.describe(
    'research and design produce documents; build changes code and passes the gate; qa tests the integrated branch; deliver merges and deploys',
  ),
  dependsOn: z.array(TaskKey).max(200).default([]),
  tier: ModelTier.default('mid'),
  budgetUsd: z.number().positive().max(1000).describe('Most this task may spend, in US dollars'),
  outputs: z
    .array(z.string().min(1).max(200))
    .max(50)
    .default([])
    .describe('Files, relative to the project, that must exist and not be empty when the task is done'),
  priority: z.int().min(0).max(4).default(2).describe('0 is most urgent'),
})
export type PlannedTask = z.infer<typeof PlannedTask>

/** What a planner model must answer with. */
export const PlanDraft = z.strictObject({
  title: z.string().trim().min(1).max(120),
  tasks: z.array(PlannedTask).min(1).max(200),
})
export type PlanDraft = z.infer<typeof PlanDraft>

/** A plan the owner hands over himself (`reef submit --plan FILE`): may also choose drivers, plain commands and waive the review. */
export const PlanFile = z.strictObject({
  title: z.string().trim().min(1).max(120),
  tasks: z
    .array(
      PlannedTask.extend({
        driver: DriverName.optional().describe("Overrides the agent's driver for this task"),
        model: z.string().optional().describe("PROVIDER/MODEL, overrides the agent's model for this task"),
        command: z.array(z.string()).min(1).optional().describe('argv for the command driver'),
        review: z.enum(['required', 'waived']).default('required').describe("'waived' is the owner's decision and is recorded as such"),
        timeoutSeconds: z.int().min(1).max(86_400).optional(),
        deploy: z.enum(['local', 'none']).optional().describe('For kind deliver: where to; default local when the project has a start script'),
      }),
    )
    .min(1)
    .max(200),
})
export type PlanFile = z.infer<typeof PlanFile>

export const PlanView = z.object({
  id: PlanId,
  requestId: RequestId,
  projectId: ProjectId,
  project: z.string(),
  title: z.string(),
  text: z.string(),
  state: PlanState,
  rehearsal: z.boolean(),
  source: z.enum(['model', 'template', 'file', 'rehearsal']),
  branch: z.string(),
  budget: Nanodollars,
  spent: Nanodollars,
  tasks: z.int(),
  done: z.int(),
  stuck: z.int().describe('tasks that failed, are in dead letter or wait for the owner'),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  endpoint: z.string().nullable(),
})
export type PlanView = z.infer<typeof PlanView>

export const TaskView = z.object({
  id: TaskId,
  planId: PlanId,
  key: z.string(),
  title: z.string(),
  agent: z.string(),
  kind: TaskKind,
  tier: ModelTier,
  state: TaskState,
  wait: Wait.nullable(),
  dependsOn: z.array(z.string()),
  priority: z.int(),
  /** Attempts that count against the limit; interrupted ones do not. */
  attempts: z.int(),
  maxAttempts: z.int(),
  attemptId: AttemptId.nullable(),
  sessionId: SessionId.nullable(),
  approvalId: ApprovalId.nullable(),
  driver: z.string().nullable(),
  model: z.string().nullable(),
  budget: Nanodollars,
  spent: Nanodollars,
  error: z.string().nullable(),
  createdAt: Instant,
  readyAt: Instant.nullable(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** Expected run time in milliseconds, from history or the specification's figures. */
  expectedMs: z.int().nullable(),
})
export type TaskView = z.infer<typeof TaskView>

export const cascadeSteps = ['same model', 'adjusted prompt', 'fallback model'] as const

export const AttemptView = z.object({
  id: AttemptId,
  taskId: TaskId,
  n: z.int().describe('1 for the first attempt of the task, interrupted ones included'),
  state: AttemptState,
  step: z.enum(cascadeSteps),
  agent: z.string(),
  driver: z.string(),
  model: z.string(),
  sessionId: SessionId.nullable(),
  branch: z.string().nullable(),
  baseSha: z.string().nullable(),
  headSha: z.string().nullable(),
  error: z.string().nullable(),
  spent: Nanodollars,
  startedAt: Instant,
  endedAt: Instant.nullable(),
})
export type AttemptView = z.infer<typeof AttemptView>

export const RequestView = z.object({
  id: RequestId,
  text: z.string(),
  project: z.string(),
  planId: PlanId.nullable(),
  state: z.enum(['planning', 'planned', 'failed']),
  error: z.string().nullable(),
  rehearsal: z.boolean(),
  actor: Actor,
  createdAt: Instant,
})
export type RequestView = z.infer<typeof RequestView>

export const MAX_REQUEST_BYTES = 32 * 1024

export const SubmitInput = z.object({
  text: z.string().describe('What you want, in your own words; at most 32 KiB'),
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a project name is lower-case letters, digits and dashes')
    .optional()
    .describe('Created when it does not exist; made from the text when left out'),
  budgetUsd: z.number().positive().max(3000).optional(),
  review: z.boolean().default(false).describe('Stop after planning, so that the plan can be looked at and edited'),
  plan: PlanFile.optional(),
  idempotencyKey: z.string().min(1).max(128).optional(),
})
export type SubmitInput = z.infer<typeof SubmitInput>
