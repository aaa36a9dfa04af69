import { ORPCError } from '@orpc/client'
import { Refusal } from '../../contract/index.ts'

export const connectionLost: Refusal = {
  code: 'connection/lost',
  message: 'REEF does not answer.',
  remedy: 'It is tried again by itself. If that takes long, look whether REEF is running.',
}

export const notSignedIn: Refusal = {
  code: 'auth/refused',
  message: 'This browser is not signed in to REEF.',
  remedy: 'Run “npx reef open”, or use the address that was printed in the terminal when REEF started.',
}

/** Whatever was thrown, as a sentence with a remedy. A bug keeps its message, so that it can be reported. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof ORPCError) {
    const refusal = Refusal.safeParse(error.data)
    if (refusal.success) return refusal.data
    return { code: error.code, message: error.message || 'REEF refused this.' }
  }
  const own = Refusal.safeParse((error as { refusal?: unknown } | null)?.refusal)
  if (own.success) return own.data
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), remedy: 'Try again; if it stays so, report it with the details.' }
}

/** An error that carries its own refusal. */
export class RefusalError extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}
