import { z } from 'zod'
import { AttemptId, EvidenceId, TaskId } from './ids.ts'
import { Instant } from './time.ts'

export const EvidenceView = z.object({
  id: EvidenceId,
  attemptId: AttemptId,
  taskId: TaskId,
  /** commit: work exists; file: a declared output; command: the project's own; review: another model; probe: the running product. */
  kind: z.enum(['commit', 'file', 'command', 'review', 'probe']),
  /** What was checked, e.g. "npm test" or "src/server.js". */
  name: z.string(),
  verdict: z.enum(['passed', 'failed', 'waived']),
  exitCode: z.int().nullable(),
  durationMs: z.int(),
  /** sha256 of the output, the file or the diff. */
  hash: z.string(),
  summary: z.string(),
  /** Model that reviewed, for kind review. */
  model: z.string().nullable(),
  at: Instant,
})
export type EvidenceView = z.infer<typeof EvidenceView>
