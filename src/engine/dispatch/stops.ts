import type { SessionId } from '../../contract/index.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Sessions } from '../sessions/index.ts'

/** Sessions that have nothing left to do: a program ends by itself, and one that does not is ended. */
export function createStops({ sessions, logger }: { readonly sessions: Pick<Sessions, 'isOpen' | 'stop'>; readonly logger: Logger }) {
  const timers = new Set<NodeJS.Timeout>()
  return {
    soon(id: SessionId, graceMs: number): void {
      const timer = setTimeout(() => {
        timers.delete(timer)
        if (!sessions.isOpen(id)) return
        sessions
          .stop(id, 'cancelled')
          .catch((error: unknown) => logger.error({ err: error, session: id }, 'a session with nothing left to do could not be stopped'))
      }, graceMs)
      timers.add(timer)
    },
    [Symbol.dispose](): void {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
export type Stops = ReturnType<typeof createStops>
