import type { ReefEvent } from '../../contract/index.ts'
import type { Facts, Rows } from './state.ts'

type Named = 'requests' | 'plans' | 'tasks' | 'sessions' | 'approvals' | 'releases' | 'agents' | 'providers' | 'channels'
type RowOf<Name extends Named> = Facts[Name] extends Rows<infer Row> ? Row : never

/** The facts while a batch of events is read: a record is copied when it is first written to and then changed in place. */
export type Draft = {
  put<Name extends Named>(name: Name, id: string, row: RowOf<Name>): void
  /** For a row that the page knows; others it need not know. */
  change<Name extends Named>(name: Name, id: string, change: Partial<RowOf<Name>>): void
  drop(name: Named, id: string): void
  status(change: Partial<Facts['status']>): void
  spend(change: Partial<Facts['spend']>): void
}

export function createDraft(before: Facts): { draft: Draft; done(seq: number, recent: Facts['recent']): Facts } {
  const changed: Partial<Record<Named, Record<string, unknown>>> = {}
  let { status, spend } = before
  const own = (name: Named) => {
    const known = changed[name]
    if (known) return known
    const copy: Record<string, unknown> = { ...before[name] }
    changed[name] = copy
    return copy
  }
  return {
    draft: {
      put: (name, id, row) => {
        own(name)[id] = row
      },
      change: (name, id, change) => {
        const row = (changed[name] ?? before[name])[id]
        if (row) own(name)[id] = { ...row, ...change }
      },
      drop: (name, id) => {
        delete own(name)[id]
      },
      status: (change) => {
        status = { ...status, ...change }
      },
      spend: (change) => {
        spend = { ...spend, ...change }
      },
    },
    done: (seq, recent) => ({ ...before, ...(changed as Partial<Facts>), status, spend, seq, recent }),
  }
}

/** One event's effect: every event carries the row as it stands after the change, so this is a table of where rows go. Constant time. */
export function reduce(draft: Draft, event: ReefEvent): void {
  switch (event.type) {
    case 'factory.paused':
      draft.status({ mode: 'paused' })
      return
    case 'factory.resumed':
      draft.status({ mode: 'running' })
      return
    case 'request.submitted':
    case 'request.planned':
    case 'request.failed':
      draft.put('requests', event.data.id, event.data)
      return
    case 'plan.created':
      draft.put('plans', event.data.plan.id, event.data.plan)
      for (const task of event.data.tasks) draft.put('tasks', task.id, task)
      return
    case 'plan.edited':
    case 'plan.started':
    case 'plan.completed':
    case 'plan.failed':
    case 'plan.reopened':
    case 'plan.cancelled':
      draft.put('plans', event.data.id, event.data)
      return
    case 'task.added':
    case 'task.edited':
    case 'task.readied':
    case 'task.claimed':
    case 'task.started':
    case 'task.waited':
    case 'task.submitted':
    case 'task.completed':
    case 'task.retried':
    case 'task.reopened':
    case 'task.failed':
    case 'task.dead-lettered':
    case 'task.cancelled':
    case 'task.skipped':
      draft.put('tasks', event.data.id, event.data)
      return
    case 'queue.recovered':
      for (const { id } of event.data.tasks) draft.change('tasks', id, { state: 'ready', wait: null })
      return
    case 'session.launched':
    case 'session.ended':
      draft.put('sessions', event.data.id, event.data)
      return
    case 'approval.requested':
    case 'approval.approved':
    case 'approval.denied':
    case 'approval.undone':
    case 'approval.started':
    case 'approval.executed':
    case 'approval.expired':
    case 'approval.drifted':
    case 'approval.superseded':
    case 'approval.voided':
    case 'approval.failed':
    case 'approval.interrupted':
    case 'approval.edited':
    case 'approval.reminded':
    case 'approval.snoozed':
    case 'approval.regretted':
      draft.put('approvals', event.data.id, event.data)
      return
    case 'release.started':
    case 'release.proven':
    case 'release.failed':
    case 'release.stopped':
      draft.put('releases', event.data.id, event.data)
      return
    case 'agent.changed':
    case 'agent.paused':
    case 'agent.resumed':
      draft.put('agents', event.data.name, event.data)
      return
    case 'provider.added':
    case 'provider.rotated':
      draft.put('providers', event.data.name, event.data)
      return
    case 'provider.removed':
      draft.drop('providers', event.data.name)
      return
    case 'circuit.opened':
    case 'circuit.closed':
      // The circuit of one model says nothing about the others of its provider.
      if (event.data.model === null) draft.change('providers', event.data.provider, { circuit: event.data.state })
      return
    case 'channel.changed':
    case 'channel.paired':
    case 'channel.lost':
    case 'channel.restored':
      draft.put('channels', event.data.name, event.data)
      return
    case 'spend.killed':
      draft.spend({ killedAt: event.at })
      return
    case 'spend.allowed':
      draft.spend({ killedAt: null })
      return
    // These are read on request by the screens that show them.
    case 'factory.started':
    case 'factory.stopped':
    case 'attempt.started':
    case 'attempt.ended':
    case 'call.settled':
    case 'budget.refused':
    case 'budget.crossed':
    case 'budget.changed':
    case 'spend.adjusted':
    case 'velocity.exceeded':
    case 'price.guessed':
    case 'route.chosen':
    case 'model.changed':
    case 'evidence.recorded':
    case 'artifact.recorded':
    case 'policy.accepted':
    case 'policy.rejected':
    case 'playbook.drafted':
    case 'playbook.activated':
    case 'playbook.used':
    case 'playbook.ended':
    case 'template.changed':
    case 'template.removed':
    case 'message.written':
    case 'message.moved':
    case 'message.received':
    case 'message.answered':
    case 'branch.merged':
    case 'agent.rejected':
    case 'project.created':
    case 'settings.changed':
      return
    default:
      unread(event)
  }
}

/** An event of an engine newer than this page changes nothing here; one of the contract that nobody thought about does not compile. */
function unread(_event: never): void {}
