import { exportAudit } from '../journal/index.ts'
import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toAudit = ({ journal }: ApiParts) =>
  os.audit.router({
    list: os.audit.list.handler(async ({ input: { before, limit, ...filter } }) => {
      const place = Number(before ?? Number.MAX_SAFE_INTEGER)
      return { rows: await journal.search(filter, { before: Number.isSafeInteger(place) ? place : Number.MAX_SAFE_INTEGER, limit }) }
    }),
    verify: os.audit.verify.handler(() => journal.verify()),
    export: os.audit.export.handler(({ input }) => exportAudit(journal.reader, input)),
  })
