import { type BundleId, type Settings, seconds } from '../../contract/index.ts'
import { type Clock, isDue } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { type WriteDb, write } from '../store/index.ts'
import type { ConversationStore } from './conversation.store.ts'
import type { Cards } from './deps.ts'

export type LadderDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: () => Settings
  readonly store: ConversationStore
  readonly approvals: Pick<Cards, 'bundle'>
}

const PREFIX = 'ladder:'
const AGAIN_MS = seconds(30)
const PATIENCE_MS = seconds(10)

export const toLadderKey = (bundleId: BundleId): string => `${PREFIX}${bundleId}`

/**
 * The last rung: an address of the owner's own is called that makes a phone ring. That it will be called is written down first, and that it
 * was called afterwards: a crash between the two calls again, with the same key, because a second ring is better than none.
 */
export function createLadder({ db, clock, logger, settings, store, approvals }: LadderDeps) {
  const stopping = new AbortController()
  let nextAt = Number.NEGATIVE_INFINITY
  let calling: Promise<void> | undefined

  async function call(key: string): Promise<void> {
    const bundleId = key.slice(PREFIX.length) as BundleId
    const open = approvals.bundle(bundleId).filter(({ state }) => state === 'requested')
    const url = settings().phoneLadderUrl
    if (open.length > 0 && url !== '') {
      const deadline = Math.min(...open.map((card) => card.deadline))
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        // What it is about is not said: it is read aloud somewhere, or shown on a locked screen.
        body: JSON.stringify({
          bundleId,
          decisions: open.length,
          deadline,
          text: `REEF needs you: ${open.length} urgent, until ${new Date(deadline).toISOString()}`,
        }),
        redirect: 'error',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(PATIENCE_MS)]),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`the phone ladder answered ${response.status}`)
    }
    write(db, () => store.finish(key, clock.now()))
  }

  async function callAll(): Promise<void> {
    for (const key of store.undone()) {
      try {
        await call(key)
      } catch (error) {
        if (stopping.signal.aborted) return
        nextAt = clock.now() + AGAIN_MS
        logger.warn({ err: error }, 'the phone ladder could not be called')
      }
    }
  }

  return {
    /** Not waited for: an address that hangs must not keep the owner's own words waiting, least of all in an incident. */
    look(): void {
      if (!isDue(nextAt, clock.now(), AGAIN_MS)) return
      calling ??= callAll().finally(() => (calling = undefined))
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stopping.abort()
      await calling
    },
  }
}
export type Ladder = ReturnType<typeof createLadder>
