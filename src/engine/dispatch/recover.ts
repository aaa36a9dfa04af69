import type { TaskState } from '../../contract/index.ts'
import { endedStates } from '../queue/index.ts'
import type { DispatchDeps } from './deps.ts'
import type { Loop } from './loop.ts'
import { openBranch } from './planning.ts'

/**
 * Takes up what a dead engine held. Sessions live in the session host, so most work simply goes on (U-91); what cannot be
 * taken up starts over without counting as a failure (C-35). Answers how many tasks were held.
 */
export async function recoverWork(deps: DispatchDeps, loop: Loop): Promise<number> {
  const { approvals, logger, plans, queue, sessions } = deps
  const asked = sessions.running().filter(({ role }) => role === 'reviewer' || role === 'planner')
  await Promise.all(asked.map(({ id }) => sessions.stop(id, 'cancelled')))
  for (const plan of plans.unstarted()) {
    await openBranch(deps, plan)
    plans.start(plan.id, 'engine')
  }
  // A task that ended while its card was open may not have been told.
  for (const { members } of approvals.openBundles())
    for (const { taskId } of members) if (taskId && isEnded(queue.get(taskId).state)) approvals.voidTask(taskId)
  const held = queue.held()
  for (const { id } of held) {
    const claim = queue.adopt(id, 'engine')
    if (claim) loop.take(claim)
    else logger.warn({ task: id }, 'a held task could not be adopted')
  }
  return held.length
}

const isEnded = (state: TaskState): boolean => (endedStates as readonly TaskState[]).includes(state)
