import { expect, it } from 'vitest'
import type { ApprovalView, TaskView } from '../../../contract/index.ts'
import { toBlocked } from './blocked.select.ts'

const MINUTE = 60_000
const task = (key: string, dependsOn: string[], minutes: number | null, change: Partial<TaskView> = {}) =>
  [
    key,
    { id: key, key, planId: 'plan', state: 'pending', dependsOn, expectedMs: minutes === null ? null : minutes * MINUTE, ...change } as unknown as TaskView,
  ] as const
const card = (taskId: string | null) => ({ planId: 'plan', taskId }) as unknown as ApprovalView

it('counts what waits behind a task over any number of steps, and knows whether the plan ends later with it (U-45)', () => {
  const tasks = Object.fromEntries([
    task('T1', [], 5),
    task('T2', ['T1'], 10),
    task('T3', ['T1'], 2),
    task('T4', ['T2', 'T3'], 20),
    task('T5', [], 40),
    task('T6', [], 90, { state: 'done' }),
    task('T7', ['T1'], 90, { planId: 'other' as never }),
  ])
  expect(toBlocked(tasks, card('T1'))).toEqual({ tasks: 3, ms: 30 * MINUTE, critical: false })
  expect(toBlocked({ ...tasks, ...Object.fromEntries([task('T5', [], 30)]) }, card('T1'))?.critical).toBe(true)
  expect(toBlocked(tasks, card('T4'))).toEqual({ tasks: 0, ms: 0, critical: false })
})

it('guesses five minutes for a task that history says nothing about, and nothing for a request without a task', () => {
  expect(toBlocked(Object.fromEntries([task('T1', [], 1), task('T2', ['T1'], null)]), card('T1'))).toEqual({ tasks: 1, ms: 5 * MINUTE, critical: true })
  expect(toBlocked({}, card('T1'))).toBeNull()
  expect(toBlocked({}, card(null))).toBeNull()
})
