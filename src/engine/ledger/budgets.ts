import type { Actor, AttemptId, BudgetRef, BudgetRefusal, BudgetView, CallView, Instant, Nanodollars, TaskId } from '../../contract/index.ts'
import { toNanodollars } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { type WriteDb, write } from '../store/index.ts'
import type { Envelope } from './budget.store.ts'
import { type BudgetChange, type BudgetRow, checkBudget, checkClear, type DefaultBudgets, type Limit, limitsOf, type Payer, toMark } from './budget.ts'
import { createEnvelopes, type Hold, toKey } from './envelopes.ts'
import { createWindows } from './window.ts'

export type BudgetsDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly zone: () => string
  readonly defaults: () => DefaultBudgets
  /** Changes a default: the owner's settings. */
  readonly setDefault: (
    change: { readonly scope: BudgetRef['scope']; readonly period: BudgetRef['period']; readonly hardUsd: number; readonly softUsd: number | null },
    actor: Actor,
  ) => void
  /** What a task and a plan may cost; null for one that nobody knows. */
  readonly work: (payer: Pick<Payer, 'taskId' | 'planId'>) => { readonly task: number | null; readonly plan: number | null }
  /** Throws task/unknown or plan/unknown. */
  readonly setWork: (scope: 'task' | 'plan', id: string, hard: Nanodollars, actor: Actor) => void
  /** Why an agent may call no model; null when it may. */
  readonly paused: (agent: string) => string | null
  /** Calls of one attempt that cost no cash. */
  readonly mostFreeCalls: () => number
}

/** What is left for one call: the least of all limits that it counts under. */
export type Room = {
  readonly envelopes: readonly number[]
  readonly cash: number
  readonly list: number
  /** Spent under the narrowest of them. */
  readonly soFar: Nanodollars
  /** The limit that is most in the way of such an amount. */
  readonly refusal: (needed: { cash: Nanodollars; list: Nanodollars }) => BudgetRefusal
}

type Standing = { readonly limit: Limit; readonly envelope: Envelope }

/** The owner's limits, what is left of each, and who is told when it grows scarce. */
export function createBudgets({ db, clock, append, zone, defaults, setDefault, work, setWork, paused, mostFreeCalls }: BudgetsDeps) {
  const envelopes = createEnvelopes(db)
  const { store } = envelopes
  const windows = createWindows(zone)
  let own = toIndex(store.budgets())
  let killedAt = store.killedAt()
  /** The limit that each envelope was last used at. */
  const lastLimits = new Map<number, Limit>()
  const freeCalls = new Map<string, number>()
  let catchUp = () => {}

  return {
    /** What is to happen before somebody looks, so that he sees every call that has ended. */
    readAfter(caughtUp: () => void): void {
      catchUp = caughtUp
    },

    /** Reads what is left, opening envelopes that were never used. Inside the transaction that then holds the money. */
    room(payer: Payer, metered: boolean, now: Instant): Room {
      const standing = stand(toLimits(payer, metered, now))
      const { call } = defaults()
      let cash = call
      let list = Number.POSITIVE_INFINITY
      for (const { limit, envelope } of standing) {
        const room = limit.hard - envelope.spent - envelope.held
        if (limit.measure === 'cash') cash = Math.min(cash, room)
        else list = Math.min(list, room)
      }
      return {
        envelopes: standing.map(({ envelope }) => envelope.id),
        cash,
        list,
        soFar: standing[0]?.envelope.spent ?? (0 as Nanodollars),
        refusal: (needed) => toRefusal(standing, call, needed),
      }
    },

    hold: envelopes.hold,

    /** What a call held becomes what it cost; the owner hears of every mark that is passed by it. */
    settle({ envelopes: ids, ...held }: Hold, call: CallView): void {
      envelopes.addUp(call)
      const cost = { cash: call.cost, list: call.listCost }
      for (const id of ids) {
        const before = envelopes.get(id)
        if (!before) throw new Error(`there is no envelope ${id}`)
        const { measure } = before
        const after = { ...before, held: (before.held - held[measure]) as Nanodollars, spent: (before.spent + cost[measure]) as Nanodollars }
        envelopes.put(cost[measure] > 0 ? tellMarks(after) : after)
      }
    },

    /** Writes what the transaction changed; at its end, inside it. */
    flush: envelopes.flush,
    /** Begins again from the disk and the calls that are open. */
    restore(open: Iterable<Hold>): void {
      freeCalls.clear()
      envelopes.restore(open)
    },

    /** Why no call may be made at all; undefined when calls may be made. */
    stopped(agent: string): { readonly why: 'killed' | 'paused'; readonly message: string } | undefined {
      if (killedAt !== null)
        return { why: 'killed', message: 'the owner has stopped all model calls. They are allowed again in the window, or with: reef spend allow' }
      const reason = paused(agent)
      return reason === null
        ? undefined
        : { why: 'paused', message: `${agent} is paused: ${reason}. The owner can let it go on with: reef agent resume ${agent}` }
    },

    /** Why an attempt may make no more calls that cost no cash. `known` counts those that it made before it was first asked for. */
    tooManyFree(attemptId: AttemptId, known: () => number): string | undefined {
      const made = freeCalls.get(attemptId) ?? known()
      if (freeCalls.size > MOST_KEPT) freeCalls.clear()
      freeCalls.set(attemptId, made)
      return made >= mostFreeCalls() ? `this attempt has made ${made} calls that cost nothing, and none of them ended it.` : undefined
    },
    /** It makes one more. */
    noteFreeCall: (attemptId: AttemptId): void => void freeCalls.set(attemptId, (freeCalls.get(attemptId) ?? 0) + 1),

    /** Tells the owner once for each limit, window and amount of the limit. */
    noteRefusal({ budget, needed }: BudgetRefusal, { agent, taskId }: { agent: string; taskId: TaskId | null }): void {
      const envelope = budget.scope === 'call' ? undefined : envelopes.find({ ...toPlace(budget), windowStart: budget.windowStart ?? 0 })
      if (!envelope || envelope.toldRefusal === budget.hard) return
      envelopes.put({ ...envelope, toldRefusal: budget.hard })
      append({ type: 'budget.refused', subject: toSubject(budget), data: { budget, needed, agent, taskId } })
    },

    /** Tells the owner, once a day and month, that a limit of the whole factory will be reached at the present rate. */
    noteForecast(period: 'day' | 'month', expected: number): void {
      write(db, () => {
        const [standing] = stand(toLimits(nobody, true, clock.now()).filter((limit) => limit.scope === 'global' && limit.period === period))
        if (!standing || expected < standing.limit.hard || standing.envelope.toldAhead === 1) return
        envelopes.putAside({ ...standing.envelope, toldAhead: 1 })
        append({ type: 'budget.crossed', subject: toSubject(standing.limit), data: { budget: toView(standing), mark: 'forecast' } })
      })
    },

    /** Every limit that is set and every default, then everything that was spent on in the present windows. */
    list(): BudgetView[] {
      catchUp()
      const now = clock.now()
      const { day, month } = windows(now)
      const used = store.inWindow(day.start, month.start)
      const payers: Payer[] = [nobody, ...used.map(toPayer), ...[...own.values()].map(toPayer)]
      const views = new Map<string, BudgetView>()
      for (const payer of payers)
        for (const limit of toLimits(payer, true, now)) if (limit.subject !== NOBODY) views.set(toSubject(limit), toView({ limit, envelope: seek(limit) }))
      return [...toDefaultViews(defaults()), ...[...views.values()].sort(byPlace)]
    },

    /** What a call of this payer is held against, the tightest first. */
    explain(payer: Payer): BudgetView[] {
      catchUp()
      return toLimits(payer, true, clock.now())
        .map((limit) => toView({ limit, envelope: seek(limit) }))
        .sort((a, b) => a.hard - a.spent - a.held - (b.hard - b.spent - b.held))
    },

    /** Throws budget/invalid with the field at fault. Takes effect with the next call. */
    set(change: BudgetChange, actor: Actor): BudgetView {
      checkBudget(change)
      const { scope, subject, period, hardUsd } = change
      const hard = toNanodollars(hardUsd)
      const before = find(change)
      const soft =
        change.softUsd === undefined
          ? before.soft !== null && before.soft <= hard
            ? before.soft
            : null
          : change.softUsd === null
            ? null
            : toNanodollars(change.softUsd)
      write(db, () => {
        if (subject === '*') setDefault({ scope, period, hardUsd, softUsd: soft === null ? null : soft / 1e9 }, actor)
        else if (scope === 'task' || scope === 'plan') setWork(scope, subject, hard, actor)
        else store.put({ scope, subject, period, soft, hard }, clock.now())
        append({ type: 'budget.changed', subject: toSubject(change), actor, data: { ref: { scope, subject, period }, from: before.hard, to: hard, soft } })
      })
      own = toIndex(store.budgets())
      return find(change)
    },

    /** Back to the default. Throws budget/invalid for what has none to go back to. */
    clear(ref: BudgetRef, actor: Actor): BudgetView {
      checkBudget({ ...ref, hardUsd: 1 })
      checkClear(ref)
      const before = find(ref)
      own = new Map([...own].filter(([name]) => name !== toSubject(ref)))
      const after = find(ref)
      try {
        write(db, () => {
          if (store.drop(ref))
            append({ type: 'budget.changed', subject: toSubject(ref), actor, data: { ref, from: before.hard, to: after.hard, soft: after.soft } })
        })
      } finally {
        own = toIndex(store.budgets())
      }
      return after
    },

    /** The limits behind envelopes as they are now, with what was spent in the envelope's own window; an attempt's stands with its task. */
    views(ids: readonly number[]): BudgetView[] {
      catchUp()
      return ids.flatMap((id) => {
        const envelope = envelopes.get(id)
        const limit = envelope && toLimits(toPayer(envelope), true, clock.now()).find((other) => toSubject(other) === toSubject(envelope))
        if (!envelope || !limit) return []
        const { windowStart } = envelope
        return toView({ limit: { ...limit, windowStart, resetsAt: windowStart === limit.windowStart ? limit.resetsAt : null }, envelope })
      })
    },

    /** What all calls under way hold of the day's money. */
    held(): Nanodollars {
      catchUp()
      return seek(toLimits(nobody, true, clock.now()).find(isWholeDay) as Limit).held
    },
    killedAt: (): Instant | null => killedAt,
    /** From the next call on; those under way are the gateway's to end. */
    kill(actor: Actor, aborted: number): void {
      write(db, () => {
        if (store.kill(clock.now())) append({ type: 'spend.killed', subject: 'spend', actor, data: { aborted } })
      })
      killedAt = store.killedAt()
    },
    allow(actor: Actor): void {
      write(db, () => {
        if (store.allow()) append({ type: 'spend.allowed', subject: 'spend', actor, data: {} })
      })
      killedAt = null
    },

    /** A correction counts in the day and month whose bill it corrects. Inside the transaction that books it. */
    noteAdjustment({ chargedAt, amount }: { chargedAt: number; amount: number }): void {
      const { day, month } = windows(chargedAt)
      for (const [period, { start }] of [
        ['day', day],
        ['month', month],
      ] as const) {
        const envelope = envelopes.find({ scope: 'global', subject: '*', period, windowStart: start })
        if (envelope) envelopes.putAside({ ...envelope, spent: (envelope.spent + amount) as Nanodollars })
      }
    },

    /** Fills every limit of a payer to its brim; only for the self-test, which takes it back. */
    exhaust(payer: Payer): void {
      for (const { limit, envelope } of stand(toLimits(payer, true, clock.now()))) envelopes.put({ ...envelope, spent: limit.hard as Nanodollars })
    },
  }

  function toLimits(payer: Payer, metered: boolean, now: number): Limit[] {
    return limitsOf(payer, {
      windows: windows(now),
      defaults: defaults(),
      own: (scope, subject, period) => own.get(toSubject({ scope, subject, period })),
      work: work(payer),
      metered,
    })
  }

  /** What an envelope counts against; undefined when its window is over. */
  function limitOf(envelope: Envelope): Limit | undefined {
    return toLimits(toPayer(envelope), true, clock.now()).find((limit) => toKey(limit) === toKey(envelope))
  }

  /** Each limit with its envelope, which is opened when there is none. */
  function stand(limits: readonly Limit[]): Standing[] {
    return limits.map((limit) => {
      const envelope = envelopes.of(limit)
      if (lastLimits.size > MOST_KEPT) lastLimits.clear()
      lastLimits.set(envelope.id, limit)
      return { limit, envelope }
    })
  }

  function seek(limit: Limit): Pick<Envelope, 'spent' | 'held' | 'mark'> {
    return envelopes.find(limit) ?? { spent: 0 as Nanodollars, held: 0 as Nanodollars, mark: 0 }
  }

  function find(ref: BudgetRef): BudgetView {
    if (ref.subject === '*' && ref.scope !== 'global') {
      const view = toDefaultViews(defaults()).find((other) => toSubject(other) === toSubject(ref))
      if (view) return view
    }
    const limit = toLimits(toPayer(ref), true, clock.now()).find((other) => toSubject(other) === toSubject(ref))
    return limit ? toView({ limit, envelope: seek(limit) }) : toBounded(ref, defaults())
  }

  /** The envelope with what the owner is told of it now. */
  function tellMarks(envelope: Envelope): Envelope {
    const limit = lastLimits.get(envelope.id) ?? limitOf(envelope)
    if (!limit) return envelope
    const mark = Math.max(envelope.mark, toMark(envelope.spent, limit.hard))
    const toldSoft = limit.soft !== null && envelope.spent >= limit.soft ? 1 : envelope.toldSoft
    const after = { ...envelope, mark, toldSoft }
    const budget = toView({ limit, envelope: after })
    if (toldSoft > envelope.toldSoft) append({ type: 'budget.crossed', subject: toSubject(limit), data: { budget, mark: 'soft' } })
    if (mark > envelope.mark) append({ type: 'budget.crossed', subject: toSubject(limit), data: { budget, mark: mark as 50 | 80 | 100 } })
    return after
  }
}
export type Budgets = ReturnType<typeof createBudgets>

const isWholeDay = ({ scope, period }: Limit): boolean => scope === 'global' && period === 'day'
/** Attempts come and go for months: what is remembered of them can be found again. */
const MOST_KEPT = 5000
const NOBODY = '-'
const nobody: Payer = { attemptId: null, taskId: null, planId: null, project: null, agent: NOBODY, team: NOBODY }
const toIndex = (rows: readonly BudgetRow[]): ReadonlyMap<string, BudgetRow> => new Map(rows.map((row) => [toSubject(row), row]))
const toSubject = ({ scope, subject, period }: BudgetRef): string => `${scope}/${subject}/${period}`
const toPlace = ({ scope, subject, period }: BudgetView) => ({ scope: scope as Limit['scope'], subject, period: period as Limit['period'] })

/** Somebody who counts under this limit, to ask what it is. */
function toPayer({ scope, subject }: Pick<BudgetRef, 'scope' | 'subject'>): Payer {
  const field = { attempt: 'attemptId', task: 'taskId', plan: 'planId', agent: 'agent', team: 'team', project: 'project', global: null, call: null }[scope]
  return field === null ? nobody : { ...nobody, [field]: subject }
}

function toView({ limit, envelope }: { limit: Limit; envelope: Pick<Envelope, 'spent' | 'held' | 'mark'> }): BudgetView {
  const { scope, subject, period, hard, soft, source, windowStart, resetsAt } = limit
  return {
    scope,
    subject,
    period,
    soft: soft as Nanodollars | null,
    hard: hard as Nanodollars,
    source,
    spent: envelope.spent,
    held: envelope.held,
    windowStart: windowStart === 0 ? null : (windowStart as Instant),
    resetsAt,
    mark: envelope.mark,
  }
}

const unused = { spent: 0 as Nanodollars, held: 0 as Nanodollars, windowStart: null, resetsAt: null, mark: 0, source: 'default' as const }

/** The defaults that hold for every subject that has no limit of its own. */
function toDefaultViews({ call, agentDay, teamDay, projectDay }: DefaultBudgets): BudgetView[] {
  const view = (scope: BudgetView['scope'], period: BudgetView['period'], hard: number): BudgetView => ({
    ...unused,
    scope,
    subject: '*',
    period,
    soft: null,
    hard: hard as Nanodollars,
  })
  return [view('call', 'call', call), view('agent', 'day', agentDay), view('team', 'day', teamDay), view('project', 'day', projectDay)]
}

/** A month or a whole project without a limit of its own: what bounds it is the factory's month. */
const toBounded = ({ scope, subject, period }: BudgetRef, { globalMonth }: DefaultBudgets): BudgetView => ({
  ...unused,
  scope,
  subject,
  period,
  soft: null,
  hard: globalMonth as Nanodollars,
})

/** The limit with the least room for what is needed; the call's own limit when nothing else is in the way. */
function toRefusal(standing: readonly Standing[], call: number, needed: { cash: Nanodollars; list: Nanodollars }): BudgetRefusal {
  const lacking = standing
    .map(({ limit, envelope }) => ({ limit, envelope, needed: limit.measure === 'cash' ? needed.cash : needed.list }))
    .map((row) => ({ ...row, short: row.envelope.spent + row.envelope.held + row.needed - row.limit.hard }))
    // An attempt's limit is its task's: whoever raises it raises the task's.
    .sort((a, b) => b.short - a.short || Number(a.limit.scope === 'attempt') - Number(b.limit.scope === 'attempt'))
  const lasting = lacking.find(({ limit, envelope, needed }) => envelope.spent + needed > limit.hard)
  const [worst] = lasting ? [lasting] : lacking
  if (!worst || worst.short <= 0 || (needed.cash > call && !lasting))
    return { budget: { ...unused, scope: 'call', subject: '*', period: 'call', soft: null, hard: call as Nanodollars }, needed: needed.cash, passing: false }
  return { budget: toView(worst), needed: worst.needed, passing: lasting === undefined }
}

const order: readonly BudgetView['scope'][] = ['global', 'team', 'agent', 'project', 'plan', 'task', 'attempt', 'call']
const byPlace = (a: BudgetView, b: BudgetView): number =>
  order.indexOf(a.scope) - order.indexOf(b.scope) || a.subject.localeCompare(b.subject) || a.period.localeCompare(b.period)
