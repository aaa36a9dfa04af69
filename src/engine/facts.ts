import { join } from 'node:path'
import { toNanodollars } from '../contract/index.ts'
import { createRoster } from './agents/index.ts'
import { type Approvals, createApprovals, createApprovalsReader, createRules } from './approvals/index.ts'
import { createChannels } from './channels/index.ts'
import { createLagMeter, createMode } from './health/index.ts'
import { createJournal, createRedactor } from './journal/index.ts'
import { systemClock } from './kernel/clock.ts'
import { createLogger } from './kernel/logger.ts'
import { createPrices } from './ledger/index.ts'
import { createMoney } from './money.ts'
import { createPlans, createQueue, createQueueReader, findProblems, toTask } from './queue/index.ts'
import { createRouter } from './router/index.ts'
import { createSecrets, createSettings } from './settings/index.ts'
import { migrate, openReader, openWriter } from './store/index.ts'
import { createWorkspaces } from './workspaces/index.ts'

export type FactsOptions = {
  readonly dataDir: string
  /** Where migrations/ and assets/ lie. */
  readonly packageRoot: string
}

/** The lower half of the house: the database and the one owner of each fact. None of them starts a process or calls a model. */
export function createFacts({ dataDir, packageRoot }: FactsOptions) {
  const at = (...path: string[]) => join(dataDir, ...path)
  const clock = systemClock
  const logger = createLogger(at('run', 'engine.log'))

  const db = openWriter(at('reef.db'))
  migrate(db, join(packageRoot, 'migrations'), clock.now())
  const reader = openReader(at('reef.db'))

  const redactor = createRedactor()
  const journal = createJournal({ db, reader, clock, redact: redactor.redact })
  const { append } = journal
  const settings = createSettings({ db, append, file: at('settings.json') })
  const secrets = createSecrets(at('secrets.json'), redactor.add)
  const base = { db, reader, clock, append }

  const lag = createLagMeter()
  const mode = createMode({ db, append, file: at('run', 'paused') })
  const roster = createRoster({ ...base, dir: at('agents'), seedDir: join(packageRoot, 'assets', 'agents') })
  const agentNames = () => new Set(roster.list().map((agent) => agent.name))
  const maxAttempts = () => settings.get().maxAttempts
  const queue = createQueue({ db, clock, append, paused: mode.paused, maxAttempts, settlePlan: (id) => plans.settle(id) })
  const plans = createPlans({
    db,
    clock,
    append,
    maxAttempts,
    maxDepth: () => settings.get().maxQueueDepth,
    defaultBudgetUsd: () => settings.get().defaultBudgetUsd,
    agents: agentNames,
    queue: () => queue,
  })
  const rules = createRules({
    ...base,
    settings: settings.get,
    dir: at('policies'),
    seedDir: join(packageRoot, 'assets', 'policies'),
    approval: (id) => approvals.get(id),
  })
  const approvals: Approvals = createApprovals({
    db,
    clock,
    append,
    classify: rules.policies.classify,
    match: rules.playbooks.match,
    inIncident: rules.playbooks.inIncident,
    hours: () => settings.get().approvalHours,
    graceSeconds: () => settings.get().approvalGraceSeconds,
    irreversibleGraceSeconds: () => settings.get().irreversibleGraceSeconds,
    bundleSeconds: () => settings.get().bundleSeconds,
    quiet: () => {
      const { quietFrom, quietTo, quietHoldTo, timeZone } = settings.get()
      return { from: quietFrom, to: quietTo, holdTo: quietHoldTo, zone: timeZone }
    },
  })
  const channels = createChannels({ ...base, secrets, logger })
  const prices = createPrices({
    file: join(packageRoot, 'assets', 'prices.json'),
    overrideFile: at('prices.json'),
    recheckMs: 1000,
    ceiling: () => ({
      input: toNanodollars(settings.get().unknownModelInputUsdPerMTok),
      output: toNanodollars(settings.get().unknownModelOutputUsdPerMTok),
    }),
  })
  const router = createRouter({ ...base, secrets, prices, modelsFile: join(packageRoot, 'assets', 'models.json') })
  const workspaces = createWorkspaces({ ...base, dataDir, logger })
  const queueReader = createQueueReader(reader)
  const money = createMoney({ ...base, settings, prices, queue, plans, queueReader, roster, merges: workspaces.merges })

  return {
    ...base,
    logger,
    redactor,
    journal,
    settings,
    secrets,
    lag,
    mode,
    roster,
    queue,
    plans,
    queueReader,
    toTask: (row: Parameters<typeof toTask>[0]) => toTask(row, maxAttempts()),
    rules,
    approvals,
    channels,
    approvalsReader: createApprovalsReader(reader),
    ...money,
    router,
    workspaces,

    /** Why a plan of these tasks could not run, in words. */
    findPlanProblems: (tasks: Parameters<typeof findProblems>[0]): string[] => findProblems(tasks, agentNames()).map((problem) => problem.message),

    /** Closes the database; nothing above may be used afterwards. */
    [Symbol.dispose](): void {
      lag[Symbol.dispose]()
      reader.close()
      db.close()
    },
  }
}
export type Facts = ReturnType<typeof createFacts>
