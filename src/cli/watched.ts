import type { ApprovalView } from '../contract/approvals.ts'
import type { ReefEvent } from '../contract/events.ts'
import type { PlanView, RequestView, TaskState, TaskView } from '../contract/queue.ts'

/** What `--wait` knows of the one request it waits for. */
export type Watched = {
  readonly request: RequestView
  readonly plan: PlanView | null
  readonly tasks: ReadonlyMap<string, TaskView>
  readonly approvals: ReadonlyMap<string, ApprovalView>
}

export type EndKind = 'done' | 'failed' | 'cancelled' | 'stuck' | 'planned'
/** How the waiting ends, with the sentence for it. */
export type Ending = { readonly kind: EndKind; readonly sentence: string }

export const toWatched = (request: RequestView): Watched => ({ request, plan: null, tasks: new Map(), approvals: new Map() })

/** True for what happened to this request, its plan, or anything of that plan, and for what stops everybody's work. */
export function concerns(watched: Watched, event: ReefEvent): boolean {
  const { request, plan, tasks } = watched
  if (event.type.startsWith('factory.') || stopsWork(watched, event)) return true
  const data = event.data as { id?: unknown; requestId?: unknown; planId?: unknown; taskId?: unknown; plan?: { requestId?: unknown } }
  if (data.id === request.id || data.requestId === request.id || data.plan?.requestId === request.id) return true
  if (typeof data.taskId === 'string' && tasks.has(data.taskId)) return true
  const planId = plan?.id ?? request.planId
  return planId !== null && (data.id === planId || data.planId === planId)
}

/** A limit, a pause or a breaker that calls of this plan run into. */
function stopsWork({ plan, tasks }: Watched, event: ReefEvent): boolean {
  const some = (fits: (task: TaskView) => boolean) => [...tasks.values()].some(fits)
  switch (event.type) {
    case 'spend.killed':
    case 'spend.allowed':
    case 'velocity.exceeded':
      return true
    case 'agent.paused':
    case 'agent.resumed':
      return some((task) => task.agent === event.data.name)
    case 'budget.refused':
    case 'budget.crossed': {
      const { scope, subject } = event.data.budget
      return scope === 'global' || subject === plan?.id || subject === plan?.project || some((task) => task.id === subject || task.agent === subject)
    }
    case 'circuit.opened':
    case 'circuit.closed': {
      const { provider, model } = event.data
      return some((task) => task.model !== null && (model === null ? task.model.startsWith(`${provider}/`) : task.model === `${provider}/${model}`))
    }
    default:
      return false
  }
}

/** The next state of knowledge; events carry the row as it stands after the change. */
export function learn(watched: Watched, event: ReefEvent): Watched {
  if (event.type === 'plan.created') return { ...watched, plan: event.data.plan, tasks: toMap(event.data.tasks) }
  if (event.type.startsWith('request.')) return { ...watched, request: event.data as RequestView }
  if (event.type.startsWith('plan.')) return { ...watched, plan: event.data as PlanView }
  if (event.type.startsWith('task.')) return { ...watched, tasks: new Map(watched.tasks).set((event.data as TaskView).id, event.data as TaskView) }
  if (event.type.startsWith('approval.'))
    return { ...watched, approvals: new Map(watched.approvals).set((event.data as ApprovalView).id, event.data as ApprovalView) }
  return watched
}

export const toMap = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> => new Map(rows.map((row) => [row.id, row]))

/** Undefined while there is still something to wait for. `review`: the owner asked for the plan and no more. */
export function toEnding({ request, plan, tasks }: Watched, review: boolean): Ending | undefined {
  if (request.state === 'failed') return { kind: 'failed', sentence: `The request could not be planned: ${request.error ?? 'no reason was recorded'}` }
  if (plan === null) return undefined
  if (plan.state === 'done') return { kind: 'done', sentence: 'The plan is done.' }
  if (plan.state === 'failed') return { kind: 'failed', sentence: 'The plan failed.' }
  if (plan.state === 'cancelled') return { kind: 'cancelled', sentence: 'The plan was cancelled.' }
  if (plan.state === 'draft') return review ? { kind: 'planned', sentence: 'The plan waits for your review.' } : undefined
  const stuck = findStuck([...tasks.values()])
  return stuck.length === 0 ? undefined : { kind: 'stuck', sentence: `Nothing can go on without you: ${stuck.map((task) => task.key).join(', ')} failed.` }
}

const moving: ReadonlySet<TaskState> = new Set(['draft', 'ready', 'claimed', 'running', 'awaiting_input', 'review'])
const broken: ReadonlySet<TaskState> = new Set(['failed', 'dead_letter'])

/** The failed tasks, when nothing else of the plan can move: every open task hangs on one of them. */
function findStuck(tasks: readonly TaskView[]): readonly TaskView[] {
  const failed = tasks.filter((task) => broken.has(task.state))
  if (failed.length === 0 || tasks.some((task) => moving.has(task.state))) return []
  const dead = new Set(failed.map((task) => task.key))
  const pending = tasks.filter((task) => task.state === 'pending')
  for (let before = -1; before !== dead.size; ) {
    before = dead.size
    for (const task of pending) if (task.dependsOn.some((key) => dead.has(key))) dead.add(task.key)
  }
  return pending.every((task) => dead.has(task.key)) ? failed : []
}
