import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttemptId, BudgetRefusal, CallView, EventType, Nanodollars, PlanId, ReefEvent, SessionId, TaskId } from '../../src/contract/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { ReefError } from '../../src/engine/kernel/errors.ts'
import {
  type Budgets,
  type BudgetsDeps,
  type CallOrigin,
  type CallSize,
  type CallTarget,
  createBudgets,
  createLedger,
  createPrices,
  type DefaultBudgets,
  noUsage,
  type Reservation,
} from '../../src/engine/ledger/index.ts'
import { afterCommit, migrate, openReader, openWriter } from '../../src/engine/store/index.ts'

const root = join(import.meta.dirname, '../..')
export const usd = (amount: number) => Math.round(amount * 1e9) as Nanodollars

const id = (prefix: string, n: number) => `${prefix}_01JC${String(n).padStart(22, '0')}`
export const task = (n: number) => id('task', n) as TaskId
export const attempt = (n: number) => id('att', n) as AttemptId
export const origin: CallOrigin = {
  sessionId: id('ses', 1) as SessionId,
  attemptId: attempt(1),
  taskId: task(1),
  planId: id('plan', 1) as PlanId,
  project: 'demo',
  agent: 'Rex',
  team: 'factory',
  wire: 'anthropic',
}
export const sonnet: CallTarget = {
  provider: 'anthropic',
  model: 'claude-sonnet-4-5',
  billing: 'metered',
  limits: { contextWindow: 200_000, maxOutput: 64_000 },
}
/** Four thousand tokens in and a thousand out: by Sonnet's prices at most $0.03. */
export const small: CallSize = {
  bytes: 3000,
  counted: null,
  refersOutside: false,
  askedOutput: 1000,
  leastOutput: 1,
  choices: 1,
  hourCache: false,
  webSearches: 0,
  service: 'standard',
  writes: true,
}
export const WORST = usd(0.03)
/** What a thousand tokens in and a hundred out come to. */
export const end = { usage: { ...noUsage, input: 1000, output: 100 }, status: 200, latencyMs: 5, requestId: 'req_1', confidence: 'exact' } as const
export const COST = usd(0.0045)

/** Limits that no call reaches by accident. */
const plenty: DefaultBudgets = {
  call: usd(1000),
  agentDay: usd(3000),
  teamDay: usd(3000),
  projectDay: usd(3000),
  globalDay: usd(3000),
  globalDaySoft: usd(3000),
  globalMonth: usd(90_000),
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] }
const defaultOf: Readonly<Record<string, keyof DefaultBudgets>> = {
  'call/call': 'call',
  'agent/day': 'agentDay',
  'team/day': 'teamDay',
  'project/day': 'projectDay',
  'global/day': 'globalDay',
  'global/month': 'globalMonth',
}

type Options = {
  readonly dir?: string
  readonly at?: string
  readonly charge?: (call: CallView) => void
  /** A check that somebody broke. */
  readonly broken?: (budgets: Budgets) => Budgets
}

/** The writing side of the ledger with its limits, over a real file. What the owner set, plans and pauses may be changed as it runs. */
export function openTill({ dir = mkdtempSync(join(tmpdir(), 'reef-till-')), at = '2026-11-20T10:15:00Z', charge, broken }: Options = {}) {
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(root, 'migrations'), 1)
  const reader = openReader(file)
  const clock = createManualClock(Date.parse(at))
  const { append, listen } = createJournal({ db, reader, clock, redact: (text) => text })
  const events: ReefEvent[] = []
  listen((event) => events.push(event))
  const charged: CallView[] = []
  const owner = {
    zone: 'Pacific/Auckland',
    defaults: { ...plenty } as Mutable<DefaultBudgets>,
    tasks: new Map<string, number>(),
    plans: new Map<string, number>(),
    paused: new Map<string, string>(),
    mostFreeCalls: 500,
    maxOutput: 32_000,
  }
  const setDefault: BudgetsDeps['setDefault'] = ({ scope, period, hardUsd, softUsd }) => {
    const name = defaultOf[`${scope}/${period}`]
    if (name) owner.defaults[name] = usd(hardUsd)
    if (name === 'globalDay' && softUsd !== null) owner.defaults.globalDaySoft = usd(softUsd)
  }
  const prices = createPrices({
    file: join(root, 'assets/prices.json'),
    overrideFile: join(dir, 'prices.json'),
    ceiling: () => ({ input: usd(15), output: usd(75) }),
  })
  const life = () => {
    const budgets = createBudgets({
      db,
      clock,
      append,
      zone: () => owner.zone,
      defaults: () => owner.defaults,
      setDefault,
      work: ({ taskId, planId }) => ({
        task: taskId === null ? null : (owner.tasks.get(taskId) ?? usd(1000)),
        plan: planId === null ? null : (owner.plans.get(planId) ?? usd(1000)),
      }),
      setWork(scope, subject, hard) {
        if (scope === 'task' && subject !== origin.taskId) throw new ReefError('task/unknown', `There is no task ${subject}.`)
        owner[scope === 'task' ? 'tasks' : 'plans'].set(subject, hard)
      },
      paused: (agent) => owner.paused.get(agent) ?? null,
      mostFreeCalls: () => owner.mostFreeCalls,
    })
    const ledger = createLedger({
      db,
      clock,
      append,
      prices,
      budgets: broken?.(budgets) ?? budgets,
      maxOutputTokens: () => owner.maxOutput,
      charge: (call) => {
        charge?.(call)
        afterCommit(db, () => charged.push(call))
      },
    })
    return { budgets, ledger }
  }
  let now = life()

  /** Asks once, and does not wait for what others hold. */
  const ask = (more: Partial<CallOrigin> = {}, size: Partial<CallSize> = {}, target = sonnet): Promise<Reservation> =>
    now.ledger.reserve({ ...origin, ...more }, [target], { ...small, ...size }, { patienceMs: 0 })
  /** A call under way. */
  async function open(...asked: Parameters<typeof ask>): Promise<Extract<Reservation, { kind: 'reserved' }>> {
    const answer = await ask(...asked)
    if (answer.kind !== 'reserved') throw new Error(`not reserved: ${JSON.stringify(answer)}`)
    return answer
  }

  return {
    dir,
    db,
    clock,
    events,
    charged,
    owner,
    ask,
    open,
    get budgets() {
      return now.budgets
    },
    get ledger() {
      return now.ledger
    },
    /** An engine that starts on what the one before left behind; that one is not asked again. */
    restart(): void {
      now = life()
    },
    rows: <T>(sql: string): T[] => reader.prepare<[], T>(sql).all(),
    of: <T extends EventType>(type: T) => events.filter((event): event is Extract<ReefEvent, { type: T }> => event.type === type),
    at: (time: string) => clock.advance(Date.parse(time) - clock.now()),
    /** A call that was made and billed. */
    spend: async (more: Partial<CallOrigin> = {}, usage: Partial<typeof noUsage> = {}): Promise<CallView> =>
      now.ledger.settle((await open(more)).id, { ...end, usage: { ...end.usage, ...usage } }),
    /** What the limit in the way is called, or that there is none. */
    async refusedBy(...asked: Parameters<typeof ask>): Promise<string> {
      const answer = await ask(...asked)
      if (answer.kind === 'reserved') await now.ledger.fail(answer.id, { status: 500 })
      return answer.kind === 'refused' ? toName(answer.refusal) : answer.kind
    },
    [Symbol.dispose](): void {
      db.close()
      reader.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
export type Till = ReturnType<typeof openTill>

const toName = ({ budget: { scope, subject, period }, passing }: BudgetRefusal) => `${scope} ${subject} ${period}${passing ? ', for now' : ''}`
