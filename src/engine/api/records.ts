import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toAudit = ({ journal }: ApiParts) =>
  os.audit.router({
    list: os.audit.list.handler(({ input }) => {
      const before = Number(input.before ?? Number.MAX_SAFE_INTEGER)
      return { rows: journal.reader.page(Number.isSafeInteger(before) ? before : Number.MAX_SAFE_INTEGER, input.limit, input.type, input.subject) }
    }),
    verify: os.audit.verify.handler(() => journal.verify()),
  })
