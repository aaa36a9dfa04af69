import { z } from 'zod'
import { AttemptId, RouteChoiceId, TaskId } from './ids.ts'
import { Nanodollars } from './money.ts'
import { ModelTier, TaskKind } from './queue.ts'
import { Instant } from './time.ts'

export const WireFormat = z.enum(['anthropic', 'openai-responses', 'openai-chat', 'ollama'])
export type WireFormat = z.infer<typeof WireFormat>

export const ProviderName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a provider name is lower-case letters, digits and dashes')

/** metered: every token costs cash; subscription: paid by the month, so a call costs nothing more; local: a machine of one's own. */
export const Billing = z.enum(['metered', 'subscription', 'local'])
export type Billing = z.infer<typeof Billing>

/** Whether calls get through. `quota`: the provider named a time until which it takes no more. */
export const circuitStates = ['closed', 'open', 'half_open', 'quota', 'refused'] as const
export const CircuitState = z.enum(circuitStates)
export type CircuitState = z.infer<typeof CircuitState>

export const ProviderView = z.object({
  name: ProviderName,
  wire: WireFormat,
  baseUrl: z.url(),
  /** Never the key itself. */
  key: z.enum(['stored', 'environment', 'none']),
  keySetAt: Instant.nullable(),
  billing: Billing,
  circuit: CircuitState,
  rehearsal: z.boolean(),
})
export type ProviderView = z.infer<typeof ProviderView>

/** A provider that REEF knows how to connect. */
export const ProviderPreset = z.object({
  name: ProviderName,
  title: z.string(),
  wire: WireFormat,
  baseUrl: z.string().describe('with {port} or {host} where the owner has to fill in his own'),
  billing: Billing,
  /** Where a key is made; null where none is needed. */
  keyUrl: z.string().nullable(),
  /** The environment variable that holds a key already, if one does. */
  environment: z.string().nullable(),
  note: z.string(),
})
export type ProviderPreset = z.infer<typeof ProviderPreset>

/** What was found on this machine without being told. */
export const Discovery = z.object({
  ollama: z.object({ baseUrl: z.string(), version: z.string().nullable(), models: z.array(z.string()) }).nullable(),
  logins: z.array(
    z.object({ program: z.enum(['claude-code', 'codex']), kind: z.enum(['subscription', 'key']), plan: z.string().nullable(), remedy: z.string() }),
  ),
})
export type Discovery = z.infer<typeof Discovery>

/** The names under which an agent asks for a model without naming one. */
export const modelAliases = ['reef/auto', 'reef/fast', 'reef/mid', 'reef/frontier', 'reef/local'] as const
export const ModelAlias = z.enum(modelAliases)
export type ModelAlias = z.infer<typeof ModelAlias>

export const ModelView = z.object({
  ref: z.string(),
  provider: z.string(),
  wire: WireFormat,
  billing: Billing,
  /** Where it stands in the cost pyramid: by the owner's rule, else by its price. */
  tier: ModelTier,
  contextWindow: z.int().nullable(),
  maxOutput: z.int().nullable(),
  tools: z.boolean(),
  vision: z.boolean(),
  /** Dollars for a million tokens; null where nobody lists a price. */
  inputUsdPerMTok: z.number().nullable(),
  outputUsdPerMTok: z.number().nullable(),
  circuit: CircuitState,
  /** May be chosen when an agent names no model. */
  enabled: z.boolean(),
})
export type ModelView = z.infer<typeof ModelView>

export const RouteCandidate = z.object({
  ref: z.string(),
  tier: ModelTier,
  /** Cost of the task to its end with this model, retries and their fallback included. */
  expectedCost: Nanodollars.nullable(),
  /** Share of attempts on tasks of this kind that passed, smoothed; and on how many it rests. */
  passRate: z.number(),
  samples: z.int(),
  /** Why it was not taken; null for the chosen one and its fallbacks. */
  excluded: z.string().nullable(),
})
export type RouteCandidate = z.infer<typeof RouteCandidate>

/** Why this model: what was there to choose from, what decided, and how it went. */
export const RouteChoiceView = z.object({
  id: RouteChoiceId,
  at: Instant,
  attemptId: AttemptId.nullable(),
  taskId: TaskId.nullable(),
  agent: z.string(),
  role: z.enum(['builder', 'reviewer', 'planner']),
  kind: TaskKind.nullable(),
  tier: ModelTier,
  /** What was asked for: a model or an alias. */
  asked: z.string(),
  chosen: z.string().nullable(),
  /** Who steps in when the chosen one cannot be reached, in this order. */
  fallbacks: z.array(z.string()),
  reason: z.string(),
  candidates: z.array(RouteCandidate),
  outcome: z.object({ state: z.enum(['succeeded', 'failed', 'interrupted']), cost: Nanodollars, endedAt: Instant }).nullable(),
})
export type RouteChoiceView = z.infer<typeof RouteChoiceView>

/** Whether calls of a provider, or of one model of it, get through: what `router://health/{model}` answers. */
export const CircuitView = z.object({
  provider: z.string(),
  /** Null: the provider as a whole. */
  model: z.string().nullable(),
  state: CircuitState,
  until: Instant.nullable(),
  detail: z.string(),
  since: Instant,
})
export type CircuitView = z.infer<typeof CircuitView>
