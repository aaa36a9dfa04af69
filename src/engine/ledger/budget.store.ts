import type { BudgetPeriod, BudgetScope, Instant, Nanodollars } from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'
import type { BudgetRow, Limit } from './budget.ts'

/** What is spent and held under one limit in one window. */
export type Envelope = {
  readonly id: number
  readonly scope: Limit['scope']
  readonly subject: string
  readonly period: Limit['period']
  readonly windowStart: number
  readonly measure: Limit['measure']
  readonly spent: Nanodollars
  readonly held: Nanodollars
  /** What the owner was told already: the highest mark, the soft limit, the forecast, and at which limit of a refusal. */
  readonly mark: number
  readonly toldSoft: 0 | 1
  readonly toldAhead: 0 | 1
  readonly toldRefusal: number | null
}
type Place = Pick<Envelope, 'scope' | 'subject' | 'period' | 'windowStart'>

const columns =
  'id, scope, subject, period, window_start AS windowStart, measure, spent, held, mark, told_soft AS toldSoft, told_ahead AS toldAhead, told_refusal AS toldRefusal'

/** Calls of one hour, UTC, that one line of the rollup is for. */
export type HourSum = {
  readonly hour: number
  readonly agent: string
  readonly provider: string
  readonly model: string
  readonly project: string
  readonly taskId: string
  readonly calls: number
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
  readonly cost: number
  readonly listCost: number
}

export function createBudgetStore(db: WriteDb) {
  const budgets = db.prepare<[], BudgetRow>('SELECT scope, subject, period, soft, hard FROM budget ORDER BY scope, subject, period')
  const put = db.prepare<BudgetRow & { at: Instant }>(
    `INSERT INTO budget (scope, subject, period, soft, hard, changed_at) VALUES (:scope, :subject, :period, :soft, :hard, :at)
     ON CONFLICT (scope, subject, period) DO UPDATE SET soft = excluded.soft, hard = excluded.hard, changed_at = excluded.changed_at`,
  )
  const drop = db.prepare<{ scope: BudgetScope; subject: string; period: BudgetPeriod }>(
    'DELETE FROM budget WHERE scope = :scope AND subject = :subject AND period = :period',
  )
  const find = db.prepare<Place, Envelope>(
    `SELECT ${columns} FROM envelope WHERE scope = :scope AND subject = :subject AND period = :period AND window_start = :windowStart`,
  )
  const open = db.prepare<Place & { measure: string; spent: number }, Envelope>(
    `INSERT INTO envelope (scope, subject, period, window_start, measure, spent, held) VALUES (:scope, :subject, :period, :windowStart, :measure, :spent, 0)
     RETURNING ${columns}`,
  )
  const byId = db.prepare<{ id: number }, Envelope>(`SELECT ${columns} FROM envelope WHERE id = :id`)
  const holding = db.prepare<[], Envelope>(`SELECT ${columns} FROM envelope WHERE held <> 0`)
  const save = db.prepare<Pick<Envelope, 'id' | 'spent' | 'held' | 'mark' | 'toldSoft' | 'toldAhead' | 'toldRefusal'>>(
    `UPDATE envelope SET spent = :spent, held = :held, mark = :mark, told_soft = :toldSoft, told_ahead = :toldAhead, told_refusal = :toldRefusal
      WHERE id = :id`,
  )
  const addUp = db.prepare<HourSum>(
    `INSERT INTO spend_hour (hour, agent, provider, model, project, task_id, calls, input, cache_read, cache_write, output, cost, list_cost)
     VALUES (:hour, :agent, :provider, :model, :project, :taskId, :calls, :input, :cacheRead, :cacheWrite, :output, :cost, :listCost)
     ON CONFLICT (hour, agent, provider, model, project, task_id) DO UPDATE
        SET calls = calls + excluded.calls, input = input + excluded.input, cache_read = cache_read + excluded.cache_read,
            cache_write = cache_write + excluded.cache_write, output = output + excluded.output, cost = cost + excluded.cost,
            list_cost = list_cost + excluded.list_cost`,
  )
  const inWindow = db.prepare<{ day: number; month: number }, Envelope>(
    `SELECT ${columns} FROM envelope
      WHERE scope IN ('agent', 'team', 'project', 'global') AND ((period = 'day' AND window_start = :day) OR (period = 'month' AND window_start = :month) OR period = 'total')`,
  )

  // What a limit finds already spent when its window is first used: settled calls by their bills, open ones by their reservations.
  // The rollup has whole hours; where a day begins within one, the rest of that hour is counted call by call. Index call_by_time.
  const sums: Record<Limit['scope'], { get(at: SumAt): number }> = {
    // Asked for at its first call.
    attempt: { get: () => 0 },
    task: summing(billedOrHeld('task_id = :subject')),
    plan: summing(billedOrHeld('plan_id = :subject')),
    agent: summing(spentBy('AND agent = :subject')),
    project: summing(spentBy('AND project = :subject')),
    global: summing(`${spentBy('')} + coalesce((SELECT sum(amount) FROM adjustment WHERE charged_at >= :from AND charged_at < min(:hour, :to)), 0)`),
    // The rollup knows no teams. Once a window.
    team: summing(billedOrHeld('at >= :from AND at < :to AND team = :subject')),
  }

  const killed = db.prepare<[], { at: Instant }>('SELECT at FROM spend_kill')
  const kill = db.prepare<{ at: Instant }>('INSERT INTO spend_kill (one, at) VALUES (1, :at) ON CONFLICT (one) DO NOTHING')
  const allow = db.prepare('DELETE FROM spend_kill')

  return {
    budgets: (): BudgetRow[] => budgets.all(),
    put: (row: BudgetRow, at: Instant) => void put.run({ ...row, at }),
    /** False when there was none. */
    drop: (ref: { scope: BudgetScope; subject: string; period: BudgetPeriod }): boolean => drop.run(ref).changes === 1,

    /** The envelope of a limit; undefined while nothing was ever asked of it. */
    find: ({ scope, subject, period, windowStart }: Place): Envelope | undefined => find.get({ scope, subject, period, windowStart }),
    /** A new one, with what was spent in its window before it was there. */
    open({ scope, subject, period, windowStart, measure, resetsAt }: Limit): Envelope {
      const spent = sums[scope].get({ subject, from: windowStart, hour: Math.ceil(windowStart / HOUR) * HOUR, to: resetsAt ?? Number.MAX_SAFE_INTEGER })
      const envelope = open.get({ scope, subject, period, windowStart, measure, spent })
      if (!envelope) throw new Error('an inserted envelope came back empty')
      return envelope
    },
    byId: (id: number): Envelope | undefined => byId.get({ id }),
    /** Those that held something when they were last written. */
    holding: (): Envelope[] => holding.all(),
    save: ({ id, spent, held, mark, toldSoft, toldAhead, toldRefusal }: Envelope) => void save.run({ id, spent, held, mark, toldSoft, toldAhead, toldRefusal }),
    /** Adds what calls of one hour, agent, model and task came to. */
    addUp: (sum: HourSum) => void addUp.run(sum),
    inWindow: (day: number, month: number): Envelope[] => inWindow.all({ day, month }),

    killedAt: (): Instant | null => killed.get()?.at ?? null,
    /** False when nobody may call already. */
    kill: (at: Instant): boolean => kill.run({ at }).changes === 1,
    allow: (): boolean => allow.run().changes === 1,
  }

  function summing(sql: string) {
    const statement = db.prepare<SumAt, number>(sql).pluck()
    return { get: (at: SumAt): number => statement.get(at) ?? 0 }
  }
}
/** A window from `from` up to and without `to`, and the first full hour in it. */
type SumAt = { readonly subject: string; readonly from: number; readonly hour: number; readonly to: number }
const HOUR = 3_600_000

const spentBy = (whose: string): string =>
  `SELECT coalesce((SELECT sum(cost) FROM spend_hour WHERE hour >= :hour AND hour < :to ${whose}), 0)
        + coalesce((SELECT sum(cost) FROM call WHERE at >= :from AND at < min(:hour, :to) ${whose}), 0)
        + coalesce((SELECT sum(reserved) FROM reservation WHERE at >= :from AND at < :to ${whose}), 0)`
const billedOrHeld = (where: string): string =>
  `SELECT coalesce((SELECT sum(cost) FROM call WHERE ${where}), 0) + coalesce((SELECT sum(reserved) FROM reservation WHERE ${where}), 0)`

export type BudgetStore = ReturnType<typeof createBudgetStore>
