import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FactoryStatus, ReefEvent } from '../contract/index.ts'
import { toNanodollars } from '../contract/index.ts'

import { createRoster } from './agents/index.ts'
import { createApi, createFeed, takePulse, takeSnapshot } from './api/index.ts'
import { createApprovals, createApprovalsReader } from './approvals/index.ts'
import { createDelivery } from './delivery/index.ts'
import { createDispatch } from './dispatch/index.ts'
import { createGateway, createRehearsalModel } from './gateway/index.ts'
import { createLagMeter, createMode, examine } from './health/index.ts'
import { createJournal, createRedactor } from './journal/index.ts'
import { systemClock } from './kernel/clock.ts'
import { createLogger } from './kernel/logger.ts'
import { checkBudgets, createLedger, createPrices } from './ledger/index.ts'
import { createPlanner } from './planner/index.ts'
import { toProducts } from './products.ts'
import { createQuality } from './quality/index.ts'
import { createPlans, createQueue, createQueueReader, findProblems, toPlan, toRequest, toTask } from './queue/index.ts'
import { createRehearsal } from './rehearsal/index.ts'
import { createRouter } from './router/index.ts'
import { createSessions } from './sessions/index.ts'
import { createSecrets, createSettings } from './settings/index.ts'
import { migrate, openReader, openWriter, write } from './store/index.ts'
import { createWorkspaces } from './workspaces/index.ts'

export type EngineOptions = {
  readonly dataDir: string
  readonly version: string
  /** Where migrations/ and assets/ lie. */
  readonly packageRoot: string
  /** The same folder as a plain Node process sees it: in the packaged app it lies beside the archive. */
  readonly unpackedRoot: string
  /** The Node that runs sessions and checks. */
  readonly nodePath: string
  readonly hostEntry: string
  readonly programsDir: string
  /** False when nobody can answer an approval: then the rehearsal's labelled owner answers the rehearsal's own. */
  readonly attended: boolean
  /** Port that the gateway had before; another is taken when this one is not free. */
  readonly gatewayPort: number
  /** Of the scripted model; 0 answers at once. */
  readonly rehearsalPace?: number
}

/** The whole engine, in the order of the house: each part gets what it needs from the parts above it and knows nothing of those below. */
export async function createEngine(options: EngineOptions) {
  const { dataDir, packageRoot, nodePath, version } = options
  const at = (...path: string[]) => join(dataDir, ...path)
  const clock = systemClock
  const logger = createLogger(at('run', 'engine.log'))
  const startedAt = clock.now()

  const db = openWriter(at('reef.db'))
  migrate(db, join(packageRoot, 'migrations'), startedAt)
  const reader = openReader(at('reef.db'))

  const redactor = createRedactor()
  const { redact } = redactor
  const journal = createJournal({ db, reader, clock, redact })
  const { append, listen } = journal
  const settings = createSettings({ db, append, file: at('settings.json') })
  const secrets = createSecrets(at('secrets.json'), redactor.add)
  const lag = createLagMeter()
  const mode = createMode({ db, append, file: at('run', 'paused') })

  const roster = createRoster({ db, reader, clock, append, dir: at('agents'), seedDir: join(packageRoot, 'assets', 'agents') })
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
  const queueReader = createQueueReader(reader)
  const toTaskView = (row: Parameters<typeof toTask>[0]) => toTask(row, maxAttempts())
  const approvals = createApprovals({ db, clock, append, hours: () => settings.get().approvalHours, graceSeconds: () => settings.get().approvalGraceSeconds })
  const approvalsReader = createApprovalsReader(reader)
  const prices = createPrices({
    file: join(packageRoot, 'assets', 'prices.json'),
    overrideFile: at('prices.json'),
    ceiling: () => ({ input: toNanodollars(settings.get().unknownModelInputUsdPerMTok), output: toNanodollars(settings.get().unknownModelOutputUsdPerMTok) }),
  })
  const ledger = createLedger({ db, reader, clock, append, prices, charge: queue.charge })
  const router = createRouter({ db, reader, clock, append, secrets, prices })
  const workspaces = createWorkspaces({ db, reader, clock, append, dataDir, logger })

  const spendToday = () => {
    const { timeZone, spendTargetUsd, spendAlertUsd, spendStopUsd } = settings.get()
    return { ...ledger.today(timeZone), target: toNanodollars(spendTargetUsd), alert: toNanodollars(spendAlertUsd), stop: toNanodollars(spendStopUsd) }
  }
  const planner = createPlanner({
    agents: () => roster.list(),
    findProblems: (tasks) =>
      findProblems(
        tasks.map((task) => ({ ...task, review: 'required' })),
        agentNames(),
      ).map((problem) => problem.message),
    logger,
  })
  const sessions = createSessions({
    db,
    reader,
    clock,
    append,
    redact,
    logger,
    dataDir,
    nodePath,
    packageRoot: options.unpackedRoot,
    hostEntry: options.hostEntry,
    programsDir: options.programsDir,
  })
  const model = await createRehearsalModel({ pace: options.rehearsalPace ?? 1 })
  router.connectRehearsal(model.url)
  for (const name of ['gateway/token', 'page/cookie']) if (!secrets.get(name)) secrets.set(name, randomBytes(32).toString('base64url'))
  const gateway = await createGateway({
    books: ledger,
    route: router.route,
    isLive: ({ sessionId }) => sessions.isOpen(sessionId),
    admit: ({ planId, taskId }) =>
      checkBudgets({ plan: planId ? plans.get(planId) : undefined, task: taskId ? queue.get(taskId) : undefined, today: spendToday() }),
    tokenSecret: secrets.get('gateway/token') ?? '',
    logger,
    port: options.gatewayPort,
  })
  const quality = createQuality({ db, reader, clock, append, logger, redact, nodePath, cage: sessions.inCage, keep: workspaces.keep })
  const delivery = createDelivery({
    db,
    reader,
    clock,
    append,
    logger,
    dataDir,
    nodePath,
    cage: sessions.inCage,
    checkout: workspaces.checkout,
    readAt: workspaces.readAt,
    ...toProducts(sessions, () => gateway.url),
  })
  const waiting = () => queueReader.tasks(1000, undefined, undefined, 'awaiting_input').map(toTaskView)
  const dispatch = createDispatch({
    clock,
    logger,
    settings: settings.get,
    paused: mode.paused,
    queue,
    plans,
    planner,
    roster,
    router,
    gateway,
    sessions,
    workspaces,
    quality,
    approvals,
    delivery,
    listen,
    waiting,
  })
  const rehearsal = createRehearsal({
    clock,
    plans,
    approvals: { open: () => approvalsReader.open(100), approve: approvals.approve },
    last: queueReader
      .requests(1000)
      .map(toRequest)
      .find((request) => request.rehearsal),
    listen,
    attended: options.attended,
  })

  let url = ''
  const status = (): FactoryStatus => ({
    version,
    mode: mode.get(),
    startedAt,
    now: clock.now(),
    timeZone: settings.get().timeZone,
    url,
    gatewayUrl: gateway.url,
    dataDir,
    pid: process.pid,
    counts: sumByState(queue.counts()),
    sessionsRunning: dispatch.working(),
    sessionsMax: settings.get().maxSessions,
    approvalsOpen: approvals.openCount(),
    lagP99Ms: lag.p99Ms(),
    lastSeq: journal.reader.lastSeq(),
    models: router.connected() ? 'connected' : 'none',
    rehearsal: rehearsal.state(),
  })
  const feed = createFeed({
    listen,
    lastSeq: journal.reader.lastSeq,
    since: journal.reader.eventsSince,
    snapshot: () =>
      takeSnapshot({
        status,
        spend: spendToday,
        requests: (limit) => queueReader.requests(limit).map(toRequest),
        planning: () => plans.planning().map(({ request }) => request),
        plans: (limit) => queueReader.plans(limit).map(toPlan),
        runningPlans: (limit) => queueReader.runningPlans(limit).map(toPlan),
        attention: (limit) => queueReader.attention(limit).map(toTaskView),
        tasksOf: (planId, limit) => queueReader.tasks(limit, undefined, planId).map(toTaskView),
        sessions: (limit) => sessions.list({ limit }),
        runningSessions: sessions.running,
        approvals: (limit) => approvalsReader.list(limit),
        openApprovals: (limit) => approvalsReader.open(limit),
        releases: (limit) => delivery.list(limit),
        agents: () => roster.list(),
        providers: router.list,
        recent: journal.reader.last,
      }),
    pulse: () => takePulse({ status, spend: spendToday, sessions: sessions.pulse, now: clock.now }),
  })
  const doctor = () =>
    examine({
      dataDir,
      lag,
      cage: sessions.cage,
      programs: sessions.programs,
      providers: router.list,
      agents: () => roster.list(),
      gatewayUrl: () => gateway.url,
    })
  const api = createApi({
    logger,
    mode,
    journal,
    settings,
    queue,
    plans,
    queueReader,
    toTask: toTaskView,
    approvals,
    approvalsReader,
    roster,
    router,
    ledger,
    sessions,
    workspaces,
    quality,
    delivery,
    rehearsal,
    feed,
    status,
    spendToday,
    examine: doctor,
  })
  let unwatch: (() => void) | undefined

  return {
    api,
    logger,
    listen: (listener: (event: ReefEvent) => void) => listen(listener),
    gatewayPort: gateway.port,
    redactKnown: redactor.add,
    /** What a signed-in browser holds; the same after a restart. */
    pageSecret: secrets.get('page/cookie') ?? '',
    /** Nothing has ever been asked for, and no model could answer. */
    isFresh: (): boolean => queueReader.requests(1).length === 0 && !router.connected(),
    startRehearsal: () => rehearsal.start('engine'),

    /** Takes up everything that an earlier engine left, in the order in which one part rests on another, and begins to work. */
    async start(reachedAt: string): Promise<void> {
      url = reachedAt
      ledger.recover()
      await workspaces.recover()
      await sessions.recover()
      const products = await delivery.recover()
      const recovered = await dispatch.start()
      unwatch = roster.watch()
      write(db, () => append({ type: 'factory.started', subject: 'factory', data: { version, recovered } }))
      logger.info({ recovered, ...products }, 'the factory has started')
    },

    noteResume: dispatch.noteResume,

    /** Stops claiming, closes the books, lets go of what runs; sessions and products live on in their host. */
    async [Symbol.asyncDispose](): Promise<void> {
      mode.drain()
      unwatch?.()
      rehearsal[Symbol.dispose]()
      await dispatch[Symbol.asyncDispose]()
      await delivery[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
      await model[Symbol.asyncDispose]()
      await sessions[Symbol.asyncDispose]()
      lag[Symbol.dispose]()
      write(db, () => append({ type: 'factory.stopped', subject: 'factory', data: { reason: 'closed' } }))
      reader.close()
      db.close()
    },
  }
}
function sumByState(rows: ReadonlyArray<{ state: string; n: number }>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state, n } of rows) counts[state] = (counts[state] ?? 0) + n
  return counts
}

export type Engine = Awaited<ReturnType<typeof createEngine>>
