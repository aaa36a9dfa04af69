import { z } from 'zod'
import { Actor } from './actor.ts'
import { PlaybookId } from './ids.ts'
import { ActionName } from './policies.ts'
import { Instant } from './time.ts'

export const playbookStates = ['draft', 'active', 'used_up', 'expired', 'revoked'] as const
export const PlaybookState = z.enum(playbookStates)
export type PlaybookState = z.infer<typeof PlaybookState>

/** always: the owner said "always" on a card; trust: earned by a hundred tasks; incident: for as long as an incident lasts; owner: written by him. */
export const PlaybookOrigin = z.enum(['owner', 'always', 'trust', 'incident'])
export type PlaybookOrigin = z.infer<typeof PlaybookOrigin>

/** Which actions are answered beforehand. Everything that is given must fit; T3 and tainted actions never do. */
export const PlaybookScope = z.object({
  actions: z.array(ActionName).min(1).max(20),
  agents: z.array(z.string()).max(50).describe('empty: any'),
  projects: z.array(z.string()).max(50).describe('empty: any'),
  /** How a command has to begin, its words apart by one space: "git push origin". With command.run there must be one. */
  commands: z.array(z.string().trim().min(1).max(200)).max(20).optional(),
})
export type PlaybookScope = z.infer<typeof PlaybookScope>

export const PlaybookInput = z.object({
  name: z.string().trim().min(3).max(80),
  scope: PlaybookScope,
  /** How often it may answer. */
  maxUses: z.int().min(1).max(1000),
  /** Most that one action may cost, and all of them together, US dollars. */
  maxUsdEach: z.number().min(0).max(1000),
  maxUsdTotal: z.number().min(0).max(10_000),
  /** At most 30 days. */
  days: z.number().min(0.01).max(30),
})
export type PlaybookInput = z.infer<typeof PlaybookInput>

export const PlaybookView = PlaybookInput.omit({ days: true }).extend({
  id: PlaybookId,
  state: PlaybookState,
  origin: PlaybookOrigin,
  /** What it rests on: the card, the hundred tasks, the incident. */
  because: z.string(),
  createdAt: Instant,
  createdBy: Actor,
  activatedAt: Instant.nullable(),
  /** Of a draft: how many days it will live once it is active. */
  days: z.number(),
  expiresAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  uses: z.int(),
  usedUsd: z.number(),
  lastUsedAt: Instant.nullable(),
})
export type PlaybookView = z.infer<typeof PlaybookView>

/** Words that the owner approved beforehand, such as "We're aware and investigating." Sent when a customer would wait too long. */
export const TemplateView = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{1,59}$/, 'lower case words with dashes'),
  text: z.string().trim().min(3).max(2000),
  changedAt: Instant,
})
export type TemplateView = z.infer<typeof TemplateView>

/** What an agent has shown with one kind of action: an agent is supervised until it has done a hundred tasks. */
export const TrustView = z.object({
  agent: z.string(),
  action: ActionName,
  tasks: z.int(),
  approved: z.int(),
  denied: z.int(),
  regretted: z.int(),
  level: z.enum(['supervised', 'proven', 'trusted']),
  sentence: z.string(),
})
export type TrustView = z.infer<typeof TrustView>
