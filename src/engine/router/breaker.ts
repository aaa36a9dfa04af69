import type { Instant } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'

/** How one call ended, as far as it tells something of the provider. */
export type Outcome =
  /** It answered; also with a refusal that was the caller's own fault. */
  | { readonly kind: 'answered' }
  /** Not reached, broken off, silent, overloaded or at its limit. */
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null }
  /** The key is not accepted or its account is empty: nothing but the owner will change that. */
  | { readonly kind: 'refused'; readonly status: number }

/** Until when work for a provider had better wait; null until the owner does something. */
export type Rest = { readonly until: Instant | null; readonly detail: string }

type Circuit = { failures: number; trips: number; rest: Rest | undefined }

/** Programs repeat a call two or three times before they give up: their last word opens the circuit, and the next task waits. */
const MOST_FAILURES = 3
const FIRST_REST_MS = 30_000
const LONGEST_REST_MS = 10 * 60_000

/**
 * Remembers which providers fail, so that tasks wait for one that is down instead of using up their attempts. It blocks
 * no call: what runs already knows how to wait, and its first answer closes the circuit. Forgotten with the engine.
 */
export function createBreakers({ clock }: { clock: Clock }) {
  const circuits = new Map<string, Circuit>()

  return {
    report(provider: string, outcome: Outcome): void {
      if (outcome.kind === 'answered') {
        circuits.delete(provider)
        return
      }
      const circuit = circuits.get(provider) ?? { failures: 0, trips: 0, rest: undefined }
      circuits.set(provider, circuit)
      if (outcome.kind === 'refused') {
        circuit.rest = { until: null, detail: toWords(provider, outcome.status) }
        return
      }
      circuit.failures += 1
      if (circuit.failures < MOST_FAILURES || resting(circuit)) return
      const restMs = Math.min(LONGEST_REST_MS, Math.max(FIRST_REST_MS * 2 ** circuit.trips, outcome.retryAfterMs ?? 0))
      circuit.trips += 1
      // One failed call after the rest is enough to rest again.
      circuit.failures = MOST_FAILURES - 1
      circuit.rest = { until: (clock.now() + restMs) as Instant, detail: `${provider} failed ${MOST_FAILURES} times in a row` }
    },
    resting: (provider: string): Rest | undefined => resting(circuits.get(provider)),
    /** The owner did something about it. */
    forget: (provider: string): void => void circuits.delete(provider),
  }

  function resting(circuit: Circuit | undefined): Rest | undefined {
    const rest = circuit?.rest
    return rest && (rest.until === null || rest.until > clock.now()) ? rest : undefined
  }
}

const toWords = (provider: string, status: number): string =>
  status === 402 ? `${provider} says that its account has no money left (402)` : `${provider} does not accept its key (${status})`
