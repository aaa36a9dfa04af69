import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toApprovals = ({ approvals, approvalsReader, rules }: ApiParts) =>
  os.approval.router({
    list: os.approval.list.handler(({ input }) => ({
      approvals: input.open ? approvalsReader.open(input.limit) : approvalsReader.list(input.limit, input.before, input),
    })),
    get: os.approval.get.handler(({ input }) => approvals.get(input.id)),
    approve: os.approval.approve.handler(({ input, context }) => approvals.approve(input.id, input.payloadHash, context, input)),
    deny: os.approval.deny.handler(({ input, context }) => approvals.deny(input.id, input, context)),
    question: os.approval.question.handler(({ input, context }) => approvals.question(input.id, input.text, context, input.seen)),
    snooze: os.approval.snooze.handler(({ input, context }) => approvals.snooze(input.id, input.until, context)),
    undo: os.approval.undo.handler(({ input, context }) => approvals.undo(input.id, context.actor)),
    regret: os.approval.regret.handler(({ input, context }) => approvals.regret(input.id, context, input.note)),
    explain: os.approval.explain.handler(({ input }) => rules.explain(input.id)),
    oversight: os.approval.oversight.handler(({ input }) => rules.oversight.health(input.days)),
  })

export const toBundles = ({ approvals }: ApiParts) =>
  os.bundle.router({
    approve: os.bundle.approve.handler(({ input, context }) => ({ approvals: approvals.approveBundle(input.id, input.members, context) })),
  })
