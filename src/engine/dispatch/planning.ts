import { type PlanView, type RequestView, toUsd } from '../../contract/index.ts'
import { isReefError, ReefError } from '../kernel/errors.ts'
import type { PlanTask } from '../queue/index.ts'
import { ask } from './ask.ts'
import { choosePlanner } from './choose.ts'
import type { DispatchDeps } from './deps.ts'
import { toSentence } from './words.ts'

type Waiting = ReturnType<DispatchDeps['plans']['planning']>[number]

/** A request becomes a stored plan; when the owner did not ask to look first, it starts at once. Repeatable after a crash. */
export async function planRequest(deps: DispatchDeps, { request, budget, review, file }: Waiting, signal: AbortSignal): Promise<void> {
  const { plans, workspaces, logger } = deps
  try {
    const project = await workspaces.ensureProject(request.project)
    const made = file ? { title: file.title, tasks: file.tasks, source: 'file' as const } : await toPlan(deps, request, toUsd(budget))
    const plan = plans.create(request, { ...made, project, budget, branch: '' })
    await openBranch(deps, plan)
    if (!review) plans.start(plan.id, request.actor)
  } catch (error) {
    // The next engine plans it again.
    if (signal.aborted) return
    if (!isReefError(error)) logger.error({ err: error, request: request.id }, 'planning failed')
    plans.failRequest(request.id, isReefError(error) ? toSentence(error) : 'An internal error stopped the planning; see the log.')
  }
}

/** A plan that a dead engine created but did not start gets its branch and starts now. */
export async function openBranch({ plans, workspaces }: DispatchDeps, plan: PlanView): Promise<void> {
  if (plan.branch) return
  const { branch } = await workspaces.openPlanBranch({ project: plan.project, planId: plan.id, title: plan.title })
  plans.setBranch(plan.id, branch)
}

async function toPlan(deps: DispatchDeps, request: RequestView, budgetUsd: number): Promise<{ title: string; tasks: PlanTask[]; source: PlanView['source'] }> {
  const choice = await choosePlanner(deps, request)
  if (choice.kind === 'missing')
    throw new ReefError('model/none-connected', 'No model is connected, so nothing can plan or build.', {
      remedy:
        'Connect one in Settings or with: reef provider add; then give an agent a model with: reef agent set. To see the factory work without one: reef rehearse',
    })
  const answer = await deps.planner.plan({ text: request.text, project: request.project, budgetUsd }, async (question) => {
    if (choice.kind === 'resting') throw new ReefError('plan/model-failed', `Kev waits: ${choice.rest.detail}`)
    return ask(deps, {
      role: 'planner',
      title: `Plan ${request.project}`,
      agent: 'Kev',
      ref: choice.ref,
      ...question,
      cwd: deps.workspaces.projectPath(request.project),
      task: null,
      plan: null,
      project: request.project,
      budgetUsd: null,
    })
  })
  if (choice.kind === 'chosen') deps.router.settleChoice(choice.choiceId, answer.source === 'model' ? 'succeeded' : 'failed')
  return {
    title: answer.title,
    tasks: answer.tasks.map((task) => ({ ...task, review: 'required' as const })),
    source: request.rehearsal ? 'rehearsal' : answer.source,
  }
}
