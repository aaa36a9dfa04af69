import { ORPCError, ValidationError } from '@orpc/server'
import { errorCodes, type Refusal } from '../../contract/index.ts'
import { isReefError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'

/**
 * The one place where an error leaves the engine: a refusal travels as it is, bad input names its field, and a bug is logged and
 * told without its inside.
 */
export function toRefused(error: unknown, logger: Logger): ORPCError<string, Refusal> {
  if (isReefError(error)) return carry(error.toRefusal(), error)
  if (error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
    const issue = error.cause.issues[0]
    const field = issue?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return carry(
      { code: 'input/invalid', message: `${field ? `${field}: ` : ''}${issue?.message ?? 'The input is not valid'}.`, ...(field && { field }) },
      error,
    )
  }
  if (error instanceof ORPCError && error.code === 'NOT_FOUND') return carry({ code: 'input/invalid', message: 'There is no such call.' }, error)
  logger.error({ err: error }, 'a call failed')
  return carry({ code: 'internal', message: 'An internal error stopped it; see the log.' }, error)
}

function carry(refusal: Refusal, cause: unknown): ORPCError<string, Refusal> {
  const status = (errorCodes as Record<string, number>)[refusal.code] ?? 500
  return new ORPCError(refusal.code, { status, message: refusal.message, data: refusal, cause })
}
