import type { PlanId, ReleaseState, TaskId } from '../../contract/index.ts'

/** A release's whole life. A release that ended never comes back: the next one is a new row. */
export const releaseMoves = {
  starting: ['healthy', 'failed', 'stopped'],
  healthy: ['unhealthy', 'failed', 'stopped'],
  unhealthy: ['healthy', 'failed', 'stopped'],
  stopped: [],
  failed: [],
} as const satisfies Record<ReleaseState, readonly ReleaseState[]>

export type NextReleaseState<S extends ReleaseState> = (typeof releaseMoves)[S][number]

/** States of a release whose product is meant to run. */
export const liveStates = ['healthy', 'unhealthy'] as const satisfies readonly ReleaseState[]
export type LiveState = (typeof liveStates)[number]
export const isLive = (state: ReleaseState): state is LiveState => state === 'healthy' || state === 'unhealthy'
export const isEnded = (state: ReleaseState): boolean => releaseMoves[state].length === 0

/** One commit of one delivering task. */
export type ReleaseInput = {
  /** The plan that it delivers. */
  readonly releaseOf: PlanId
  readonly taskId: TaskId
  readonly project: string
  readonly commit: string
  readonly rehearsal: boolean
  /** Of what was approved; another payload is refused. */
  readonly payloadHash?: string
}

const WINDOW_MS = 60_000
const MAX_RESTARTS = 3
const BACK_OFF_MS = 1000

/** How long to wait before a product is started again, or 'give up' when it ended too often within a minute. */
export function toBackOff(earlier: readonly number[], now: number): number | 'give up' {
  const recent = earlier.filter((at) => now - at < WINDOW_MS).length
  return recent >= MAX_RESTARTS ? 'give up' : BACK_OFF_MS * 2 ** recent
}
