import { type BudgetRefusal, type BudgetView, formatMoney, type Instant, type Nanodollars, seconds, toUsd } from '../../contract/index.ts'
import { toBudgetWords } from '../ledger/index.ts'
import type { Claim } from '../queue/index.ts'
import type { DispatchDeps } from './deps.ts'
import type { Work } from './work.ts'

/** What calls under way hold is free again when they end. */
const PASSING_MS = seconds(30)
const CHEAPER = 'reef/fast'

/** What stands between a claimed task and its next call: the refusal of its last one, or a budget of its own that is used up. */
export function findShortage({ budgets, funds }: Pick<DispatchDeps, 'budgets' | 'funds'>, { task, plan }: Work): BudgetRefusal | undefined {
  const why = funds.of(task.id)
  const payer = { attemptId: null, taskId: task.id, planId: plan.id, project: plan.project, agent: task.agent, team: '-' }
  const known = budgets.explain(payer)
  if (why?.kind === 'refused') {
    const { budget, needed } = why.refusal
    const now = known.find((other) => isSame(other, budget)) ?? budget
    const isShort = now.hard - now.spent - now.held < needed
    if (isShort) return { budget: now, needed, passing: now.spent + needed <= now.hard }
  }
  funds.forget(task.id)
  const used = known.find(({ scope, spent, hard }) => (scope === 'task' || scope === 'plan') && spent >= hard)
  return used && { budget: used, needed: 0 as Nanodollars, passing: false }
}

/**
 * The task waits for money, holding no slot, and the owner is asked where it is his to say (U-79): raise the limit, go on with a
 * cheaper model, or wait for the reset. True when he has answered and it goes on.
 */
export function waitForMoney(deps: DispatchDeps, claim: Claim, work: Work, from: 'claimed' | 'review', short: BudgetRefusal): boolean {
  const { approvals, clock, funds, queue } = deps
  const { task } = work
  const { budget, passing } = short
  const wait = (until: Instant | null, owner: 'engine' | 'owner' = 'owner') =>
    void queue.park(claim, from, { reason: 'budget', detail: toWaitWords(short), owner, until })
  if (passing) {
    wait((clock.now() + PASSING_MS) as Instant, 'engine')
    return false
  }
  // What the whole factory may spend is raised in the settings, in earnest and not from a card.
  if (budget.scope === 'global') {
    wait(budget.resetsAt)
    return false
  }
  const asked = toQuestion(work, short)
  const answer = approvals.ask(asked)
  if (answer.kind === 'waiting') {
    const until = answer.approval.deadline
    queue.askOwner(
      claim,
      from,
      { reason: 'budget', detail: `#${answer.approval.id.slice(-4)}: ${toWaitWords(short)}`, owner: 'owner', until },
      answer.approval.id,
    )
    return false
  }
  if (answer.kind === 'refused' || answer.kind === 'template') {
    if (budget.resetsAt) wait(budget.resetsAt)
    else queue.fail(task.id, `The budget of ${toBudgetWords(budget)}, ${formatMoney(budget.hard)}, is used up and was not raised.`)
    return false
  }
  const { id, chosen, decidedBy } = answer.approval
  approvals.carryOut(id, asked.payload, () => {
    if (chosen === 'raise') deps.budgets.set({ ...toRef(budget), hardUsd: toUsd(asked.payload.to) }, decidedBy ?? 'owner')
    if (chosen === 'cheaper') queue.setModel(task.id, CHEAPER)
    return asked.card.options.find((option) => option.id === chosen)?.detail ?? null
  })
  funds.forget(task.id)
  if (chosen !== 'wait') return true
  wait(budget.resetsAt)
  return false
}

function toQuestion({ task, plan, options }: Work, { budget, needed }: BudgetRefusal) {
  // The same limit asks the same question, whatever the call needed: a restart must find the answer.
  const to = (budget.hard * 2) as Nanodollars
  const words = toBudgetWords(budget)
  const choices = [
    {
      id: 'raise',
      label: `Raise to ${formatMoney(to)}`,
      detail: `${words}: from ${formatMoney(budget.hard)} to ${formatMoney(to)}${budget.period === 'day' || budget.period === 'month' ? ', from now on' : ''}`,
    },
    ...(options.model === CHEAPER
      ? []
      : [
          {
            id: 'cheaper',
            label: 'Go on with a cheaper model',
            detail: `${task.agent} works on ${task.key} with the cheapest capable model, within the limit as it is`,
          },
        ]),
    ...(budget.resetsAt ? [{ id: 'wait', label: 'Wait for the reset', detail: 'Nothing is raised; the task goes on when the limit begins anew' }] : []),
  ]
  return {
    planId: plan.id,
    taskId: task.id,
    correlationId: plan.id,
    project: plan.project,
    action: 'budget.raise',
    amountUsd: toUsd((to - budget.hard) as Nanodollars),
    card: {
      what: `Give ${task.key} ${task.title} more money`.slice(0, 90),
      blast: `${words}, project ${plan.project}`,
      reversible: 'the limit can be lowered again; what is spent is spent',
      cost: `up to ${formatMoney((to - budget.hard) as Nanodollars)} more`,
      why: `${formatMoney(budget.spent)} of ${formatMoney(budget.hard)} is spent${needed > 0 ? `, and the next call needs up to ${formatMoney(needed)}` : ''}.`,
      evidence: [`task: ${formatMoney(task.spent)} of ${formatMoney(task.budget)}`, `plan: ${formatMoney(plan.spent)} of ${formatMoney(plan.budget)}`],
      previews: [{ kind: 'limit' as const, title: 'Limit', text: `${words}: ${formatMoney(budget.hard)} → ${formatMoney(to)}` }],
      options: choices,
    },
    payload: { action: 'budget.raise', ...toRef(budget), from: budget.hard, to },
    askedBy: task.agent,
    rehearsal: plan.rehearsal,
    since: budget.windowStart ?? task.startedAt ?? task.createdAt,
  }
}

const toRef = ({ scope, subject, period }: BudgetView) => ({ scope, subject, period })
const isSame = (a: BudgetView, b: BudgetView): boolean => a.scope === b.scope && a.subject === b.subject && a.period === b.period

function toWaitWords({ budget, needed }: BudgetRefusal): string {
  const left = Math.max(0, budget.hard - budget.spent) as Nanodollars
  return `${toBudgetWords(budget)}: ${formatMoney(left)} of ${formatMoney(budget.hard)} left${needed > 0 ? `, needs up to ${formatMoney(needed)}` : ''}`
}
