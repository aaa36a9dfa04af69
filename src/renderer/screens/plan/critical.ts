import type { TaskState, TaskView } from '../../../contract/index.ts'
import type { Layout } from './layout.ts'

/** For a task that history says nothing about. Milliseconds. */
const GUESS_MS = 5 * 60_000
const over: readonly TaskState[] = ['done', 'failed', 'dead_letter', 'cancelled', 'skipped']

export type Critical = {
  /** Indexes of the tasks that decide when the plan is over, first to last; empty when nothing is left to do. */
  readonly path: readonly number[]
  /** What is left along it if nothing waits. Milliseconds. */
  readonly remainingMs: number
  /** True when at least one length on the path is a guess. */
  readonly guessed: boolean
  /** For each task, milliseconds from now until it can be over; 0 for what is over. */
  readonly ends: Float64Array
}

/** The longest way through what is left of a plan (U-84), by expected times; linear in tasks and edges. */
export function toCritical(tasks: readonly TaskView[], layout: Layout, now: number): Critical {
  const finish = new Float64Array(layout.size)
  const previous = new Int32Array(layout.size).fill(-1)
  let last = -1
  // Columns go left to right along every edge, so they are an order in which predecessors come first.
  for (const column of layout.columns) {
    for (const i of column) {
      const task = tasks[i]
      if (!task || over.includes(task.state)) continue
      let start = 0
      for (let e = layout.into.start[i] ?? 0; e < (layout.into.start[i + 1] ?? 0); e++) {
        const before = layout.edges.from[layout.into.list[e] ?? 0] ?? 0
        const ends = finish[before] ?? 0
        if (ends > start) {
          start = ends
          previous[i] = before
        }
      }
      finish[i] = start + remaining(task, now)
      if (last === -1 || (finish[i] ?? 0) > (finish[last] ?? 0)) last = i
    }
  }
  const path: number[] = []
  for (let i = last; i !== -1; i = previous[i] ?? -1) path.unshift(i)
  return { path, remainingMs: last === -1 ? 0 : (finish[last] ?? 0), guessed: path.some((i) => tasks[i]?.expectedMs === null), ends: finish }
}

function remaining(task: TaskView, now: number): number {
  const whole = task.expectedMs ?? GUESS_MS
  if (task.startedAt === null) return whole
  // A task that is over its time is not over: a tenth of its length stays ahead of it.
  return Math.max(whole / 10, whole - (now - task.startedAt))
}

/** Whose move it is on the critical path: the first task that does not run, or nothing when work goes on. */
export function toBottleneck(tasks: readonly TaskView[], critical: Critical): string | null {
  const first = tasks[critical.path[0] ?? -1]
  if (!first) return null
  if (first.state === 'awaiting_input' || first.wait?.owner === 'owner') return `you (${first.key})`
  if (first.wait && first.wait.reason !== 'dependency') return `${first.wait.detail || first.wait.reason} (${first.key})`
  return null
}
