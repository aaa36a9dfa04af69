import { z } from 'zod'
import { DriverName, ModelTier } from './queue.ts'
import { Instant } from './time.ts'

/** PROVIDER/MODEL; the model part may itself contain slashes. */
export const ModelRef = z.string().regex(/^[a-z0-9][a-z0-9-]*\/\S+$/, 'a model is written PROVIDER/MODEL, e.g. anthropic/claude-sonnet-4-5')
export type ModelRef = z.infer<typeof ModelRef>

/** Frontmatter of an agent file. The file's body is the agent's prompt. */
export const AgentFrontmatter = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Za-z0-9]{1,19}$/, 'a name starts with a capital letter'),
  role: z.string().min(1).max(80),
  active: z.boolean().default(false),
  team: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a team is lower-case letters, digits and dashes')
    .default('factory'),
  driver: DriverName.default('pi'),
  model: ModelRef.nullable().default(null),
  fallback: ModelRef.nullable().default(null),
  tier: ModelTier.default('mid'),
  temperature: z.number().min(0).max(2).default(0.2),
  skills: z.array(z.string().max(60)).max(40).default([]),
})
export type AgentFrontmatter = z.infer<typeof AgentFrontmatter>

/** What can be changed without opening the file. What is left out stays: the defaults of a file are none here. */
export const AgentChange = z
  .strictObject({
    driver: DriverName,
    model: ModelRef.nullable(),
    fallback: ModelRef.nullable(),
    active: z.boolean(),
    tier: ModelTier,
    team: AgentFrontmatter.shape.team.unwrap(),
  })
  .partial()
export type AgentChange = z.infer<typeof AgentChange>

export const AgentView = AgentFrontmatter.extend({
  prompt: z.string(),
  /** sha256 of the file version in force. */
  version: z.string(),
  /** Set when the file on disk is bad: the version in force is an older one. */
  problem: z.object({ line: z.int().nullable(), message: z.string() }).nullable(),
  acceptedAt: Instant,
  /** Set while it is given no work and its model calls are refused. */
  paused: z.object({ at: Instant, by: z.enum(['owner', 'velocity', 'no-progress']), reason: z.string() }).nullable(),
})
export type AgentView = z.infer<typeof AgentView>
