import type { PlanId, ReleaseId, ReleaseView } from '../../contract/index.ts'
import { hashPayload } from '../approvals/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { isReefError, ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { Logger } from '../kernel/logger.ts'
import { type ReadDb, type WriteDb, write } from '../store/index.ts'
import { createSerial } from '../workspaces/index.ts'
import { createDeliveryReader, createDeliveryStore, type Release, toView } from './delivery.store.ts'
import { createProduct, type ProductEnd } from './product.ts'
import { isEnded, isLive, type ReleaseInput } from './release.ts'
import { CHECK_MS, createSupervision } from './supervise.ts'
import type { TargetPlan } from './target.ts'
import { createLocalTarget, type LocalDeps } from './targets/local.ts'
import { systemTimers, type Timers } from './timers.ts'

export type DeliveryDeps = LocalDeps & {
  readonly db: WriteDb
  readonly reader: ReadDb
  readonly clock: Clock
  readonly append: Append
  readonly logger: Logger
  readonly dataDir: string
  /** Calls once, when the session has ended; at once when it has ended already. */
  readonly productEnded: (sessionId: string, listener: (end: ProductEnd) => void) => void
  /** Puts the files of a commit into `dir`; does nothing when they are there. */
  readonly checkout: (input: { project: string; sha: string; dir: string }) => Promise<unknown>
  readonly readAt: (input: { project: string; sha: string; path: string }) => Promise<string | undefined>
  readonly timers?: Timers
}

/** What the owner approves: all of it is made from the commit, none of it from this machine. */
export type DeployPayload = TargetPlan & { readonly action: 'deploy.local'; readonly project: string; readonly commit: string }
export type DescribeAnswer = { readonly kind: 'ready'; readonly payload: DeployPayload; readonly payloadHash: string } | { readonly kind: 'nothing-to-start' }

const DAY_MS = 86_400_000

/**
 * Released products: started from exactly the approved commit, proven before they replace the one before them, kept running, and found
 * again after a restart. A new version that fails leaves the old one running without asking anyone.
 */
export function createDelivery(deps: DeliveryDeps) {
  const { db, clock, append, logger, dataDir, checkout, readAt, timers = systemTimers } = deps
  const store = createDeliveryStore(db)
  const reader = createDeliveryReader(deps.reader)
  const target = createLocalTarget(deps)
  const serial = createSerial()
  const closing = new AbortController()
  const { signal } = closing

  const describePlan = ({ project, commit }: Pick<ReleaseInput, 'project' | 'commit'>): Promise<TargetPlan | undefined> =>
    target.describe((path) => readAt({ project, sha: commit, path }))
  const supervision = createSupervision({ store, clock, logger, target, timers, signal, serial, product: () => product, planOf: describePlan })
  const product = createProduct({
    db,
    store,
    clock,
    append,
    target,
    timers,
    dataDir,
    signal,
    productEnded: deps.productEnded,
    onLost: (sessionId, end) => supervision.lost(sessionId, end),
  })
  let stopChecks: (() => void) | undefined

  async function describe(input: Pick<ReleaseInput, 'project' | 'commit'>): Promise<DescribeAnswer> {
    const plan = await describePlan(input)
    if (!plan) return { kind: 'nothing-to-start' }
    const payload: DeployPayload = { action: 'deploy.local', project: input.project, commit: input.commit, ...plan }
    return { kind: 'ready', payload, payloadHash: hashPayload(payload) }
  }

  function begin({ releaseOf, taskId, project, commit, rehearsal }: ReleaseInput, payloadHash: string): Release {
    return write(db, () => {
      const release = store.insert({
        id: newId('rel', clock) as ReleaseId,
        planId: releaseOf,
        taskId,
        project,
        commit,
        payloadHash,
        rehearsal,
        startedAt: clock.now(),
      })
      product.tell('release.started', release)
      return release
    })
  }

  async function fail(release: Release, error: string): Promise<Release> {
    const failed = product.become(release.id, 'starting', 'failed', 'release.failed', error)
    await product.end(store.byId(release.id) ?? release)
    await product.tidy(release.id)
    return failed ?? store.byId(release.id) ?? release
  }

  /** The proven version takes the address of the old one. When it does not answer there, the old one comes back to it. */
  async function replace(old: Release, release: Release, plan: TargetPlan): Promise<Release> {
    await product.end(old)
    await product.end(release)
    try {
      const moved = await product.launch(release, plan, old.port)
      await product.prove(moved)
      return moved
    } catch (error) {
      await product.end(store.byId(release.id) ?? release)
      supervision.revive(old, 'The version that was to replace it did not answer.')
      throw error
    }
  }

  async function bring(release: Release, plan: TargetPlan): Promise<Release> {
    const dir = product.dirOf(release.id)
    await checkout({ project: release.project, sha: release.commit, dir })
    await target.prepare(plan, dir, release.id)
    const old = store.liveOf(release.project)
    const launched = await product.launch(release, plan, old ? null : store.lastPort(release.project))
    await product.prove(launched)
    if (old) await replace(old, launched, plan)
    const proven = product.become(release.id, 'starting', 'healthy', 'release.proven')
    if (!proven) throw new ReefError('release/unhealthy', 'It was stopped before it was proven.')
    if (old && isLive(old.state)) {
      const { state } = store.byId(old.id) ?? old
      if (isLive(state)) product.become(old.id, state, 'stopped', 'release.stopped', `replaced by ${release.commit.slice(0, 7)}`)
      await product.tidy(old.id)
    }
    return proven
  }

  return {
    describe,

    /**
     * Starts the commit, proves it and lets it replace the project's running version. Asked again for the same plan, task and commit it
     * answers with what runs. Answers a failed release instead of throwing: the version before it then still runs.
     */
    release: (input: ReleaseInput): Promise<ReleaseView> =>
      serial(input.project, async () => {
        const described = await describe(input)
        if (described.kind === 'nothing-to-start')
          throw new ReefError('release/unhealthy', `${input.project} has no start script, so there is nothing to start.`)
        if (input.payloadHash !== undefined && input.payloadHash !== described.payloadHash)
          throw new ReefError('approval/drifted', 'What would be started is not what was approved.', { field: 'payloadHash' })
        const same = store.same(input.releaseOf, input.taskId, input.commit)
        if (same && same.state !== 'starting') return toView(same)
        if (same) await fail(same, 'It was cut off while it was being started.')
        const release = begin(input, described.payloadHash)
        try {
          return toView(await bring(release, described.payload))
        } catch (error) {
          const failed = await fail(release, isReefError(error) ? error.message : 'An internal error stopped it; see the log.')
          if (!isReefError(error)) throw error
          return toView(failed)
        }
      }),

    /** Ends a product; at once, also while it is being started. What has ended already stays as it is. */
    async stop(id: ReleaseId): Promise<ReleaseView> {
      const release = store.byId(id)
      if (!release) throw new ReefError('release/unknown', `There is no release ${id}.`, { field: 'id', remedy: 'List them with: reef release list' })
      if (release.state === 'starting' || isLive(release.state)) product.become(id, release.state, 'stopped', 'release.stopped')
      await product.end(release)
      await product.tidy(id)
      return toView(store.byId(id) ?? release)
    },

    get(id: ReleaseId): ReleaseView | undefined {
      const release = store.byId(id)
      return release && toView(release)
    },
    list: (limit = 50, before?: string): ReleaseView[] => reader.page(limit, before),
    listPlan: (planId: PlanId): ReleaseView[] => reader.ofPlan(planId),

    /** At start: takes up what still runs, starts again what should, ends what should not, and begins to look at it all regularly. */
    async recover(): Promise<{ adopted: number; restarted: number }> {
      const counts = { adopted: 0, restarted: 0 }
      for (const release of store.open()) {
        if (release.state === 'starting') await fail(release, 'The engine stopped while it was being started.')
        else if (release.sessionId !== null && target.isRunning(release.id)) {
          product.watch(release.sessionId)
          counts.adopted += 1
        } else {
          supervision.revive(release, 'It was not running when the engine started.')
          counts.restarted += 1
        }
      }
      for (const release of store.endedLately(clock.now() - DAY_MS)) if (isEnded(release.state) && target.isRunning(release.id)) await product.end(release)
      stopChecks ??= timers.every(CHECK_MS, () => supervision.checkAll())
      supervision.checkAll()
      return counts
    },

    /** Resolves when no product is being looked at or started again. */
    idle: (): Promise<void> => supervision.idle(),
    /** Stops looking after the products; the products go on. */
    async [Symbol.asyncDispose](): Promise<void> {
      stopChecks?.()
      closing.abort()
      await supervision.idle()
    },
  }
}
export type Delivery = ReturnType<typeof createDelivery>
