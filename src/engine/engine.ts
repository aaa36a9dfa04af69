import { randomBytes } from 'node:crypto'
import type { Actor, ReefEvent } from '../contract/index.ts'
import { createApi, createFeed } from './api/index.ts'
import { createDelivery } from './delivery/index.ts'
import { createDispatch } from './dispatch/index.ts'
import { createFacts, type FactsOptions } from './facts.ts'
import { createGateway, createRehearsalModel, toModelHealth } from './gateway/index.ts'
import { examine } from './health/index.ts'
import { createMcp } from './mcp/index.ts'
import { createModelTest } from './model-test.ts'
import { createPlanner } from './planner/index.ts'
import { toProducts } from './products.ts'
import { createQuality } from './quality/index.ts'
import { toRequest } from './queue/index.ts'
import { createRehearsal } from './rehearsal/index.ts'
import { createSessions } from './sessions/index.ts'
import { watchSpend } from './spend-watch.ts'
import { write } from './store/index.ts'
import { createTalking } from './talking.ts'
import { createViews } from './views.ts'

export type EngineOptions = FactsOptions & {
  readonly version: string
  /** The package's folder as a plain Node process sees it: in the packaged app it lies beside the archive. */
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
  const { dataDir, nodePath, hostEntry, programsDir, version } = options
  const facts = createFacts(options)
  const { append, approvals, approvalsReader, budgets, channels, clock, db, journal, ledger, logger, mode, plans, queue, queueReader, reader } = facts
  const { redactor, roster, router, rules, secrets, settings, toTask, workspaces } = facts
  const base = { db, reader, clock, append, logger }
  const { redact } = redactor
  const { listen } = journal

  const planner = createPlanner({
    agents: () => roster.list(),
    findProblems: (tasks) => facts.findPlanProblems(tasks.map((task) => ({ ...task, review: 'required' }))),
    logger,
  })
  const sessions = createSessions({ ...base, redact, dataDir, nodePath, packageRoot: options.unpackedRoot, hostEntry, programsDir })
  const model = await createRehearsalModel({ pace: options.rehearsalPace ?? 1 })
  router.connectRehearsal(model.url)
  for (const name of ['gateway/token', 'page/cookie']) if (!secrets.get(name)) secrets.set(name, randomBytes(32).toString('base64url'))
  const health = {
    circuits: router.health,
    models: (provider: string) => (router.list().some(({ name }) => name === provider) ? router.names(provider) : undefined),
  }
  const mcp = createMcp({
    version,
    health: router.health,
    healthOf: (ref) => toModelHealth(ref, health),
    budgets: (name) => {
      const agent = roster.list().find((other) => other.name === name)
      return agent && budgets.explain({ attemptId: null, taskId: null, planId: null, project: null, agent: name, team: agent.team })
    },
    requestEffect: (asker, effect) => dispatch.requestEffect(asker, effect),
    approval: approvals.ofTask,
    queue: queue.counts,
  })
  const modelTest = createModelTest({ clock, router, ledger, gateway: () => gateway })
  const gateway = await createGateway({
    books: ledger,
    targets: router.targets,
    models: ({ provider }) => router.names(provider),
    health,
    mcp: mcp.serve,
    isLive: ({ sessionId }) => sessions.isOpen(sessionId) || modelTest.isOpen(sessionId),
    refused: ({ sessionId, taskId }, why) => dispatch.noteRefusal({ sessionId, taskId, why }),
    report: router.report,
    tokenSecret: secrets.get('gateway/token') ?? '',
    logger,
    port: options.gatewayPort,
  })
  const quality = createQuality({ ...base, redact, nodePath, cage: sessions.inCage, keep: workspaces.keep })
  const delivery = createDelivery({
    ...base,
    dataDir,
    nodePath,
    cage: sessions.inCage,
    checkout: workspaces.checkout,
    readAt: workspaces.readAt,
    ...toProducts(sessions, () => gateway.url),
  })

  let limitsHold = false
  /** Whoever judges what a session did finds all of its calls in the books. */
  const billedSessions: typeof sessions = {
    ...sessions,
    async ended(id) {
      const end = await sessions.ended(id)
      ledger.catchUp()
      return end
    },
  }
  const dispatch = createDispatch({
    clock,
    logger,
    settings: settings.get,
    // A factory whose limits were not proven to hold takes no work.
    paused: () => mode.paused() || !limitsHold,
    queue,
    plans,
    planner,
    roster,
    router,
    gateway,
    sessions: billedSessions,
    workspaces,
    quality,
    approvals,
    rules,
    delivery,
    budgets,
    redact,
    path: process.env['PATH'] ?? '',
    listen,
    waiting: () => queueReader.tasks(1000, undefined, undefined, 'awaiting_input').map(toTask),
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
  const views = createViews({ facts, sessions, delivery, dispatch, gateway, rehearsal, dataDir, version, url: () => url })
  const feed = createFeed({
    listen,
    lastSeq: journal.reader.lastSeq,
    since: journal.reader.eventsSince,
    snapshot: views.snapshot,
    pulse: views.pulse,
  })
  // Refused first, then aborted: nobody can begin between the two.
  async function killSpend(actor: Actor): Promise<number> {
    budgets.kill(actor, gateway.inFlight())
    return gateway.kill()
  }
  const conversation = createTalking({ facts, sessions, delivery, views, killSpend, stopEffects: () => dispatch.stopEffects() })
  const api = createApi({
    ...facts,
    conversation,
    sessions,
    quality,
    delivery,
    rehearsal,
    feed,
    testModel: modelTest.test,
    killSpend,
    allowSpend: budgets.allow,
    status: views.status,
    examine: () =>
      examine({
        dataDir,
        lag: facts.lag,
        cage: sessions.cage,
        programs: sessions.programs,
        providers: router.list,
        agents: () => roster.list(),
        gatewayUrl: () => gateway.url,
        limitsHold: () => limitsHold,
      }),
  })
  let unwatch: (() => unknown) | undefined

  return {
    api,
    listen: (listener: (event: ReefEvent) => void): (() => void) => listen(listener),
    gatewayPort: gateway.port,
    /** What a signed-in browser holds; the same after a restart. */
    pageSecret: secrets.get('page/cookie') ?? '',
    /** A secret made outside of the engine that must not get into records either. */
    redactKnown: redactor.add,
    /** Nothing has ever been asked for, and no model could answer. */
    isFresh: (): boolean => queueReader.requests(1).length === 0 && !router.connected(),
    rehearsal,

    /** Takes up everything that an earlier engine left, in the order in which one part rests on another, and begins to work. */
    async start(reachedAt: string): Promise<void> {
      url = reachedAt
      ledger.recover()
      limitsHold = ledger.provesItself()
      if (!limitsHold) logger.error('a made-up call without money was not refused: the factory takes no work')
      await workspaces.recover()
      await sessions.recover()
      const products = await delivery.recover()
      const recovered = await dispatch.start()
      await channels.start()
      conversation.start()
      const stops = [roster.watch(), rules.watch(logger), watchSpend({ ...base, settings, roster, money: facts })]
      unwatch = () => stops.map((stop) => stop())
      write(db, () => append({ type: 'factory.started', subject: 'factory', data: { version, recovered } }))
      logger.info({ recovered, ...products }, 'the factory has started')
    },

    noteResume: dispatch.noteResume,
    /** What the owner's phone sent, as the bridge in his OpenClaw hands it over. */
    receiveFromBridge: channels.receiveFromBridge,

    /** Stops claiming, closes the books, lets go of what runs; sessions and products live on in their host. */
    async [Symbol.asyncDispose](): Promise<void> {
      mode.drain()
      unwatch?.()
      rehearsal[Symbol.dispose]()
      await dispatch[Symbol.asyncDispose]()
      await conversation[Symbol.asyncDispose]()
      await channels[Symbol.asyncDispose]()
      await delivery[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
      await mcp[Symbol.asyncDispose]()
      await model[Symbol.asyncDispose]()
      await sessions[Symbol.asyncDispose]()
      write(db, () => append({ type: 'factory.stopped', subject: 'factory', data: { reason: 'closed' } }))
      facts[Symbol.dispose]()
    },
  }
}
export type Engine = Awaited<ReturnType<typeof createEngine>>
