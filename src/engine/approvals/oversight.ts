import { hash } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import type { ApprovalId, ApprovalView, Instant, OversightHealth, Settings, Tier } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ReadDb } from '../store/index.ts'
import { type AskedRow, type CardRow, createOversightReader } from './oversight.store.ts'
import { SHARE_APPROVED } from './trust.ts'

export type OversightDeps = {
  readonly reader: ReadDb
  readonly clock: Clock
  readonly settings: () => Pick<Settings, 'maxOpenCards' | 'maxCardsPerHour' | 'timeZone'>
  readonly approval: (id: ApprovalId) => ApprovalView
  readonly tierOf: (action: string) => Tier
  readonly whatOf: (action: string) => string
  /** Whether a playbook that waits or holds names the class for the agent already. */
  readonly covers: (action: string, agent: string) => boolean
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const LAST_SEEN = 10
const TOO_FAST_MS = 2000
const MANY = 30
const SAMPLE = 5
const SAMPLE_DAYS = 28

/** Whether the owner's say is still one: how he decides, what he regrets, and what asks too much of him (U-52, U-53, U-118). */
export function createOversight({ reader: db, clock, settings, approval, tierOf, whatOf, covers }: OversightDeps) {
  const reader = createOversightReader(db)

  /**
   * The agent that gets no work which would ask, while more cards are open or arrive than the owner can read; null while he can.
   * A bundle is one card. Asked before every task that could ask: it reads only what is open and the last hour.
   */
  function shedding(): OversightHealth['shedding'] {
    const { maxOpenCards, maxCardsPerHour } = settings()
    const open = reader.open().filter(({ tier }) => tier === 'T2')
    const [waiting, most] = [toCards(open), mostOf(open)]
    if (most && waiting > maxOpenCards)
      return { agent: most.agent, because: `${waiting} cards wait for you, more than ${maxOpenCards}; ${most.agent} put ${most.times} questions on them` }
    const asking = reader.asking((clock.now() - HOUR) as Instant)
    const [perHour, noisiest] = [toCards(asking), mostOf(asking)]
    if (!noisiest || perHour <= maxCardsPerHour) return null
    return {
      agent: noisiest.agent,
      because: `${perHour} cards in an hour, more than ${maxCardsPerHour}; ${noisiest.agent} put ${noisiest.times} questions on them`,
    }
  }

  /** The same few all week long: drawn from the four weeks before it began, by a hash of the week and the card. */
  function sample(): ApprovalView[] {
    const today = Temporal.Instant.fromEpochMilliseconds(clock.now()).toZonedDateTimeISO(settings().timeZone)
    const monday = today.subtract({ days: today.dayOfWeek - 1 }).startOfDay()
    const week = `${today.yearOfWeek}-W${today.weekOfYear}`
    const from = monday.subtract({ days: SAMPLE_DAYS })
    return reader
      .past(from.epochMilliseconds as Instant, monday.epochMilliseconds as Instant)
      .map((id) => ({ id, place: hash('sha256', `${week} ${id}`) }))
      .sort((a, b) => (a.place < b.place ? -1 : 1))
      .slice(0, SAMPLE)
      .map(({ id }) => approval(id))
  }

  return {
    shedding,

    /** Over what was asked for in the last `days`. Rehearsals do not count. */
    health(days: number): OversightHealth {
      const now = clock.now()
      const since = Math.max(0, now - days * DAY) as Instant
      const all = reader.asked(since)
      const asked = all.filter((row) => !row.preauthorised)
      const decided = asked.filter((row) => row.approved || row.denied)
      const count = (is: (row: AskedRow) => unknown) => asked.filter(is).length
      const approved = count((row) => row.approved)
      const undone = count((row) => row.undone)
      const expired = count((row) => row.expired)
      const regretted = count((row) => row.approved && row.regretted)
      const seen = reader.seen(LAST_SEEN)
      const byClass = toClasses(asked)
      return {
        since,
        asked: asked.length,
        decided: decided.length,
        approved,
        denied: decided.length - approved,
        expired,
        undone,
        regretted,
        preauthorised: all.length - asked.length,
        approveRate: share(approved, decided.length),
        undoRate: share(
          undone,
          count((row) => row.approved || row.undone),
        ),
        expiredRate: share(expired, decided.length + expired),
        regretRate: share(regretted, approved),
        medianDecisionMs: median(decided.map((row) => (row.decidedAt ?? row.requestedAt) - row.requestedAt)),
        medianSeenMs: median(seen),
        decidedBeforeHalf: share(decided.filter(isBeforeHalf).length, decided.length),
        cardsPerHour: toCards(reader.asking((now - HOUR) as Instant)),
        alarmsPerHour: reader.alarms(since) / Math.max(1, (now - since) / HOUR),
        open: toCards(reader.open()),
        brake: isTooFast(seen),
        shedding: shedding(),
        byClass,
        suggestions: toSuggestions(byClass),
        sample: sample(),
      }
    },
  }

  function toSuggestions(classes: OversightHealth['byClass']): OversightHealth['suggestions'] {
    return classes.flatMap(({ action, agent, approved, denied, regretted }) => {
      const decided = approved + denied
      if (decided < MANY || approved < SHARE_APPROVED * decided || regretted > 0 || tierOf(action) !== 'T2' || covers(action, agent)) return []
      const sentence = `${agent} asked to ${whatOf(action)}; you approved ${approved} of ${decided} and regretted none. A playbook would save you the question.`
      return [{ action, agent, approved, sentence }]
    })
  }
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
/** Half of the last ten T2 decisions at a face came sooner than a card can be read. */
const isTooFast = (seen: readonly number[]): boolean => seen.length === LAST_SEEN && (median(seen) ?? TOO_FAST_MS) < TOO_FAST_MS
const isBeforeHalf = ({ requestedAt, decidedAt, deadline }: AskedRow): boolean => decidedAt !== null && decidedAt - requestedAt < (deadline - requestedAt) / 2

/** Of an even number, halfway between the two in the middle; whole milliseconds. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  return upper === undefined || lower === undefined ? null : Math.round((lower + upper) / 2)
}

const toCards = (rows: readonly CardRow[]): number => new Set(rows.map(({ bundle }) => bundle)).size

function mostOf(rows: readonly CardRow[]): { agent: string; times: number } | undefined {
  const groups = [...Map.groupBy(rows, ({ agent }) => agent)].map(([agent, own]) => ({ agent, times: own.length }))
  return groups.sort((a, b) => b.times - a.times || (a.agent < b.agent ? -1 : 1))[0]
}

function toClasses(asked: readonly AskedRow[]): OversightHealth['byClass'] {
  const groups = Map.groupBy(asked, ({ action, agent }) => `${action} ${agent}`)
  return [...groups.values()]
    .flatMap((rows) => {
      const [first] = rows
      if (!first) return []
      const { action, agent } = first
      const sum = (key: 'approved' | 'denied' | 'regretted') => rows.reduce((n, row) => n + row[key], 0)
      const seen = rows.flatMap((row) => (row.seenMs === null ? [] : [row.seenMs]))
      return [{ action, agent, asked: rows.length, approved: sum('approved'), denied: sum('denied'), regretted: sum('regretted'), medianSeenMs: median(seen) }]
    })
    .sort((a, b) => b.asked - a.asked || (a.action < b.action ? -1 : 1))
}
