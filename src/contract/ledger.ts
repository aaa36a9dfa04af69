import { z } from 'zod'
import { Actor } from './actor.ts'
import { BudgetView } from './budgets.ts'
import { AdjustmentId, AttemptId, CallId, PlanId, SessionId, TaskId } from './ids.ts'
import { Nanodollars } from './money.ts'
import { Billing } from './router.ts'
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
  /** What is owed in cash: 0 for a subscription and for a model of one's own. */
  cost: Nanodollars,
  /** What the same tokens cost by the list: the API's price of a subscription, the cloud's price of a local model. */
  listCost: Nanodollars,
  /** Held before the call was made; the bill is never above it where a provider keeps to what was asked. */
  reserved: Nanodollars,
  billing: Billing,
  sessionId: SessionId.nullable(),
  /** exact: priced from reported usage; estimated: the stream was cut or the price is a ceiling; rehearsal: a script, free. */
  confidence: z.enum(['exact', 'estimated', 'rehearsal']),
  status: z.int().nullable().describe('HTTP status the caller saw'),
  latencyMs: z.int().nullable(),
  requestId: z.string().nullable(),
})
export type CallView = z.infer<typeof CallView>

/** `product`: projects that have been released. */
export const SpendBy = z.enum(['day', 'agent', 'model', 'project', 'product', 'provider', 'task'])
export type SpendBy = z.infer<typeof SpendBy>

export const SpendRow = z.object({ key: z.string(), calls: z.int(), cost: Nanodollars, listCost: Nanodollars, usage: TokenUsage })
export type SpendRow = z.infer<typeof SpendRow>

export const SpendSummary = z.object({
  by: SpendBy,
  since: Instant,
  until: Instant,
  total: Nanodollars,
  listTotal: Nanodollars,
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
  /** Reserved by calls under way. */
  held: Nanodollars,
  /** Set while every model call is refused by the owner's word. */
  killedAt: Instant.nullable(),
  asOf: Instant,
})
export type SpendToday = z.infer<typeof SpendToday>

/** Which calls to list; all of them when nothing is named. */
export const CallFilter = z.object({
  taskId: TaskId.optional(),
  planId: PlanId.optional(),
  agent: z.string().optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  project: z.string().optional(),
  since: Instant.optional(),
  until: Instant.optional(),
})
export type CallFilter = z.infer<typeof CallFilter>

/** One kind of token of one call: a line of its bill and a row of the FOCUS export. */
export const ChargeLine = z.object({
  meter: z.enum(['input', 'cache-read', 'cache-write', 'cache-write-1h', 'output', 'web-search']),
  quantity: z.int(),
  /** Nanodollars for a million tokens, or for one web search. */
  unitPrice: Nanodollars,
  cost: Nanodollars,
})
export type ChargeLine = z.infer<typeof ChargeLine>

export const CallDetail = z.object({
  call: CallView,
  lines: z.array(ChargeLine),
  price: z.object({ source: z.enum(['catalogue', 'override', 'ceiling', 'rehearsal']), version: z.string() }).nullable(),
  computedCost: Nanodollars,
  /** The provider's own figure, where it sends one. */
  reportedCost: Nanodollars.nullable(),
  /** Of `reserved`, by how much the bill went over; 0 but for a provider that did not keep to its limits. */
  overrun: Nanodollars,
  budgets: z.array(BudgetView).describe('what it was reserved against, as these stand now'),
})
export type CallDetail = z.infer<typeof CallDetail>

/** A figure that is not known yet, as a band: one day in ten ends below `low`, one in ten above `high`. */
export const Forecast = z.object({
  low: Nanodollars,
  middle: Nanodollars,
  high: Nanodollars,
  /** How it was made, in words. */
  method: z.string(),
  /** Mean absolute error of the same method over the last 14 days, as a share; null with fewer than 3 days to test on. */
  error: z.number().nullable(),
  /** When the stop is reached at this rate; null when it is not. */
  exhaustedAt: Instant.nullable(),
})
export type Forecast = z.infer<typeof Forecast>

/** What the money bought and where it went, for the head of the spend screen. */
export const SpendInsight = z.object({
  since: Instant,
  until: Instant,
  /** Share of all input tokens that came from a cache; null without input. */
  cacheHitRate: z.number().nullable(),
  /** Spent on attempts that did not succeed. */
  failedAttempts: Nanodollars,
  /** Spent on attempts after a task's first. */
  retries: Nanodollars,
  /** Cost that is not exact. */
  estimated: Nanodollars,
  /** What calls cost whose price nobody lists. */
  unpriced: Nanodollars,
  units: z.array(
    z.object({ unit: z.enum(['passing task', 'merged change', 'product']), count: z.int(), each: Nanodollars.nullable(), scope: z.literal('LLM only') }),
  ),
  movers: z.array(
    z.object({
      by: z.enum(['agent', 'model', 'project']),
      key: z.string(),
      cost: Nanodollars,
      before: Nanodollars.describe('in the span of equal length before'),
    }),
  ),
  /** The day so far, by the hour, summed up; at most 25 points. */
  today: z.array(z.object({ at: Instant, spent: Nanodollars })),
  dayForecast: Forecast,
  monthForecast: Forecast,
})
export type SpendInsight = z.infer<typeof SpendInsight>

/** A correction: a row of its own, because a bill is never changed. Signed. */
export const AdjustmentView = z.object({
  id: AdjustmentId,
  at: Instant,
  /** The moment whose bill it corrects; it counts in that hour, day and month. */
  chargedAt: Instant,
  provider: z.string(),
  callId: CallId.nullable(),
  amount: Nanodollars,
  reason: z.string(),
  actor: Actor,
})
export type AdjustmentView = z.infer<typeof AdjustmentView>

/** A provider's invoice beside what the ledger has for the same days. */
export const InvoiceReport = z.object({
  provider: z.string(),
  since: Instant,
  until: Instant,
  invoiced: Nanodollars,
  ledger: Nanodollars,
  /** invoiced − ledger. */
  drift: Nanodollars,
  /** Of what was invoiced; null when that is nothing. */
  driftShare: z.number().nullable(),
  days: z.array(z.object({ day: z.string(), invoiced: Nanodollars, ledger: Nanodollars })),
  /** Rows that could not be read; they are in no sum. */
  skipped: z.array(z.object({ line: z.int(), message: z.string() })),
  /** What was booked to make the ledger agree; null when nothing was asked for or nothing differs. */
  adjustment: AdjustmentView.nullable(),
})
export type InvoiceReport = z.infer<typeof InvoiceReport>
