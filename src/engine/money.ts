import { type Nanodollars, toNanodollars } from '../contract/index.ts'
import type { Roster } from './agents/index.ts'
import { createProductReader } from './delivery/index.ts'
import type { Append } from './journal/index.ts'
import type { Clock } from './kernel/clock.ts'
import { createAdjust, createBudgets, createExport, createLedger, createSpend, type DefaultBudgets, type Prices } from './ledger/index.ts'
import type { createQueueReader, Plans, Queue } from './queue/index.ts'
import type { SettingsService } from './settings/index.ts'
import type { ReadDb, WriteDb } from './store/index.ts'

export type MoneyDeps = {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly settings: SettingsService
  readonly prices: Prices
  readonly queue: Queue
  readonly plans: Plans
  readonly queueReader: ReturnType<typeof createQueueReader>
  readonly roster: Roster
  /** Branches merged in a span. */
  readonly merges: (since: number, until: number) => number
}

/** The settings that hold the limits for whoever has none of his own. */
const defaultKeys: Readonly<Record<string, { readonly hard: DefaultKey; readonly soft?: DefaultKey }>> = {
  'call/call': { hard: 'callLimitUsd' },
  'agent/day': { hard: 'agentDayLimitUsd' },
  'team/day': { hard: 'teamDayLimitUsd' },
  'project/day': { hard: 'projectDayLimitUsd' },
  'global/day': { hard: 'spendStopUsd', soft: 'spendAlertUsd' },
  'global/month': { hard: 'spendMonthStopUsd' },
}
type DefaultKey = 'callLimitUsd' | 'agentDayLimitUsd' | 'teamDayLimitUsd' | 'projectDayLimitUsd' | 'spendStopUsd' | 'spendAlertUsd' | 'spendMonthStopUsd'

/** Everything that limits, bills, reads and corrects money, over one set of tables. */
export function createMoney({ db, reader, clock, append, settings, prices, queue, plans, queueReader, roster, merges }: MoneyDeps) {
  const base = { db, reader, clock, append }
  const zone = () => settings.get().timeZone
  const products = createProductReader(reader)

  const defaults = (): DefaultBudgets => {
    const at = settings.get()
    return {
      call: toNanodollars(at.callLimitUsd),
      agentDay: toNanodollars(at.agentDayLimitUsd),
      teamDay: toNanodollars(at.teamDayLimitUsd),
      projectDay: toNanodollars(at.projectDayLimitUsd),
      globalDay: toNanodollars(at.spendStopUsd),
      globalDaySoft: toNanodollars(at.spendAlertUsd),
      globalMonth: toNanodollars(at.spendMonthStopUsd),
    }
  }
  const budgets = createBudgets({
    ...base,
    zone,
    defaults,
    setDefault({ scope, period, hardUsd, softUsd }, actor) {
      const keys = defaultKeys[`${scope}/${period}`]
      if (!keys) throw new Error(`no setting holds the default of ${scope}/${period}`)
      settings.set(keys.hard, hardUsd, actor)
      if (keys.soft && softUsd !== null) settings.set(keys.soft, softUsd, actor)
    },
    work: ({ taskId, planId }) => ({
      task: taskId === null ? null : queue.budget(taskId),
      plan: planId === null ? null : plans.budget(planId),
    }),
    setWork(scope, id, hard, actor) {
      if (scope === 'task') queue.setBudget(id as Parameters<Queue['setBudget']>[0], hard, actor)
      else plans.setBudget(id as Parameters<Plans['setBudget']>[0], hard, actor)
    },
    paused: roster.pausedBecause,
    mostFreeCalls: () => settings.get().maxCallsWithoutCost,
  })
  const ledger = createLedger({ ...base, prices, budgets, maxOutputTokens: () => settings.get().maxOutputTokens, charge: queue.charge })
  const spend = createSpend({
    reader,
    clock,
    catchUp: ledger.catchUp,
    products: products.names,
    work: (since, until) => ({ ...queueReader.outcome(since, until), mergedChanges: merges(since, until), products: products.born(since, until) }),
    budgetsOf: budgets.views,
    stops: () => ({ day: defaults().globalDay as Nanodollars, month: defaults().globalMonth as Nanodollars }),
  })

  const exportSpend = createExport({ reader, products: products.names, tiers: queueReader.tiers })

  return {
    budgets,
    ledger,
    spend,
    adjust: createAdjust({ ...base, noteAdjustment: budgets.noteAdjustment }),
    exportSpend(page: Parameters<typeof exportSpend>[0]) {
      ledger.catchUp()
      return exportSpend(page)
    },

    /** The day's money against the owner's limits. */
    spendToday() {
      const { timeZone, spendTargetUsd, spendAlertUsd, spendStopUsd } = settings.get()
      return {
        ...spend.today(timeZone),
        target: toNanodollars(spendTargetUsd),
        alert: toNanodollars(spendAlertUsd),
        stop: toNanodollars(spendStopUsd),
        held: budgets.held(),
        killedAt: budgets.killedAt(),
      }
    },
  }
}
export type Money = ReturnType<typeof createMoney>
