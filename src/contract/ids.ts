import { z } from 'zod'

/** ULID with a type prefix: sortable by birth, recognisable in a log line, impossible to mix up in TypeScript. */
const id = <P extends string>(prefix: P) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`), `expected an id like ${prefix}_01JC…`)
    .transform((value) => value as `${P}_${string}`)

export const RequestId = id('req')
export type RequestId = z.infer<typeof RequestId>
export const PlanId = id('plan')
export type PlanId = z.infer<typeof PlanId>
export const TaskId = id('task')
export type TaskId = z.infer<typeof TaskId>
export const AttemptId = id('att')
export type AttemptId = z.infer<typeof AttemptId>
export const SessionId = id('ses')
export type SessionId = z.infer<typeof SessionId>
export const CallId = id('call')
export type CallId = z.infer<typeof CallId>
export const ApprovalId = id('apr')
export type ApprovalId = z.infer<typeof ApprovalId>
export const EvidenceId = id('evd')
export type EvidenceId = z.infer<typeof EvidenceId>
export const ReleaseId = id('rel')
export type ReleaseId = z.infer<typeof ReleaseId>
export const ProjectId = id('prj')
export type ProjectId = z.infer<typeof ProjectId>
export const ArtifactId = id('art')
export type ArtifactId = z.infer<typeof ArtifactId>
export const EventId = id('evt')
export type EventId = z.infer<typeof EventId>
export const AdjustmentId = id('adj')
export type AdjustmentId = z.infer<typeof AdjustmentId>
export const RouteChoiceId = id('rte')
export type RouteChoiceId = z.infer<typeof RouteChoiceId>

export const BundleId = id('bun')
export type BundleId = z.infer<typeof BundleId>
export const PlaybookId = id('pbk')
export type PlaybookId = z.infer<typeof PlaybookId>
/** Of a message to or from the owner. */
export const MessageId = id('msg')
export type MessageId = z.infer<typeof MessageId>

export type IdPrefix = 'adj' | 'bun' | 'msg' | 'pbk' | 'rte' | 'req' | 'plan' | 'task' | 'att' | 'ses' | 'call' | 'apr' | 'evd' | 'rel' | 'prj' | 'art' | 'evt'
