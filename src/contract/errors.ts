import { z } from 'zod'

/** Every refusal REEF can give. The code is stable; the sentence may be improved. */
export const errorCodes = {
  'request/empty': 400,
  'request/too-large': 413,
  'request/duplicate': 409,
  'request/unknown': 404,
  'plan/invalid': 422,
  'plan/unknown': 404,
  'plan/not-editable': 409,
  'plan/model-failed': 502,
  'task/unknown': 404,
  'task/not-retryable': 409,
  'task/not-cancellable': 409,
  'queue/full': 429,
  'queue/lease-lost': 409,
  'queue/illegal-move': 409,
  'project/unknown': 404,
  'project/invalid': 422,
  'project/dirty': 409,
  'agent/unknown': 404,
  'agent/invalid': 422,
  'provider/unknown': 404,
  'provider/invalid': 422,
  'provider/no-key': 422,
  'model/none-connected': 409,
  'model/unknown': 404,
  'budget/invalid': 422,
  'budget/exhausted': 402,
  'call/unknown': 404,
  'invoice/invalid': 422,
  'approval/unknown-option': 422,
  'session/unknown': 404,
  'session/not-running': 409,
  'session/program-missing': 409,
  'session/host-unreachable': 503,
  'approval/unknown': 404,
  'approval/already-decided': 409,
  'approval/expired': 409,
  'approval/drifted': 409,
  'artifact/unknown': 404,
  'release/unknown': 404,
  'release/unhealthy': 502,
  'workspace/git-failed': 502,
  'workspace/conflict': 409,
  'rehearsal/not-running': 409,
  'settings/invalid': 422,
  'store/newer-than-program': 409,
  'store/locked': 409,
  'auth/refused': 401,
  'input/invalid': 400,
  internal: 500,
} as const

export type ErrorCode = keyof typeof errorCodes

/** How a refusal travels: RFC 9457 over HTTP, the data of an oRPC error elsewhere. */
export const Refusal = z.object({
  code: z.string(),
  /** One sentence: what is wrong. */
  message: z.string(),
  /** The input field at fault, where there is one. */
  field: z.string().optional(),
  /** What to do about it. */
  remedy: z.string().optional(),
})
export type Refusal = z.infer<typeof Refusal>
