import { type CallId, formatMoney, type Nanodollars } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ReadDb } from '../store/index.ts'
import { createVelocityReader } from './velocity.store.ts'

export type VelocityDeps = {
  readonly reader: ReadDb
  readonly clock: Clock
  /** `factor`: so many times its norm is too fast; the others are nanodollars an hour. */
  readonly settings: () => { readonly factor: number; readonly floorPerHour: number; readonly alarmPerHour: number }
}

/** An agent that spends out of proportion. Nanodollars an hour, by the list. */
export type Racer = {
  readonly agent: string
  readonly perHour: Nanodollars
  /** Null for one that has worked too little to have one. */
  readonly norm: Nanodollars | null
  /** The dearest of its calls that made the rate, the dearest first. */
  readonly calls: readonly CallId[]
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const WINDOW = HOUR / 4
/** How far back a norm looks, how many hours it takes at most, and how few are too few to call anything normal. */
const NORM_DAYS = 14
const MOST_HOURS = 24
const FEWEST_HOURS = 6
/** Hours before and after the present one that count as the same time of day. */
const AROUND = 2
const SHOWN_CALLS = 10

/**
 * How fast money goes (C-20): each agent against its own norm, the whole factory against a fixed figure. Asked every few seconds;
 * what an agent usually spends is looked up only for one that passes the floor, once an hour.
 *
 * The rate is what the calls that ended in the last 15 minutes cost by the list, as dollars an hour, so that a subscription
 * and a local model count too; scripts do not. The norm is the median, over the hours in which the agent worked, of the busiest
 * quarter of each: what it spends in a rush is compared with its usual rush, not with an hour that is mostly waiting. Hours at this
 * time of day (two more or less) of the last 14 days count where there are six, else all of them. An agent with fewer has no norm:
 * it is stopped at the floor times the factor.
 */
export function createVelocity({ reader, clock, settings }: VelocityDeps) {
  const store = createVelocityReader(reader)
  const norms = new Map<string, { readonly hour: number; readonly norm: number | null }>()
  /** When an agent was last reported: its calls from before were that report's, and do not stop it again once the owner has let it go on. */
  const reported = new Map<string, number>()

  return {
    /** Whoever spends too fast now and was not reported for it before, and the rate of all in cash; `isRacing`: that is above the alarm. */
    check(): { readonly agents: readonly Racer[]; readonly perHour: Nanodollars; readonly isRacing: boolean } {
      const { factor, floorPerHour, alarmPerHour } = settings()
      const now = clock.now()
      const from = now - WINDOW
      const spends = store.since(from)
      const agents = spends.flatMap(({ agent, listCost }): Racer[] => {
        if (toRate(listCost) < floorPerHour) return []
        const last = reported.get(agent)
        const begun = last === undefined ? 0 : last + 1
        const perHour = toRate(last === undefined ? listCost : (store.since(from, begun).find((spend) => spend.agent === agent)?.listCost ?? 0))
        if (perHour < floorPerHour) return []
        const norm = normOf(agent, now)
        if (!isTooFast(perHour, norm, factor, floorPerHour)) return []
        reported.set(agent, now)
        return [{ agent, perHour, norm: norm as Nanodollars | null, calls: store.dearest(agent, from, begun, SHOWN_CALLS) }]
      })
      const perHour = toRate(spends.reduce((sum, { cost }) => sum + cost, 0))
      return { agents, perHour, isRacing: perHour >= alarmPerHour }
    },
  }

  function normOf(agent: string, now: number): number | null {
    const hour = now - (now % HOUR)
    const known = norms.get(agent)
    if (known?.hour === hour) return known.norm
    // The hour that the present rush began in is none to learn from.
    const active = store.activeHours(agent, now - NORM_DAYS * DAY, now - WINDOW - HOUR + 1)
    const norm = toNorm(toUsualHours(active, hour).map((start) => toRate(store.busiest(agent, start, WINDOW))))
    norms.set(agent, { hour, norm })
    return norm
  }
}
export type Velocity = ReturnType<typeof createVelocity>

/** Those of an agent's hours that say what it does at this time of day, else all of them; evenly fewer, where there are many. */
export function toUsualHours(active: readonly number[], hour: number): readonly number[] {
  const alike = active.filter((one) => {
    const apart = Math.abs(((one - hour) % DAY) / HOUR)
    return Math.min(apart, 24 - apart) <= AROUND
  })
  const usual = alike.length >= FEWEST_HOURS ? alike : active
  const each = Math.ceil(usual.length / MOST_HOURS)
  return usual.filter((_, i) => i % each === 0)
}

/** The median; null for fewer than six. */
export function toNorm(rates: readonly number[]): number | null {
  if (rates.length < FEWEST_HOURS) return null
  const sorted = [...rates].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}

/** Never below the floor, and never for less than so many times the norm; without one the floor takes its place. */
export const isTooFast = (perHour: number, norm: number | null, factor: number, floorPerHour: number): boolean =>
  perHour >= Math.max(factor * (norm ?? floorPerHour), floorPerHour)

/** Why an agent was paused: "spends $6.20 an hour, 4.1 times its norm of $1.50". */
export function toVelocityWords({ perHour, norm }: Pick<Racer, 'perHour' | 'norm'>): string {
  const rate = `spends ${formatMoney(perHour)} an hour`
  return norm ? `${rate}, ${(perHour / norm).toFixed(1)} times its norm of ${formatMoney(norm)}` : `${rate}, and has worked too little to have a norm`
}

const toRate = (cost: number): Nanodollars => Math.round(cost * (HOUR / WINDOW)) as Nanodollars
