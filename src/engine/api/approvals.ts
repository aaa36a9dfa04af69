import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toApprovals = ({ approvals, approvalsReader }: ApiParts) =>
  os.approval.router({
    list: os.approval.list.handler(({ input }) => ({
      approvals: input.open ? approvalsReader.open(input.limit) : approvalsReader.list(input.limit, input.before),
    })),
    get: os.approval.get.handler(({ input }) => approvals.get(input.id)),
    approve: os.approval.approve.handler(({ input, context }) => approvals.approve(input.id, input.payloadHash, context, input.option)),
    deny: os.approval.deny.handler(({ input, context }) => approvals.deny(input.id, input, context)),
    undo: os.approval.undo.handler(({ input, context }) => approvals.undo(input.id, context.actor)),
  })
