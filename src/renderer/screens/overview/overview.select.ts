import type { AgentView, ApprovalView, PlanView, ReleaseView, RequestView, SessionView, TaskView } from '../../../contract/index.ts'
import type { Facts } from '../../live/state.ts'

const DAY = 86_400_000

/** Requests for approval that wait and were not put off, the next deadline first. */
export function selectWaiting(facts: Facts): readonly ApprovalView[] {
  return Object.values(facts.approvals)
    .filter(({ state, snoozedUntil }) => state === 'requested' && (snoozedUntil === null || snoozedUntil <= facts.status.now))
    .sort((a, b) => a.deadline - b.deadline)
}

/** One of each matter, the one that is due first, with how many more there are (U-49). */
export function toMatters(waiting: readonly ApprovalView[]): ReadonlyArray<{ readonly approval: ApprovalView; readonly more: number }> {
  const matters = Map.groupBy(waiting, ({ id, tier, bundleId }) => (tier === 'T3' ? id : bundleId))
  return [...matters.values()].flatMap(([approval, ...others]) => (approval ? [{ approval, more: others.length }] : []))
}

/** Agents that the factory stopped by itself: they wait until the owner has looked. Those he paused need nothing of him. */
export function selectPaused(facts: Facts): readonly AgentView[] {
  return Object.values(facts.agents)
    .filter(({ paused }) => paused !== null && paused.by !== 'owner')
    .sort((a, b) => (a.paused?.at ?? 0) - (b.paused?.at ?? 0))
}

/** Plans that were made and wait to be looked at. */
export function selectDrafts(facts: Facts): readonly PlanView[] {
  return Object.values(facts.plans).filter((plan) => plan.state === 'draft')
}

/**
 * Tasks that do not go on by themselves soon: those that gave up or failed, and those held by anything but the tasks before them. What waits for an
 * approval is left out, because its approval is shown. What a plan failed for stays for a day.
 */
export function selectStuck(facts: Facts): readonly TaskView[] {
  return Object.values(facts.tasks)
    .filter((task) => {
      const plan = facts.plans[task.planId]
      const gaveUp = task.state === 'dead_letter' || task.state === 'failed'
      if (plan?.state === 'failed') return gaveUp && facts.status.now - stuckSince(task) < DAY
      if (plan && plan.state !== 'running') return false
      if (gaveUp) return true
      return task.wait !== null && task.wait.reason !== 'dependency' && task.wait.reason !== 'approval'
    })
    .sort((a, b) => Number(b.wait === null) - Number(a.wait === null) || stuckSince(a) - stuckSince(b))
}

/** Since when a task does not move. */
export const stuckSince = (task: TaskView): number => task.endedAt ?? task.readyAt ?? task.createdAt

/** Sessions at work, the oldest first; a released product is not work. */
export function selectRunning(facts: Facts): readonly SessionView[] {
  return Object.values(facts.sessions)
    .filter((session) => (session.state === 'running' || session.state === 'launching') && session.role !== 'product')
    .sort((a, b) => a.startedAt - b.startedAt)
}

export function selectPlanning(facts: Facts): readonly RequestView[] {
  return Object.values(facts.requests)
    .filter((request) => request.state === 'planning' || (request.state === 'failed' && facts.status.now - request.createdAt < DAY))
    .sort((a, b) => b.createdAt - a.createdAt)
}

export function selectRunningPlans(facts: Facts): readonly PlanView[] {
  return Object.values(facts.plans)
    .filter((plan) => plan.state === 'running')
    .sort((a, b) => b.createdAt - a.createdAt)
}

/** Plans that ended, the last first. */
export function selectFinished(facts: Facts): readonly PlanView[] {
  return Object.values(facts.plans)
    .filter((plan) => plan.endedAt !== null)
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
    .slice(0, 8)
}

/** What is released now: the last release of each project, those in trouble first. Stopped ones are gone. */
export function selectReleased(facts: Facts): readonly ReleaseView[] {
  const latest = new Map<string, ReleaseView>()
  for (const release of Object.values(facts.releases)) {
    const known = latest.get(release.project)
    if (!known || known.startedAt < release.startedAt) latest.set(release.project, release)
  }
  const trouble = (release: ReleaseView) => Number(release.state === 'unhealthy' || release.state === 'failed')
  return [...latest.values()].filter((release) => release.state !== 'stopped').sort((a, b) => trouble(b) - trouble(a) || b.startedAt - a.startedAt)
}

/** True until anything was asked for or rehearsed: there is nothing to list yet. */
export function isBlank(facts: Facts): boolean {
  return Object.keys(facts.plans).length === 0 && Object.keys(facts.requests).length === 0
}

/** True until the owner's own first request, except while the rehearsal plays: the screen then says how to begin. */
export function isBeginning(facts: Facts): boolean {
  const own = (row: { readonly rehearsal: boolean }) => !row.rehearsal
  return facts.status.rehearsal !== 'running' && !Object.values(facts.plans).some(own) && !Object.values(facts.requests).some(own)
}
