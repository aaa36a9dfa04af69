import { z } from 'zod'
import { ArtifactId, AttemptId, PlanId, ProjectId, ReleaseId, TaskId } from './ids.ts'
import { Instant } from './time.ts'

export const releaseStates = ['starting', 'healthy', 'unhealthy', 'stopped', 'failed'] as const
export const ReleaseState = z.enum(releaseStates)
export type ReleaseState = z.infer<typeof ReleaseState>

export const ReleaseView = z.object({
  id: ReleaseId,
  planId: PlanId,
  taskId: TaskId,
  project: z.string(),
  target: z.enum(['local']),
  state: ReleaseState,
  commit: z.string(),
  url: z.string().nullable(),
  pid: z.int().nullable(),
  lastStatus: z.int().nullable(),
  latencyMs: z.int().nullable(),
  checkedAt: Instant.nullable(),
  error: z.string().nullable(),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  rehearsal: z.boolean(),
})
export type ReleaseView = z.infer<typeof ReleaseView>

export const ArtifactView = z.object({
  id: ArtifactId,
  planId: PlanId,
  taskId: TaskId,
  attemptId: AttemptId,
  path: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  mediaType: z.string(),
  at: Instant,
})
export type ArtifactView = z.infer<typeof ArtifactView>

export const ProjectView = z.object({ id: ProjectId, name: z.string(), path: z.string(), registered: z.boolean(), mainBranch: z.string(), createdAt: Instant })
export type ProjectView = z.infer<typeof ProjectView>
