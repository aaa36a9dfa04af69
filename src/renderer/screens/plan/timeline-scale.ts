/** A stretch of time drawn over a width: instants in milliseconds, places in parts of one. */
export type Scale = { readonly from: number; readonly to: number; readonly ticks: readonly number[]; readonly stepMs: number }

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  second,
  5 * second,
  10 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  28 * day,
]

/** Round steps, so many that a label has room; the ends are the instants themselves with a little air on the right. */
export function toScale(from: number, to: number, width: number, labelWidth = 90): Scale {
  const end = Math.max(to, from + second)
  const span = (end - from) * 1.03
  const most = Math.max(1, Math.floor(width / labelWidth))
  const stepMs = steps.find((step) => span / step <= most) ?? Math.ceil(span / most / (28 * day)) * 28 * day
  const ticks: number[] = []
  for (let at = Math.ceil(from / stepMs) * stepMs; at <= from + span; at += stepMs) ticks.push(at)
  return { from, to: from + span, ticks, stepMs }
}

/** Where an instant lies: 0 is the left end, 1 the right; outside it is cut. */
export function placeOf(scale: Scale, at: number): number {
  return Math.min(1, Math.max(0, (at - scale.from) / (scale.to - scale.from)))
}
