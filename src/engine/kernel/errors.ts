import type { ErrorCode, Refusal } from '../../contract/index.ts'

/** A refusal: the caller did nothing that can work now. Mapped once, in `api/`; anything else thrown is a bug. */
export class ReefError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly remedy: string | undefined

  constructor(code: ErrorCode, message: string, more: { field?: string; remedy?: string; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'ReefError'
    this.code = code
    this.field = more.field
    this.remedy = more.remedy
  }

  toRefusal(): Refusal {
    return { code: this.code, message: this.message, ...(this.field && { field: this.field }), ...(this.remedy && { remedy: this.remedy }) }
  }
}

export const isReefError = (error: unknown, code?: ErrorCode): error is ReefError => error instanceof ReefError && (code === undefined || error.code === code)
