import { z } from 'zod'

/** Every setting, its default and its bounds. Unknown keys are refused by name. */
export const Settings = z.strictObject({
  timeZone: z.string().default('Pacific/Auckland'),
  maxSessions: z.int().min(1).max(64).default(4).describe('Agent sessions at once (R-362)'),
  maxSessionsPerAgent: z.int().min(1).max(64).default(2).describe('Sessions of one agent at once (R-362)'),
  maxQueueDepth: z.int().min(1).max(1_000_000).default(100_000).describe('Tasks that may be open at once; more are refused (R-368)'),
  maxAttempts: z.int().min(1).max(10).default(3).describe('Same model, adjusted prompt, fallback model, then dead letter (C-16)'),
  attemptTimeoutMinutes: z.int().min(1).max(1440).default(60),
  approvalHours: z.number().min(0.01).max(168).default(4).describe('A T2 request without an answer is denied after this (R-176)'),
  approvalGraceSeconds: z.int().min(0).max(120).default(10).describe('Time to undo an approval (U-50)'),
  spendTargetUsd: z.number().min(0).max(3000).default(30),
  spendAlertUsd: z.number().min(0).max(3000).default(50),
  spendStopUsd: z.number().min(0).max(3000).default(100),
  defaultBudgetUsd: z.number().positive().max(3000).default(5).describe('For a request that names none'),
  unknownModelInputUsdPerMTok: z.number().positive().default(15).describe('Ceiling price of a model no catalogue knows; never zero'),
  unknownModelOutputUsdPerMTok: z.number().positive().default(75),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  singleKeyActions: z.boolean().default(true),
})
export type Settings = z.infer<typeof Settings>

export const SettingView = z.object({ key: z.string(), value: z.unknown(), default: z.unknown(), source: z.enum(['default', 'file']), description: z.string() })
export type SettingView = z.infer<typeof SettingView>
