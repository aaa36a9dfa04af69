import type { PlanView, TaskId, TaskView } from '../../contract/index.ts'
import type { TaskOptions } from '../queue/index.ts'
import type { DispatchDeps } from './deps.ts'

/** One task with everything that its worker must know. */
export type Work = {
  readonly task: TaskView
  readonly plan: PlanView
  readonly instructions: string
  readonly outputs: string[]
  readonly options: TaskOptions
  /** Fires when the task is taken away from its worker: cancelled, or the engine stops. */
  readonly signal: AbortSignal
}

export function readWork({ queue, plans }: Pick<DispatchDeps, 'queue' | 'plans'>, id: TaskId, signal: AbortSignal): Work {
  const task = queue.get(id)
  return { task, plan: plans.get(task.planId), ...queue.detail(id), signal }
}
