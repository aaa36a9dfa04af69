import { z } from 'zod'
import type { PlanView, TaskView } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { findJson } from '../planner/index.ts'
import type { ReviewAnswer, ReviewInput } from '../quality/index.ts'
import { ask } from './ask.ts'
import { chooseReviewer } from './choose.ts'
import type { DispatchDeps } from './deps.ts'
import { toReviewPrompt } from './prompts.ts'

const Verdict = z.object({
  verdict: z.enum(['pass', 'fail']),
  summary: z.string().default(''),
  findings: z.array(z.object({ file: z.string().nullable().default(null), line: z.number().nullable().default(null), text: z.string() })).default([]),
})

/** Hawk's look at the difference, with a model that is not the builder's. No second model, or no usable answer: inconclusive, never a pass. */
export function createReview(deps: DispatchDeps, work: { task: TaskView; plan: PlanView; builderRef: string | null; cwd: string }) {
  return async (input: ReviewInput): Promise<ReviewAnswer> => {
    const { system, prompt } = toReviewPrompt({ ...input, task: work.task })
    const choice = await chooseReviewer(deps, { ...work, prompt })
    const inconclusive = (summary: string, model = 'none'): ReviewAnswer => ({ verdict: 'inconclusive', summary, findings: [], model })
    if (choice.kind === 'missing') return inconclusive(`no second model is connected: the review needs one other than ${work.builderRef ?? 'the builder’s'}`)
    if (choice.kind === 'resting') throw new ReefError('plan/model-failed', `Hawk waits: ${choice.rest.detail}`)
    const { choiceId, ref } = choice
    const question = {
      role: 'reviewer' as const,
      title: `Review ${work.task.key} ${work.task.title}`,
      agent: 'Hawk',
      ref,
      system,
      prompt,
      cwd: work.cwd,
      task: work.task,
      plan: work.plan,
      project: work.plan.project,
      budgetUsd: null,
    }
    try {
      const verdict =
        read(await ask(deps, question)) ??
        read(await ask(deps, { ...question, prompt: `${prompt}\n\nYour last answer was not the JSON object asked for. Answer with that object only.` }))
      deps.router.settleChoice(choiceId, verdict ? 'succeeded' : 'failed')
      return verdict ? { ...verdict, model: ref } : inconclusive(`${ref} gave no verdict that could be read`, ref)
    } catch (error) {
      // Not reached, or taken away: that says nothing of how well it reviews.
      deps.router.settleChoice(choiceId, 'interrupted')
      throw error
    }
  }

  function read(answer: string) {
    const parsed = Verdict.safeParse(findJson(answer))
    return parsed.success ? parsed.data : undefined
  }
}
