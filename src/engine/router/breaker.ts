import { CircuitState as BreakerState, ConsecutiveBreaker, CountBreaker, ExponentialBackoff, noJitterGenerator } from 'cockatiel'
import { type CircuitState, type CircuitView, type Instant, minutes, seconds } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { type AnswerHeaders, toResetMs } from './reset.ts'

/** How one call ended, as far as it tells something of who served it. */
export type Outcome =
  /** It answered; also with a refusal that was the caller's own fault. */
  | { readonly kind: 'answered' }
  /** Not reached, broken off, silent or overloaded. */
  | { readonly kind: 'failed' }
  /** 429: it works, but takes no more for now. Its headers may say until when. */
  | { readonly kind: 'limited' }
  /** The key is not accepted, may not do this, or its account is empty: nothing but the owner will change that. */
  | { readonly kind: 'refused'; readonly status: 401 | 402 | 403 }
  /** The caller hung up or REEF refused: nothing was learned. */
  | { readonly kind: 'dropped' }

/** What an answer with this HTTP status says of its provider. */
export function toOutcome(status: number): Outcome {
  if (status === 401 || status === 402 || status === 403) return { kind: 'refused', status }
  if (status === 429) return { kind: 'limited' }
  return status === 408 || status >= 500 ? { kind: 'failed' } : { kind: 'answered' }
}

/** Until when work had better wait, and for what; `until` is null until the owner does something. */
export type Rest = { readonly kind: 'breaker' | 'quota'; readonly until: Instant | null; readonly detail: string }

/** What outlives the engine. `model` is '' for the provider as a whole, `trips` how often it opened without an answer in between. */
export type Circuit = {
  readonly provider: string
  readonly model: string
  readonly state: Extract<CircuitState, 'open' | 'quota' | 'refused'>
  readonly until: Instant | null
  readonly trips: number
  readonly detail: string
  readonly since: Instant
}

type Switch = {
  readonly provider: string
  readonly model: string
  readonly inARow: ConsecutiveBreaker
  readonly share: CountBreaker
  circuit: Circuit | undefined
  probe: { readonly holder: string; readonly until: number } | undefined
}

/** Programs repeat a call two or three times before they give up: their last word opens the circuit, and the next task waits. */
const MOST_IN_A_ROW = 3
/** Of the last calls, so that one good answer between bad ones hides nothing. */
const SHARE = { threshold: 0.5, size: 20, minimumNumberOfCalls: 10 }
const LONGEST_REST_MS = minutes(10)
const backoff = new ExponentialBackoff({ generator: noJitterGenerator, initialDelay: seconds(30), maxDelay: LONGEST_REST_MS })
/** A program that was let through as the one trial makes its first call within this. */
const PROBE_MS = seconds(60)

export type BreakerDeps = {
  readonly clock: Clock
  /** What rested when the last engine ended. */
  readonly circuits: readonly Circuit[]
  /** Writes down that it rests; `isNews` is false where only the end of the rest moved. */
  readonly opened: (circuit: Circuit, isNews: boolean) => void
  readonly closed: (circuit: Circuit) => void
}

/**
 * Remembers which providers and which models of theirs fail, are used up or refuse, so that calls go elsewhere and tasks wait
 * instead of using up their attempts. Our calls are streams whose end is heard of later, so cockatiel decides
 * when to open and for how long, and the states are kept here. It blocks nobody who has no other way.
 */
export function createBreakers({ clock, circuits, opened, closed }: BreakerDeps) {
  const switches = new Map<string, Switch>()
  for (const circuit of circuits) at(circuit.provider, circuit.model).circuit = circuit

  return {
    report(provider: string, model: string, outcome: Outcome, headers: AnswerHeaders = {}): void {
      const whole = at(provider, '')
      const one = at(provider, model)
      whole.probe = undefined
      one.probe = undefined
      if (outcome.kind === 'answered') {
        // What failed while all of it was failing says nothing of the model.
        const wasDown = stateOf(whole) !== 'closed'
        succeed(whole)
        succeed(one, wasDown)
      } else if (outcome.kind === 'failed') {
        const asked = Math.min(LONGEST_REST_MS, toResetMs(headers, clock.now()) ?? 0)
        // When all of it rests, the model has nothing to add.
        if (!fail(whole, asked)) fail(one, asked)
      } else if (outcome.kind === 'limited') {
        if (stateOf(whole) === 'half_open') succeed(whole)
        limit(one, toResetMs(headers, clock.now()))
      } else if (outcome.kind === 'refused') {
        // 403 is about what was asked: sellers use it for a model that the account may not have.
        refuse(outcome.status === 403 ? one : whole, outcome.status)
      }
    },

    /**
     * True when a call may go this way. After a rest exactly one holder, an attempt or session, is let through until its call
     * is reported or a minute has passed; the others are told no.
     */
    admit(provider: string, model: string, holder: string): boolean {
      const both = [at(provider, ''), at(provider, model)]
      if (both.some((one) => restOf(one, holder))) return false
      for (const one of both) if (stateOf(one) === 'half_open') one.probe = { holder, until: clock.now() + PROBE_MS }
      return true
    },

    /** Why a new call had better wait; undefined when it need not. Changes nothing. */
    resting(provider: string, model = '', holder = ''): Rest | undefined {
      const rests = [find(provider, ''), find(provider, model)].flatMap((one) => (one && restOf(one, holder)) ?? [])
      return rests.find((rest) => rest.until === null) ?? rests.sort((a, b) => (b.until ?? 0) - (a.until ?? 0))[0]
    },

    /** The worse of the provider's and the model's. */
    state(provider: string, model = ''): CircuitState {
      const states = [find(provider, ''), find(provider, model)].map((one) => (one ? stateOf(one) : 'closed'))
      return (['refused', 'open', 'quota', 'half_open'] as const).find((state) => states.includes(state)) ?? 'closed'
    },

    list: (): CircuitView[] => [...switches.values()].flatMap((one) => (one.circuit && stateOf(one) !== 'closed' ? [toView(one.circuit, stateOf(one))] : [])),

    /** The owner did something about a provider. */
    forget(provider: string): void {
      for (const [key, one] of switches)
        if (one.provider === provider) {
          close(one)
          switches.delete(key)
        }
    },
  }

  function at(provider: string, model: string): Switch {
    const key = `${provider}/${model}`
    const known = switches.get(key)
    if (known) return known
    const fresh: Switch = {
      provider,
      model,
      inARow: new ConsecutiveBreaker(MOST_IN_A_ROW),
      share: new CountBreaker(SHARE),
      circuit: undefined,
      probe: undefined,
    }
    switches.set(key, fresh)
    return fresh
  }

  function find(provider: string, model: string): Switch | undefined {
    return switches.get(`${provider}/${model}`)
  }

  function stateOf({ circuit }: Switch): CircuitState {
    if (!circuit) return 'closed'
    if (circuit.until === null || circuit.until > clock.now()) return circuit.state
    // A quota that has come back needs no trial.
    return circuit.state === 'quota' ? 'closed' : 'half_open'
  }

  function restOf(one: Switch, holder: string): Rest | undefined {
    const state = stateOf(one)
    if (!one.circuit || state === 'closed') return undefined
    const { detail, until } = one.circuit
    if (state === 'quota') return { kind: 'quota', until, detail }
    if (state !== 'half_open') return { kind: 'breaker', until, detail }
    const { probe } = one
    if (!probe || probe.holder === holder || probe.until <= clock.now()) return undefined
    return { kind: 'breaker', until: probe.until as Instant, detail: `${nameOf(one)} is being tried again after a rest` }
  }

  function succeed(one: Switch, wasDown = false): void {
    const state = stateOf(one)
    // Calls that were under way when the quota ended say nothing of it.
    if (state === 'quota') return
    one.inARow.success()
    one.share.success(state === 'closed' && !wasDown ? BreakerState.Closed : BreakerState.HalfOpen)
    close(one)
  }

  /** True when it rests from now on, or did already. */
  function fail(one: Switch, askedMs: number): boolean {
    const state = stateOf(one)
    if (state !== 'closed' && state !== 'half_open') return true
    const isTrial = state === 'half_open'
    const inARow = one.inARow.failure()
    const share = one.share.failure(isTrial ? BreakerState.HalfOpen : BreakerState.Closed)
    if (!inARow && !share) return false
    const words = inARow ? `failed ${MOST_IN_A_ROW} times in a row` : `failed in more than half of its last ${SHARE.size} calls`
    const trips = (one.circuit?.trips ?? 0) + 1
    open(one, { state: 'open', until: after(Math.max(toBackoffMs(trips), askedMs)), trips, detail: `${nameOf(one)} ${words}` })
    return true
  }

  function limit(one: Switch, resetMs: number | null): void {
    if (stateOf(one) === 'refused') return
    const isNews = stateOf(one) !== 'quota'
    const trips = isNews ? (one.circuit?.trips ?? 0) + 1 : (one.circuit?.trips ?? 1)
    const until = after(resetMs ?? toBackoffMs(trips))
    if (!isNews && (one.circuit?.until ?? 0) >= until) return
    open(one, { state: 'quota', until, trips, detail: `${nameOf(one)} takes no more calls until ${toClockTime(until)} (429)` }, isNews)
  }

  function refuse(one: Switch, status: 401 | 402 | 403): void {
    if (one.circuit?.state === 'refused') return
    const words = { 401: 'does not accept its key', 402: 'says that its account has no money left', 403: 'may not be used with this key' }[status]
    open(one, { state: 'refused', until: null, trips: one.circuit?.trips ?? 0, detail: `${nameOf(one)} ${words} (${status})` })
  }

  function open(one: Switch, next: Pick<Circuit, 'state' | 'until' | 'trips' | 'detail'>, isNews = true): void {
    const since = isNews ? clock.now() : (one.circuit?.since ?? clock.now())
    one.circuit = { provider: one.provider, model: one.model, ...next, since }
    opened(one.circuit, isNews)
  }

  function close(one: Switch): void {
    const { circuit } = one
    one.circuit = undefined
    if (circuit) closed(circuit)
  }

  function after(ms: number): Instant {
    return (clock.now() + ms) as Instant
  }
}
export type Breakers = ReturnType<typeof createBreakers>

export const toView = ({ provider, model, until, detail, since }: Circuit, state: CircuitState): CircuitView => ({
  provider,
  model: model || null,
  state,
  until,
  detail,
  since,
})

const nameOf = ({ provider, model }: Switch): string => (model ? `${provider}/${model}` : provider)

/** Of the n-th rest in a row: 30 s, then twice as long each time, up to ten minutes. */
function toBackoffMs(trips: number): number {
  let rest = backoff.next()
  for (let n = 1; n < trips && rest.duration < LONGEST_REST_MS; n++) rest = rest.next(undefined)
  return rest.duration
}

/** `2026-12-01 14:05 UTC`: screens put it into the zone of the owner from the wait itself. */
function toClockTime(at: Instant): string {
  const [day, time] = new Date(at).toISOString().split('T') as [string, string]
  return `${day} ${time.slice(0, 5)} UTC`
}
