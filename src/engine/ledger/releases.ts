/** Tells those who wait for money that calls under way hold that some of it is free again. */
export function createReleases() {
  const waiting = new Set<() => void>()
  let count = 0

  function wake(): void {
    for (const done of [...waiting]) done()
  }

  return {
    /** How often something became free. */
    count: (): number => count,
    /** Whether anybody waits for it. */
    areAwaited: (): boolean => waiting.size > 0,
    /** Inside the transaction that frees it: whoever waits looks when that is over. */
    note(): void {
      count++
      if (waiting.size > 0) setImmediate(wake)
    },
    /** Resolves with the first one after the `seen`th, which may have been already, or after `ms`. */
    next(seen: number, ms: number, signal: AbortSignal | undefined): Promise<void> {
      if (count > seen) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          waiting.delete(done)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        signal?.addEventListener('abort', done)
        waiting.add(done)
      })
    },
  }
}
