import { type ModelTier, type Nanodollars, type TaskKind, zeroDollars } from '../../contract/index.ts'

/** What a model is wanted for: the kind of a task that is worked on, or the engine's own questions. */
export type Purpose = TaskKind | 'review' | 'plan'

/** How earlier attempts with one model on work of one kind ended. Costs in nanodollars, of attempts that came to an end of their own. */
export type TrackRecord = { readonly passed: number; readonly failed: number; readonly costs: readonly Nanodollars[] }
export const NO_RECORD: TrackRecord = { passed: 0, failed: 0, costs: [] }

/**
 * Tokens of a typical attempt, assumed until three of one's own have been seen: new input, input read from a cache, output.
 * Only the proportions matter: they decide how much a dear output weighs against a cheap input.
 */
const profiles: { readonly [P in Purpose]: readonly [input: number, cached: number, output: number] } = {
  research: [40_000, 200_000, 8_000],
  design: [30_000, 150_000, 10_000],
  build: [60_000, 600_000, 20_000],
  integrate: [40_000, 300_000, 8_000],
  qa: [50_000, 400_000, 10_000],
  deliver: [20_000, 50_000, 2_000],
  work: [40_000, 200_000, 8_000],
  review: [20_000, 0, 2_000],
  plan: [6_000, 0, 4_000],
}
/** Of the price of new input; what most sellers ask for input that they have in a cache. */
const CACHED_SHARE = 0.1
const ENOUGH_COSTS = 3

/** Attempts taken to have passed and failed before any was seen: doubt that the first dozen of one's own outweigh. */
const priors: { readonly [T in ModelTier]: readonly [passed: number, failed: number] } = { local: [2, 2], fast: [3, 2], mid: [4, 1], frontier: [9, 1] }

/** The cascade tries a model twice, the second time with its error in the prompt, before it takes another one (C-16). */
const TRIES = 2

export const toPassRate = (tier: ModelTier, { passed, failed }: TrackRecord): number => {
  const [a, b] = priors[tier]
  return (passed + a) / (passed + failed + a + b)
}

/** Nanodollars of one attempt: the median of one's own, else what the list price makes of a typical one. Null where neither is known. */
export function toAttemptCost(
  purpose: Purpose,
  isFree: boolean,
  price: { readonly inputUsdPerMTok: number | null; readonly outputUsdPerMTok: number | null },
  { costs }: TrackRecord,
): Nanodollars | null {
  if (isFree) return zeroDollars
  if (costs.length >= ENOUGH_COSTS) return toMedian(costs)
  if (price.inputUsdPerMTok === null || price.outputUsdPerMTok === null) return null
  const [input, cached, output] = profiles[purpose]
  // A dollar for a million tokens is a thousand nanodollars a token.
  return Math.round(1000 * ((input + cached * CACHED_SHARE) * price.inputUsdPerMTok + output * price.outputUsdPerMTok)) as Nanodollars
}

function toMedian(costs: readonly Nanodollars[]): Nanodollars {
  const sorted = costs.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? zeroDollars
  return sorted.length % 2 === 1 ? upper : (Math.round(((sorted[middle - 1] ?? 0) + upper) / 2) as Nanodollars)
}

export type Priced = { readonly tier: ModelTier; readonly passRate: number; readonly attemptCost: number | null }

/** Nanodollars of the cheapest of these models until it passes, for each rank: what a rescue from above costs. */
export function toRescues(models: readonly Priced[]): ReadonlyMap<number, number> {
  const rescues = new Map<number, number>()
  for (const model of models) {
    const rank = ranks[model.tier]
    rescues.set(rank, Math.min(untilPassed(model), rescues.get(rank) ?? Number.POSITIVE_INFINITY))
  }
  return rescues
}

/**
 * Nanodollars of a task to its end when it starts with this model: its tries, each as probable as the failure of those
 * before it, and, when all of them fail, the cheapest model of a higher tier until that one passes. On the top it is its own fallback.
 */
export function toTotalCost(model: Priced, rescues: ReadonlyMap<number, number>): Nanodollars | null {
  if (model.attemptCost === null) return null
  const miss = 1 - model.passRate
  const above = [...rescues].filter(([rank]) => rank > ranks[model.tier]).map(([, cost]) => cost)
  const rescue = Math.min(...above, Number.POSITIVE_INFINITY)
  const tries = Array.from({ length: TRIES }, (_, n) => miss ** n).reduce((sum, share) => sum + share, 0)
  return Math.round(model.attemptCost * tries + miss ** TRIES * (Number.isFinite(rescue) ? rescue : untilPassed(model))) as Nanodollars
}

const untilPassed = ({ attemptCost, passRate }: Priced): number => (attemptCost === null ? Number.POSITIVE_INFINITY : attemptCost / passRate)

/** How much may be asked of a tier. Local models share the base of the pyramid with the cheap ones. */
export const ranks: { readonly [T in ModelTier]: number } = { local: 1, fast: 1, mid: 2, frontier: 3 }
