import type { PlanState, PlanView, RequestView, TaskView } from '../../../contract/index.ts'
import type { Facts } from '../../live/state.ts'

/** What the list of tasks can be narrowed to, most urgent first. */
export const groups = ['you', 'stuck', 'running', 'waiting', 'done', 'over'] as const
export type Group = (typeof groups)[number]
export const groupWords: Record<Group, string> = {
  you: 'Waits for you',
  stuck: 'Failed',
  running: 'Running',
  waiting: 'Waiting',
  done: 'Done',
  over: 'Not needed',
}

export function groupOf(task: Pick<TaskView, 'state' | 'wait'>): Group {
  if (task.wait?.owner === 'owner') return 'you'
  switch (task.state) {
    case 'awaiting_input':
      return 'you'
    case 'failed':
    case 'dead_letter':
      return 'stuck'
    case 'claimed':
    case 'running':
    case 'review':
      return 'running'
    case 'done':
      return 'done'
    case 'cancelled':
    case 'skipped':
      return 'over'
    default:
      return 'waiting'
  }
}

/** How many tasks stand in each group; every group is there, empty ones with 0. */
export function countGroups(tasks: readonly TaskView[]): Record<Group, number> {
  const counts: Record<Group, number> = { you: 0, stuck: 0, running: 0, waiting: 0, done: 0, over: 0 }
  for (const task of tasks) counts[groupOf(task)] += 1
  return counts
}

/** Plans for the list: what runs or waits for a look first, then the newest. Ids are sorted by birth. */
export function orderPlans(plans: readonly PlanView[], state: PlanState | 'all'): PlanView[] {
  const open = (plan: PlanView) => (plan.state === 'running' || plan.state === 'draft' ? 0 : 1)
  return plans.filter((plan) => state === 'all' || plan.state === state).sort((a, b) => open(a) - open(b) || (a.id < b.id ? 1 : -1))
}

/** Requests that have no plan yet, or never got one; newest first. */
export const selectUnplanned = ({ requests }: Facts): RequestView[] =>
  Object.values(requests)
    .filter((request) => request.planId === null)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, 5)

export const selectPlans = ({ plans }: Facts): PlanView[] => Object.values(plans)
