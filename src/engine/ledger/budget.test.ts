import { expect, test } from 'vitest'
import type { PlanId, PlanView, TaskId, TaskView } from '../../contract/index.ts'
import { toNanodollars } from '../../contract/index.ts'
import { checkBudgets } from './budget.ts'

const today = (spent: number) => ({ spent: toNanodollars(spent), stop: toNanodollars(100) })
const plan = (spent: number) => ({ spent: toNanodollars(spent), budget: toNanodollars(5) }) as PlanView
const task = (spent: number) => ({ spent: toNanodollars(spent), budget: toNanodollars(1) }) as TaskView

test('a call within every limit is allowed', () => {
  expect(checkBudgets({ plan: plan(4.99), task: task(0.99), today: today(99.99) })).toEqual({ ok: true })
  expect(checkBudgets({ plan: undefined, task: undefined, today: today(0) })).toEqual({ ok: true })
})

test.each([
  ["the day's stop", plan(0), task(0), today(100), /today's limit of \$100\.00/],
  ["the plan's budget", plan(5), task(0), today(0), /plan's budget of \$5\.00/],
  ["the task's budget", plan(0), task(1.2), today(0), /task's budget of \$1\.00/],
])('%s stops the next call with 402', (_, ofPlan, ofTask, ofDay, words) => {
  const answer = checkBudgets({ plan: ofPlan, task: ofTask, today: ofDay })
  expect(answer).toMatchObject({ ok: false, status: 402, message: expect.stringMatching(words) })
})

test('a call is refused when those under way will use up what is left (R-078)', () => {
  const held = (of?: { planId?: PlanId; taskId?: TaskId }) => toNanodollars(of?.taskId ? 0.4 : of?.planId ? 1 : 2)
  const check = (ofPlan: number, ofTask: number, ofDay: number) =>
    checkBudgets({ plan: { ...plan(ofPlan), id: 'plan_1' }, task: { ...task(ofTask), id: 'task_1' }, today: today(ofDay), held })
  expect(check(4, 0.5, 97)).toMatchObject({ message: "no more model calls are allowed here: the plan's budget of $5.00 is used up by the calls under way." })
  expect([check(3.9, 0.5, 97), check(4, 0.5, 97), check(3.9, 0.6, 97), check(3.9, 0.5, 98)].map((answer) => answer.ok)).toEqual([true, false, false, false])
})
