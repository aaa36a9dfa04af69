import { useSyncExternalStore } from 'react'

/** One pace of time, shared by all who look at it. Its functions keep their identity: React subscribes again when they change. */
type Ticker = { readonly listen: (listener: () => void) => () => void; readonly read: () => number }
const tickers = new Map<number, Ticker>()

function tickerOf(every: number): Ticker {
  const known = tickers.get(every)
  if (known) return known
  const ticker = createTicker(every)
  tickers.set(every, ticker)
  return ticker
}

function createTicker(every: number): Ticker {
  const listeners = new Set<() => void>()
  let now = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    listen(listener) {
      listeners.add(listener)
      if (timer === undefined) {
        now = Date.now()
        timer = setInterval(() => {
          now = Date.now()
          for (const each of listeners) each()
        }, every)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    read: () => now,
  }
}

/** The present, in epoch milliseconds, no older than `every` ms. One timer for all who ask for the same pace; none while nobody does. */
export function useNow(every = 1000): number {
  const { listen, read } = tickerOf(every)
  return useSyncExternalStore(listen, read, read)
}
