const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A terminal sends Ctrl+C to the whole group and a launcher passes it on as well: within this time it is one request. */
const ONE_REQUEST_MS = 1000

/** Calls back once for every request to end. Returns how to stop listening. */
export function onSignals(ask: (signal: NodeJS.Signals) => void): () => void {
  let lastAt = Number.NEGATIVE_INFINITY
  const listen = (signal: NodeJS.Signals) => {
    const now = performance.now()
    const again = now - lastAt < ONE_REQUEST_MS
    lastAt = now
    if (!again) ask(signal)
  }
  for (const name of names) process.on(name, listen)
  return () => {
    for (const name of names) process.off(name, listen)
  }
}
