import { z } from 'zod'

/** Who caused something. Agents are named; the owner is one person today, and an entity so that there can be more. */
export const Actor = z.string().regex(/^(owner|engine|playbook|rehearsal-owner|agent:[A-Za-z0-9_-]+|channel:[a-z-]+)$/)
export type Actor = z.infer<typeof Actor>
