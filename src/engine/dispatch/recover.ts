import type { DispatchDeps } from './deps.ts'
import type { Loop } from './loop.ts'
import { openBranch } from './planning.ts'

/**
 * Takes up what a dead engine held. Sessions live in the session host, so most work simply goes on (U-91); what cannot be
 * taken up starts over without counting as a failure (C-35). Answers how many tasks were held.
 */
export async function recoverWork(deps: DispatchDeps, loop: Loop): Promise<number> {
  const { logger, plans, queue, sessions } = deps
  const asked = sessions.running().filter(({ role }) => role === 'reviewer' || role === 'planner')
  await Promise.all(asked.map(({ id }) => sessions.stop(id, 'cancelled')))
  for (const plan of plans.unstarted()) {
    await openBranch(deps, plan)
    plans.start(plan.id, 'engine')
  }
  const held = queue.held()
  for (const { id } of held) {
    const claim = queue.adopt(id, 'engine')
    if (claim) loop.take(claim)
    else logger.warn({ task: id }, 'a held task could not be adopted')
  }
  return held.length
}
