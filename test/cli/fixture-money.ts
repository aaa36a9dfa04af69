import { implement } from '@orpc/server'
import { contract, type Nanodollars, toNanodollars } from '../../src/contract/index.ts'
import * as canned from './canned.ts'
import * as money from './canned-money.ts'
import { refuse } from './refuse.ts'

export const os = implement(contract)

const pages = ['call,cost\n', 'call_1,0.006\n', 'call_2,0.006\n']

/** What is spent, what may be, and on which models; a call of `sick` does not work. */
export const toMoneyRouter = (play: string) => ({
  spend: {
    summary: os.spend.summary.handler(({ input }) => {
      const { cost, usage } = canned.call()
      const listCost = (input.by === 'model' ? cost * 2 : cost) as Nanodollars
      return {
        by: input.by,
        since: input.since ?? canned.at(),
        until: input.until ?? canned.at(60),
        total: cost,
        listTotal: listCost,
        calls: 1,
        rows: [{ key: 'Rex', calls: 1, cost, listCost, usage }],
        series: [],
      }
    }),
    insight: os.spend.insight.handler(() => money.insight),
    calls: os.spend.calls.handler(() => ({
      calls: [
        canned.call(),
        canned.call({ id: canned.id('call', 'CA1102'), billing: 'subscription', confidence: 'estimated' }),
        canned.call({ id: canned.id('call', 'CA1103'), state: 'open', status: null }),
      ],
    })),
    call: os.spend.call.handler(({ input }) => ({ ...money.callDetail, call: canned.call({ id: input.id }) })),
    export: os.spend.export.handler(({ input }) => {
      const at = Number(input.after ?? 0)
      if (play === 'sick' && at === 1) refuse({ code: 'internal', message: 'The disk is full.' })
      return { text: pages[at] ?? '', next: at + 1 < pages.length ? String(at + 1) : null }
    }),
    kill: os.spend.kill.handler(() => ({ aborted: 3 })),
    allow: os.spend.allow.handler(() => ({ ok: true as const })),
    adjust: os.spend.adjust.handler(({ input }) =>
      money.adjustment({ provider: input.provider, amount: toNanodollars(input.amountUsd), reason: input.reason }),
    ),
    adjustments: os.spend.adjustments.handler(() => ({ adjustments: [money.adjustment()] })),
    reconcile: os.spend.reconcile.handler(({ input }) => money.invoice(input.apply)),
  },
  budget: {
    list: os.budget.list.handler(() => ({ budgets: [money.globalDay, money.budget(), money.taskTotal] })),
    set: os.budget.set.handler(({ input }) =>
      input.hardUsd > 3000
        ? refuse({ code: 'budget/invalid', message: 'A day never costs more than $3,000.', field: 'hardUsd', remedy: 'give at most 3000' })
        : money.budget({ ...input, hard: toNanodollars(input.hardUsd), soft: input.softUsd == null ? null : toNanodollars(input.softUsd) }),
    ),
    clear: os.budget.clear.handler(({ input }) => money.budget({ ...input, source: 'default' })),
    explain: os.budget.explain.handler(() => ({ budgets: [money.taskTotal, money.globalDay], killedAt: play === 'sick' ? canned.at() : null })),
  },
  model: {
    list: os.model.list.handler(() => ({
      models: [money.model(), money.model({ ref: 'ollama/qwen3-coder:30b', inputUsdPerMTok: null, outputUsdPerMTok: null, circuit: 'open', enabled: false })],
    })),
    set: os.model.set.handler(({ input }) => money.model({ ref: input.ref, tier: input.tier ?? 'mid', enabled: input.enabled ?? true })),
    test: os.model.test.handler(({ input }) =>
      play === 'sick'
        ? { ok: false, message: 'connection refused', model: input.ref, latencyMs: 12, call: null }
        : { ok: true, message: 'It said: ok.', model: 'anthropic/claude-sonnet-4-5', latencyMs: 1200, call: canned.call() },
    ),
    explain: os.model.explain.handler(() => ({ choices: [money.choice()], now: money.choice({ id: canned.id('rte', 'RTE002'), outcome: null }) })),
    health: os.model.health.handler(() => ({ circuits: [money.circuit] })),
  },
})
