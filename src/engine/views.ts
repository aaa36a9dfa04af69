import type { FactoryStatus } from '../contract/index.ts'
import { type SnapshotReads, takePulse, takeSnapshot } from './api/index.ts'
import type { Delivery } from './delivery/index.ts'
import type { Dispatch } from './dispatch/index.ts'
import type { Facts } from './facts.ts'
import type { Gateway } from './gateway/index.ts'
import { toPlan, toRequest } from './queue/index.ts'
import type { Rehearsal } from './rehearsal/index.ts'
import type { Sessions } from './sessions/index.ts'

export type ViewsDeps = {
  readonly facts: Facts
  readonly sessions: Sessions
  readonly delivery: Delivery
  readonly dispatch: Dispatch
  readonly gateway: Gateway
  readonly rehearsal: Rehearsal
  readonly dataDir: string
  readonly version: string
  /** Where the page is reached; known once the loopback server listens. */
  readonly url: () => string
}

/** What every face starts from and what moves every second: reads over the parts, none of them truth of its own. */
export function createViews({ facts, sessions, delivery, dispatch, gateway, rehearsal, dataDir, version, url }: ViewsDeps) {
  const { approvals, approvalsReader, channels, clock, journal, lag, mode, plans, queue, queueReader, roster, router, settings, spendToday, toTask } = facts
  const startedAt = clock.now()

  const status = (): FactoryStatus => ({
    version,
    mode: mode.get(),
    startedAt,
    now: clock.now(),
    timeZone: settings.get().timeZone,
    url: url(),
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
  const reads: SnapshotReads = {
    status,
    spend: spendToday,
    requests: (limit) => queueReader.requests(limit).map(toRequest),
    planning: () => plans.planning().map(({ request }) => request),
    plans: (limit) => queueReader.plans(limit).map(toPlan),
    runningPlans: (limit) => queueReader.runningPlans(limit).map(toPlan),
    attention: (limit) => queueReader.attention(limit).map(toTask),
    tasksOf: (planId, limit) => queueReader.tasks(limit, undefined, planId).map(toTask),
    sessions: (limit) => sessions.list({ limit }),
    runningSessions: sessions.running,
    approvals: (limit) => approvalsReader.list(limit),
    openApprovals: (limit) => approvalsReader.open(limit),
    releases: (limit) => delivery.list(limit),
    agents: () => roster.list(),
    providers: router.list,
    channels: channels.list,
    recent: journal.reader.last,
  }
  return {
    status,
    snapshot: () => takeSnapshot(reads),
    pulse: () => takePulse({ status, spend: spendToday, runningPlans: reads.runningPlans, sessions: sessions.pulse, now: clock.now }),
  }
}
export type Views = ReturnType<typeof createViews>

function sumByState(rows: ReadonlyArray<{ state: string; n: number }>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state, n } of rows) counts[state] = (counts[state] ?? 0) + n
  return counts
}
