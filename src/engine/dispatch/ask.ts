import type { PlanView, TaskView } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import type { DispatchDeps } from './deps.ts'

type Question = {
  readonly role: 'reviewer' | 'planner'
  readonly title: string
  readonly agent: string
  readonly ref: string
  readonly system: string
  readonly prompt: string
  readonly cwd: string
  readonly task: TaskView | null
  readonly plan: PlanView | null
  readonly project: string | null
  readonly budgetUsd: number | null
}

const ASK_TIMEOUT_MS = 5 * 60_000

/** One answer of a model, as a visible session: the owner sees Hawk reading and Kev planning like any other work. */
export async function ask(
  { sessions, gateway, roster, router }: Pick<DispatchDeps, 'sessions' | 'gateway' | 'roster' | 'router'>,
  question: Question,
): Promise<string> {
  const agent = roster.list().find((other) => other.name === question.agent)
  const route = router.resolve(question.ref)
  const id = await sessions.launch({
    role: question.role,
    title: question.title,
    agent: question.agent,
    driver: 'direct',
    model: route.model,
    provider: { wire: route.wire },
    taskId: question.task?.id ?? null,
    attemptId: question.task?.attemptId ?? null,
    planId: question.plan?.id ?? null,
    cwd: question.cwd,
    systemPrompt: question.system,
    prompt: question.prompt,
    gatewayUrl: gateway.url,
    token: (sessionId) =>
      gateway.issue({
        sessionId,
        attemptId: question.task?.attemptId ?? null,
        taskId: question.task?.id ?? null,
        planId: question.plan?.id ?? null,
        project: question.project,
        agent: question.agent,
        team: agent?.team ?? 'factory',
        tier: agent?.tier ?? 'mid',
        provider: route.provider,
      }),
    outputs: [],
    timeoutMs: ASK_TIMEOUT_MS,
    budgetUsd: question.budgetUsd,
    temperature: 0,
  })
  const end = await sessions.ended(id)
  if (end.outcome !== 'succeeded') throw new ReefError('plan/model-failed', `${question.agent} got no answer from ${question.ref}: ${end.message}`)
  return end.text
}
