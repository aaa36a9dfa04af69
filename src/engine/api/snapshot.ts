import type {
  AgentView,
  ApprovalView,
  ChannelView,
  FactoryStatus,
  PlanView,
  ProviderView,
  Pulse,
  ReefEvent,
  ReleaseView,
  RequestView,
  SessionView,
  Snapshot,
  SpendToday,
  TaskView,
} from '../../contract/index.ts'

/** Reads that a snapshot is made of; every one is bounded by its argument. */
export type SnapshotReads = {
  readonly status: () => FactoryStatus
  readonly spend: () => SpendToday
  readonly requests: (limit: number) => RequestView[]
  readonly planning: () => RequestView[]
  readonly plans: (limit: number) => PlanView[]
  readonly runningPlans: (limit: number) => PlanView[]
  /** Tasks that are held, wait for the owner or failed. */
  readonly attention: (limit: number) => TaskView[]
  readonly tasksOf: (planId: PlanView['id'], limit: number) => TaskView[]
  readonly sessions: (limit: number) => SessionView[]
  readonly runningSessions: () => SessionView[]
  readonly approvals: (limit: number) => ApprovalView[]
  readonly openApprovals: (limit: number) => ApprovalView[]
  readonly releases: (limit: number) => ReleaseView[]
  readonly agents: () => AgentView[]
  readonly providers: () => ProviderView[]
  readonly channels: () => ChannelView[]
  readonly recent: (limit: number) => ReefEvent[]
}

const MOST_TASKS = 500
const MOST_RUNNING = 200
const RECENT = 50

/** What a face starts from. Its size depends on what is going on now, never on the length of the history. */
export function takeSnapshot(read: SnapshotReads): Snapshot {
  const running = read.runningPlans(MOST_RUNNING)
  return {
    status: read.status(),
    spend: read.spend(),
    requests: unique([...read.planning(), ...read.requests(20)]),
    plans: unique([...running, ...read.plans(RECENT)]),
    tasks: takeTasks(read, running),
    sessions: unique([...read.runningSessions(), ...read.sessions(RECENT)]),
    approvals: unique([...read.openApprovals(MOST_TASKS), ...read.approvals(RECENT)]),
    releases: read.releases(RECENT),
    agents: read.agents(),
    providers: read.providers(),
    channels: read.channels(),
    recent: read.recent(RECENT),
  }
}

/** What needs a look first, then whole plans, newest first, as long as there is room. */
function takeTasks(read: SnapshotReads, running: readonly PlanView[]): TaskView[] {
  const tasks = new Map(read.attention(MOST_RUNNING).map((task) => [task.id, task]))
  for (const plan of running) {
    const room = MOST_TASKS - tasks.size
    if (room <= 0) break
    for (const task of read.tasksOf(plan.id, room)) if (tasks.size < MOST_TASKS) tasks.set(task.id, task)
  }
  return [...tasks.values()]
}

function unique<T extends { id: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

export const takePulse = (
  read: Pick<SnapshotReads, 'status' | 'spend' | 'runningPlans'> & { readonly sessions: () => Pulse['sessions']; readonly now: () => Pulse['at'] },
): Pulse => ({
  at: read.now(),
  status: read.status(),
  spend: read.spend(),
  sessions: read.sessions(),
  plans: read.runningPlans(MOST_RUNNING).map(({ id, tasks, done, stuck, spent }) => ({ id, tasks, done, stuck, spent })),
})
