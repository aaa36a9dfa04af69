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
  const limits = [
    { what: "today's limit", verb: 'reached', spent: today.spent, most: today.stop, held: held() },
    ...(plan ? [{ what: "the plan's budget", verb: 'used up', spent: plan.spent, most: plan.budget, held: held({ planId: plan.id }) }] : []),
    ...(task ? [{ what: "the task's budget", verb: 'used up', spent: task.spent, most: task.budget, held: held({ taskId: task.id }) }] : []),
  ]
  const passed = limits.find((limit) => limit.spent + limit.held >= limit.most)
  if (!passed) return { ok: true }
  const by = passed.spent >= passed.most ? '' : ' by the calls under way'
  return { ok: false, status: 402, message: `no more model calls are allowed here: ${passed.what} of ${formatMoney(passed.most)} is ${passed.verb}${by}.` }
}
