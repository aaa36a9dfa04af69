import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract, Refusal } from '../../contract/index.ts'
import type { Line } from './connect.ts'
import { connectionLost, notSignedIn, RefusalError, toRefusal } from './refusal.ts'
import type { LiveStore } from './store.ts'

export type ReefClient = ContractRouterClient<Contract>

const BACKOFF_MS = [250, 500, 1000, 2000, 4000, 8000]
/** A pulse comes every second. A page in the background may be slow to look, hence the distance. */
const SILENCE_MS = 15_000

/**
 * Keeps the store fed until `signal` ends: connects, subscribes, subscribes again after a gap, connects again with back-off after a loss.
 * The client it returns always speaks over the present line and refuses at once while there is none.
 */
export function startFeed(store: LiveStore, openLine: (signal: AbortSignal) => Promise<Line>, signal: AbortSignal): ReefClient {
  let line: Line | undefined
  const client: ReefClient = createORPCClient({
    call: (path, input, options) => {
      if (!line) throw new RefusalError(connectionLost)
      return line.link.call(path, input, options)
    },
  })
  void keep()
  return client

  async function keep(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      const refusal = await holdLine()
      if (signal.aborted) return
      if (store.getState().connection.kind === 'live') failures = 0
      if (refusal) {
        store.connection({ kind: 'refused', refusal })
        return
      }
      lose()
      await pause(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 8000)
      failures += 1
    }
  }

  /** One line from its opening to its end. Answers with a refusal when another try would not help. */
  async function holdLine(): Promise<Refusal | undefined> {
    try {
      line = await openLine(signal)
      await follow(line)
      return line.refusal()
    } catch (error) {
      // However a line breaks, the answer is another line; a mistake of ours would show as a page that never gets live.
      return line?.refusal() ?? (toRefusal(error).code === notSignedIn.code ? notSignedIn : undefined)
    } finally {
      line?.close()
      line = undefined
    }
  }

  function lose(): void {
    const { connection, facts } = store.getState()
    if (connection.kind === 'lost') return
    const lastAt = facts ? (connection.kind === 'live' ? Date.now() : null) : null
    store.connection({ kind: 'lost', lastAt, refusal: connectionLost })
  }

  /** Reads one line until it ends. A gap means: the same line, a new subscription. */
  async function follow(held: Line): Promise<void> {
    let heardAt = Date.now()
    const silent = new Promise<'silent'>((resolve) => {
      const timer = setInterval(() => {
        if (Date.now() - heardAt > SILENCE_MS) resolve('silent')
      }, 1000)
      void held.gone.then(() => clearInterval(timer))
      signal.addEventListener('abort', () => clearInterval(timer), { once: true })
    })
    const read = async () => {
      for (;;) {
        const messages = await client.feed.subscribe({})
        let gap = false
        for await (const message of messages) {
          heardAt = Date.now()
          if (store.take(message) === 'taken') continue
          gap = true
          break
        }
        if (!gap) return
      }
    }
    await Promise.race([read(), held.gone, silent])
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const timer = setTimeout(stop, ms)
      signal.addEventListener('abort', stop)
    })
  }
}
