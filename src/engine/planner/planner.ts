import { type AgentView, PlanDraft, type PlannedTask } from '../../contract/index.ts'
import type { Logger } from '../kernel/logger.ts'
import { findJson, toPlannerPrompt, toRepairPrompt } from './prompt.ts'
import { toTemplatePlan } from './template.ts'

export type PlannerDeps = {
  readonly agents: () => readonly AgentView[]
  /** Problems that make the tasks impossible to run, in words; empty when they can. */
  readonly findProblems: (tasks: readonly PlannedTask[]) => readonly string[]
  readonly logger: Logger
}

/** One answer of the planner's model. Throws when no model can be reached. */
export type Think = (question: { system: string; prompt: string }) => Promise<string>

export type PlannerAnswer = { readonly title: string; readonly tasks: PlannedTask[]; readonly source: 'model' | 'template'; readonly note: string | null }

/** Makes a plan of a request: asks the model, lets it repair once, and falls back to the template pipeline. */
export function createPlanner({ agents, findProblems, logger }: PlannerDeps) {
  return {
    async plan(request: { text: string; project: string; budgetUsd: number }, think: Think): Promise<PlannerAnswer> {
      const { system, prompt } = toPlannerPrompt(request, agents())
      const fallBack = (note: string): PlannerAnswer => {
        logger.warn({ note }, 'planner fell back to the template')
        return { title: toTitle(request.text), tasks: toTemplatePlan(request.text, request.budgetUsd), source: 'template', note }
      }
      const first = await think({ system, prompt }).catch((error: Error) => error)
      if (first instanceof Error) return fallBack(first.message)
      const plan = read(first)
      if ('draft' in plan) return { ...plan.draft, source: 'model', note: null }
      const second = await think({ system, prompt: toRepairPrompt(prompt, first, plan.problem) }).catch((error: Error) => error)
      if (second instanceof Error) return fallBack(second.message)
      const repaired = read(second)
      return 'draft' in repaired ? { ...repaired.draft, source: 'model', note: 'repaired once' } : fallBack(repaired.problem)
    },
  }

  function read(answer: string): { draft: PlanDraft } | { problem: string } {
    const parsed = PlanDraft.safeParse(findJson(answer))
    if (!parsed.success)
      return {
        problem: parsed.error.issues
          .slice(0, 5)
          .map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`)
          .join('; '),
      }
    const [problem] = findProblems(parsed.data.tasks)
    return problem ? { problem } : { draft: parsed.data }
  }
}
export type Planner = ReturnType<typeof createPlanner>

const toTitle = (text: string): string => {
  const line = text.split('\n')[0]?.trim() ?? ''
  return line.length > 100 ? `${line.slice(0, 97)}…` : line || 'Request'
}
