import { z } from 'zod'
import { Actor } from './actor.ts'
import { ApprovalId, PlanId, TaskId } from './ids.ts'
import { Instant } from './time.ts'

export const Tier = z.enum(['T0', 'T1', 'T2', 'T3'])
export type Tier = z.infer<typeof Tier>

export const approvalStates = ['requested', 'approved', 'denied', 'executing', 'executed', 'expired', 'superseded', 'drifted'] as const
export const ApprovalState = z.enum(approvalStates)
export type ApprovalState = z.infer<typeof ApprovalState>

export const denyReasons = ['wrong content', 'too risky', 'too costly', 'not now', 'other'] as const
export const DenyReason = z.enum(denyReasons)
export type DenyReason = z.infer<typeof DenyReason>

/** One previewed thing, exactly as it will be acted on. */
export const Preview = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('diff'), title: z.string(), text: z.string() }),
  z.object({ kind: z.literal('command'), argv: z.array(z.string()), cwd: z.string() }),
  z.object({ kind: z.literal('text'), title: z.string(), text: z.string() }),
  /** A limit of the owner's own, as it is and as it would be: REEF's words, nobody else's. */
  z.object({ kind: z.literal('limit'), title: z.string(), text: z.string() }),
])
export type Preview = z.infer<typeof Preview>

export const ApprovalView = z.object({
  id: ApprovalId,
  planId: PlanId.nullable(),
  taskId: TaskId.nullable(),
  correlationId: z.string(),
  action: z.string().describe('Named action class, e.g. deploy.local'),
  tier: Tier,
  state: ApprovalState,
  /** Imperative, concrete, made from the action's fields, at most 90 characters (U-40). */
  what: z.string(),
  blast: z.string(),
  reversible: z.string(),
  cost: z.string(),
  why: z.string(),
  evidence: z.array(z.string()),
  previews: z.array(Preview),
  /** Where there is more than one way to say yes; empty for a plain one. */
  options: z.array(z.object({ id: z.string(), label: z.string(), detail: z.string() })),
  /** The option that was taken. */
  chosen: z.string().nullable(),
  askedBy: z.string(),
  /** sha256 of the canonical payload; the executor hashes again and refuses a difference. */
  payloadHash: z.string(),
  requestedAt: Instant,
  deadline: Instant,
  /** What happens when nobody answers. */
  safeDefault: z.enum(['deny', 'approve']),
  decidedAt: Instant.nullable(),
  decidedBy: Actor.nullable(),
  channel: z.string().nullable(),
  reason: z.string().nullable(),
  /** Takes effect at this instant unless undone (U-50). */
  effectiveAt: Instant.nullable(),
  rehearsal: z.boolean(),
})
export type ApprovalView = z.infer<typeof ApprovalView>
