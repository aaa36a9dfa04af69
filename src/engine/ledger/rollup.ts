import type { CallView } from '../../contract/index.ts'
import type { HourSum } from './budget.store.ts'

const HOUR = 3_600_000

/** Adds up the calls of one transaction, so that its end writes one line for each hour, agent, model and task instead of one for each call. */
export function createRollup(write: (sum: HourSum) => void) {
  const sums = new Map<string, HourSum>()
  return {
    add({ at, agent, provider, model, project, taskId, usage, cost, listCost }: CallView): void {
      const hour = at - (at % HOUR)
      const key = `${hour}\n${agent}\n${provider}\n${model}\n${project ?? ''}\n${taskId ?? ''}`
      const before = sums.get(key)
      sums.set(key, {
        hour,
        agent,
        provider,
        model,
        project: project ?? '',
        taskId: taskId ?? '',
        calls: (before?.calls ?? 0) + 1,
        input: (before?.input ?? 0) + usage.input,
        cacheRead: (before?.cacheRead ?? 0) + usage.cacheRead,
        cacheWrite: (before?.cacheWrite ?? 0) + usage.cacheWrite,
        output: (before?.output ?? 0) + usage.output,
        cost: (before?.cost ?? 0) + cost,
        listCost: (before?.listCost ?? 0) + listCost,
      })
    },
    flush(): void {
      for (const sum of sums.values()) write(sum)
      sums.clear()
    },
    forget: (): void => sums.clear(),
  }
}
