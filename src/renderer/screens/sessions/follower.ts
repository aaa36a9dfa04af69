import type { LogChunk, Refusal } from '../../../contract/index.ts'

export type FollowerDeps = {
  /** Opens the record at an offset (UTF-16 units) and gives pieces until the session ends. */
  readonly open: (from: number, signal: AbortSignal) => Promise<AsyncIterable<LogChunk>>
  /** Takes text in order, each unit once. What it returns is waited for: this is how a slow reader slows the reading. */
  readonly take: (text: string) => Promise<void> | void
  readonly toRefusal: (error: unknown) => Refusal
  readonly onState: (state: FollowState) => void
  /** Waits before the next try; resolves early when the signal ends. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
}
export type FollowState = { readonly kind: 'following' } | { readonly kind: 'lost'; readonly refusal: Refusal } | { readonly kind: 'ended' }

const BACKOFF_MS = [250, 500, 1000, 2000, 4000, 8000]

/**
 * Reads a session's record from `from` on until it ends or the signal says so, over lost connections, and hands every
 * unit on exactly once: an overlap is cut, a hole is read again. Returns the offset up to which everything was taken.
 */
export async function followRecord(deps: FollowerDeps, from: number, signal: AbortSignal): Promise<number> {
  let at = from
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const chunk of await deps.open(at, signal)) {
        if (signal.aborted) return at
        // A hole: what lies between was not sent on this line.
        if (chunk.offset > at) break
        const fresh = chunk.text.slice(at - chunk.offset)
        if (fresh !== '') {
          await deps.take(fresh)
          at += fresh.length
        }
        failures = 0
        deps.onState({ kind: chunk.ended ? 'ended' : 'following' })
        if (chunk.ended) return at
      }
    } catch (error) {
      if (signal.aborted) return at
      const refusal = deps.toRefusal(error)
      deps.onState({ kind: 'lost', refusal })
      if (refusal.code === 'session/unknown') return at
    }
    await deps.pause(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 8000, signal)
    failures += 1
  }
  return at
}
