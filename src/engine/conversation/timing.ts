import { type Instant, minutes, type Settings, seconds } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { spanAt } from '../kernel/zone.ts'
import type { Urgency } from './deps.ts'

/** So long after the last sign of him the owner counts as being at the desk. */
const AT_DESK_MS = minutes(2)

/** When a message may ring: not at once while the owner sits before the same words, and not at night unless it must. */
export function createTiming(clock: Clock, settings: () => Settings, presentAt: () => Instant | null) {
  const quietUntil = (): Instant | undefined => {
    const { quietFrom, quietTo, timeZone } = settings()
    return spanAt(clock.now(), { from: quietFrom, to: quietTo, zone: timeZone })?.end
  }
  return {
    isQuiet: (): boolean => quietUntil() !== undefined,
    /** As part of a message; empty where it may ring now. */
    notBefore(urgency: Urgency): { readonly notBefore?: Instant } {
      const now = clock.now()
      const quiet = urgency === 'normal' ? quietUntil() : undefined
      const desk = now - (presentAt() ?? Number.NEGATIVE_INFINITY) < AT_DESK_MS ? now + seconds(settings().phoneDelaySeconds) : now
      const at = Math.max(quiet ?? now, desk)
      return at > now ? { notBefore: at as Instant } : {}
    },
  }
}
export type Timing = ReturnType<typeof createTiming>
