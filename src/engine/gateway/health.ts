import { type CircuitState, type CircuitView, circuitWords, type Instant } from '../../contract/index.ts'

export type HealthDeps = {
  /** Everything that rests. */
  readonly circuits: () => readonly CircuitView[]
  /** What a provider's models are called, as far as is known; undefined for a provider that is not connected. */
  readonly models: (provider: string) => readonly string[] | undefined
}

/** Whether calls of a provider, or of one model of it, get through. `state` is the worst of `circuits`, `until` its end. */
export type ModelHealth = {
  /** PROVIDER/MODEL, or a provider as a whole. */
  readonly model: string
  readonly state: CircuitState
  readonly words: string
  readonly until: Instant | null
  readonly circuits: readonly CircuitView[]
}

export type HealthAnswer = { readonly status: 200; readonly body: readonly CircuitView[] | ModelHealth } | { readonly status: 404; readonly message: string }

const ROOT = '/reef/health'
/** The worst first. */
const order: readonly CircuitState[] = ['refused', 'open', 'quota', 'half_open', 'closed']

/**
 * What agents may ask before they begin something long: `/reef/health` for everything that rests, `/reef/health/PROVIDER/MODEL` for
 * one model and `/reef/health/PROVIDER` for all that a provider has. Undefined for a path that asks something else.
 */
export function answerHealth(path: string, deps: HealthDeps): HealthAnswer | undefined {
  if (path === ROOT) return { status: 200, body: deps.circuits() }
  if (!path.startsWith(`${ROOT}/`)) return undefined
  const ref = decode(path.slice(ROOT.length + 1))
  const health = toModelHealth(ref, deps)
  return health ? { status: 200, body: health } : { status: 404, message: `nobody here knows a model ${ref}.` }
}

/** `ref` is PROVIDER/MODEL or a PROVIDER. Undefined for what is not connected, and for a model that its provider does not list. */
export function toModelHealth(ref: string, { circuits, models }: HealthDeps): ModelHealth | undefined {
  const [provider = '', ...rest] = ref.split('/')
  const model = rest.join('/')
  const known = models(provider)
  const its = circuits().filter((circuit) => circuit.provider === provider && (circuit.model === null || circuit.model === model))
  if (!known || (model !== '' && !known.includes(model) && !its.some((circuit) => circuit.model === model))) return undefined
  const [worst] = [...its].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (b.until ?? 0) - (a.until ?? 0))
  const state = worst?.state ?? 'closed'
  return {
    model: ref,
    state,
    words: [circuitWords[state].word, worst?.detail].filter(Boolean).join(': '),
    until: worst?.until ?? null,
    circuits: its,
  }
}

/** As it stands where it cannot be decoded: then it is the name of nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
