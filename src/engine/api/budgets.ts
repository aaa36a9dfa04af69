import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toBudgets = ({ budgets, queue, plans, roster }: ApiParts) =>
  os.budget.router({
    list: os.budget.list.handler(() => ({ budgets: budgets.list() })),
    set: os.budget.set.handler(({ input, context }) => {
      if (input.scope === 'agent' && input.subject !== '*') roster.get(input.subject)
      return budgets.set(input, context.actor)
    }),
    clear: os.budget.clear.handler(({ input, context }) => budgets.clear(input, context.actor)),
    explain: os.budget.explain.handler(({ input }) => {
      const task = input.taskId ? queue.get(input.taskId) : undefined
      const name = input.agent ?? task?.agent ?? 'Kev'
      const payer = {
        attemptId: task?.attemptId ?? null,
        taskId: task?.id ?? null,
        planId: task?.planId ?? null,
        project: task ? plans.get(task.planId).project : null,
        agent: name,
        team: roster.get(name).team,
      }
      return { budgets: budgets.explain(payer), killedAt: budgets.killedAt() }
    }),
  })
