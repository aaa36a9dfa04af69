import { z } from 'zod'
import { Actor } from './actor.ts'
import { ApprovalId, AttemptId, BundleId, PlanId, PlaybookId, SessionId, TaskId } from './ids.ts'
import { ActionName, Tier } from './policies.ts'
import { Instant } from './time.ts'

export const approvalStates = [
  'requested',
  'approved',
  'denied',
  'executing',
  'executed',
  'failed',
  'interrupted',
  'expired',
  'superseded',
  'voided',
  'drifted',
] as const
export const ApprovalState = z.enum(approvalStates)
export type ApprovalState = z.infer<typeof ApprovalState>

export const denyReasons = ['wrong content', 'too risky', 'too costly', 'not now', 'other'] as const
export const DenyReason = z.enum(denyReasons)
export type DenyReason = z.infer<typeof DenyReason>

/** Stands before the question for which the owner closed a card, in its `reason`. */
export const questionPrefix = 'question: '

/** What silence means: nothing is done, or the words that the owner approved beforehand are sent instead of the draft. Never "yes". */
export const SafeDefault = z.enum(['deny', 'template'])
export type SafeDefault = z.infer<typeof SafeDefault>

/** One previewed thing, exactly as it will be acted on. */
export const Preview = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('diff'), title: z.string(), text: z.string() }),
  z.object({ kind: z.literal('command'), argv: z.array(z.string()), cwd: z.string(), host: z.string().optional(), path: z.string().optional() }),
  z.object({ kind: z.literal('text'), title: z.string(), text: z.string() }),
  z.object({
    kind: z.literal('mail'),
    from: z.string(),
    to: z.array(z.string()),
    cc: z.array(z.string()),
    subject: z.string(),
    text: z.string(),
  }),
  z.object({ kind: z.literal('post'), account: z.string(), text: z.string() }),
  z.object({ kind: z.literal('money'), amount: z.string(), payee: z.string(), per: z.string() }),
  z.object({ kind: z.literal('rows'), title: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())), total: z.int() }),
  /** A limit of the owner's own, as it is and as it would be: REEF's words, nobody else's. */
  z.object({ kind: z.literal('limit'), title: z.string(), text: z.string() }),
])
export type Preview = z.infer<typeof Preview>

/** A text of the payload that the owner may put in his own words before he approves. `field` is a key of the payload. */
export const EditableField = z.object({ field: z.string(), label: z.string(), value: z.string(), lines: z.int().min(1).default(1) })
export type EditableField = z.infer<typeof EditableField>

export const ApprovalView = z.object({
  id: ApprovalId,
  /** Requests of one matter that arrive together: one card, one message (U-49). */
  bundleId: BundleId,
  planId: PlanId.nullable(),
  taskId: TaskId.nullable(),
  /** The run that asked; when it dies the card is void. Null where the engine asks, which asks again after a restart. */
  attemptId: AttemptId.nullable(),
  sessionId: SessionId.nullable(),
  correlationId: z.string(),
  action: ActionName,
  tier: Tier,
  /** Why this tier: the rules of the policy that spoke, in its words. */
  tierBecause: z.array(z.string()),
  policyVersion: z.int(),
  state: ApprovalState,
  /** Imperative, concrete, made from the action's fields, at most 90 characters (U-40). */
  what: z.string(),
  blast: z.string(),
  reversible: z.string(),
  irreversible: z.boolean(),
  cost: z.string(),
  why: z.string(),
  /** The asking agent's own words; not REEF's. */
  agentSays: z.string().nullable(),
  /** Untrusted text that led to this request, such as "customer e-mail". */
  taintedBy: z.string().nullable(),
  evidence: z.array(z.string()),
  previews: z.array(Preview),
  /** Where there is more than one way to say yes; empty for a plain one. */
  options: z.array(z.object({ id: z.string(), label: z.string(), detail: z.string() })),
  editable: z.array(EditableField),
  /** Whether somebody can answer a question about it. */
  answerable: z.boolean(),
  /** T3: what has to be typed before it can be approved. */
  confirm: z.string().nullable(),
  /** The option that was taken. */
  chosen: z.string().nullable(),
  askedBy: z.string(),
  /** sha256 of the canonical payload; the executor hashes again and refuses a difference. */
  payloadHash: z.string(),
  requestedAt: Instant,
  deadline: Instant,
  /** When it would have run out had the deadline not been held until the quiet hours are over. */
  heldFrom: Instant.nullable(),
  /** What happens when nobody answers. */
  safeDefault: SafeDefault,
  /** The owner's own words that are sent then; null unless `safeDefault` is template. */
  templateText: z.string().nullable(),
  reminded50At: Instant.nullable(),
  reminded90At: Instant.nullable(),
  snoozedUntil: Instant.nullable(),
  decidedAt: Instant.nullable(),
  decidedBy: Actor.nullable(),
  channel: z.string().nullable(),
  reason: z.string().nullable(),
  /** The pre-authorisation that answered for the owner. */
  playbookId: PlaybookId.nullable(),
  /** How long the card was in view before the decision, milliseconds, and how many of its previews were open; null on a phone. */
  seenMs: z.int().nullable(),
  previewsSeen: z.int().nullable(),
  /** Takes effect at this instant unless undone (U-50). */
  effectiveAt: Instant.nullable(),
  /** How the effect ended, in words. */
  outcome: z.string().nullable(),
  /** Approved, done, and afterwards taken back or rolled back. */
  regrettedAt: Instant.nullable(),
  rehearsal: z.boolean(),
})
export type ApprovalView = z.infer<typeof ApprovalView>

/** What the owner had before his eyes when he decided, measured by the face. */
export const Seen = z.object({ ms: z.int().nonnegative().max(86_400_000), previews: z.int().nonnegative().max(1000) })
export type Seen = z.infer<typeof Seen>

export const ApprovalFilter = z.object({
  open: z.boolean().default(false),
  state: ApprovalState.optional(),
  action: z.string().optional(),
  tier: Tier.optional(),
  askedBy: z.string().optional(),
  /** Words that stand on the card. */
  text: z.string().max(200).optional(),
})
export type ApprovalFilter = z.infer<typeof ApprovalFilter>

/** Who, what, when, where, by which policy, and everything that was written about it (U-35). */
export const DecisionExplanation = z.object({
  approval: ApprovalView,
  sentences: z.array(z.string()),
  policy: z.object({ version: z.int(), acceptedAt: Instant, text: z.string() }).nullable(),
  events: z.array(z.object({ seq: z.int(), at: Instant, type: z.string(), actor: Actor, hash: z.string() })),
})
export type DecisionExplanation = z.infer<typeof DecisionExplanation>

const share = z.number().min(0).max(1)
/** How well the owner's say works, over a span of days (U-52, U-118). Rates are null where nothing was decided. */
export const OversightHealth = z.object({
  since: Instant,
  asked: z.int(),
  decided: z.int(),
  approved: z.int(),
  denied: z.int(),
  expired: z.int(),
  undone: z.int(),
  regretted: z.int(),
  preauthorised: z.int(),
  approveRate: share.nullable(),
  undoRate: share.nullable(),
  expiredRate: share.nullable(),
  regretRate: share.nullable(),
  /** Milliseconds from the request to the decision. */
  medianDecisionMs: z.int().nullable(),
  /** Milliseconds that the card was in view, over the last ten T2 decisions. */
  medianSeenMs: z.int().nullable(),
  decidedBeforeHalf: share.nullable(),
  cardsPerHour: z.number(),
  alarmsPerHour: z.number(),
  open: z.int(),
  /** Decisions come faster than a card can be read: previews open by themselves and keys wait 2 s. */
  brake: z.boolean(),
  /** Too many cards are open or arrive: the agent that asks most gets no new work that would ask. */
  shedding: z.object({ agent: z.string(), because: z.string() }).nullable(),
  byClass: z.array(
    z.object({
      action: ActionName,
      agent: z.string(),
      asked: z.int(),
      approved: z.int(),
      denied: z.int(),
      regretted: z.int(),
      medianSeenMs: z.int().nullable(),
    }),
  ),
  /** Classes that were always approved and never regretted: a playbook would save the question. */
  suggestions: z.array(z.object({ action: ActionName, agent: z.string(), approved: z.int(), sentence: z.string() })),
  /** A few past approvals with what became of them, for the five minutes a week. */
  sample: z.array(ApprovalView),
})
export type OversightHealth = z.infer<typeof OversightHealth>
