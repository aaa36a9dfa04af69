import type { ApprovalId, DecisionExplanation } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'

export function createExplainReader(db: ReadDb) {
  // event_of_approval: its condition, word for word.
  const eventsOf = db.prepare<{ id: ApprovalId }, DecisionExplanation['events'][number]>(
    "SELECT seq, at, type, actor, hash FROM event WHERE subject = :id AND type >= 'approval.' AND type < 'approval/' ORDER BY seq",
  )
  return {
    /** What was recorded of it, oldest first. */
    eventsOf: (id: ApprovalId) => eventsOf.all({ id }),
  }
}
