import { ORPCError } from '@orpc/server'
import { errorCodes, type Refusal } from '../../src/contract/index.ts'

/** As the engine refuses. */
export const refuse = (refusal: Refusal): never => {
  const status = (errorCodes as Record<string, number>)[refusal.code] ?? 500
  throw new ORPCError(refusal.code, { status, message: refusal.message, data: refusal })
}
