import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { EventType, ReleaseId, ReleaseState } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { type WriteDb, write } from '../store/index.ts'
import { type DeliveryStore, type Release, toView } from './delivery.store.ts'
import { isEnded, type NextReleaseState } from './release.ts'
import type { Probe, Target, TargetPlan } from './target.ts'
import type { Timers } from './timers.ts'

export type ProductEnd = { readonly exitCode: number | null }

export type ProductDeps = {
  readonly db: WriteDb
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly append: Append
  readonly target: Target
  readonly timers: Timers
  readonly dataDir: string
  readonly signal: AbortSignal
  readonly productEnded: (sessionId: string, listener: (end: ProductEnd) => void) => void
  /** Called for every end, also a wished one: what the release should be is in its row, and that decides. */
  readonly onLost: (sessionId: string, end: ProductEnd) => void
}

type ReleaseEvent = Extract<EventType, `release.${string}`>

const PROVE_MS = 30_000
const POLL_MS = 250

/** The process of a release: started, proven, ended; and the release's state, which moves only here. */
export function createProduct({ db, store, clock, append, target, timers, dataDir, signal, productEnded, onLost }: ProductDeps) {
  const ends = new Map<string, ProductEnd>()

  function tell(type: ReleaseEvent, release: Release): void {
    append({ type, subject: release.id, correlationId: release.planId, data: toView(release) })
  }

  /** Undefined when the release had moved on already; then nothing is told. */
  function become<S extends ReleaseState>(
    id: ReleaseId,
    from: S,
    to: NextReleaseState<S>,
    type: ReleaseEvent,
    error: string | null = null,
  ): Release | undefined {
    return write(db, () => {
      const moved = store.move(id, from, to, { error, endedAt: isEnded(to) ? clock.now() : null })
      if (moved) tell(type, moved)
      return moved
    })
  }

  function watch(sessionId: string): void {
    productEnded(sessionId, (end) => {
      ends.set(sessionId, end)
      onLost(sessionId, end)
    })
  }

  const note = (id: ReleaseId, probe: Probe): Release | undefined => write(db, () => store.setProbe(id, probe, clock.now()))

  const mustBeOpen = (id: ReleaseId): Release => {
    const release = store.byId(id)
    if (!release || isEnded(release.state)) throw new ReefError('release/unhealthy', 'It was stopped before it answered.')
    return release
  }

  const end = (release: Pick<Release, 'id' | 'sessionId'>): Promise<{ survivors: number }> => target.stop(release.id, release.sessionId)

  return {
    tell,
    become,
    watch,
    note,
    end,
    dirOf: (id: ReleaseId): string => join(dataDir, 'releases', id),

    /** Starts the product of a release and writes down how it is reached. */
    async launch(release: Release, plan: TargetPlan, port: number | null): Promise<Release> {
      const { id, planId, taskId, project, commit } = release
      mustBeOpen(id)
      const dir = join(dataDir, 'releases', id)
      const started = await target.start({ releaseId: id, planId, taskId, title: `${project} ${commit.slice(0, 7)}`, dir, plan, port })
      const written = write(db, () => store.setProcess(id, started))
      watch(started.sessionId)
      if (written) return written
      await end({ id, sessionId: started.sessionId })
      return mustBeOpen(id)
    },

    /** Comes back when the product answers; throws release/unhealthy when it ends, or does not answer within 30 seconds. */
    async prove(release: Release): Promise<void> {
      let left = PROVE_MS
      let last: Probe | undefined
      while (left > 0 && !signal.aborted) {
        const { url, sessionId } = mustBeOpen(release.id)
        const ended = sessionId === null ? undefined : ends.get(sessionId)
        if (ended)
          throw new ReefError('release/unhealthy', `It ended before it answered${ended.exitCode === null ? '' : `, with exit code ${ended.exitCode}`}.`)
        const began = performance.now()
        last = await target.probe(url ?? '')
        if (last.ok) {
          note(release.id, last)
          return
        }
        await timers.sleep(POLL_MS, signal)
        left -= POLL_MS + (performance.now() - began)
      }
      if (signal.aborted) throw new ReefError('release/unhealthy', 'The engine stopped before it answered.')
      throw new ReefError('release/unhealthy', last?.status ? `It answers with status ${last.status}.` : 'It did not answer within 30 seconds.')
    },

    /** What can be made again is removed; whatever the product wrote beside it stays. */
    tidy: (id: ReleaseId): Promise<void> => rm(join(dataDir, 'releases', id, 'node_modules'), { recursive: true, force: true }),
  }
}
export type Product = ReturnType<typeof createProduct>
