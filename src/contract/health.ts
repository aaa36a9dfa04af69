import { z } from 'zod'
import { Instant } from './time.ts'

export const HealthCheck = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warn', 'bad', 'absent']),
  detail: z.string(),
  remedy: z.string().nullable(),
})
export type HealthCheck = z.infer<typeof HealthCheck>

export const factoryModes = ['running', 'paused', 'draining'] as const
export const FactoryMode = z.enum(factoryModes)
export type FactoryMode = z.infer<typeof FactoryMode>

export const FactoryStatus = z.object({
  version: z.string(),
  mode: FactoryMode,
  startedAt: Instant,
  now: Instant,
  timeZone: z.string(),
  url: z.string(),
  gatewayUrl: z.string(),
  dataDir: z.string(),
  pid: z.int(),
  /** Tasks by state, kept by trigger: reading it costs nothing at a million tasks. */
  counts: z.record(z.string(), z.int()),
  sessionsRunning: z.int(),
  sessionsMax: z.int(),
  approvalsOpen: z.int(),
  /** Event-loop delay, milliseconds, 99th percentile since start. */
  lagP99Ms: z.number(),
  lastSeq: z.int(),
  /** none: no model is connected yet. */
  models: z.enum(['none', 'connected']),
  rehearsal: z.enum(['none', 'running', 'done', 'skipped']),
})
export type FactoryStatus = z.infer<typeof FactoryStatus>
