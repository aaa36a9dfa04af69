import type { PlanDetail, PlanView, ReefEvent, TaskId, TaskView } from '../../../contract/index.ts'
import { type Layout, layOut } from './layout.ts'

/** Everything about one plan that its three views share. One task's change costs the same in a plan of ten and of a hundred thousand (D3). */
export type PlanStore = {
  readonly plan: () => PlanView
  readonly releases: () => PlanDetail['releases']
  readonly artifacts: () => PlanDetail['artifacts']
  /** Tasks by index; the index of a task never changes while its plan's structure stays. Not to be written to. */
  readonly tasks: () => readonly TaskView[]
  readonly layout: () => Layout
  readonly task: (id: TaskId | string) => TaskView | undefined
  readonly indexOf: (id: TaskId | string) => number | undefined
  readonly byKey: (key: string) => TaskView | undefined
  /** Grows by one with every change of any task; the structure's own count grows when tasks come or their dependencies change. */
  readonly version: () => number
  readonly structure: () => number
  readonly apply: (event: ReefEvent) => void
  /** Takes a newer reading of the whole plan, e.g. after the connection was lost. */
  readonly replace: (detail: PlanDetail) => void
  /** Called when this one task has changed. */
  readonly onTask: (id: TaskId | string, call: () => void) => () => void
  /** Called with the index of each task that has changed. */
  readonly onAnyTask: (call: (index: number) => void) => () => void
  /** Called when the plan itself, its releases or its artifacts changed. */
  readonly onPlan: (call: () => void) => () => void
  /** Called when tasks were added or stand elsewhere. */
  readonly onStructure: (call: () => void) => () => void
}

/** Keeps a whole plan current from the events of the feed; belongs to the screen that shows it. */
export function createPlanStore(detail: PlanDetail): PlanStore {
  let { plan, releases, artifacts } = detail
  let tasks = [...detail.tasks]
  let index = toIndex(tasks)
  let keys = toKeys(tasks)
  let layout: Layout | undefined
  let version = 0
  let structure = 0
  const rows = new Map<string, Set<() => void>>()
  const any = new Set<(index: number) => void>()
  const planCalls = new Set<() => void>()
  const structureCalls = new Set<() => void>()
  const tell = (calls: Iterable<() => void> | undefined) => {
    for (const call of calls ?? []) call()
  }

  function put(task: TaskView): void {
    const i = index.get(task.id)
    if (i === undefined) {
      insert(task)
      return
    }
    const before = tasks[i]
    tasks[i] = task
    version++
    if (before && (before.key !== task.key || before.dependsOn.join() !== task.dependsOn.join())) restructure()
    tell(rows.get(task.id))
    for (const call of any) call(i)
  }

  function insert(task: TaskView): void {
    index.set(task.id, tasks.length)
    tasks.push(task)
    version++
    restructure()
    tell(rows.get(task.id))
    for (const call of any) call(tasks.length - 1)
  }

  function restructure(): void {
    keys = toKeys(tasks)
    layout = undefined
    structure++
    tell(structureCalls)
  }

  function replace(next: PlanDetail): void {
    const same =
      next.tasks.length === tasks.length && next.tasks.every((task, i) => tasks[i]?.id === task.id && tasks[i]?.dependsOn.join() === task.dependsOn.join())
    ;({ plan, releases, artifacts } = next)
    const before = tasks
    tasks = [...next.tasks]
    version++
    if (!same) {
      index = toIndex(tasks)
      restructure()
    }
    tasks.forEach((task, i) => {
      if (same && before[i] === task) return
      tell(rows.get(task.id))
      for (const call of any) call(i)
    })
    tell(planCalls)
  }

  function apply(event: ReefEvent): void {
    switch (event.type) {
      case 'plan.edited':
      case 'plan.started':
      case 'plan.completed':
      case 'plan.failed':
      case 'plan.reopened':
      case 'plan.cancelled':
        if (event.data.id !== plan.id) return
        plan = event.data
        tell(planCalls)
        return
      case 'queue.recovered':
        for (const { id } of event.data.tasks) {
          const task = tasks[index.get(id) ?? -1]
          if (task) put({ ...task, state: 'ready', wait: null })
        }
        return
      case 'artifact.recorded': {
        const artifact = event.data
        if (artifact.planId !== plan.id) return
        artifacts = [...artifacts.filter((one) => one.id !== artifact.id), artifact]
        tell(planCalls)
        return
      }
      case 'release.started':
      case 'release.proven':
      case 'release.failed':
      case 'release.stopped': {
        const release = event.data
        if (release.planId !== plan.id) return
        releases = [...releases.filter((one) => one.id !== release.id), release]
        tell(planCalls)
        return
      }
      default:
        if (isTaskEvent(event) && event.data.planId === plan.id) put(event.data)
    }
  }

  const listen = <T>(calls: Set<T>, call: T) => {
    calls.add(call)
    return () => void calls.delete(call)
  }
  return {
    plan: () => plan,
    releases: () => releases,
    artifacts: () => artifacts,
    tasks: () => tasks,
    layout: () => {
      layout ??= layOut(tasks)
      return layout
    },
    task: (id) => tasks[index.get(id) ?? -1],
    indexOf: (id) => index.get(id),
    byKey: (key) => tasks[keys.get(key) ?? -1],
    version: () => version,
    structure: () => structure,
    apply,
    replace,
    onTask(id, call) {
      const calls = rows.get(id) ?? new Set()
      rows.set(id, calls)
      calls.add(call)
      return () => {
        calls.delete(call)
        if (calls.size === 0 && rows.get(id) === calls) rows.delete(id)
      }
    },
    onAnyTask: (call) => listen(any, call),
    onPlan: (call) => listen(planCalls, call),
    onStructure: (call) => listen(structureCalls, call),
  }
}

type TaskEvent = Extract<ReefEvent, { type: `task.${string}` }>
const isTaskEvent = (event: ReefEvent): event is TaskEvent => event.type.startsWith('task.')

const toIndex = (tasks: readonly TaskView[]): Map<string, number> => new Map(tasks.map((task, i) => [task.id, i]))
const toKeys = (tasks: readonly TaskView[]): Map<string, number> => new Map(tasks.map((task, i) => [task.key, i]))
