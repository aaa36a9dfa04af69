import type { AttemptId, Billing, BudgetRefusal, CallId, CallView, Instant, Nanodollars, PlanId, SessionId, TaskId } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { afterCommit, createTurnWriter, type WriteDb, write } from '../store/index.ts'
import { type CallSize, toAffordable } from './bound.ts'
import type { Budgets } from './budgets.ts'
import type { Hold } from './envelopes.ts'
import { type Bill, createLedgerStore, type HeldCall, toClosed, unpriced } from './ledger.store.ts'
import { type Amount, type CallTarget, createFitting, isMetered, toAmount } from './offer.ts'
import type { Prices, Quote } from './price.ts'
import { toCost } from './rate.ts'
import { createReleases } from './releases.ts'
import { estimateUsage, type MeteredUsage, noUsage } from './usage.ts'

export type LedgerDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly prices: Pick<Prices, 'quote' | 'shadow'>
  readonly budgets: Budgets
  /** Longest answer that may be asked for, tokens. */
  readonly maxOutputTokens: () => number
  /** Books the cost on attempt, task and plan; called inside the transaction that bills the call. */
  readonly charge: (call: CallView) => void
}

export type CallOrigin = {
  readonly sessionId: SessionId | null
  readonly attemptId: AttemptId | null
  readonly taskId: TaskId | null
  readonly planId: PlanId | null
  readonly project: string | null
  readonly agent: string
  readonly team: string
  readonly wire: string
}
export type Reservation =
  | {
      readonly kind: 'reserved'
      readonly id: CallId
      /** The limit that the request has to carry; null to leave it as it is. */
      readonly maxOutput: number | null
      readonly amount: Nanodollars
      /** Spent before by the same attempt; by its plan or its agent where it belongs to none. */
      readonly soFar: Nanodollars
    }
  | { readonly kind: 'refused'; readonly refusal: BudgetRefusal }
  /** Nobody may spend anything: the owner's word, or a paused agent. */
  | { readonly kind: 'stopped'; readonly why: 'killed' | 'paused' | 'no-progress'; readonly message: string }

export type CallEnd = {
  readonly usage: MeteredUsage
  readonly status: number | null
  readonly latencyMs: number
  readonly ttftMs?: number | null
  readonly requestId: string | null
  /** exact: the provider's own final figures; estimated: anything else. */
  readonly confidence: 'exact' | 'estimated'
  /** The provider's own bill, where it sends one. */
  readonly reportedCost?: Nanodollars | null
}
/** An answer that broke off, or was never heard. */
export type CallCut = Omit<CallEnd, 'usage' | 'confidence'> & {
  readonly known: MeteredUsage | null
  readonly answerBytes: number
  /** True where the model may have thought without showing it. */
  readonly hidden: boolean
}
export type CallFailure = { readonly status: number; readonly latencyMs?: number; readonly requestId?: string | null }

/** How long a call waits for what others hold, milliseconds. A program waits for its first byte much longer. */
const PATIENCE_MS = 20_000

/**
 * Every model call and what it cost. Before it is made its worst case is reserved against every limit that it counts under, in
 * one transaction; when it ends it is billed once, against the same limits, whatever becomes of the engine between (facts:
 * models-and-compute.md, section 5). `spent + held <= hard` holds for every limit at every admission; a bill is above its
 * reservation only where a provider does not keep to the answer's limit or to its price.
 */
export function createLedger({ db, clock, append, prices, budgets, maxOutputTokens, charge }: LedgerDeps) {
  const store = createLedgerStore(db)
  const writer = createTurnWriter(db, { beforeCommit: budgets.flush, rolledBack })
  const toFit = createFitting({ quote: toQuote, maxOutputTokens })
  const priceIds = new Map<string, number>()
  const releases = createReleases()
  /** Calls under way; undefined when a transaction was rolled back, and they have to be read again. */
  let underWay: Map<CallId, HeldCall> | undefined
  /** Those of an engine that died: the calls of sessions that outlived it come back before recovery does. */
  let left = [...open().keys()]
  budgets.readAfter(writer.catchUp)

  return {
    /**
     * Reserves what a call costs at most with the dearest of `targets`; the first of them is written down as the one that is asked.
     * A longer answer than the money allows is cut shorter. Where only calls under way are in the way, it waits for them.
     */
    async reserve(
      origin: CallOrigin,
      targets: readonly [CallTarget, ...CallTarget[]],
      size: CallSize,
      { patienceMs = PATIENCE_MS, signal }: { patienceMs?: number; signal?: AbortSignal } = {},
    ): Promise<Reservation> {
      const until = clock.now() + patienceMs
      for (let isFirst = true; ; isFirst = false) {
        let seen = 0
        const answer = await writer.write(() => {
          seen = releases.count()
          return admit(origin, targets, size, isFirst)
        })
        if (answer.kind === 'crowded') {
          writer.catchUp()
          continue
        }
        if (answer.kind !== 'refused' || !answer.refusal.passing || clock.now() >= until || signal?.aborted) return answer
        await releases.next(seen, until - clock.now(), signal)
        if (signal?.aborted) return toStop(origin, targets) ?? answer
      }
    },

    /**
     * The provider took no work, and the next one is asked: the first call is closed without a bill, and what it held passes on
     * to the second. Answers the second's id.
     */
    transfer: (id: CallId, failure: CallFailure, next: CallTarget, origin: CallOrigin, size: CallSize): Promise<CallId> =>
      writer.write(() => {
        const before = open().get(id)
        if (!before) throw new Error(`there is no open call ${id} to pass on`)
        closeUnpaid(id, failure)
        budgets.hold(toHold(before))
        const again = newId('call', clock) as CallId
        insert(again, origin, next, size, JSON.parse(before.envelopes), { cash: before.reserved, list: before.reserved_list })
        return again
      }),

    /** Bills a call and books it everywhere in one transaction. A second time changes nothing and answers the first bill. */
    settle: (id: CallId, end: CallEnd): Promise<CallView> => whenever(() => bill(id, end)),

    /** Bills what no provider has put a figure to: an estimate, never above the reservation. */
    settleCut: (id: CallId, cut: CallCut): Promise<CallView> => whenever(() => billCut(id, cut)),

    /** The provider took no work: no tokens, no cost, and what was held is free again. */
    fail: (id: CallId, failure: CallFailure): Promise<CallView> => whenever(() => closeUnpaid(id, failure)),

    /** Books every call that has ended until now: asked by whoever reads the books by another way than the ledger's own. */
    catchUp: writer.catchUp,

    /** Bills the calls of an engine that died before their end; those of this life are left alone. Answers how many there were. */
    recover(): number {
      const ids = left
      try {
        write(db, () => {
          for (const id of ids) {
            const latencyMs = Math.max(0, clock.now() - (open().get(id)?.at ?? 0))
            billCut(id, { known: null, answerBytes: 0, hidden: true, status: null, latencyMs, requestId: null })
          }
          budgets.flush()
        })
      } catch (error) {
        rolledBack()
        throw error
      }
      left = []
      return ids.length
    },

    get(id: CallId): CallView | undefined {
      writer.catchUp()
      return store.get(id)
    },

    /**
     * Tries in earnest, and takes back, whether a call without money is refused. An engine where it is not must not work:
     * whoever broke the check would learn of it from the bill.
     */
    provesItself(): boolean {
      const origin = { ...nobody, wire: 'anthropic' }
      const target: CallTarget = { provider: 'self-test', model: 'self-test', billing: 'metered', limits: { contextWindow: null, maxOutput: null } }
      let refused = false
      try {
        write(db, () => {
          budgets.exhaust(origin)
          refused = fitIn(origin, [target], smallest, false).kind === 'refused'
          throw takenBack
        })
      } catch (error) {
        if (error !== takenBack) throw error
      } finally {
        rolledBack()
      }
      return refused
    },
  }

  /** A bill waits for company, and holds until then what was held for it: nobody waits for a bill but he who waits for money. */
  function whenever(body: () => CallView): Promise<CallView> {
    return writer.write(body, releases.areAwaited() ? 'now' : 'soon')
  }

  function admit(origin: CallOrigin, targets: readonly [CallTarget, ...CallTarget[]], size: CallSize, isFirst: boolean): Reservation | Crowded {
    open()
    return toStop(origin, targets) ?? fitIn(origin, targets, size, isFirst)
  }

  /** Within the limits alone, whatever else speaks against the call. The first time, calls that have ended are not in its way. */
  function fitIn(origin: CallOrigin, targets: readonly [CallTarget, ...CallTarget[]], size: CallSize, isFirst: boolean): Reservation | Crowded {
    const [now, metered] = [clock.now(), targets.some(isMetered)]
    const room = budgets.room(origin, metered, now)
    const strict = toFit(targets, { ...size, counted: null }, room, now)
    if (isFirst && strict.output < strict.most && writer.isWaiting()) return { kind: 'crowded' }
    const { offers, least, output } = strict.output < strict.least && size.counted !== null ? toFit(targets, size, room, now) : strict
    if (output < least) {
      const refusal = room.refusal(toAmount(offers, least))
      if (!refusal.passing) budgets.noteRefusal(refusal, origin)
      return { kind: 'refused', refusal }
    }
    const amount = toAmount(offers, output)
    budgets.hold({ envelopes: room.envelopes, ...amount })
    const id = newId('call', clock) as CallId
    insert(id, origin, targets[0], size, room.envelopes, amount)
    if (!metered && origin.attemptId !== null) budgets.noteFreeCall(origin.attemptId)
    const isLimit = metered && size.writes && (size.askedOutput === null || size.askedOutput > output)
    return { kind: 'reserved', id, maxOutput: isLimit ? output : null, amount: amount.cash, soFar: room.soFar }
  }

  function toStop(origin: CallOrigin, targets: readonly CallTarget[]): Reservation | undefined {
    const stopped = budgets.stopped(origin.agent)
    if (stopped) return { kind: 'stopped', ...stopped }
    if (origin.attemptId === null || origin.taskId === null || targets.some(isMetered)) return undefined
    const { attemptId, taskId } = origin
    const message = budgets.tooManyFree(attemptId, () => store.freeCalls(taskId, attemptId))
    return message === undefined ? undefined : { kind: 'stopped', why: 'no-progress', message }
  }

  function insert(id: CallId, origin: CallOrigin, target: CallTarget, size: CallSize, envelopes: readonly number[], amount: Amount): void {
    const call: HeldCall = {
      id,
      at: clock.now(),
      session_id: origin.sessionId,
      attempt_id: origin.attemptId,
      task_id: origin.taskId,
      plan_id: origin.planId,
      project: origin.project,
      agent: origin.agent,
      team: origin.team,
      provider: target.provider,
      model: target.model,
      wire: origin.wire,
      billing: target.billing,
      request_bytes: size.bytes,
      service: size.service,
      reserved: amount.cash,
      reserved_list: amount.list,
      envelopes: JSON.stringify(envelopes),
    }
    store.insert(call)
    open().set(id, call)
  }

  function open(): Map<CallId, HeldCall> {
    if (underWay) return underWay
    const calls = new Map(store.open().map((call) => [call.id, call]))
    budgets.restore([...calls.values()].map(toHold))
    underWay = calls
    return calls
  }

  function rolledBack(): void {
    underWay = undefined
    open()
  }

  function bill(id: CallId, { usage, reportedCost, confidence, ttftMs, ...end }: CallEnd): CallView {
    const held = open().get(id)
    if (!held) return before(id)
    const quote = toQuote(held.provider, held.model, held.billing, held.at)
    const computedCost = toCost(quote.rate, usage) as Nanodollars
    // A provider that reports nothing at all charged somewhere else; zero is not taken for an answer.
    const reported = reportedCost || null
    const listCost = quote.source === 'rehearsal' ? (0 as Nanodollars) : (reported ?? computedCost)
    return close(held, {
      ...end,
      id,
      state: 'settled',
      usage,
      cost: held.billing === 'metered' ? listCost : (0 as Nanodollars),
      listCost,
      computedCost,
      reportedCost: reportedCost ?? null,
      priceSource: quote.source,
      priceId: toPriceId(held, quote),
      confidence: quote.source === 'rehearsal' ? 'rehearsal' : quote.estimated && !reported && held.billing === 'metered' ? 'estimated' : confidence,
      ttftMs: ttftMs ?? null,
    })
  }

  function billCut(id: CallId, { known, answerBytes, hidden, ...end }: CallCut): CallView {
    const held = open().get(id)
    if (!held) return before(id)
    const { rate } = toQuote(held.provider, held.model, held.billing, held.at)
    const { service, request_bytes: requestBytes, reserved_list: reserved } = held
    const usage = estimateUsage({
      known,
      service,
      requestBytes,
      answerBytes,
      seconds: end.latencyMs / 1000,
      hidden,
      afford: (more) => toAffordable(rate, reserved, more),
    })
    return bill(id, { ...end, usage, confidence: 'estimated' })
  }

  function closeUnpaid(id: CallId, { status, latencyMs, requestId }: CallFailure): CallView {
    const held = open().get(id)
    if (!held) return before(id)
    return close(held, {
      ...unpriced,
      id,
      state: 'failed',
      usage: noUsage,
      confidence: 'exact',
      status,
      latencyMs: latencyMs ?? null,
      requestId: requestId ?? null,
    })
  }

  function before(id: CallId): CallView {
    const call = store.get(id)
    if (!call) throw new Error(`there is no call ${id}`)
    return call
  }

  function close(held: HeldCall, end: Bill): CallView {
    if (!store.close(held, end)) throw new Error(`the call ${held.id} was closed behind the ledger's back`)
    open().delete(held.id)
    const call = toClosed(held, end)
    append({ type: 'call.settled', subject: call.id, actor: toActor(call.agent), correlationId: call.planId, data: call })
    budgets.settle(toHold(held), call)
    if (call.cost > 0) charge(call)
    releases.note()
    return call
  }

  function toQuote(provider: string, model: string, billing: Billing, at: Instant): Quote {
    return billing === 'local' ? prices.shadow(provider, model, at) : prices.quote(provider, model, at)
  }

  /** The row that says what the price was, made when it is first used. */
  function toPriceId({ provider, model, billing }: HeldCall, { rate, source, version }: Quote): number {
    const key = `${provider}/${model}/${billing}/${source}/${version}/${rate.input}/${rate.output}/${rate.cacheRead}/${rate.cacheWrite}`
    const known = priceIds.get(key)
    if (known !== undefined) return known
    const { id, isNew } = store.price({ provider, model, source, version, rates: JSON.stringify(rate), at: clock.now() })
    if (isNew && source === 'ceiling' && billing === 'metered') append({ type: 'price.guessed', subject: `${provider}/${model}`, data: { provider, model } })
    afterCommit(db, () => priceIds.set(key, id))
    return id
  }
}
export type Ledger = ReturnType<typeof createLedger>

/** There may be more room when the calls that have ended are billed. */
type Crowded = { readonly kind: 'crowded' }
const takenBack = new Error('the self-test is taken back')
const nobody = { sessionId: null, attemptId: null, taskId: null, planId: null, project: null, agent: 'self-test', team: 'self-test' } as const
const smallest: CallSize = {
  bytes: 1,
  counted: null,
  refersOutside: false,
  askedOutput: 1,
  leastOutput: 1,
  choices: 1,
  hourCache: false,
  webSearches: 0,
  service: 'standard',
  writes: true,
}
const toHold = ({ envelopes, reserved, reserved_list }: HeldCall): Hold => ({ envelopes: JSON.parse(envelopes), cash: reserved, list: reserved_list })

const toActor = (agent: string): `agent:${string}` => `agent:${agent.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`
