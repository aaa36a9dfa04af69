import { toPlan, toRequest } from '../queue/index.ts'
import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toRequests = ({ plans, queueReader }: ApiParts) =>
  os.request.router({
    submit: os.request.submit.handler(({ input, context }) => plans.submit(input, { actor: context.actor, rehearsal: false })),
    list: os.request.list.handler(({ input }) => ({ requests: queueReader.requests(input.limit, input.before).map(toRequest) })),
    get: os.request.get.handler(({ input }) => plans.request(input.id)),
  })

export const toPlans = ({ delivery, plans, queueReader, workspaces }: ApiParts) =>
  os.plan.router({
    list: os.plan.list.handler(({ input }) => ({ plans: queueReader.plans(input.limit, input.before, input.state).map(toPlan) })),
    get: os.plan.get.handler(({ input }) => ({
      plan: plans.get(input.id),
      tasks: plans.tasksOf(input.id),
      releases: delivery.listPlan(input.id),
      artifacts: workspaces.artifacts(input.id),
    })),
    start: os.plan.start.handler(({ input, context }) => plans.start(input.id, context.actor)),
    cancel: os.plan.cancel.handler(({ input, context }) => plans.cancel(input.id, context.actor)),
  })

const MOST_DIFF_BYTES = 2_000_000

export const toTasks = ({ plans, quality, queue, queueReader, sessions, toTask, workspaces }: ApiParts) =>
  os.task.router({
    list: os.task.list.handler(({ input }) => ({ tasks: queueReader.tasks(input.limit, input.before, input.planId, input.state).map(toTask) })),
    get: os.task.get.handler(({ input }) => {
      const task = queue.get(input.id)
      const { instructions, outputs } = queue.detail(input.id)
      return {
        task,
        plan: plans.get(task.planId),
        instructions,
        outputs,
        attempts: queue.attempts(input.id),
        evidence: quality.list(input.id),
        artifacts: workspaces.artifactsOfTask(input.id),
        sessions: sessions.list({ taskId: input.id, limit: 100 }),
      }
    }),
    edit: os.task.edit.handler(({ input: { id, ...change }, context }) => plans.editTask(id, change, context.actor)),
    retry: os.task.retry.handler(({ input, context }) => {
      if (input.model) plans.setTaskOptions(input.id, { ...queue.detail(input.id).options, model: input.model })
      return queue.retry(input.id, { fromHere: input.fromHere, actor: context.actor })
    }),
    cancel: os.task.cancel.handler(({ input, context }) => ({
      cancelled: queue.cancel(input.id, { subtree: input.subtree, actor: context.actor }).map(({ id }) => id),
    })),
    diff: os.task.diff.handler(({ input }) => {
      const attempt = queue.attempt(input.attemptId)
      if (!attempt?.baseSha || !attempt.headSha) return { text: '', truncated: false }
      const { project } = plans.get(queue.get(attempt.taskId).planId)
      return workspaces.diff({ project, baseSha: attempt.baseSha, headSha: attempt.headSha, maxBytes: MOST_DIFF_BYTES })
    }),
  })
