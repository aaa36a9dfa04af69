import { implement } from '@orpc/server'
import { type CallView, contract, type Refusal, type Snapshot } from '../../src/contract/index.ts'
import { adjustment, budget, budgets, call, choice, circuits, detail, found, insight, invoice, model, models, presets } from './money-rows.ts'
import { ago, NOW, provider, usd } from './rows.ts'
import type { WorldName } from './worlds.ts'

type Deps = {
  readonly name: WorldName
  readonly world: Snapshot
  readonly read: <Data>(answer?: Data) => Promise<Data>
  readonly refuse: (refusal: Refusal) => never
  readonly tell: (type: string, subject: string, data: unknown, actor?: string) => undefined
}

const os = implement(contract)
const ok = { ok: true as const }

/** What a page asks about money and models, answered from one world; acts of the page are its own. */
export function createMoneyRouter({ name, world, read, refuse, tell }: Deps) {
  const empty = name === 'empty'
  const many = name === 'thousand'
  const calls = (): CallView[] => (empty ? [] : Array.from({ length: many ? 1000 : 60 }, (_, i) => call(i + 1)))
  const limits = empty
    ? budgets.filter(({ scope, subject }) => subject === '*' && scope !== 'agent').map((one) => ({ ...one, spent: usd(0), held: usd(0), mark: 0 }))
    : [
        ...budgets,
        ...(many
          ? Array.from({ length: 1000 }, (_, i) =>
              budget('task', `task_${String(i + 1000).padStart(26, '0')}`, 'total', { hard: usd(1.5), spent: usd((i % 150) / 100) }),
            )
          : []),
      ]
  const corrections = empty ? [] : Array.from({ length: many ? 400 : 4 }, (_, i) => adjustment(i + 1)).reverse()
  const offered = empty
    ? []
    : [...models, ...(many ? Array.from({ length: 1000 }, (_, i) => model(`openrouter/vendor-${i % 40}/model-${i}`, { enabled: false })) : [])]
  const providers = new Map(world.providers.map((one) => [one.name as string, one]))
  const unknown = (what: string) => refuse({ code: 'provider/unknown', message: `There is no provider ${what}.`, field: 'name' })
  const at = (input: { scope: string; subject: string; period: string }) =>
    limits.findIndex((one) => one.scope === input.scope && one.subject === input.subject && one.period === input.period)
  return {
    spend: os.spend.router({
      summary: os.spend.summary.handler(async ({ input }) => {
        await read()
        const keys = {
          day: ['2026-11-21'],
          agent: ['Rex', 'Scout', 'Hawk'],
          model: ['claude-sonnet-4-5', 'gpt-5.5'],
          provider: ['anthropic', 'openai'],
          project: ['price-api', 'pdf-tools'],
          product: ['invoice-lint', 'pdf-tools'],
          task: ['T3 Build the REST API', 'T4 Build the scraper'],
        }[input.by]
        const wanted = many && input.by !== 'day' ? Array.from({ length: 1000 }, (_, i) => keys[i] ?? `${input.by}-${i}`) : keys
        const since = input.since ?? ago(60 * 24)
        const step = (NOW - since) / 24
        const rows = empty
          ? []
          : wanted.map((key, i) => ({
              key,
              calls: Math.max(1, 40 - i * 9),
              cost: usd(2.4 / (i + 1)),
              listCost: usd(2.9 / (i + 1)),
              usage: { input: 90_000, cacheRead: 410_000, cacheWrite: 12_000, output: 31_000 },
            }))
        const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + of(row), 0)
        return {
          by: input.by,
          since,
          until: NOW as CallView['at'],
          total: sum((row) => row.cost) as CallView['cost'],
          listTotal: sum((row) => row.listCost) as CallView['cost'],
          calls: sum((row) => row.calls),
          rows,
          series: rows.slice(0, 25).flatMap((row, r) =>
            Array.from({ length: 24 }, (_, i) => ({
              at: Math.round(since + i * step) as CallView['at'],
              key: row.key,
              cost: usd(((i * 7 + r * 5) % 11) * 0.02),
            })),
          ),
        }
      }),
      insight: os.spend.insight.handler(({ input }) => read(insight(input.since ?? ago(60 * 24 * 7), empty))),
      calls: os.spend.calls.handler(async ({ input }) => {
        await read()
        const wanted = (['agent', 'model', 'provider', 'project', 'taskId', 'planId'] as const).filter((key) => input[key] !== undefined)
        const all = calls().filter(
          (one) => wanted.every((key) => one[key] === input[key]) && one.at >= (input.since ?? 0) && one.at < (input.until ?? Number.POSITIVE_INFINITY),
        )
        const from = input.before ? all.findIndex((one) => one.id === input.before) + 1 : 0
        return { calls: all.slice(from, from + input.limit) }
      }),
      call: os.spend.call.handler(async ({ input }) => {
        await read()
        const one = calls().find(({ id }) => id === input.id)
        return one ? detail(one) : refuse({ code: 'call/unknown', message: 'There is no such call.' })
      }),
      export: os.spend.export.handler(async ({ input }) => {
        await read()
        const head = input.format === 'focus' ? 'BilledCost,SkuMeter\n' : 'id,cost\n'
        return input.after === undefined ? { text: `${head}call_1,0.0163\n`, next: '1' } : { text: 'call_2,0.0203\n', next: null }
      }),
      kill: os.spend.kill.handler(() => {
        tell('spend.killed', 'spend', { aborted: 3 }, 'owner')
        return { aborted: 3 }
      }),
      allow: os.spend.allow.handler(() => tell('spend.allowed', 'spend', {}, 'owner') ?? ok),
      adjust: os.spend.adjust.handler(({ input }) => {
        const made = adjustment(9_000 + corrections.length, {
          provider: input.provider,
          amount: usd(input.amountUsd),
          reason: input.reason,
          at: NOW as CallView['at'],
          chargedAt: input.chargedAt ?? (NOW as CallView['at']),
        })
        corrections.unshift(made)
        tell('spend.adjusted', made.id, made, 'owner')
        return made
      }),
      adjustments: os.spend.adjustments.handler(async ({ input }) => {
        await read()
        const from = input.before ? corrections.findIndex((one) => one.id === input.before) + 1 : 0
        return { adjustments: corrections.slice(from, from + input.limit) }
      }),
      reconcile: os.spend.reconcile.handler(({ input }) => {
        if (!input.csv.includes(','))
          refuse({ code: 'invoice/invalid', message: 'No column of this file is an amount.', field: 'csv', remedy: 'Export the invoice as CSV.' })
        const booked = input.apply ? adjustment(9_900, { provider: input.provider, amount: usd(0.14), reason: 'Invoice: $0.14 above the ledger' }) : null
        if (booked) {
          corrections.unshift(booked)
          tell('spend.adjusted', booked.id, booked, 'owner')
        }
        return invoice(input.provider, booked)
      }),
    }),
    budget: os.budget.router({
      list: os.budget.list.handler(() => read({ budgets: limits })),
      set: os.budget.set.handler(({ input }) => {
        if (input.scope === 'global' && input.hardUsd > 3000)
          refuse({ code: 'budget/invalid', message: 'A day costs at most $3,000.', field: 'hardUsd', remedy: 'Set a smaller amount.' })
        const soft = input.softUsd == null ? null : usd(input.softUsd)
        const i = at(input)
        const made = { ...(limits[i] ?? budget(input.scope, input.subject, input.period)), hard: usd(input.hardUsd), soft, source: 'owner' as const }
        if (i < 0) limits.push(made)
        else limits[i] = made
        tell(
          'budget.changed',
          input.subject,
          { ref: { scope: input.scope, subject: input.subject, period: input.period }, from: 0, to: made.hard, soft },
          'owner',
        )
        return made
      }),
      clear: os.budget.clear.handler(({ input }) => {
        const i = at(input)
        const made = { ...(limits[i] ?? budget(input.scope, input.subject, input.period)), hard: usd(50), soft: null, source: 'default' as const }
        limits[i] = made
        tell(
          'budget.changed',
          input.subject,
          { ref: { scope: input.scope, subject: input.subject, period: input.period }, from: 0, to: made.hard, soft: null },
          'owner',
        )
        return made
      }),
      explain: os.budget.explain.handler(() =>
        read({ budgets: limits.toSorted((a, b) => a.hard - a.spent - a.held - (b.hard - b.spent - b.held)).slice(0, 5), killedAt: null }),
      ),
    }),
    model: os.model.router({
      list: os.model.list.handler(() => read({ models: offered.length > 0 ? offered : [...providers.keys()].map((of) => model(`${of}/claude-sonnet-4-5`)) })),
      set: os.model.set.handler(({ input }) => {
        const i = offered.findIndex((one) => one.ref === input.ref)
        const before = offered[i] ?? model(input.ref)
        const made = { ...before, ...(input.tier && { tier: input.tier }), ...(input.enabled !== undefined && { enabled: input.enabled }) }
        offered[i] = made
        tell('model.changed', made.ref, made, 'owner')
        return made
      }),
      test: os.model.test.handler(async ({ input }) => {
        await read()
        const [of = '', ...rest] = input.ref.split('/')
        if (of === 'cerebras')
          return { ok: false, message: 'cerebras refuses: tokens a day are used up until 16:00', model: input.ref, latencyMs: 212, call: null }
        const tried = call(1, {
          provider: of,
          model: rest.join('/'),
          cost: usd(of === 'ollama' ? 0 : 0.000012),
          listCost: usd(0.000012),
          usage: { input: 9, cacheRead: 0, cacheWrite: 0, output: 1 },
        })
        return { ok: true, message: 'It answered.', model: input.ref, latencyMs: 812, call: tried }
      }),
      explain: os.model.explain.handler(({ input }) =>
        read({
          choices: empty
            ? []
            : [
                choice(40, { taskId: input.taskId, outcome: { state: 'failed', cost: usd(0.33), endedAt: ago(26) } }),
                choice(41, { taskId: input.taskId }),
              ].reverse(),
          now: choice(99, { taskId: input.taskId, attemptId: null, outcome: null, at: NOW as CallView['at'] }),
        }),
      ),
      health: os.model.health.handler(() => read({ circuits: empty ? [] : circuits })),
    }),
    provider: os.provider.router({
      list: os.provider.list.handler(() => read({ providers: [...providers.values()] })),
      add: os.provider.add.handler(({ input }) => {
        const local = input.billing === 'local' || input.wire === 'ollama'
        const environment = presets.find((one) => one.name === input.name)?.environment
        if (!local && !input.key && !environment)
          refuse({ code: 'provider/no-key', message: `${input.name} needs a key.`, field: 'key', remedy: 'Paste the key of your account there.' })
        const added = provider(input.name, {
          wire: input.wire,
          baseUrl: input.baseUrl,
          key: input.key ? 'stored' : environment ? 'environment' : 'none',
          keySetAt: input.key ? (NOW as CallView['at']) : null,
          billing: input.billing ?? (local ? 'local' : 'metered'),
        })
        providers.set(added.name, added)
        tell('provider.added', added.name, added)
        return added
      }),
      rotate: os.provider.rotate.handler(({ input }) => {
        const rotated = { ...(providers.get(input.name) ?? unknown(input.name)), key: 'stored' as const, keySetAt: NOW as CallView['at'] }
        providers.set(rotated.name, rotated)
        tell('provider.rotated', rotated.name, rotated)
        return rotated
      }),
      presets: os.provider.presets.handler(() => read({ presets })),
      discover: os.provider.discover.handler(() => read(many ? { ollama: null, logins: [] } : found)),
      remove: os.provider.remove.handler(({ input }) => {
        providers.delete(input.name)
        return ok
      }),
      test: os.provider.test.handler(({ input }) =>
        input.name === 'down'
          ? { reachable: false, models: [], message: 'connection refused' }
          : {
              reachable: true,
              models: input.name === 'ollama' ? ['qwen3:32b', 'qwen3:8b'] : ['claude-sonnet-4-5', 'claude-opus-4-5', 'claude-haiku-4-5'],
              message: '3 models',
            },
      ),
      catalogue: os.provider.catalogue.handler(async ({ input }) => {
        await read()
        return {
          models: ['claude-sonnet-4-5', 'claude-opus-4-5', 'claude-haiku-4-5'].map((one, i) => ({
            ref: `${input.name}/${one}`,
            inputUsdPerMTok: [3, 5, null][i] ?? null,
            outputUsdPerMTok: [15, 25, null][i] ?? null,
            contextWindow: 200_000,
          })),
        }
      }),
    }),
  }
}
