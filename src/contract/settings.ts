import { z } from 'zod'

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const WallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 22:00')

/** Every setting, its default and its bounds. Unknown keys are refused by name. */
export const Settings = z.strictObject({
  timeZone: z
    .string()
    .refine(isZone, 'not an IANA time zone such as Pacific/Auckland')
    .default('Pacific/Auckland')
    .describe('IANA name; days begin and times are shown in this zone'),
  maxSessions: z.int().min(1).max(64).default(4).describe('Agent sessions at once'),
  maxSessionsPerAgent: z.int().min(1).max(64).default(2).describe('Sessions of one agent at once'),
  maxQueueDepth: z.int().min(1).max(1_000_000).default(100_000).describe('Tasks that may be open at once; more are refused'),
  maxAttempts: z.int().min(1).max(10).default(3).describe('Same model, adjusted prompt, fallback model, then dead letter'),
  attemptTimeoutMinutes: z.int().min(1).max(1440).default(60).describe('An attempt that takes longer is stopped and tried again'),
  approvalHours: z.number().min(0.01).max(168).default(4).describe('A T2 request without an answer is denied after this'),
  approvalGraceSeconds: z.int().min(0).max(120).default(10).describe('Time to undo an approval'),
  irreversibleGraceSeconds: z.int().min(0).max(300).default(30).describe('The same, where the effect cannot be taken back'),
  bundleSeconds: z.int().min(0).max(600).default(60).describe('Requests of one matter that arrive within this become one card and one message'),
  quietFrom: WallTime.default('22:00').describe('Quiet hours begin; only what is critical may sound'),
  quietTo: WallTime.default('07:00').describe('Quiet hours end'),
  quietHoldTo: WallTime.default('07:30').describe('A deadline that falls into the quiet hours is held until then, where its class allows it'),
  briefAt: WallTime.default('07:00').describe('When the morning brief is sent'),
  briefEnabled: z.boolean().default(true).describe('Send the morning brief to the phone'),
  phoneDelaySeconds: z.int().min(0).max(600).default(60).describe('While you are at the desk, messages to the phone wait so long'),
  maxOpenCards: z.int().min(1).max(1000).default(8).describe('With more open T2 cards than this, the agent that asks most gets no new work that would ask'),
  maxCardsPerHour: z.int().min(1).max(1000).default(6).describe('The same, for cards in an hour'),
  trustTasks: z.int().min(100).max(10_000).default(100).describe('Tasks of a kind that an agent must have done well before a playbook is proposed for it'),
  phoneLadderUrl: z
    .union([z.literal(''), z.url()])
    .default('')
    .describe('Called when revenue is at stake and nobody answers; empty: nobody is called'),
  spendTargetUsd: z.number().min(0).max(3000).default(30).describe('What a day should cost at most'),
  spendAlertUsd: z.number().min(0).max(3000).default(50).describe('From here on the day is marked'),
  spendStopUsd: z.number().min(0).max(3000).default(100).describe('No model is called any more that day; the highest that can be set is $3,000'),
  spendMonthStopUsd: z.number().min(0).max(90_000).default(1500).describe('No model is called any more that month'),
  callLimitUsd: z.number().positive().max(1000).default(5).describe('Most that a single model call may cost'),
  agentDayLimitUsd: z.number().positive().max(3000).default(50).describe('Most that an agent may spend in a day, where it has no limit of its own'),
  teamDayLimitUsd: z.number().positive().max(3000).default(100).describe('Most that a team may spend in a day, where it has no limit of its own'),
  projectDayLimitUsd: z.number().positive().max(3000).default(50).describe('Most that a project may spend in a day, where it has no limit of its own'),
  maxOutputTokens: z
    .int()
    .min(1024)
    .max(1_000_000)
    .default(32_000)
    .describe('Longest answer of a model that may be asked for; programs ask for more than they use, and all of it is reserved'),
  velocityFactor: z.number().min(1.5).max(100).default(3).describe('An agent that spends so many times its own norm is paused'),
  velocityFloorUsdPerHour: z.number().min(0.01).max(1000).default(5).describe('Below this rate no agent is paused, whatever its norm'),
  velocityAlarmUsdPerHour: z.number().min(0.1).max(3000).default(20).describe('The whole factory spending faster than this is an alarm'),
  maxCallsWithoutCost: z.int().min(10).max(100_000).default(500).describe('Calls of one attempt that cost nothing; after so many without an end it is stopped'),
  defaultBudgetUsd: z.number().positive().max(3000).default(5).describe('For a request that names none'),
  unknownModelInputUsdPerMTok: z.number().positive().default(15).describe('Price of a million tokens in, for a model that no catalogue knows'),
  unknownModelOutputUsdPerMTok: z.number().positive().default(75).describe('Price of a million tokens out, for a model that no catalogue knows'),
  theme: z.enum(['system', 'light', 'dark']).default('system').describe('Light, dark, or as the desktop says'),
  singleKeyActions: z.boolean().default(true).describe('Single keys act, such as a for approve; off, only Ctrl combinations do'),
})
export type Settings = z.infer<typeof Settings>

export const SettingView = z.object({ key: z.string(), value: z.unknown(), default: z.unknown(), source: z.enum(['default', 'file']), description: z.string() })
export type SettingView = z.infer<typeof SettingView>
