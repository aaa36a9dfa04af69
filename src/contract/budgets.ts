import { z } from 'zod'
import { Nanodollars } from './money.ts'
import { Instant } from './time.ts'

/** What a limit is for. `call` is a single model call, `project` a project and the product that is made of it. */
export const budgetScopes = ['call', 'attempt', 'task', 'plan', 'agent', 'team', 'project', 'global'] as const
export const BudgetScope = z.enum(budgetScopes)
export type BudgetScope = z.infer<typeof BudgetScope>

/** What it is counted over: one call, a calendar day or month of the owner's zone, or for good. */
export const budgetPeriods = ['call', 'day', 'month', 'total'] as const
export const BudgetPeriod = z.enum(budgetPeriods)
export type BudgetPeriod = z.infer<typeof BudgetPeriod>

/** Which limits there can be. Every one of them has a default: none is ever "unlimited". */
export const budgetKinds: Readonly<Record<BudgetScope, readonly BudgetPeriod[]>> = {
  call: ['call'],
  attempt: ['total'],
  task: ['total'],
  plan: ['total'],
  agent: ['day', 'month'],
  team: ['day', 'month'],
  project: ['day', 'month', 'total'],
  global: ['day', 'month'],
}

/** `*` stands for every subject of the scope that has no limit of its own; a task, plan or attempt goes by its id, global and call have none but `*`. */
export const BudgetRef = z.object({ scope: BudgetScope, subject: z.string().min(1).max(80).default('*'), period: BudgetPeriod })
export type BudgetRef = z.infer<typeof BudgetRef>

/** One limit and where it stands in its present window. `spent + held` never passes `hard` when a call is admitted. */
export const BudgetView = z.object({
  scope: BudgetScope,
  subject: z.string(),
  period: BudgetPeriod,
  /** From here on the owner is told; null for none. */
  soft: Nanodollars.nullable(),
  /** From here on calls are refused. */
  hard: Nanodollars,
  source: z.enum(['default', 'owner', 'plan']).describe('who set it; `plan`: the plan or its planner'),
  spent: Nanodollars,
  /** Reserved by calls under way: their worst case. */
  held: Nanodollars,
  windowStart: Instant.nullable().describe('null for a limit that is never reset'),
  resetsAt: Instant.nullable(),
  /** The highest mark of 50, 80 and 100 per cent that the window has passed; 0 for none. */
  mark: z.int(),
})
export type BudgetView = z.infer<typeof BudgetView>

export const budgetMarks = [50, 80, 100] as const

/** Why a call was refused: which limit, by how much, and who can do something about it. */
export const BudgetRefusal = z.object({
  budget: BudgetView,
  /** What the call would have had to reserve at least. */
  needed: Nanodollars,
  /** True when calls under way hold what is missing: it may fit when they have ended. */
  passing: z.boolean(),
})
export type BudgetRefusal = z.infer<typeof BudgetRefusal>
