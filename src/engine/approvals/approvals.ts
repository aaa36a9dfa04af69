import type { ApprovalView, BundleId, Instant } from '../../contract/index.ts'
import { toApproval } from './approvals.store.ts'
import { createAsk } from './ask.ts'
import { createDecide } from './decide.ts'
import { createClocks, createExecution } from './execute.ts'
import { type ApprovalsDeps, createRequests } from './requests.ts'

/** Requests of one matter that are one card and one message. */
export type Bundle = {
  readonly id: BundleId
  readonly correlationId: string
  readonly openedAt: Instant
  /** Nobody is told before: until then whatever belongs to it joins. */
  readonly closesAt: Instant
  /** Oldest first, also those that are decided. */
  readonly members: readonly ApprovalView[]
}

/** The owner's say: durable requests, bound to exactly what will be done, answered once. */
export function createApprovals(deps: ApprovalsDeps) {
  const requests = createRequests(deps)
  const { store, mustExist } = requests
  return {
    ...createAsk(deps, requests),
    ...createDecide(deps, requests),
    ...createExecution(deps, requests),
    ...createClocks(deps, requests),
    openCount: () => store.openCount(),
    get: (id: string): ApprovalView => toApproval(mustExist(id)),
    /** The members of a bundle, oldest first; empty where there is none. */
    bundle: (id: BundleId): ApprovalView[] => store.members(id).map(toApproval),
    /** Bundles in which something waits, oldest first. */
    openBundles: (): Bundle[] =>
      store.openBundles().map((row) => ({
        id: row.id,
        correlationId: row.correlation_id,
        openedAt: row.opened_at,
        closesAt: row.closes_at,
        members: store.members(row.id).map(toApproval),
      })),
  }
}
export type Approvals = ReturnType<typeof createApprovals>
