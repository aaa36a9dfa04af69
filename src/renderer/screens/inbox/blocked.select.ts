import type { ApprovalView, TaskView } from '../../../contract/index.ts'
import type { Rows } from '../../live/state.ts'

/** For a task that history says nothing about. Milliseconds. */
const GUESS_MS = 5 * 60_000
const over: readonly TaskView['state'][] = ['done', 'failed', 'dead_letter', 'cancelled', 'skipped']

/** What stands still while a request is open. `ms` is the longest chain of work behind it, by expected times. */
export type Blocked = { readonly tasks: number; readonly ms: number; readonly critical: boolean }

/** Counts what waits for the task of a request, over any number of steps, and says whether the plan ends later with it (U-45). Null without a task. */
export function toBlocked(tasks: Rows<TaskView>, { planId, taskId }: ApprovalView): Blocked | null {
  const asking = taskId ? tasks[taskId] : undefined
  if (!asking) return null
  const open = Object.values(tasks).filter((task) => task.planId === planId && !over.includes(task.state))
  const after = new Map<string, TaskView[]>()
  for (const task of open) for (const key of task.dependsOn) after.set(key, [...(after.get(key) ?? []), task])
  const chains = new Map<string, number>()
  /** Work from this task's start to the end of everything behind it. A plan has no cycles. */
  const chain = (task: TaskView): number => {
    const known = chains.get(task.key)
    if (known !== undefined) return known
    const length = (task.expectedMs ?? GUESS_MS) + Math.max(0, ...(after.get(task.key) ?? []).map(chain))
    chains.set(task.key, length)
    return length
  }
  const waiting = new Set<TaskView>()
  const spread = (task: TaskView) => {
    for (const next of after.get(task.key) ?? [])
      if (!waiting.has(next)) {
        waiting.add(next)
        spread(next)
      }
  }
  spread(asking)
  const begins = open.filter((task) => !open.some((other) => task.dependsOn.includes(other.key)))
  const longest = Math.max(0, ...begins.map(chain))
  return {
    tasks: waiting.size,
    ms: Math.max(0, ...[...(after.get(asking.key) ?? [])].map(chain)),
    critical: begins.includes(asking) && chain(asking) === longest,
  }
}
