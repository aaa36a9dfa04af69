/** Runs the acts on one key one after the other, in the order they came; acts on different keys do not wait for each other. */
export type Serial = <T>(key: string, act: () => Promise<T>) => Promise<T>

export function createSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>()
  return (key, act) => {
    const run = (tails.get(key) ?? Promise.resolve()).then(act, act)
    const tail = run.then(
      () => {},
      () => {},
    )
    tails.set(key, tail)
    tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key)
    })
    return run
  }
}
