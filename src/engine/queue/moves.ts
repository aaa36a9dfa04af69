import type { Actor, AttemptId, AttemptState, EventType, TaskId, TaskState, TaskView, Wait } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import type { QueueStore, TaskPatch } from './queue.store.ts'
import { type TaskRow, toAttempt, toTask } from './rows.ts'
import { type Claim, type NextTaskState, toRank } from './task.ts'

type MovesDeps = { readonly clock: Clock; readonly append: Append; readonly maxAttempts: () => number }
type TaskEvent = Extract<EventType, `task.${string}`>

/** The single steps that the queue's verbs are made of: each changes one row and tells it. All of them run inside a verb's transaction. */
export function createMoves(store: QueueStore, { clock, append, maxAttempts }: MovesDeps) {
  const view = (row: TaskRow) => toTask(row, maxAttempts())
  const tell = (type: TaskEvent, row: TaskRow, actor: Actor = 'engine'): TaskView => {
    const task = view(row)
    append({ type, subject: task.id, actor, correlationId: task.planId, data: task })
    return task
  }
  const mustExist = (id: TaskId): TaskRow => {
    const row = store.byId(id)
    if (!row) throw new ReefError('task/unknown', `There is no task ${id}.`, { field: 'id', remedy: 'List them with: reef task list' })
    return row
  }
  const readyNow = (row: Pick<TaskRow, 'priority'>): TaskPatch => ({ wait: null, readyAt: clock.now(), rank: toRank(row.priority, clock.now()), endedAt: null })
  const dependencyWait = (id: TaskId): Wait => {
    const open = store.needs(id).filter((need) => need.state !== 'done')
    const words = open
      .slice(0, 6)
      .map((need) =>
        need.state === 'dead_letter' || need.state === 'failed'
          ? `${need.key}, which failed`
          : need.state === 'cancelled'
            ? `${need.key}, which was cancelled`
            : need.key,
      )
    return { reason: 'dependency', detail: words.join(', ') + (open.length > 6 ? ` and ${open.length - 6} more` : ''), owner: 'engine', until: null }
  }

  /** A move by the holder of the claim. Throws queue/lease-lost when someone else holds the task by now. */
  function move<S extends TaskState>(held: Claim, from: S, to: NextTaskState<S>, patch: TaskPatch): TaskRow {
    const row = store.moveHeld(held, from, to, patch)
    if (!row) throw new ReefError('queue/lease-lost', `The claim on ${held.taskId} is no longer valid.`)
    return behindNeeds(row)
  }
  /** A move by the owner or by housekeeping. A worker that holds the task loses it. */
  function shift<S extends TaskState>(row: TaskRow, from: S, to: NextTaskState<S>, patch: TaskPatch): TaskRow {
    const moved = store.moveFree(row.id, from, to, patch)
    if (!moved) throw new ReefError('queue/illegal-move', `${row.key} is no longer ${from}.`)
    return behindNeeds(moved)
  }
  /** What became ready although a need was opened again meanwhile goes behind it. */
  function behindNeeds(row: TaskRow): TaskRow {
    if (row.state !== 'ready' || row.unmet === 0) return row
    return store.moveFree(row.id, 'ready', 'pending', { wait: dependencyWait(row.id) }) ?? row
  }

  function endAttempt(id: AttemptId | null, state: AttemptState, error: string | null): void {
    const row = id && store.endAttempt(id, state, error, clock.now())
    if (row) append({ type: 'attempt.ended', subject: row.id, data: toAttempt(row) })
  }

  function readyOrBlock(
    row: TaskRow,
    from: 'draft' | 'failed' | 'dead_letter' | 'cancelled' | 'skipped' | 'done',
    patch: TaskPatch,
    type: TaskEvent,
    actor: Actor,
  ): TaskView {
    store.recount(row.id)
    const unmet = mustExist(row.id).unmet
    const moved =
      unmet === 0
        ? shift(row, from, 'ready', { ...readyNow(row), ...patch })
        : shift(row, from, 'pending', { ...patch, wait: dependencyWait(row.id), endedAt: null })
    return tell(type, moved, actor)
  }

  function refreshDependents(id: TaskId): void {
    for (const dependent of store.dependents(id)) refreshWait(dependent)
  }

  /** Says anew what a blocked task waits for (U-82), where it changed. */
  function refreshWait(row: TaskRow): void {
    if (row.state !== 'pending' || row.wait_reason !== 'dependency' || row.unmet === 0) return
    const wait = dependencyWait(row.id)
    const changed = wait.detail === row.wait_detail ? undefined : store.setWait(row.id, wait)
    if (changed) tell('task.waited', changed)
  }

  return { view, tell, mustExist, readyNow, dependencyWait, move, shift, behindNeeds, endAttempt, readyOrBlock, refreshWait, refreshDependents }
}
