import { z } from 'zod'
import type { PlanView, TaskView } from '../../contract/index.ts'
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
    const ref = chooseReviewer(work.builderRef, deps.roster.list(), work.plan)
    const inconclusive = (summary: string): ReviewAnswer => ({ verdict: 'inconclusive', summary, findings: [], model: ref ?? 'none' })
    if (!ref) return inconclusive(`no second model is connected: the review needs one other than ${work.builderRef ?? 'the builder’s'}`)
    const { system, prompt } = toReviewPrompt({ ...input, task: work.task })
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
    const first = await ask(deps, question)
    const verdict = read(first)
    if (verdict) return { ...verdict, model: ref }
    const second = read(
      await ask(deps, { ...question, prompt: `${prompt}\n\nYour last answer was not the JSON object asked for. Answer with that object only.` }),
    )
    return second ? { ...second, model: ref } : inconclusive(`${ref} gave no verdict that could be read`)
  }

  function read(answer: string) {
    const parsed = Verdict.safeParse(findJson(answer))
    return parsed.success ? parsed.data : undefined
  }
}
