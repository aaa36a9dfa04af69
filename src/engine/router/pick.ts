import { type DriverName, formatMoney, type ModelTier, type ModelView, type RouteCandidate, type WireFormat } from '../../contract/index.ts'
import type { Rest } from './breaker.ts'
import { NO_RECORD, type Purpose, ranks, type TrackRecord, toAttemptCost, toPassRate, toRescues, toTotalCost } from './expect.ts'

/** What a model is wanted for and what it has to be able to do. */
export type Wish = {
  readonly agent: string
  readonly driver: DriverName
  /** Which wires the driver's program speaks. */
  readonly wires: readonly WireFormat[]
  readonly purpose: Purpose
  /** Lowest tier that is good enough; `local` means that nothing leaves the owner's machines. */
  readonly tier: ModelTier
  /** PROVIDER/MODEL that the owner named for this agent or task; null where the pyramid decides. */
  readonly asked: string | null
  /** PROVIDER/MODEL that the owner named for when the asked one fails. */
  readonly fallback: string | null
  /** PROVIDER/MODEL that must not serve: a reviewer is never the builder (C-17). */
  readonly exclude: readonly string[]
  /** Every earlier model of the cascade has failed. */
  readonly isLastResort: boolean
  /** Tokens that the model must take in at once, at least. */
  readonly inputTokens: number
  /** PROVIDER/MODEL that the owner named for anyone: candidates even where nobody lists their price. */
  readonly named: readonly string[]
}

export type Known = {
  readonly models: readonly ModelView[]
  readonly recordOf: (ref: string) => TrackRecord
  readonly restOf: (model: ModelView) => Rest | undefined
}

export type Decision =
  | {
      readonly kind: 'chosen'
      readonly ref: string
      readonly fallbacks: readonly string[]
      readonly reason: string
      readonly candidates: readonly RouteCandidate[]
    }
  /** Whatever could do it rests. */
  | { readonly kind: 'resting'; readonly rest: Rest; readonly candidates: readonly RouteCandidate[] }
  | { readonly kind: 'missing'; readonly message: string; readonly candidates: readonly RouteCandidate[] }

/** Less than an agent's tools and instructions alone take up. */
const LEAST_CONTEXT_OF_AGENTS = 32_000
/** Room for an answer beside the input. */
const ANSWER_TOKENS = 8_000
const MOST_FALLBACKS = 3
const MOST_REMEMBERED = 24

type Judged = {
  readonly model: ModelView
  readonly candidate: RouteCandidate
  readonly unfit: string | null
  readonly isBelow: boolean
  readonly rest: Rest | undefined
}

/** Ollama is called through its OpenAI-shaped door. */
export const toSpoken = (wire: WireFormat): WireFormat => (wire === 'ollama' ? 'openai-chat' : wire)

/** Who does it: the model that the owner named, else the cheapest that is capable, by what the whole task will cost. Pure. */
export function pick(wish: Wish, known: Known): Decision {
  const judged = judge(wish, known)
  const { asked, fallback, isLastResort, exclude } = wish
  const order = asked === null ? [isLastResort ? fallback : null] : isLastResort ? [fallback, asked] : [asked, fallback]
  const named = order.flatMap((ref) => judged.find((one) => one.model.ref === ref) ?? [])
  const usable = named.filter((one) => !exclude.includes(one.model.ref))
  const [first] = usable
  if (!first && asked !== null && named.length === 0)
    return { kind: 'missing', message: `${wish.agent} is set to ${asked}, and its provider is not connected or has no key`, candidates: remember(judged, []) }
  if (first && isLastResort && fallback === null) {
    const above = rank(judged.filter((one) => one.unfit === null && !one.rest && ranks[one.model.tier] > ranks[first.model.tier]))
    if (above.length > 0) return choose(above, judged, `${first.model.ref} has failed at it, so it goes one tier up.`, wish)
  }
  if (first) return takeNamed(wish, usable, judged)
  return climb(wish, judged)
}

function takeNamed(wish: Wish, usable: readonly Judged[], judged: readonly Judged[]): Decision {
  const taken = usable.find((one) => !one.rest)
  if (!taken) return { kind: 'resting', rest: soonest(usable), candidates: remember(judged, []) }
  const { ref } = taken.model
  const fallbacks = usable
    .filter((one) => one !== taken && toSpoken(one.model.wire) === toSpoken(taken.model.wire) && one.model.ref !== ref)
    .map((one) => one.model.ref)
  const reason = toNamedReason(wish, taken.model, usable[0]?.rest)
  return { kind: 'chosen', ref, fallbacks: [...new Set(fallbacks)], reason, candidates: remember(judged, [ref, ...fallbacks], 'not the one that was named') }
}

function toNamedReason({ agent, asked, isLastResort }: Wish, { provider, ref }: ModelView, rest: Rest | undefined): string {
  if (provider === 'rehearsal') return 'The rehearsal is played by the script that comes with REEF.'
  if (rest) return `${rest.detail}, so ${agent} takes ${ref} instead.`
  if (ref === asked) return `The owner named ${ref} for ${agent}.`
  return `${asked ?? 'The model before it'} ${isLastResort ? 'has failed at it' : 'may not do it'}, so ${agent} takes its fallback ${ref}.`
}

/** The pyramid, from the tier that the work asks for; what has failed there is not asked again while there is something above. */
function climb(wish: Wish, judged: readonly Judged[]): Decision {
  const fit = judged.filter((one) => one.unfit === null && !one.isBelow)
  const free = rank(fit.filter((one) => !one.rest))
  const words = `Cheapest of ${free.length} ${free.length === 1 ? 'model' : 'models'} that can do it`
  if (free.length > 0)
    return choose(
      free,
      judged,
      `${words}${wish.tier === 'fast' ? '' : wish.tier === 'local' ? ' on machines of one’s own' : `, from tier ${wish.tier} up`}.`,
      wish,
    )
  if (fit.length > 0) return { kind: 'resting', rest: soonest(fit), candidates: remember(judged, []) }
  const below = judged.filter((one) => one.unfit === null)
  const best = Math.max(...below.map((one) => ranks[one.model.tier]))
  const next = rank(below.filter((one) => ranks[one.model.tier] === best && !one.rest))
  if (next.length > 0) return choose(next, judged, `No connected model is of tier ${wish.tier} or above: this is the cheapest of the best there are.`, wish)
  if (below.length > 0) return { kind: 'resting', rest: soonest(below), candidates: remember(judged, []) }
  return { kind: 'missing', message: toMissing(wish, judged), candidates: remember(judged, []) }
}

function choose(ranked: readonly Judged[], judged: readonly Judged[], why: string, { purpose }: Wish): Decision {
  const [first, ...others] = ranked
  if (!first) throw new Error('a choice among none')
  const fallbacks = others.filter((one) => toSpoken(one.model.wire) === toSpoken(first.model.wire)).slice(0, MOST_FALLBACKS)
  const { expectedCost, passRate, samples } = first.candidate
  const cost = expectedCost === null ? 'at a price that nobody lists' : `about ${formatMoney(expectedCost)} to the end`
  const seen = samples === 0 ? 'none seen yet' : `${samples} seen`
  const refs = [first, ...fallbacks].map((one) => one.model.ref)
  return {
    kind: 'chosen',
    ref: first.model.ref,
    fallbacks: refs.slice(1),
    reason: `${why} ${first.model.ref}: ${cost}, with ${Math.round(passRate * 100)} % of attempts at ${purpose} passing (${seen}).`,
    candidates: remember(judged, refs),
  }
}

function judge(wish: Wish, { models, recordOf, restOf }: Known): Judged[] {
  const priced = models.map((model) => {
    const record = model.enabled ? recordOf(model.ref) : NO_RECORD
    const passRate = toPassRate(model.tier, record)
    return {
      model,
      record,
      tier: model.tier,
      passRate,
      attemptCost: toAttemptCost(wish.purpose, model.billing !== 'metered', model, record),
      unfit: findUnfit(model, wish),
    }
  })
  const rescues = toRescues(priced.filter((one) => one.unfit === null))
  return priced.map((one) => {
    const { model, record, unfit } = one
    const isBelow = wish.tier !== 'local' && ranks[model.tier] < ranks[wish.tier]
    const rest = unfit === null ? restOf(model) : undefined
    return {
      model,
      unfit,
      isBelow,
      rest,
      candidate: {
        ref: model.ref,
        tier: model.tier,
        expectedCost: toTotalCost(one, rescues),
        passRate: Math.round(one.passRate * 1000) / 1000,
        samples: record.passed + record.failed,
        excluded: unfit ?? rest?.detail ?? (isBelow ? `below tier ${wish.tier}` : null),
      },
    }
  })
}

/** Why a model cannot do it, whatever it costs; null when it can. */
function findUnfit(model: ModelView, wish: Wish): string | null {
  const isAgent = wish.driver !== 'direct'
  const needed = Math.max(wish.inputTokens + Math.min(model.maxOutput ?? ANSWER_TOKENS, ANSWER_TOKENS), isAgent ? LEAST_CONTEXT_OF_AGENTS : 0)
  if (wish.exclude.includes(model.ref)) return wish.purpose === 'review' ? 'built what is to be reviewed' : 'has failed at it'
  if (!model.enabled) return 'taken out of the choice by the owner'
  if (!wish.wires.includes(model.wire)) return `speaks ${model.wire}, which ${wish.driver} does not`
  if (model.billing === 'subscription' && model.wire === 'anthropic' && wish.driver !== 'claude-code') return 'a subscription that serves Claude Code alone'
  if (!model.tools && isAgent) return 'cannot use tools'
  if (model.contextWindow !== null && model.contextWindow < needed) return `takes ${model.contextWindow} tokens, and ${needed} are needed`
  if (wish.tier === 'local' && model.tier !== 'local') return 'not on a machine of one’s own'
  if (model.billing === 'metered' && model.inputUsdPerMTok === null && !wish.named.includes(model.ref)) return 'nobody lists its price'
  return null
}

/** Cheapest first; what has no price last; then by name, so that the same facts give the same choice. */
function rank(judged: readonly Judged[]): Judged[] {
  const costOf = ({ candidate }: Judged) => candidate.expectedCost ?? Number.MAX_VALUE
  return judged.toSorted((a, b) => costOf(a) - costOf(b) || b.candidate.passRate - a.candidate.passRate || (a.model.ref < b.model.ref ? -1 : 1))
}

/** The rest that ends first; one that only the owner can end counts last. */
function soonest(judged: readonly Judged[]): Rest {
  const rests = judged.flatMap((one) => one.rest ?? [])
  const [first] = rests.toSorted((a, b) => (a.until ?? Number.MAX_VALUE) - (b.until ?? Number.MAX_VALUE))
  if (!first) throw new Error('no rest among the resting')
  return first
}

/** The chosen, its fallbacks, what came next in price, and some of what was left out: enough to see why, whatever a reseller lists. */
function remember(judged: readonly Judged[], chosen: readonly string[], others = 'expected to cost more'): RouteCandidate[] {
  const place = ({ model, candidate }: Judged) =>
    chosen.includes(model.ref) ? chosen.indexOf(model.ref) : candidate.excluded === null ? chosen.length : chosen.length + 1
  return rank(judged)
    .toSorted((a, b) => place(a) - place(b))
    .slice(0, MOST_REMEMBERED)
    .map(({ model, candidate }) => (chosen.includes(model.ref) ? { ...candidate, excluded: null } : { ...candidate, excluded: candidate.excluded ?? others }))
}

function toMissing({ agent, purpose }: Wish, judged: readonly Judged[]): string {
  const [first] = judged
  if (!first) return `no model is connected for ${agent}`
  const counts = new Map<string, number>()
  for (const { unfit } of judged) if (unfit) counts.set(unfit, (counts.get(unfit) ?? 0) + 1)
  const [why] = [...counts].sort((a, b) => b[1] - a[1])
  const whose = purpose === 'review' ? `for the review of ${agent}` : `for ${agent}`
  return `no connected model will do ${whose}: of ${judged.length}, ${why?.[1] ?? 0} ${why?.[0] ?? ''}`
}
