import type { Instant, ReleaseId } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { isReefError } from '../kernel/errors.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Serial } from '../workspaces/index.ts'
import type { DeliveryStore, Release } from './delivery.store.ts'
import type { Product, ProductEnd } from './product.ts'
import { isLive, toBackOff } from './release.ts'
import type { Target, TargetPlan } from './target.ts'
import type { Timers } from './timers.ts'

export type SuperviseDeps = {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly logger: Logger
  readonly target: Target
  readonly timers: Timers
  readonly signal: AbortSignal
  readonly serial: Serial
  readonly product: () => Product
  readonly planOf: (release: Release) => Promise<TargetPlan | undefined>
}

export const CHECK_MS = 10_000
/** One lost answer is no illness; a minute without any is. */
const SICK_AFTER = 2
const RESTART_AFTER = 6

/** Keeps what is meant to run running: starts it again when it ends, looks at it every ten seconds, and gives up loudly (R-242). */
export function createSupervision({ store, clock, logger, target, timers, signal, serial, product, planOf }: SuperviseDeps) {
  const restarts = new Map<ReleaseId, Instant[]>()
  const misses = new Map<ReleaseId, number>()
  const reviving = new Set<ReleaseId>()
  const running = new Set<Promise<void>>()

  function track(work: Promise<void>): void {
    const kept = work.catch((error: unknown) => logger.error({ err: error }, 'supervision failed')).finally(() => running.delete(kept))
    running.add(kept)
  }

  function revive(release: Release, why: string): void {
    if (reviving.has(release.id) || signal.aborted) return
    reviving.add(release.id)
    track(serial(release.project, () => restart(release.id, why)).finally(() => reviving.delete(release.id)))
  }

  async function restart(id: ReleaseId, first: string): Promise<void> {
    for (let why = first; ; ) {
      const { become, end, launch, prove } = product()
      const found = store.byId(id)
      if (!found || !isLive(found.state) || signal.aborted) return
      const release = found.state === 'healthy' ? become(id, 'healthy', 'unhealthy', 'release.failed', why) : found
      if (!release) return
      await end(release)
      const earlier = restarts.get(id) ?? []
      const wait = toBackOff(earlier, clock.now())
      if (wait === 'give up') {
        become(id, 'unhealthy', 'failed', 'release.failed', `${why} It was started again three times within a minute.`)
        return
      }
      restarts.set(id, [...earlier.slice(-3), clock.now()])
      await timers.sleep(wait, signal)
      const again = await tryAgain(async () => {
        const plan = await planOf(release)
        if (!plan) return
        const launched = await launch(release, plan, release.port)
        await prove(launched)
        misses.delete(id)
        become(id, 'unhealthy', 'healthy', 'release.proven')
      })
      if (again === undefined) return
      logger.info({ release: id, why: again }, 'a product did not come back')
      why = again
    }
  }

  async function check(release: Release): Promise<void> {
    const probe = await target.probe(release.url ?? '')
    const now = store.byId(release.id)
    if (!now || !isLive(now.state) || now.sessionId !== release.sessionId || reviving.has(release.id)) return
    product().note(release.id, probe)
    if (probe.ok) {
      misses.delete(release.id)
      if (now.state === 'unhealthy') product().become(release.id, 'unhealthy', 'healthy', 'release.proven')
      return
    }
    const missed = (misses.get(release.id) ?? 0) + 1
    misses.set(release.id, missed)
    const why = probe.status === null ? 'It does not answer.' : `It answers with status ${probe.status}.`
    if (!target.isRunning(release.id)) revive(now, 'It is not running.')
    else if (missed >= RESTART_AFTER) revive(now, why)
    else if (missed >= SICK_AFTER && now.state === 'healthy') product().become(release.id, 'healthy', 'unhealthy', 'release.failed', why)
  }

  return {
    revive,
    lost(sessionId: string, { exitCode }: ProductEnd): void {
      const release = store.bySession(sessionId)
      if (release && isLive(release.state)) revive(release, `It ended${exitCode === null ? '' : ` with exit code ${exitCode}`}.`)
    },
    /** One look at everything that is meant to run. */
    checkAll(): void {
      for (const release of store.open()) if (isLive(release.state) && !reviving.has(release.id)) track(check(release))
    },
    /** Resolves when nothing is being looked at or started again. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

/** The reason when a refusal ended it, undefined when it went well. */
async function tryAgain(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    if (!isReefError(error)) throw error
    return error.message
  }
}
