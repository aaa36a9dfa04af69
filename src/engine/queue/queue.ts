import type { Actor, AttemptId, AttemptView, CallView, Instant, Nanodollars, PlanId, SessionId, TaskId, TaskView, Wait } from '../../contract/index.ts'
import { seconds } from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { type WriteDb, write } from '../store/index.ts'
import { createMoves } from './moves.ts'
import { createQueueStore } from './queue.store.ts'
import { type TaskOptions, type TaskRow, toAttempt } from './rows.ts'
import { type AttemptEnd, backoffMs, type Claim, type ClaimAnswer, cancellableStates, retryableStates, toRank } from './task.ts'

/** Three missed heartbeats of 30 s (C-24). */
export const LEASE_MS = seconds(90)
/** Leases given back in one transaction: a few milliseconds in which nothing else happens. */
const RECOVERY_CHUNK = 400
/** More expired leases than this are a crowd, told in one event for each chunk. */
const MOST_TOLD_ALONE = 64
const CROWD_CHUNK = 2000
const LEASE_GONE = 'its worker stopped answering'

/** What the queue needs from its neighbours, declared here so that it imports none of them. */
export type QueueDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly paused: () => boolean
  readonly maxAttempts: () => number
  /** Called inside the transaction in which a task ended or was opened again, so that its plan can follow. */
  readonly settlePlan: (planId: PlanId) => void
}

export function createQueue({ db, clock, append, paused, maxAttempts, settlePlan }: QueueDeps) {
  const store = createQueueStore(db)
  const { view, tell, mustExist, readyNow, dependencyWait, move, shift, behindNeeds, endAttempt, readyOrBlock, refreshWait, refreshDependents } = createMoves(
    store,
    {
      clock,
      append,
      maxAttempts,
    },
  )

  return {
    /** Claims the most urgent ready task of an agent that is not in `busy`. O(log n) in the backlog. */
    claim(worker: string, busy: readonly string[] = []): ClaimAnswer {
      if (paused()) return { kind: 'idle', reason: 'paused' }
      return write<ClaimAnswer>(db, () => {
        const now = clock.now()
        const row = store.claim({ worker, now, leaseUntil: (now + LEASE_MS) as typeof now, busy })
        if (!row?.lease_until) return { kind: 'idle', reason: busy.length > 0 ? 'slot' : 'empty' }
        tell('task.claimed', row)
        return { kind: 'claimed', claim: { taskId: row.id, fence: row.fence, leaseUntil: row.lease_until } }
      })
    },

    /** Opens an attempt on a claimed task. */
    start(held: Claim, attempt: Pick<AttemptView, 'step' | 'agent' | 'driver' | 'model' | 'branch' | 'baseSha'> & { id?: AttemptId }): AttemptView {
      return write(db, () => {
        const row = store.insertAttempt({ ...attempt, id: attempt.id ?? newId('att', clock), taskId: held.taskId, startedAt: clock.now() })
        const task = store.startTask(held, { attemptId: row.id, driver: row.driver, model: row.model })
        if (!task) throw new ReefError('queue/lease-lost', `The claim on ${held.taskId} is no longer valid.`)
        append({ type: 'attempt.started', subject: row.id, correlationId: task.plan_id, data: toAttempt(row) })
        tell('task.started', task)
        return toAttempt(row)
      })
    },

    /** A claimed task whose attempt is still open goes on with it: the owner answered, a conflict is resolved, or the engine restarted. */
    resume(held: Claim): AttemptView {
      return write(db, () => {
        const row = move(held, 'claimed', 'running', { wait: null, keepLease: true })
        const attempt = row.attempt_id && store.attempt(row.attempt_id)
        if (!attempt) throw new Error(`${row.id} has no attempt to resume`)
        tell('task.started', row)
        return toAttempt(attempt)
      })
    },

    attachSession: (held: Claim, attemptId: AttemptId, sessionId: SessionId): void => void write(db, () => void store.setSession(held, attemptId, sessionId)),

    /** False when the lease was lost: the worker must stop. */
    heartbeat: (held: Claim): boolean => write(db, () => store.heartbeat(held, (clock.now() + LEASE_MS) as Claim['leaseUntil'])),

    /** The work is committed as `headSha` and goes to the gate. */
    submit(held: Claim, headSha: string): void {
      write(db, () => {
        const row = move(held, 'running', 'review', { keepLease: true })
        if (row.attempt_id) store.setHead(row.attempt_id, headSha)
        tell('task.submitted', row)
      })
    },

    /** Remembers the commit that an attempt left, whatever becomes of it. */
    noteHead: (attemptId: AttemptId, headSha: string): void => void write(db, () => store.setHead(attemptId, headSha)),

    /** Ends a reviewed task. The database refuses it without passed evidence of this attempt, whoever calls. */
    complete(held: Claim, proof: { readonly attemptId: AttemptId }): void {
      write(db, () => {
        endAttempt(proof.attemptId, 'succeeded', null)
        const row = move(held, 'review', 'done', { wait: null, error: null, endedAt: clock.now() })
        const task = tell('task.completed', row)
        for (const dependent of store.unblock(held.taskId)) {
          if (dependent.state !== 'pending' || (dependent.wait_reason !== 'dependency' && dependent.wait_reason !== 'conflict')) continue
          if (dependent.unmet === 0) tell('task.readied', shift(dependent, 'pending', 'ready', readyNow(dependent)))
          else refreshWait(dependent)
        }
        settlePlan(task.planId)
      })
    },

    /**
     * The attempt failed: the task goes round the cascade again, or into the dead letter when its attempts are used up (C-16).
     * One that was interrupted, or that ran out of money, does not count: the work is not to blame.
     */
    sendBack(held: Claim, from: 'running' | 'review', end: AttemptEnd): TaskView {
      return write(db, () => {
        endAttempt(end.attemptId, end.state, end.error)
        const counted = end.state === 'interrupted' || end.state === 'killed_budget' ? 0 : 1
        const used = mustExist(held.taskId).attempts + counted
        if (counted === 0) return tell('task.retried', move(held, from, 'ready', { wait: null, error: end.error }))
        if (used >= maxAttempts()) {
          const task = tell('task.dead-lettered', move(held, from, 'dead_letter', { wait: null, error: end.error, counted, endedAt: clock.now() }))
          refreshDependents(task.id)
          settlePlan(task.planId)
          return task
        }
        const until = (clock.now() + backoffMs(used)) as typeof held.leaseUntil
        const wait: Wait = {
          reason: 'backoff',
          detail: `attempt ${used + 1} of ${maxAttempts()}: ${used === 1 ? 'adjusted prompt' : 'fallback model'}`,
          owner: 'engine',
          until,
        }
        return tell('task.retried', move(held, from, 'pending', { wait, error: end.error, counted }))
      })
    },

    /** Gives the claim back without an attempt having counted: a check before the act said "not now". */
    park(held: Claim, from: 'claimed' | 'running' | 'review', wait: Wait): TaskView {
      return write(db, () => tell('task.waited', move(held, from, 'pending', { wait })))
    },

    /** Waits for the owner: holds no lease and no slot (U-56). */
    askOwner(held: Claim, from: 'claimed' | 'running' | 'review', wait: Wait, approvalId: string): TaskView {
      return write(db, () => tell('task.waited', move(held, from, 'awaiting_input', { wait, approvalId })))
    },

    /** The owner answered: the task goes on where it stood. */
    answer(id: TaskId): TaskView | undefined {
      return write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'awaiting_input') return undefined
        return tell('task.readied', shift(row, 'awaiting_input', 'ready', { ...readyNow(row), rank: toRank(0, clock.now()) }))
      })
    },

    /** Ends a task without success and without another try. */
    fail(id: TaskId, error: string): TaskView | undefined {
      return write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'claimed' && row.state !== 'running' && row.state !== 'review' && row.state !== 'awaiting_input') return undefined
        endAttempt(row.attempt_id, 'failed', error)
        const task = tell('task.failed', shift(row, row.state, 'failed', { wait: null, error, endedAt: clock.now() }))
        refreshDependents(task.id)
        settlePlan(task.planId)
        return task
      })
    },

    /** Takes up a task that a dead engine held, under a new fence; its attempt goes on. */
    adopt(id: TaskId, worker: string): Claim | undefined {
      return write(db, () => {
        const row = store.adopt(id, worker, (clock.now() + LEASE_MS) as Claim['leaseUntil'])
        return row?.lease_until ? { taskId: row.id, fence: row.fence, leaseUntil: row.lease_until } : undefined
      })
    },

    /** The running attempt of a dead engine cannot be taken up: it is interrupted and does not count (C-35). */
    interrupt(id: TaskId, error: string): void {
      write(db, () => {
        const row = mustExist(id)
        if (row.state !== 'claimed' && row.state !== 'running' && row.state !== 'review') return
        endAttempt(row.attempt_id, 'interrupted', error)
        tell('task.retried', shift(row, row.state, 'ready', { wait: null, error }))
      })
    },

    /** Gives every expired lease back. Returns how many; see `expireSome` where something else should be able to happen meanwhile. */
    expireLeases(): number {
      let total = 0
      for (let some = expireSome(); some > 0; some = expireSome()) total += some
      return total
    },
    expireSome,

    /** Makes every delayed task whose time has come ready. */
    promoteDelayed(): number {
      return write(db, () => {
        const rows = store.delayed(clock.now(), RECOVERY_CHUNK)
        for (const row of rows) tell('task.readied', shift(row, 'pending', 'ready', readyNow(row)))
        return rows.length
      })
    },
    /** Something was done about what these tasks wait for: they need not wait for their time. */
    endDelays(reason: Wait['reason']): number {
      return write(db, () => {
        const rows = store.delayedBy(reason, RECOVERY_CHUNK)
        for (const row of rows) tell('task.readied', shift(row, 'pending', 'ready', readyNow(row)))
        return rows.length
      })
    },
    nextDelayed: () => store.nextDelayed(),

    /** Says why ready tasks of a lane are not claimed (U-82); the first 200, and only where the words change. */
    explain(agent: string, wait: Wait): void {
      const rows = store
        .readySample(agent, 200)
        .filter((row) => row.wait_reason !== wait.reason || row.wait_detail !== wait.detail || row.wait_until !== wait.until)
      if (rows.length === 0) return
      write(db, () => {
        for (const row of rows) {
          const changed = store.setWait(row.id, wait)
          if (changed) tell('task.waited', changed)
        }
      })
    },

    /** Another try by the owner's word: attempts start from zero; with `fromHere` everything below starts over too. */
    retry(id: TaskId, options: { fromHere: boolean; actor: Actor }): TaskView {
      return write(db, () => {
        const row = mustExist(id)
        const from = retryableStates.find((state) => state === row.state)
        if (!from) throw new ReefError('task/not-retryable', `${row.key} is ${row.state}; only something that ended can be tried again.`, { field: 'id' })
        const below = options.fromHere ? store.descendants(id).filter((task) => retryableStates.some((state) => state === task.state)) : []
        const task = readyOrBlock(row, from, { error: null, restart: true, approvalId: null }, 'task.retried', options.actor)
        for (const dependent of below)
          readyOrBlock(
            dependent,
            dependent.state as (typeof retryableStates)[number],
            { error: null, restart: true, approvalId: null },
            'task.retried',
            options.actor,
          )
        for (const dependent of store.descendants(id)) {
          store.recount(dependent.id)
          const now = mustExist(dependent.id)
          if (now.state === 'ready' && now.unmet > 0) tell('task.waited', shift(now, 'ready', 'pending', { wait: dependencyWait(now.id) }))
          else refreshWait(now)
        }
        settlePlan(task.planId)
        return task
      })
    },

    /** A failed QA of the integrated work opens the builds again, with its report. */
    reopen(ids: readonly TaskId[], error: string): void {
      write(db, () => {
        for (const id of ids) {
          const row = mustExist(id)
          if (row.state !== 'done') continue
          tell('task.reopened', shift(row, 'done', 'ready', { ...readyNow(row), error, counted: 1 }))
          for (const dependent of store.block(id)) {
            if (dependent.state === 'ready') tell('task.waited', behindNeeds(dependent))
            else refreshWait(dependent)
          }
        }
      })
    },
    /** Puts a held task back behind its dependencies, which have been opened again; ready at once when none is open. */
    blockAgain(held: Claim, from: 'running' | 'review', end: AttemptEnd): void {
      write(db, () => {
        endAttempt(end.attemptId, end.state, end.error)
        store.recount(held.taskId)
        const row = move(held, from, 'ready', { wait: null, error: end.error, readyAt: clock.now() })
        tell(row.state === 'ready' ? 'task.readied' : 'task.waited', row)
      })
    },

    /** Cancels a task, with `subtree` everything that depends on it; what is done stays done. */
    cancel(id: TaskId, options: { subtree: boolean; actor: Actor }): TaskView[] {
      return write(db, () => {
        const row = mustExist(id)
        const targets = [row, ...(options.subtree ? store.descendants(id) : [])].filter((task) => cancellableStates.some((state) => state === task.state))
        if (targets.length === 0) throw new ReefError('task/not-cancellable', `${row.key} is ${row.state} already.`, { field: 'id' })
        const cancelled = targets.map((task) => {
          endAttempt(task.attempt_id, 'cancelled', `cancelled by ${options.actor}`)
          return tell(
            'task.cancelled',
            shift(task, task.state as (typeof cancellableStates)[number], 'cancelled', { wait: null, endedAt: clock.now() }),
            options.actor,
          )
        })
        for (const task of targets) refreshDependents(task.id)
        settlePlan(row.plan_id)
        return cancelled
      })
    },

    /** A draft task enters the running plan. */
    release(row: TaskRow, actor: Actor): TaskView {
      return readyOrBlock(row, 'draft', {}, row.unmet === 0 ? 'task.readied' : 'task.waited', actor)
    },

    /** What a task may spend; null for one that there is not. */
    budget: (id: string): Nanodollars | null => store.budget(id as TaskId),
    /** What the task may spend from now on; those that wait for money look again. Throws task/unknown. */
    setBudget(id: TaskId, budget: Nanodollars, actor: Actor): TaskView {
      return write(db, () => {
        mustExist(id)
        store.setBudget(id, budget)
        return tell('task.edited', mustExist(id), actor)
      })
    },

    /** Another model for the task, by the owner's word. */
    setModel(id: TaskId, model: string): void {
      write(db, () => {
        const detail = store.detail(id)
        if (detail) store.setOptions(id, JSON.stringify({ ...JSON.parse(detail.options), model }))
      })
    },

    /** Adds a settled call's cost to task, attempt and plan; inside the ledger's transaction. */
    charge: (call: Pick<CallView, 'taskId' | 'attemptId' | 'planId' | 'cost'>): void => store.charge(call, call.cost),

    counts: () => store.counts(),
    held: () => store.held(),
    get: (id: TaskId): TaskView => view(mustExist(id)),
    attempts: (id: TaskId): AttemptView[] => store.attempts(id).map(toAttempt),
    attempt: (id: AttemptId): AttemptView | undefined => {
      const row = store.attempt(id)
      return row && toAttempt(row)
    },
    needs: (id: TaskId) => store.needs(id),
    /** What the worker must be told and hold to; not part of the view because it is long. */
    detail(id: TaskId): { instructions: string; outputs: string[]; options: TaskOptions } {
      const row = store.detail(id)
      if (!row) throw new ReefError('task/unknown', `There is no task ${id}.`, { field: 'id' })
      return { instructions: row.instructions, outputs: JSON.parse(row.outputs), options: JSON.parse(row.options) }
    },
  }

  /** Gives some expired leases back in one transaction, so that others can work between two calls. Zero when there is none left. */
  function expireSome(): number {
    return write(db, () => {
      const now = clock.now()
      if (store.countExpired(now, MOST_TOLD_ALONE + 1) > MOST_TOLD_ALONE) return expireCrowd(now)
      const rows = store.expire(now, RECOVERY_CHUNK)
      if (rows.length === 0) return 0
      const ids = rows.flatMap((row) => row.attempt_id ?? [])
      const ended = new Map(store.endAttempts(ids, 'interrupted', LEASE_GONE, now).map((attempt) => [attempt.id, attempt]))
      for (const row of rows) {
        const attempt = row.attempt_id && ended.get(row.attempt_id)
        if (attempt) append({ type: 'attempt.ended', subject: attempt.id, data: toAttempt(attempt) })
        tell('task.retried', behindNeeds(row))
      }
      return rows.length
    })
  }

  /** After a crash in full work: whole rows of each task and attempt would take four times as long as the change itself. */
  function expireCrowd(now: Instant): number {
    const rows = store.expireMany(now, CROWD_CHUNK)
    store.endAttempts(
      rows.flatMap((row) => row.attempt_id ?? []),
      'interrupted',
      LEASE_GONE,
      now,
    )
    const tasks = rows.map((row) => ({ id: row.id, planId: row.plan_id, attemptId: row.attempt_id }))
    append({ type: 'queue.recovered', subject: 'queue', data: { tasks, error: LEASE_GONE } })
    return rows.length
  }
}
export type Queue = ReturnType<typeof createQueue>
