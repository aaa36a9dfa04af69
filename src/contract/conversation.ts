import { z } from 'zod'
import { RequestId } from './ids.ts'
import { Instant } from './time.ts'

/** What the owner's words were taken for. */
export const saidKinds = ['request', 'question', 'command', 'decision', 'unclear'] as const
export const SaidKind = z.enum(saidKinds)
export type SaidKind = z.infer<typeof SaidKind>

/** The one answer to one message. */
export const Answer = z.object({
  kind: SaidKind,
  text: z.string(),
  requestId: RequestId.nullable(),
})
export type Answer = z.infer<typeof Answer>

/** The morning brief, or what happened since the owner left: the same lines on every face. */
export const Brief = z.object({
  at: Instant,
  since: Instant,
  headline: z.string(),
  sections: z.array(z.object({ title: z.string(), lines: z.array(z.object({ text: z.string(), link: z.string().nullable() })) })),
})
export type Brief = z.infer<typeof Brief>
