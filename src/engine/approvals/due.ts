import type { Instant } from '../../contract/index.ts'
import { type DailySpan, nextWallTime, spanAt } from '../kernel/zone.ts'

/** When nobody sits at the desk, and until when a deadline of that time is held. `holdTo` is a time of day such as 07:30. */
export type QuietHours = DailySpan & { readonly holdTo: string }

export type Due = { readonly deadline: Instant; readonly heldFrom: Instant | null }

/**
 * When silence becomes an answer. A deadline in the quiet hours is held until the morning where its class says so (U-64); it is fixed when the
 * request is made, as an instant, and neither sleep nor a change of the clock or the zone moves it.
 */
export function toDue(now: Instant, spanMs: number, quiet: QuietHours, isHeld: boolean): Due {
  const plain = Math.round(now + spanMs) as Instant
  const night = isHeld ? spanAt(plain, quiet) : undefined
  if (!night) return { deadline: plain, heldFrom: null }
  const held = quiet.holdTo === quiet.to ? night.end : nextWallTime(night.end - 1, quiet.holdTo, quiet.zone)
  return { deadline: held, heldFrom: plain }
}

type Clocked = {
  readonly requested_at: Instant
  readonly deadline: Instant
  readonly reminded50_at: Instant | null
  readonly reminded90_at: Instant | null
  readonly snoozed_until: Instant | null
}

/** Which reminder is due: the later one also stands for the earlier. A card that is snoozed is left alone (U-69). */
export function reminderDue({ requested_at, deadline, reminded50_at, reminded90_at, snoozed_until }: Clocked, now: Instant): 50 | 90 | undefined {
  if (snoozed_until !== null && snoozed_until > now) return undefined
  const gone = (now - requested_at) / Math.max(1, deadline - requested_at)
  if (gone >= 0.9) return reminded90_at === null ? 90 : undefined
  return gone >= 0.5 && reminded50_at === null ? 50 : undefined
}
