import { type AgentView, cascadeSteps, type DriverName, type PlanView, type TaskView } from '../../contract/index.ts'
import type { TaskOptions } from '../queue/index.ts'

/** Who works on an attempt, and why this one. `ref` is PROVIDER/MODEL, or null for a plain command. */
export type Choice = { readonly driver: DriverName; readonly ref: string | null; readonly step: (typeof cascadeSteps)[number] }

/** A model is needed and none is connected: the owner's move. */
export type Missing = { readonly missing: string }

export const REHEARSAL_BUILDER = 'rehearsal/scripted-builder'
export const REHEARSAL_REVIEWER = 'rehearsal/scripted-reviewer'

/**
 * The cascade (R-034, C-16): same model, adjusted prompt, fallback model. An agent without a model of its own borrows the
 * first one that another active agent names, so that connecting one model is enough to run.
 */
export function chooseBuilder(
  task: Pick<TaskView, 'attempts' | 'agent'>,
  options: TaskOptions,
  agents: readonly AgentView[],
  plan: Pick<PlanView, 'rehearsal'>,
): Choice | Missing {
  const step = cascadeSteps[Math.min(task.attempts, cascadeSteps.length - 1)] ?? 'same model'
  const agent = agents.find((other) => other.name === task.agent)
  const driver = options.driver ?? agent?.driver ?? 'pi'
  if (driver === 'command')
    return options.command ? { driver, ref: null, step } : { missing: `${task.agent} uses the command driver, but the task names no command` }
  if (plan.rehearsal) return { driver: 'pi', ref: REHEARSAL_BUILDER, step }
  const own = options.model ?? agent?.model ?? firstModel(agents)
  const ref = step === 'fallback model' ? (options.model ? own : (agent?.fallback ?? own)) : own
  return ref ? { driver, ref, step } : { missing: `no model is connected for ${task.agent}` }
}

/** A model for the review that is not the builder's (C-17): Hawk's own first, then any other that the roster names. */
export function chooseReviewer(builder: string | null, agents: readonly AgentView[], plan: Pick<PlanView, 'rehearsal'>): string | undefined {
  if (plan.rehearsal) return REHEARSAL_REVIEWER
  const hawk = agents.find((agent) => agent.name === 'Hawk')
  const others = agents.filter((agent) => agent.active).flatMap((agent) => [agent.model, agent.fallback])
  return [hawk?.model, hawk?.fallback, ...others].find((ref) => ref != null && ref !== builder) ?? undefined
}

/** Kev's model, or the first that any active agent names. */
export const choosePlanner = (agents: readonly AgentView[]): string | undefined => agents.find((agent) => agent.name === 'Kev')?.model ?? firstModel(agents)

const firstModel = (agents: readonly AgentView[]): string | undefined => agents.filter((agent) => agent.active).find((agent) => agent.model)?.model ?? undefined
