import type { Discovery } from '../../../contract/index.ts'
import { findLogins } from './logins.ts'
import { findOllama } from './ollama.ts'

export type DiscoverDeps = {
  readonly fetch: typeof globalThis.fetch
  readonly homeDir: string
  readonly env: NodeJS.ProcessEnv
  /** Ends the search; what was found until then is the answer. */
  readonly signal: AbortSignal
}

/** What could be connected without being told: looks on this machine alone, writes nothing, never throws, and is done within about a second. */
export async function discover(deps: DiscoverDeps): Promise<Discovery> {
  const [ollama, logins] = await Promise.all([findOllama(deps), findLogins(deps)])
  return { ollama, logins }
}
