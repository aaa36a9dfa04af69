import {
  type AgentView,
  type AttemptId,
  cascadeSteps,
  type DriverName,
  type Instant,
  minutes,
  type PlanView,
  type TaskView,
  type Wait,
} from '../../contract/index.ts'
import type { TaskOptions } from '../queue/index.ts'
import type { Ask, ChoiceAnswer } from '../router/index.ts'
import { drivers } from '../sessions/index.ts'
import type { DispatchDeps } from './deps.ts'

/** Who works on an attempt. `ref` is PROVIDER/MODEL, or null for a plain command. */
export type Choice = { readonly driver: DriverName; readonly ref: string | null; readonly step: (typeof cascadeSteps)[number] }
/** Nobody can now, or nobody is connected who could. */
export type NoChoice = { readonly wait: Wait }

const REHEARSAL_BUILDER = 'rehearsal/scripted-builder'
const REHEARSAL_REVIEWER = 'rehearsal/scripted-reviewer'

/** How long a task waits for what only the owner can mend before it looks again. */
const OWNER_MS = minutes(5)
const BYTES_A_TOKEN = 4

type Built = {
  readonly task: Pick<TaskView, 'id' | 'agent' | 'kind' | 'tier' | 'attempts'>
  readonly plan: Pick<PlanView, 'rehearsal'>
  readonly options: TaskOptions
  readonly instructions: string
}

/** The cascade (R-034, C-16): same model, adjusted prompt, fallback model; where none is named, a tier up. */
export async function chooseBuilder(
  { clock, roster, router }: Pick<DispatchDeps, 'clock' | 'roster' | 'router'>,
  work: Built,
  attemptId: AttemptId,
): Promise<Choice | NoChoice> {
  const ask = toBuilderAsk(work, roster.list(), attemptId)
  const step = toStep(work.task)
  const later = (clock.now() + OWNER_MS) as Instant
  if (ask.driver === 'command') {
    if (work.options.command) return { driver: 'command', ref: null, step }
    const detail = `${work.task.agent} uses the command driver, but the task names no command`
    return { wait: { reason: 'breaker', detail, owner: 'owner', until: later } }
  }
  const answer = await router.choose(ask)
  if (answer.kind === 'chosen') return { driver: ask.driver, ref: answer.ref, step }
  if (answer.kind === 'missing')
    return { wait: { reason: 'breaker', detail: `${answer.message}; connect one in Settings or with: reef provider add`, owner: 'owner', until: later } }
  const { kind, detail, until } = answer.rest
  return { wait: { reason: kind, detail, owner: until ? 'engine' : 'owner', until: until ?? later } }
}

/** What the router is asked for the next attempt of a task. */
export function toBuilderAsk({ task, plan, options, instructions }: Built, agents: readonly AgentView[], attemptId: AttemptId | null): Ask {
  const agent = agents.find((other) => other.name === task.agent)
  const driver = options.driver ?? agent?.driver ?? 'pi'
  const scripted = plan.rehearsal && driver !== 'command'
  return {
    ...toBase(scripted ? 'pi' : driver, agents),
    role: 'builder',
    kind: task.kind,
    agent: task.agent,
    tier: task.tier,
    asked: scripted ? REHEARSAL_BUILDER : (options.model ?? agent?.model ?? null),
    fallback: scripted || options.model ? null : (agent?.fallback ?? null),
    // A model that the task itself names is not replaced.
    isLastResort: !scripted && !options.model && toStep(task) === 'fallback model',
    inputTokens: Math.ceil(Buffer.byteLength(instructions) / BYTES_A_TOKEN),
    taskId: task.id,
    attemptId,
  }
}

/** A model for the review that is not the builder's (C-17): Hawk's own first, then any other. */
export function chooseReviewer(
  { roster, router }: Pick<DispatchDeps, 'roster' | 'router'>,
  { task, plan, builderRef, prompt }: { task: TaskView; plan: Pick<PlanView, 'rehearsal'>; builderRef: string | null; prompt: string },
): Promise<ChoiceAnswer> {
  const agents = roster.list()
  const hawk = agents.find((agent) => agent.name === 'Hawk')
  return router.choose({
    ...toBase('direct', agents),
    role: 'reviewer',
    kind: task.kind,
    agent: 'Hawk',
    tier: hawk?.tier ?? 'mid',
    asked: plan.rehearsal ? REHEARSAL_REVIEWER : (hawk?.model ?? null),
    fallback: plan.rehearsal ? null : (hawk?.fallback ?? null),
    exclude: builderRef ? [builderRef] : [],
    inputTokens: Math.ceil(Buffer.byteLength(prompt) / BYTES_A_TOKEN),
    taskId: task.id,
    attemptId: task.attemptId,
  })
}

export function choosePlanner({ roster, router }: Pick<DispatchDeps, 'roster' | 'router'>, { rehearsal }: Pick<PlanView, 'rehearsal'>): Promise<ChoiceAnswer> {
  const agents = roster.list()
  const kev = agents.find((agent) => agent.name === 'Kev')
  return router.choose({
    ...toBase('direct', agents),
    role: 'planner',
    kind: null,
    agent: 'Kev',
    tier: kev?.tier ?? 'mid',
    asked: rehearsal ? REHEARSAL_BUILDER : (kev?.model ?? null),
    fallback: rehearsal ? null : (kev?.fallback ?? null),
    taskId: null,
    attemptId: null,
  })
}

function toBase(driver: DriverName, agents: readonly AgentView[]): Pick<Ask, 'driver' | 'wires' | 'named' | 'exclude' | 'isLastResort' | 'inputTokens'> {
  const active = agents.filter((agent) => agent.active)
  return {
    driver,
    wires: drivers[driver].wires ?? [],
    named: active.flatMap((agent) => [agent.model, agent.fallback]).filter((ref) => ref !== null),
    exclude: [],
    isLastResort: false,
    inputTokens: 0,
  }
}

const toStep = ({ attempts }: Pick<TaskView, 'attempts'>): Choice['step'] => cascadeSteps[Math.min(attempts, cascadeSteps.length - 1)] ?? 'same model'
