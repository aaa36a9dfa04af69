export { approvalMoves, hashPayload } from './approval.ts'
export { createApprovalsReader } from './approvals.store.ts'
export { type ApprovalAnswer, type ApprovalRequest, type Approvals, createApprovals } from './approvals.ts'
export { createRules, type Rules } from './rules.ts'
