import { z } from 'zod'
import { Actor } from './actor.ts'
import { Instant } from './time.ts'

export const tiers = ['T0', 'T1', 'T2', 'T3'] as const
export const Tier = z.enum(tiers)
export type Tier = z.infer<typeof Tier>

export const ActionName = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/, 'an action is named like deploy.local')
export type ActionName = z.infer<typeof ActionName>

/**
 * What agents and the engine may do outside of a worktree, and the lowest tier that any policy may give it. What is not named here or in a
 * policy file is T3. Sources: R-169 to R-175, R-299 and section AG of the requirements.
 */
export const actionClasses = {
  'read.files': { floor: 'T0', what: 'read files, logs or records' },
  'research.web': { floor: 'T0', what: 'look something up on the web' },
  'draft.write': { floor: 'T0', what: 'write a draft or an internal document' },
  'release.rollback': { floor: 'T0', what: 'put the version before back' },
  'build.run': { floor: 'T1', what: 'build and test in a worktree' },
  'branch.merge': { floor: 'T1', what: 'merge checked work into main' },
  'accept.unreviewed': { floor: 'T2', what: 'take work that no second model has reviewed' },
  'deploy.staging': { floor: 'T1', what: 'deploy to staging' },
  'deploy.local': { floor: 'T1', what: 'deploy on this machine' },
  'deploy.production': { floor: 'T2', what: 'deploy where customers are' },
  'command.run': { floor: 'T2', what: 'run a command outside of the sandbox' },
  'mail.customer': { floor: 'T2', what: 'write to a customer' },
  'mail.other': { floor: 'T2', what: 'write to somebody else' },
  'post.public': { floor: 'T2', what: 'publish something' },
  'money.spend': { floor: 'T1', what: 'pay somebody' },
  'budget.raise': { floor: 'T2', what: 'give a task, an agent or a project more money' },
  'cap.raise': { floor: 'T3', what: 'raise what the whole factory may spend' },
  'policy.change': { floor: 'T3', what: 'change what needs an approval' },
  'security.change': { floor: 'T3', what: 'change keys, access or protection' },
  'secret.change': { floor: 'T3', what: 'show, change or hand out a secret' },
  'data.delete': { floor: 'T3', what: 'delete data' },
  'legal.act': { floor: 'T3', what: 'accept or declare something with legal effect' },
} as const satisfies Record<string, { floor: Tier; what: string }>
export type KnownAction = keyof typeof actionClasses

/** Classes that are never pre-authorised, never bundled and never approved by a reaction, whatever a file says. */
export const isNeverAuthorised = (tier: Tier): boolean => tier === 'T3'

const Span = z.string().regex(/^\d+(\.\d+)?(m|h|d)$/, 'a length of time such as 30m, 4h or 2d')

const ClassRule = z.strictObject({
  tier: Tier,
  what: z.string().max(120).optional(),
  /** Time to answer; the setting `approvalHours` where it is left out. */
  deadline: Span.optional(),
  ifSilent: z.enum(['deny', 'template']).default('deny'),
  /** Name of the words to send when nobody answers; needed with `ifSilent: template`. */
  template: z.string().max(60).optional(),
  /** A deadline that falls into the quiet hours waits for the morning, or does not. */
  quietHours: z.enum(['hold', 'run']).default('hold'),
  /** Cannot be taken back once it is done: the time to undo is 30 s. */
  irreversible: z.boolean().default(false),
})
export type ClassRule = z.infer<typeof ClassRule>

const RaiseRule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower case words with dashes'),
  /** All that are given must hold. */
  when: z
    .strictObject({
      action: z.array(z.string()).min(1).describe('names, or beginnings such as mail.*').optional(),
      amountUsdOver: z.number().nonnegative().optional(),
      mentions: z.array(z.string().min(2).max(80)).min(1).describe('words in the text that goes out, in any case').optional(),
      tainted: z.literal(true).describe('untrusted text is in the chain').optional(),
      agent: z.array(z.string()).min(1).optional(),
      project: z.array(z.string()).min(1).optional(),
    })
    .refine((when) => Object.values(when).some((value) => value !== undefined), 'a rule needs at least one condition'),
  /** At least this tier; or `up`: one tier more. Rules never lower. */
  tier: z.union([Tier, z.literal('up')]),
  because: z.string().min(3).max(160),
})
export type RaiseRule = z.infer<typeof RaiseRule>

/** A file of policies/*.yaml. Several files are read in the order of their names; a class or rule may stand in one of them only. */
export const PolicyFile = z.strictObject({
  version: z.literal(1),
  classes: z.record(ActionName, ClassRule).default({}),
  raise: z.array(RaiseRule).default([]),
})
export type PolicyFile = z.infer<typeof PolicyFile>

/** What is known of an action when its tier is decided. */
export const ActionFacts = z.object({
  action: ActionName,
  amountUsd: z.number().nonnegative().nullable(),
  /** What goes out to people, where something does. */
  text: z.string().nullable(),
  taintedBy: z.string().nullable(),
  agent: z.string(),
  project: z.string().nullable(),
  /** Of a command: its words. */
  command: z.array(z.string()).readonly().optional(),
})
export type ActionFacts = z.infer<typeof ActionFacts>

export const PolicyProblem = z.object({ file: z.string(), line: z.int().nullable(), field: z.string().nullable(), message: z.string() })
export type PolicyProblem = z.infer<typeof PolicyProblem>

export const PolicyFileView = z.object({ name: z.string(), text: z.string(), problems: z.array(PolicyProblem) })
export type PolicyFileView = z.infer<typeof PolicyFileView>

/** The policy as it holds: the last one that was accepted whole. A file with a problem changes nothing until it is mended. */
export const PolicyView = z.object({
  version: z.int(),
  acceptedAt: Instant,
  acceptedBy: Actor,
  files: z.array(PolicyFileView),
  classes: z.array(
    z.object({
      action: ActionName,
      what: z.string(),
      tier: Tier,
      floor: Tier,
      deadlineMs: z.int().nullable(),
      ifSilent: z.enum(['deny', 'template']),
      template: z.string().nullable(),
      quietHours: z.enum(['hold', 'run']),
      irreversible: z.boolean(),
      from: z.string().describe('the file that says so, or "built in"'),
    }),
  ),
  raise: z.array(RaiseRule.extend({ from: z.string() })),
})
export type PolicyView = z.infer<typeof PolicyView>

export const PolicyVersionView = z.object({ version: z.int(), acceptedAt: Instant, acceptedBy: Actor, note: z.string() })
export type PolicyVersionView = z.infer<typeof PolicyVersionView>

/** What the last actions would have needed under another policy. */
export const DryRun = z.object({
  problems: z.array(PolicyProblem),
  actions: z.int(),
  changed: z.array(z.object({ approvalId: z.string(), at: Instant, action: ActionName, what: z.string(), from: Tier, to: Tier, because: z.array(z.string()) })),
  /** How many actions fell into each tier, before and under the trial. */
  tiers: z.array(z.object({ tier: Tier, now: z.int(), trial: z.int() })),
})
export type DryRun = z.infer<typeof DryRun>
