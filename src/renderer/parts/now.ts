import { useSyncExternalStore } from 'react'

type Ticker = { now: number; timer: ReturnType<typeof setInterval> | undefined; readonly listeners: Set<() => void> }
const tickers = new Map<number, Ticker>()

function tickerOf(every: number): Ticker {
  const known = tickers.get(every)
  if (known) return known
  const fresh: Ticker = { now: Date.now(), timer: undefined, listeners: new Set() }
  tickers.set(every, fresh)
  return fresh
}

function listen(every: number, listener: () => void): () => void {
  const ticker = tickerOf(every)
  ticker.listeners.add(listener)
  if (ticker.timer === undefined) {
    ticker.now = Date.now()
    ticker.timer = setInterval(() => {
      ticker.now = Date.now()
      for (const each of ticker.listeners) each()
    }, every)
  }
  return () => {
    ticker.listeners.delete(listener)
    if (ticker.listeners.size > 0) return
    clearInterval(ticker.timer)
    ticker.timer = undefined
  }
}

/** The present, in epoch milliseconds, no older than `every` ms. One timer for all who ask for the same pace; none while nobody does. */
export function useNow(every = 1000): number {
  return useSyncExternalStore(
    (listener) => listen(every, listener),
    () => {
      const ticker = tickerOf(every)
      // Nobody ticks yet: what stands there may be old. Moved by whole paces only, so that two reads in a row agree.
      if (ticker.timer === undefined && Date.now() - ticker.now >= every) ticker.now = Date.now()
      return ticker.now
    },
    () => tickerOf(every).now,
  )
}
