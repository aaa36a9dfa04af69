import { formatMoney, type Nanodollars, type PlanId, type PlanView, type SpendToday, type TaskId, type TaskView, zeroDollars } from '../../contract/index.ts'

export type BudgetAnswer = { readonly ok: true } | { readonly ok: false; readonly status: 402; readonly message: string }

/**
 * The last word before money can be spent: the day's stop, the plan's budget, the task's. What calls under way are expected to cost
 * counts as spent. A call may still end above its limit; the next one is refused.
 */
export function checkBudgets(work: {
  readonly plan: PlanView | undefined
  readonly task: TaskView | undefined
  readonly today: Pick<SpendToday, 'spent' | 'stop'>
  /** Of the ledger. */
  readonly held?: (of?: { planId?: PlanId; taskId?: TaskId }) => Nanodollars
}): BudgetAnswer {
  const { plan, task, today, held = () => zeroDollars } = work
  if (today.spent + held() >= today.stop) return refuse(`today's limit of ${formatMoney(today.stop)} is reached`)
  if (plan && plan.spent + held({ planId: plan.id }) >= plan.budget) return refuse(`the plan's budget of ${formatMoney(plan.budget)} is used up`)
  if (task && task.spent + held({ taskId: task.id }) >= task.budget) return refuse(`the task's budget of ${formatMoney(task.budget)} is used up`)
  return { ok: true }
}

const refuse = (reason: string): BudgetAnswer => ({ ok: false, status: 402, message: `no more model calls are allowed here: ${reason}.` })
