import { z } from 'zod'
import { AttemptId, CallId, PlanId, TaskId } from './ids.ts'
import { Nanodollars } from './money.ts'
import { Instant } from './time.ts'

/** Four disjoint buckets; `input` never contains cached tokens, whatever the provider reports. */
export const TokenUsage = z.object({
  input: z.int().nonnegative(),
  cacheRead: z.int().nonnegative(),
  cacheWrite: z.int().nonnegative(),
  output: z.int().nonnegative(),
})
export type TokenUsage = z.infer<typeof TokenUsage>

export const callStates = ['open', 'settled', 'failed'] as const

export const CallView = z.object({
  id: CallId,
  at: Instant,
  attemptId: AttemptId.nullable(),
  taskId: TaskId.nullable(),
  planId: PlanId.nullable(),
  project: z.string().nullable(),
  agent: z.string(),
  provider: z.string(),
  model: z.string(),
  wire: z.string(),
  state: z.enum(callStates),
  usage: TokenUsage,
  cost: Nanodollars,
  /** exact: priced from reported usage; estimated: the stream was cut or the price is a ceiling; rehearsal: a script, free. */
  confidence: z.enum(['exact', 'estimated', 'rehearsal']),
  status: z.int().nullable().describe('HTTP status the caller saw'),
  latencyMs: z.int().nullable(),
  requestId: z.string().nullable(),
})
export type CallView = z.infer<typeof CallView>

export const SpendBy = z.enum(['day', 'agent', 'model', 'provider', 'project', 'task'])
export type SpendBy = z.infer<typeof SpendBy>

export const SpendRow = z.object({ key: z.string(), calls: z.int(), cost: Nanodollars, usage: TokenUsage })
export type SpendRow = z.infer<typeof SpendRow>

export const SpendSummary = z.object({
  by: SpendBy,
  since: Instant,
  total: Nanodollars,
  calls: z.int(),
  rows: z.array(SpendRow),
  /** Cost per bucket, oldest first, at most 600 points; `key` stacks by the same dimension as `by`, except day. */
  series: z.array(z.object({ at: Instant, key: z.string(), cost: Nanodollars })),
})
export type SpendSummary = z.infer<typeof SpendSummary>

/** The day's money at a glance, for the strip and the overview. */
export const SpendToday = z.object({
  spent: Nanodollars,
  perHour: Nanodollars,
  target: Nanodollars,
  alert: Nanodollars,
  stop: Nanodollars,
  asOf: Instant,
})
export type SpendToday = z.infer<typeof SpendToday>
