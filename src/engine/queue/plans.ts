import {
  type Actor,
  type EventType,
  type Instant,
  MAX_REQUEST_BYTES,
  type ModelTier,
  type Nanodollars,
  type PlanFile,
  type PlanId,
  type PlanView,
  type ProjectView,
  type RequestId,
  type RequestView,
  type SubmitInput,
  type TaskId,
  type TaskView,
  toNanodollars,
} from '../../contract/index.ts'
import type { Append } from '../journal/index.ts'
import type { Clock } from '../kernel/clock.ts'
import { ReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { type WriteDb, write } from '../store/index.ts'
import { findCycle, findProblems, type PlanTask } from './graph.ts'
import { createPlanStore } from './plan.store.ts'
import type { Queue } from './queue.ts'
import { type RequestRow, type TaskOptions, toPlan, toRequest, toTask } from './rows.ts'
import { endedStates } from './task.ts'

export type PlansDeps = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly append: Append
  readonly maxAttempts: () => number
  readonly maxDepth: () => number
  readonly defaultBudgetUsd: () => number
  readonly agents: () => ReadonlySet<string>
  readonly queue: () => Queue
}

type PlanEvent = Extract<EventType, `plan.${string}`>

/** Requests and the plans made of them. A plan's tasks live in the queue. */
export function createPlans({ db, clock, append, maxAttempts, maxDepth, defaultBudgetUsd, agents, queue }: PlansDeps) {
  const store = createPlanStore(db)

  const tell = (type: Exclude<PlanEvent, 'plan.created'>, plan: PlanView, actor: Actor = 'engine') =>
    append({ type, subject: plan.id, actor, correlationId: plan.id, data: plan })
  const mustExist = (id: PlanId): PlanView => {
    const row = store.plan(id)
    if (!row) throw new ReefError('plan/unknown', `There is no plan ${id}.`, { field: 'id', remedy: 'List them with: reef plan list' })
    return toPlan(row)
  }
  const tasksOf = (id: PlanId): TaskView[] => store.tasksOf(id).map((row) => toTask(row, maxAttempts()))

  function check(tasks: readonly PlanTask[]): void {
    const [problem, ...more] = findProblems(tasks, agents())
    if (problem)
      throw new ReefError('plan/invalid', `The plan cannot run: ${problem.message}.${more.length > 0 ? ` And ${more.length} more.` : ''}`, {
        field: problem.field,
        remedy: 'Correct the plan and submit it again.',
      })
  }

  return {
    /** Writes the request down. The same idempotency key answers with the first request and changes nothing. */
    submit(input: SubmitInput, more: { actor: Actor; rehearsal: boolean }): { request: RequestView; duplicate: boolean } {
      const text = input.text.trim() || input.plan?.title || ''
      if (!text) throw new ReefError('request/empty', 'The request is empty.', { field: 'text', remedy: 'Say in a sentence what you want.' })
      const bytes = new TextEncoder().encode(text).length
      if (bytes > MAX_REQUEST_BYTES)
        throw new ReefError(
          'request/too-large',
          `The request has ${bytes.toLocaleString('en-US')} bytes; at most ${MAX_REQUEST_BYTES.toLocaleString('en-US')} are accepted.`,
          {
            field: 'text',
            remedy: 'Put the long part into a file of the project and refer to it.',
          },
        )
      if (input.plan) check(input.plan.tasks)
      return write(db, () => {
        const earlier = input.idempotencyKey ? store.requestByKey(input.idempotencyKey) : undefined
        if (earlier) {
          if (earlier.text !== text)
            throw new ReefError('request/duplicate', 'This idempotency key was used for another request.', {
              field: 'idempotencyKey',
              remedy: 'Use a new key for a new request.',
            })
          return { request: toRequest(earlier), duplicate: true }
        }
        if (store.openTasks() + (input.plan?.tasks.length ?? 1) > maxDepth())
          throw new ReefError('queue/full', `The queue is full: ${store.openTasks()} open tasks of at most ${maxDepth()}.`, {
            remedy: 'Cancel something, wait, or raise maxQueueDepth in the settings.',
          })
        const row: RequestRow = {
          id: newId('req', clock) as RequestId,
          text,
          project: input.project ?? toProjectName(text),
          budget: toNanodollars(input.budgetUsd ?? defaultBudgetUsd()),
          review: input.review ? 1 : 0,
          rehearsal: more.rehearsal ? 1 : 0,
          plan_file: input.plan ? JSON.stringify(input.plan) : null,
          idempotency_key: input.idempotencyKey ?? null,
          state: 'planning',
          error: null,
          plan_id: null,
          actor: more.actor,
          created_at: clock.now(),
        }
        store.insertRequest(row)
        const request = toRequest(row)
        append({ type: 'request.submitted', subject: request.id, actor: more.actor, correlationId: request.id, data: request })
        return { request, duplicate: false }
      })
    },

    /** Requests that wait for a plan, oldest first; also what a dead engine left. */
    planning: () =>
      store.planning().map((row) => ({
        request: toRequest(row),
        budget: row.budget,
        review: row.review === 1,
        file: row.plan_file ? (JSON.parse(row.plan_file) as PlanFile) : undefined,
      })),

    failRequest(id: RequestId, error: string): void {
      write(db, () => {
        const row = store.moveRequest(id, { state: 'failed', error })
        if (row) append({ type: 'request.failed', subject: id, correlationId: id, data: toRequest(row) })
      })
    },

    /** Stores the plan as a draft DAG in one transaction; refused with the reason when it cannot run. */
    create(
      request: RequestView,
      plan: { title: string; tasks: readonly PlanTask[]; source: PlanView['source']; project: ProjectView; budget: Nanodollars; branch: string },
    ): PlanView {
      check(plan.tasks)
      return write(db, () => {
        const id = newId('plan', clock) as PlanId
        const now = clock.now()
        store.insertPlan({
          id,
          request_id: request.id,
          project_id: plan.project.id,
          project: plan.project.name,
          title: plan.title,
          text: request.text,
          rehearsal: request.rehearsal ? 1 : 0,
          source: plan.source,
          branch: plan.branch,
          budget: plan.budget,
          created_at: now,
        })
        insertTasks(id, plan.tasks, now)
        const created = mustExist(id)
        append({ type: 'plan.created', subject: id, correlationId: id, data: { plan: created, tasks: tasksOf(id) } })
        const planned = store.moveRequest(request.id, { state: 'planned', planId: id })
        if (planned) append({ type: 'request.planned', subject: request.id, correlationId: id, data: toRequest(planned) })
        return created
      })
    },

    setBranch(id: PlanId, branch: string): void {
      write(db, () => {
        if (mustExist(id).branch === branch) return
        store.setBranch(id, branch)
        tell('plan.edited', mustExist(id))
      })
    },
    /** What a plan may spend; null for one that there is not. */
    budget: (id: string): Nanodollars | null => store.budget(id as PlanId),
    /** What the plan may spend from now on. Throws plan/unknown. */
    setBudget(id: PlanId, budget: Nanodollars, actor: Actor): PlanView {
      return write(db, () => {
        mustExist(id)
        store.setBudget(id, budget)
        tell('plan.edited', mustExist(id), actor)
        return mustExist(id)
      })
    },
    setEndpoint(id: PlanId, endpoint: string | null): void {
      write(db, () => {
        store.setEndpoint(id, endpoint)
        tell('plan.edited', mustExist(id))
      })
    },

    start(id: PlanId, actor: Actor): PlanView {
      return write(db, () => {
        const plan = mustExist(id)
        if (plan.state === 'running') return plan
        if (plan.state !== 'draft') throw new ReefError('plan/not-editable', `The plan is ${plan.state}; only a draft can be started.`, { field: 'id' })
        const moved = store.movePlan(id, 'draft', 'running', { startedAt: clock.now() })
        if (!moved) throw new ReefError('queue/illegal-move', 'The plan changed meanwhile.')
        tell('plan.started', toPlan(moved), actor)
        for (const row of store.tasksOf(id)) if (row.state === 'draft') queue().release(row, actor)
        return mustExist(id)
      })
    },

    cancel(id: PlanId, actor: Actor): PlanView {
      return write(db, () => {
        const plan = mustExist(id)
        if (plan.state === 'cancelled') return plan
        if (plan.state === 'done') throw new ReefError('plan/not-editable', 'The plan is done; there is nothing to cancel.', { field: 'id' })
        const moved = store.movePlan(id, plan.state, 'cancelled', { endedAt: clock.now() })
        if (!moved) throw new ReefError('queue/illegal-move', 'The plan changed meanwhile.')
        for (const task of tasksOf(id)) if (!endedStates.some((state) => state === task.state)) queue().cancel(task.id, { subtree: false, actor })
        const cancelled = mustExist(id)
        tell('plan.cancelled', cancelled, actor)
        return cancelled
      })
    },

    /** Changes a task of a draft plan; dependencies are checked against the whole graph. */
    editTask(
      id: TaskId,
      change: {
        title?: string | undefined
        instructions?: string | undefined
        agent?: string | undefined
        tier?: ModelTier | undefined
        dependsOn?: string[] | undefined
      },
      actor: Actor,
    ): TaskView {
      return write(db, () => {
        const task = queue().get(id)
        const plan = mustExist(task.planId)
        if (plan.state !== 'draft')
          throw new ReefError('plan/not-editable', `The plan is ${plan.state}; tasks can be edited only before it starts.`, {
            field: 'id',
            remedy: 'Cancel the task and submit a new request, or retry it with another model.',
          })
        if (change.agent && !agents().has(change.agent))
          throw new ReefError('agent/unknown', `No agent is called ${change.agent}.`, { field: 'agent', remedy: `Known agents: ${[...agents()].join(', ')}` })
        const siblings = tasksOf(task.planId)
        const ids = new Map(siblings.map((other) => [other.key, other.id]))
        const needs = change.dependsOn?.map((key) => {
          const need = ids.get(key)
          if (!need || need === id) throw new ReefError('plan/invalid', `${task.key} cannot depend on ${key}.`, { field: 'dependsOn' })
          return need
        })
        const cycle = change.dependsOn && findCycle(siblings.map((other) => (other.id === id ? { key: other.key, dependsOn: change.dependsOn ?? [] } : other)))
        if (cycle) throw new ReefError('plan/invalid', `The tasks would wait for each other: ${cycle.join(' → ')}.`, { field: 'dependsOn' })
        if (needs) store.setNeeds(id, needs)
        store.editTask({
          id,
          ...(change.title && { title: change.title }),
          ...(change.instructions && { instructions: change.instructions }),
          ...(change.agent && { agent: change.agent }),
          ...(change.tier && { tier: change.tier }),
          ...(change.dependsOn && { depends_on: JSON.stringify(change.dependsOn), unmet: change.dependsOn.length }),
        })
        const edited = queue().get(id)
        append({ type: 'task.edited', subject: id, actor, correlationId: task.planId, data: edited })
        return edited
      })
    },

    /** Adds a task to a running plan: an integration task for a conflict. The tasks in `before` wait for it. */
    addTask(planId: PlanId, task: PlanTask, before: readonly TaskId[]): TaskView {
      return write(db, () => {
        insertTasks(planId, [task], clock.now(), tasksOf(planId))
        const row = store.tasksOf(planId).find((other) => other.key === task.key)
        if (!row) throw new Error('an inserted task did not come back')
        append({ type: 'task.added', subject: row.id, correlationId: planId, data: toTask(row, maxAttempts()) })
        for (const id of before) {
          const waiting = queue().get(id)
          store.setNeeds(id, [
            ...queue()
              .needs(id)
              .map((need) => need.id),
            row.id,
          ])
          store.editTask({
            id,
            depends_on: JSON.stringify([...waiting.dependsOn, task.key]),
            unmet: queue()
              .needs(id)
              .filter((need) => need.state !== 'done').length,
          })
          append({ type: 'task.edited', subject: id, correlationId: planId, data: queue().get(id) })
        }
        return queue().release(row, 'engine')
      })
    },

    /** Remembers what a retry by the owner changes for the next attempts. */
    setTaskOptions(id: TaskId, options: TaskOptions): void {
      write(db, () => store.editTask({ id, options: JSON.stringify(options) }))
    },

    /** Ends or reopens the plan with its tasks; inside the transaction in which a task ended. */
    settle(planId: PlanId): void {
      const row = store.plan(planId)
      // The common cases by the plan's own counts, without a look at its tasks: work is left, or all of it ended well.
      if (row?.state === 'running' && row.stuck === 0) {
        if (row.ended === row.tasks) end(toPlan(row), row.done > 0 ? 'done' : 'cancelled')
        return
      }
      const plan = mustExist(planId)
      const tasks = tasksOf(planId)
      const open = tasks.filter((task) => !endedStates.some((state) => state === task.state))
      const failed = tasks.some((task) => task.state === 'failed' || task.state === 'dead_letter')
      if (plan.state === 'running') {
        if (open.length === 0 && !failed) end(plan, tasks.some((task) => task.state === 'done') ? 'done' : 'cancelled')
        else if (failed && open.every((task) => task.state === 'pending' && task.wait?.reason === 'dependency')) end(plan, 'failed')
      } else if (plan.state !== 'draft' && open.some((task) => task.state !== 'pending')) {
        const moved = store.movePlan(planId, plan.state, 'running', {})
        if (moved) tell('plan.reopened', toPlan(moved))
      }
    },

    /** Plans that nobody wanted to look at first and that a dead engine left as drafts, oldest first. */
    unstarted: (): PlanView[] => store.unstarted().map(toPlan),

    openTasks: () => store.openTasks(),
    get: mustExist,
    tasksOf,
    request(id: string): RequestView {
      const row = store.request(id)
      if (!row) throw new ReefError('request/unknown', `There is no request ${id}.`, { field: 'id' })
      return toRequest(row)
    },
  }

  function end(plan: PlanView, to: 'done' | 'failed' | 'cancelled'): void {
    const moved = store.movePlan(plan.id, 'running', to, { endedAt: clock.now() })
    if (!moved) return
    tell(to === 'done' ? 'plan.completed' : to === 'failed' ? 'plan.failed' : 'plan.cancelled', toPlan(moved))
  }

  function insertTasks(planId: PlanId, tasks: readonly PlanTask[], now: Instant, existing: readonly TaskView[] = []): void {
    const ids = new Map<string, TaskId>(existing.map((task) => [task.key, task.id]))
    for (const task of tasks) ids.set(task.key, newId('task', clock) as TaskId)
    for (const task of tasks) {
      const options: TaskOptions = {
        review: task.review,
        ...(task.driver && { driver: task.driver }),
        ...(task.model && { model: task.model }),
        ...(task.command && { command: task.command }),
        ...(task.timeoutSeconds && { timeoutSeconds: task.timeoutSeconds }),
        ...(task.deploy && { deploy: task.deploy }),
        ...(task.merging && { merging: task.merging }),
      }
      store.insertTask({
        id: ids.get(task.key),
        plan_id: planId,
        key: task.key,
        title: task.title,
        instructions: task.instructions,
        agent: task.agent,
        kind: task.kind,
        tier: task.tier,
        options: JSON.stringify(options),
        outputs: JSON.stringify(task.outputs),
        depends_on: JSON.stringify(task.dependsOn),
        unmet: new Set(task.dependsOn).size,
        priority: task.priority,
        budget: toNanodollars(task.budgetUsd),
        created_at: now,
      })
    }
    for (const task of tasks) {
      const taskId = ids.get(task.key)
      const needs = [...new Set(task.dependsOn)].map((key) => ids.get(key)).filter((id) => id !== undefined)
      if (taskId) store.setNeeds(taskId, needs)
    }
  }
}
export type Plans = ReturnType<typeof createPlans>

/** A short directory name out of the first words of a request. */
export function toProjectName(text: string): string {
  const words = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .split(' ')
    .filter((word) => !['a', 'an', 'the', 'me', 'please', 'build', 'make', 'create', 'that', 'and', 'of', 'for', 'to', 'with'].includes(word))
  return words.slice(0, 4).join('-').slice(0, 40).replace(/-+$/, '') || 'project'
}
