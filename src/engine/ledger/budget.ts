import { formatMoney, type PlanView, type SpendToday, type TaskView } from '../../contract/index.ts'

export type BudgetAnswer = { readonly ok: true } | { readonly ok: false; readonly status: 402; readonly message: string }

/**
 * The last word before money can be spent: the day's stop, the plan's budget, the task's. What is under way is not yet counted, so
 * a call may end above its limit; the next one is refused.
 */
export function checkBudgets(work: {
  readonly plan: PlanView | undefined
  readonly task: TaskView | undefined
  readonly today: Pick<SpendToday, 'spent' | 'stop'>
}): BudgetAnswer {
  const { plan, task, today } = work
  if (today.spent >= today.stop) return refuse(`today's limit of ${formatMoney(today.stop)} is reached`)
  if (plan && plan.spent >= plan.budget) return refuse(`the plan's budget of ${formatMoney(plan.budget)} is used up`)
  if (task && task.spent >= task.budget) return refuse(`the task's budget of ${formatMoney(task.budget)} is used up`)
  return { ok: true }
}

const refuse = (reason: string): BudgetAnswer => ({ ok: false, status: 402, message: `REEF allows no more model calls here: ${reason}.` })
