import { implement } from '@orpc/server'
import { type Actor, contract } from '../../contract/index.ts'

/** Who asks, and through which face. */
export type ApiContext = { readonly actor: Actor; readonly channel: 'desktop' | 'browser' | 'cli' | 'http' }

/** The contract, to be answered noun by noun. */
export const os = implement(contract).$context<ApiContext>()

export const ok = { ok: true as const }
