import type { ApprovalView } from '../../../contract/index.ts'
import type { Facts } from '../../live/state.ts'

export const isOpen = (approval: ApprovalView): boolean => approval.state === 'requested'
/** Approved, but not yet done: it can still be undone, or is being done. */
export const isTakingEffect = (approval: ApprovalView): boolean => approval.state === 'approved' || approval.state === 'executing'

/** What waits for the owner, the next deadline first; before it, what he approved and what has not happened yet. Ties keep their order of birth. */
export function selectQueue(facts: Facts): readonly ApprovalView[] {
  return Object.values(facts.approvals)
    .filter((approval) => isOpen(approval) || isTakingEffect(approval))
    .sort((a, b) => Number(isOpen(a)) - Number(isOpen(b)) || a.deadline - b.deadline || (a.id < b.id ? -1 : 1))
}

/** Decided, expired or overtaken, the last first. */
export function selectHistory(facts: Facts): readonly ApprovalView[] {
  return Object.values(facts.approvals)
    .filter((approval) => !isOpen(approval) && !isTakingEffect(approval))
    .sort(byDecision)
}

const byDecision = (a: ApprovalView, b: ApprovalView) => (b.decidedAt ?? b.deadline) - (a.decidedAt ?? a.deadline)

/** The history with older rows that the feed does not carry; what the feed says of a row is newer. */
export function mergeHistory(live: readonly ApprovalView[], read: readonly ApprovalView[]): readonly ApprovalView[] {
  const known = new Set(live.map((approval) => approval.id))
  const older = read.filter((approval) => !known.has(approval.id) && !isOpen(approval) && !isTakingEffect(approval))
  return older.length === 0 ? live : [...live, ...older].sort(byDecision)
}

/** The row before or after `id`; the first one when it is not in the list. */
export function neighbour(rows: readonly ApprovalView[], id: string | undefined, step: 1 | -1): ApprovalView | undefined {
  const at = rows.findIndex((row) => row.id === id)
  if (at < 0) return rows[0]
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))]
}

/** How much of the time to answer is gone, 0 to 1. */
export function usedShare({ requestedAt, deadline }: ApprovalView, now: number): number {
  const whole = deadline - requestedAt
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - requestedAt) / whole))
}

/** "denied" or "approved": what silence means for this request (U-45). */
export const ifNothing = ({ safeDefault }: ApprovalView): string => (safeDefault === 'deny' ? 'denied' : 'approved')

/** Which of several ways was taken, as its button said; undefined where there was only one. */
export const chosenLabel = ({ options, chosen }: ApprovalView): string | undefined => options.find(({ id }) => id === chosen)?.label

/** How a request ended, in words for the owner. */
export function endedHow(approval: ApprovalView): string {
  const by = approval.decidedBy === 'owner' ? 'by you' : approval.decidedBy === 'rehearsal-owner' ? 'by the rehearsal' : ''
  const where = approval.channel ? `on the ${approval.channel}` : ''
  const because = approval.reason ? `: ${approval.reason}` : ''
  switch (approval.state) {
    case 'expired':
      return `nobody answered in time, so it was ${ifNothing(approval)}`
    case 'drifted':
      return 'it changed after you approved it, so nothing was done'
    case 'superseded':
      return 'a newer request took its place'
    case 'denied':
      return ['denied', by, where].filter(Boolean).join(' ') + because
    default: {
      const label = chosenLabel(approval)
      return ['approved', by, where].filter(Boolean).join(' ') + (label === undefined ? because : `: ${label}`)
    }
  }
}
