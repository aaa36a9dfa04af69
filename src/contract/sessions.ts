import { z } from 'zod'
import { AttemptId, PlanId, SessionId, TaskId } from './ids.ts'
import { DriverName } from './queue.ts'
import { Instant } from './time.ts'

export const sessionStates = ['launching', 'running', 'ended', 'lost'] as const
export const SessionState = z.enum(sessionStates)
export type SessionState = z.infer<typeof SessionState>

export const SessionView = z.object({
  id: SessionId,
  attemptId: AttemptId.nullable(),
  taskId: TaskId.nullable(),
  planId: PlanId.nullable(),
  /** builder works in the worktree; reviewer reads its diff; planner makes a plan; product is a deployed process. */
  role: z.enum(['builder', 'reviewer', 'planner', 'product', 'gate']),
  title: z.string(),
  agent: z.string(),
  driver: DriverName,
  model: z.string().nullable(),
  state: SessionState,
  pid: z.int().nullable(),
  exitCode: z.int().nullable(),
  outcome: z.string().nullable().describe('One line: how it ended'),
  lastLine: z.string().nullable(),
  bytes: z.int().describe('Length of the terminal record so far'),
  lastOutputAt: Instant.nullable(),
  startedAt: Instant,
  endedAt: Instant.nullable(),
})
export type SessionView = z.infer<typeof SessionView>

/** A piece of a session's terminal record. `offset` counts UTF-16 units from the start of the record's output text. */
export const LogChunk = z.object({ offset: z.int().nonnegative(), text: z.string(), ended: z.boolean() })
export type LogChunk = z.infer<typeof LogChunk>

export const ProgramView = z.object({
  driver: DriverName,
  program: z.string(),
  found: z.boolean(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  remedy: z.string().nullable().describe('The one command that installs it'),
})
export type ProgramView = z.infer<typeof ProgramView>
