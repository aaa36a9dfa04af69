import { toBuilderAsk } from '../dispatch/index.ts'
import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

export const toModels = ({ plans, queue, roster, router, testModel }: ApiParts) =>
  os.model.router({
    list: os.model.list.handler(async () => ({
      models: await router.models(roster.list().flatMap(({ model, fallback }) => [model, fallback].filter((ref) => ref !== null))),
    })),
    set: os.model.set.handler(({ input, context }) => router.setModel(input, context.actor)),
    test: os.model.test.handler(({ input }) => testModel(input.ref)),
    explain: os.model.explain.handler(({ input }) => {
      const task = queue.get(input.taskId)
      const work = { task, plan: plans.get(task.planId), ...queue.detail(task.id) }
      return router.explain(task.id, toBuilderAsk(work, roster.list(), null))
    }),
    health: os.model.health.handler(() => ({ circuits: router.health() })),
  })
