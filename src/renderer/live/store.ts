import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ApprovalView, FeedMessage, PlanView, Pulse, ReefEvent, SessionView, Snapshot } from '../../contract/index.ts'
import { createDraft, reduce } from './slices.ts'
import type { Connection, Facts, LiveState, Rows } from './state.ts'

const RECENT = 100
/** Rows of one kind that a page keeps. The feed only adds; a page may stay open for weeks. */
const KEEP = 2000

export type LiveStore = StoreApi<LiveState> & {
  /** Takes a message of the feed. Says `gap` when events are missing: the caller subscribes again and takes the new snapshot. */
  take(message: FeedMessage): 'taken' | 'gap'
  connection(connection: Connection): void
  /** Every event once, after it is in the state; for screens that keep more than the feed's facts. Returns the way to stop. */
  onEvent(listener: (event: ReefEvent) => void): () => void
}

export function createLiveStore(): LiveStore {
  const store = createStore<LiveState>()(() => ({ connection: { kind: 'connecting' }, facts: undefined, epoch: 0 }))
  const listeners = new Set<(event: ReefEvent) => void>()
  return {
    ...store,
    take(message) {
      const { facts, epoch } = store.getState()
      if (message.kind === 'snapshot') {
        store.setState({ facts: toFacts(message.seq, message.snapshot), epoch: epoch + 1, connection: { kind: 'live', since: Date.now() } })
        return 'taken'
      }
      if (!facts) return 'gap'
      if (message.kind === 'pulse') {
        store.setState({ facts: takePulse(facts, message.pulse) })
        return 'taken'
      }
      const fresh = message.events.filter((event) => event.seq > facts.seq)
      if (fresh.length === 0) return 'taken'
      if (!isWithoutGap(facts.seq, fresh)) return 'gap'
      store.setState({ facts: takeEvents(facts, fresh) })
      for (const event of fresh) for (const listener of listeners) listener(event)
      return 'taken'
    },
    connection: (connection) => store.setState({ connection }),
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const isWithoutGap = (seq: number, events: readonly ReefEvent[]) => events.every((event, i) => event.seq === seq + 1 + i)

function takeEvents(before: Facts, events: readonly ReefEvent[]): Facts {
  const { draft, done } = createDraft(before)
  for (const event of events) reduce(draft, event)
  const last = events.at(-1)?.seq ?? before.seq
  return pruned(done(last, [...before.recent, ...events].slice(-RECENT)))
}

/** A pulse moves figures only. Rows that did not change keep their identity. */
function takePulse(before: Facts, pulse: Pulse): Facts {
  let sessions: Record<string, SessionView> | undefined
  for (const { id, lastLine, bytes, lastOutputAt } of pulse.sessions) {
    const row = before.sessions[id]
    if (!row || (row.bytes === bytes && row.lastLine === lastLine && row.lastOutputAt === lastOutputAt)) continue
    sessions ??= { ...before.sessions }
    sessions[id] = { ...row, lastLine, bytes, lastOutputAt }
  }
  let plans: Record<string, PlanView> | undefined
  for (const { id, tasks, done, stuck, spent } of pulse.plans) {
    const row = before.plans[id]
    if (!row || (row.tasks === tasks && row.done === done && row.stuck === stuck && row.spent === spent)) continue
    plans ??= { ...before.plans }
    plans[id] = { ...row, tasks, done, stuck, spent }
  }
  return { ...before, status: pulse.status, spend: pulse.spend, sessions: sessions ?? before.sessions, plans: plans ?? before.plans }
}

/** Record of rows by key, in the order given. */
export function byKey<Row>(rows: readonly Row[], key: (row: Row) => string): Rows<Row> {
  return Object.fromEntries(rows.map((row) => [key(row), row]))
}

export function toFacts(seq: number, snapshot: Snapshot): Facts {
  const byId = <Row extends { id: string }>(rows: readonly Row[]) => byKey(rows, (row) => row.id)
  return {
    seq,
    status: snapshot.status,
    spend: snapshot.spend,
    requests: byId(snapshot.requests),
    plans: byId(snapshot.plans),
    tasks: byId(snapshot.tasks),
    sessions: byId(snapshot.sessions),
    approvals: byId(snapshot.approvals),
    releases: byId(snapshot.releases),
    agents: byKey(snapshot.agents, (agent) => agent.name),
    providers: byKey(snapshot.providers, (provider) => provider.name),
    channels: byKey(snapshot.channels, (channel) => channel.name),
    recent: snapshot.recent,
  }
}

/** Drops the oldest ended rows of a kind that has outgrown its bound by a tenth; ids are sorted by birth. */
function pruned(facts: Facts): Facts {
  return {
    ...facts,
    requests: bounded(facts.requests, (row) => row.state !== 'planning'),
    plans: bounded(facts.plans, isEndedPlan),
    tasks: bounded(facts.tasks, (task) => isEndedPlan(facts.plans[task.planId])),
    sessions: bounded(facts.sessions, (row) => row.state === 'ended' || row.state === 'lost'),
    approvals: bounded(facts.approvals, isDecided),
    releases: bounded(facts.releases, (row) => row.endedAt !== null),
  }
}

const isEndedPlan = (plan: PlanView | undefined) => plan === undefined || plan.endedAt !== null
const isDecided = (approval: ApprovalView) => approval.state !== 'requested' && approval.state !== 'approved' && approval.state !== 'executing'

function bounded<Row>(rows: Rows<Row>, isOver: (row: Row) => boolean): Rows<Row> {
  const ids = Object.keys(rows)
  if (ids.length <= KEEP * 1.1) return rows
  const spare = ids.length - KEEP
  const gone = new Set(
    ids
      .filter((id) => isOver(rows[id] as Row))
      .sort()
      .slice(0, spare),
  )
  return gone.size === 0 ? rows : Object.fromEntries(ids.flatMap((id) => (gone.has(id) ? [] : [[id, rows[id] as Row]])))
}
