import type { AgentView } from '../../../contract/agents.ts'
import { type BudgetPeriod, type BudgetRef, type BudgetScope, type BudgetView, budgetKinds } from '../../../contract/budgets.ts'
import { type Nanodollars, toNanodollars, toUsd } from '../../../contract/money.ts'
import { Settings } from '../../../contract/settings.ts'
import { budgetPeriodWords } from '../../../contract/words.ts'
import { toStanding } from '../../parts/budget-words.ts'

export const sourceWords: Record<BudgetView['source'], string> = { default: 'default', owner: 'set by you', plan: 'from the plan' }

export const keyOf = ({ scope, subject, period }: BudgetRef): string => `${scope} ${subject} ${period}`

const groups = [
  { id: 'all', label: 'All', scopes: ['global', 'call', 'agent', 'team', 'project', 'plan', 'task', 'attempt'] },
  { id: 'factory', label: 'Factory', scopes: ['global', 'call'] },
  { id: 'agents', label: 'Agents', scopes: ['agent'] },
  { id: 'teams', label: 'Teams', scopes: ['team'] },
  { id: 'projects', label: 'Projects', scopes: ['project'] },
  { id: 'work', label: 'Plans and tasks', scopes: ['plan', 'task', 'attempt'] },
] as const satisfies ReadonlyArray<{ id: string; label: string; scopes: readonly BudgetScope[] }>
export type GroupId = (typeof groups)[number]['id']

/** The limits of each group; within it those that are used up first, then as wide as they reach, then the fullest. */
export function toGroups(
  budgets: readonly BudgetView[],
): ReadonlyArray<{ readonly id: GroupId; readonly label: string; readonly budgets: readonly BudgetView[] }> {
  const order = groups[0].scopes as readonly BudgetScope[]
  const isUsedUp = (budget: BudgetView) => Number(toStanding(budget).attention === 'alarm')
  const used = (budget: BudgetView) => (budget.spent + budget.held) / budget.hard
  const sorted = budgets.toSorted(
    (a, b) => isUsedUp(b) - isUsedUp(a) || order.indexOf(a.scope) - order.indexOf(b.scope) || used(b) - used(a) || keyOf(a).localeCompare(keyOf(b)),
  )
  return groups.map(({ id, label, scopes }) => ({ id, label, budgets: sorted.filter(({ scope }) => (scopes as readonly string[]).includes(scope)) }))
}

/** The most that the settings let a limit be, in dollars; null where they name none. */
export function ceilingOf({ scope, period }: Pick<BudgetRef, 'scope' | 'period'>): number | null {
  const key = scope === 'global' ? (period === 'day' ? 'spendStopUsd' : 'spendMonthStopUsd') : scope === 'call' ? 'callLimitUsd' : null
  return key === null ? null : (Settings.shape[key].unwrap().maxValue ?? null)
}

export type BudgetDraft = { readonly hard: string; readonly soft: string; readonly typed: string }
export type BudgetInput = { readonly hardUsd: number; readonly softUsd: number | null }
export type Checked = {
  readonly errors: Readonly<Partial<Record<keyof BudgetDraft, string>>>
  /** What must be typed once more, because the limit is raised; null when it is not. */
  readonly confirm: string | null
  /** Undefined until all of it is right. */
  readonly input: BudgetInput | undefined
}

/** What was typed into the dialog, checked in place; the engine checks again. Raising a limit asks for its new amount a second time (U-73). */
export function checkDraft(draft: BudgetDraft, ref: Pick<BudgetRef, 'scope' | 'period'>, present: Nanodollars | null): Checked {
  const hard = toAmount(draft.hard)
  const soft = draft.soft.trim() === '' ? null : toAmount(draft.soft)
  const most = ceilingOf(ref)
  const errors: { hard?: string; soft?: string; typed?: string } = {}
  if (hard === undefined) errors.hard = draft.hard.trim() === '' ? 'An amount in US dollars is needed.' : 'This is no amount in US dollars.'
  else if (most !== null && hard > most) errors.hard = `At most $${most.toLocaleString('en-US')}.`
  if (soft === undefined) errors.soft = 'This is no amount in US dollars.'
  else if (soft !== null && hard !== undefined && soft > hard) errors.soft = 'It must not be above the stop.'
  const confirm = hard !== undefined && present !== null && toNanodollars(hard) > present ? String(hard) : null
  if (confirm !== null && draft.typed.trim() !== '' && toAmount(draft.typed) !== hard) errors.typed = `That is not ${confirm}.`
  const isConfirmed = confirm === null || toAmount(draft.typed) === hard
  const isRight = Object.keys(errors).length === 0 && isConfirmed && hard !== undefined && soft !== undefined
  return { errors, confirm, input: isRight ? { hardUsd: hard, softUsd: soft } : undefined }
}

/** "12", "$12.50" and "1,000" as dollars; undefined for everything else. More than none. */
function toAmount(typed: string): number | undefined {
  const plain = typed
    .trim()
    .replace(/^\$/, '')
    .replaceAll(/,(?=\d{3}\b)/g, '')
  const amount = /^\d+(\.\d{1,9})?$/.test(plain) ? Number(plain) : Number.NaN
  return amount > 0 ? amount : undefined
}

export const toDraft = ({ hard, soft }: Pick<BudgetView, 'hard' | 'soft'>): BudgetDraft => ({
  hard: String(toUsd(hard)),
  soft: soft === null ? '' : String(toUsd(soft)),
  typed: '',
})

export type Owned = 'agent' | 'team' | 'project'
export const ownedPeriods = (scope: Owned): ReadonlyArray<readonly [BudgetPeriod, string]> =>
  budgetKinds[scope].map((period) => [period, budgetPeriodWords[period]] as const)

/** Every team that an agent of the roster is in. */
export const teamsOf = (agents: readonly AgentView[]): readonly string[] => [...new Set(agents.map(({ team }) => team))].sort()
