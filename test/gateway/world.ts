import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CallView, type Nanodollars, type ReefEvent, toNanodollars, type WireFormat } from '../../src/contract/index.ts'
import { createGateway, type GatewayDeps, type Grant } from '../../src/engine/gateway/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { type Clock, systemClock } from '../../src/engine/kernel/clock.ts'
import { createLogger } from '../../src/engine/kernel/logger.ts'
import { createBudgets, createLedger, createPrices, createSpend, type DefaultBudgets } from '../../src/engine/ledger/index.ts'
import { createRouter } from '../../src/engine/router/index.ts'
import { migrate, openReader, openWriter } from '../../src/engine/store/index.ts'
import { startUpstream } from './upstream.ts'

const root = join(import.meta.dirname, '../..')
export const ceiling = () => ({ input: 15_000_000_000, output: 75_000_000_000 })

export const grant: Grant = {
  sessionId: 'ses_01JC0000000000000000000001',
  attemptId: 'att_01JC0000000000000000000001',
  taskId: 'task_01JC0000000000000000000001',
  planId: 'plan_01JC0000000000000000000001',
  project: 'demo',
  agent: 'Rex',
  team: 'factory',
  tier: 'mid',
  provider: 'fake',
}

/** Limits that no test reaches by accident. */
const plenty: DefaultBudgets = {
  call: toNanodollars(1000),
  agentDay: toNanodollars(3000),
  teamDay: toNanodollars(3000),
  projectDay: toNanodollars(3000),
  globalDay: toNanodollars(3000),
  globalDaySoft: toNanodollars(3000),
  globalMonth: toNanodollars(90_000),
}
export type Money = { defaults: DefaultBudgets; task: number; plan: number; paused: Map<string, string> }

/** Router, ledger and gateway of one engine, wired as engine.ts wires them, on a data directory of their own or on a given one, which is kept. `money` may be changed as it runs. */
export async function openWorld(
  more: Partial<GatewayDeps> = {},
  { clock = systemClock, dataDir: given, recheckMs = 0 }: { clock?: Clock; dataDir?: string; recheckMs?: number } = {},
) {
  const dataDir = given ?? mkdtempSync(join(tmpdir(), 'reef-gateway-'))
  const db = openWriter(join(dataDir, 'reef.db'))
  migrate(db, join(root, 'migrations'), clock.now())
  const reader = openReader(join(dataDir, 'reef.db'))
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const { append } = journal
  const events: ReefEvent[] = []
  journal.listen((event) => events.push(event))
  const charged: CallView[] = []
  const money: Money = { defaults: plenty, task: toNanodollars(1000), plan: toNanodollars(1000), paused: new Map() }
  const prices = createPrices({ file: join(root, 'assets/prices.json'), overrideFile: join(dataDir, 'prices.json'), ceiling, recheckMs })
  const budgets = createBudgets({
    db,
    clock,
    append,
    zone: () => 'Pacific/Auckland',
    defaults: () => money.defaults,
    setDefault: () => {},
    work: ({ taskId, planId }) => ({ task: taskId === null ? null : money.task, plan: planId === null ? null : money.plan }),
    setWork: () => {},
    paused: (agent) => money.paused.get(agent) ?? null,
    mostFreeCalls: () => 500,
  })
  const ledger = createLedger({ db, clock, append, prices, budgets, maxOutputTokens: () => 32_000, charge: (call) => charged.push(call) })
  const spend = createSpend({
    reader,
    clock,
    catchUp: ledger.catchUp,
    products: () => new Set(),
    work: () => ({ passedTasks: 0, mergedChanges: 0, products: 0, failedAttemptCost: 0 as Nanodollars, retryCost: 0 as Nanodollars }),
    budgetsOf: budgets.views,
    stops: () => ({ day: money.defaults.globalDay as Nanodollars, month: money.defaults.globalMonth as Nanodollars }),
  })
  const keys = new Map<string, string>()
  const secrets = {
    get: (name: string) => keys.get(name),
    set: (name: string, value: string) => void keys.set(name, value),
    delete: (name: string) => void keys.delete(name),
  }
  const router = createRouter({ db, reader, clock, append, secrets, prices, modelsFile: join(root, 'assets/models.json'), env: {} })
  const gateway = await createGateway({
    books: ledger,
    targets: router.targets,
    models: ({ provider }) => prices.models(provider),
    health: { circuits: router.health, models: router.names },
    report: router.report,
    isLive: () => true,
    tokenSecret: 'a secret for tests',
    logger: createLogger(undefined),
    ...more,
  })
  return {
    dataDir,
    db,
    reader,
    ledger,
    budgets,
    spend,
    money,
    router,
    gateway,
    events,
    charged,
    calls: () => spend.calls({ limit: 1000 }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      db.close()
      reader.close()
      if (given === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

/** A world with one provider in it, which does what the test says, and the token of a session that may use it. */
export async function openDoor(
  answer: Parameters<typeof startUpstream>[0],
  { wire = 'anthropic', ...more }: { wire?: WireFormat } & Partial<GatewayDeps> = {},
) {
  const upstream = await startUpstream(answer)
  const world = await openWorld(more)
  world.router.add({ name: 'fake', wire, baseUrl: upstream.url, key: 'sk-the-real-key' }, 'owner')
  return {
    upstream,
    world,
    token: world.gateway.issue(grant),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}
