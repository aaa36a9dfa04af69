import type { PlanFile } from '../../contract/index.ts'

/** As the owner wrote it; `merging` is the engine's own, see TaskOptions. */
export type PlanTask = PlanFile['tasks'][number] & { readonly merging?: string }
export type PlanProblem = { readonly field: string; readonly message: string }

export const MAX_PLAN_TASKS = 200

/** Everything that makes a plan impossible to run, each with the field at fault. Empty means: it can run. */
export function findProblems(tasks: readonly PlanTask[], knownAgents: ReadonlySet<string>): PlanProblem[] {
  const problems: PlanProblem[] = []
  if (tasks.length === 0) problems.push({ field: 'tasks', message: 'a plan needs at least one task' })
  if (tasks.length > MAX_PLAN_TASKS) problems.push({ field: 'tasks', message: `${tasks.length} tasks; a plan has at most ${MAX_PLAN_TASKS}` })
  const keys = new Set<string>()
  for (const [i, task] of tasks.entries()) {
    if (keys.has(task.key)) problems.push({ field: `tasks.${i}.key`, message: `${task.key} is used twice` })
    keys.add(task.key)
  }
  for (const [i, task] of tasks.entries()) {
    if (!knownAgents.has(task.agent))
      problems.push({ field: `tasks.${i}.agent`, message: `no agent is called ${task.agent}; known: ${[...knownAgents].join(', ')}` })
    if (!(task.budgetUsd > 0)) problems.push({ field: `tasks.${i}.budgetUsd`, message: 'a task needs a budget above zero' })
    if (task.driver === 'command' && !task.command) problems.push({ field: `tasks.${i}.command`, message: 'the command driver needs a command (argv)' })
    for (const need of task.dependsOn) {
      if (!keys.has(need)) problems.push({ field: `tasks.${i}.dependsOn`, message: `${task.key} depends on ${need}, which is not in the plan` })
      if (need === task.key) problems.push({ field: `tasks.${i}.dependsOn`, message: `${task.key} depends on itself` })
    }
  }
  const cycle = findCycle(tasks)
  if (cycle) problems.push({ field: 'tasks', message: `the tasks wait for each other: ${cycle.join(' → ')}` })
  return problems
}

/** Keys of one cycle, first repeated at the end; undefined when the graph is acyclic. Iterative: depth is bounded by memory, not by the stack. */
export function findCycle(tasks: readonly { readonly key: string; readonly dependsOn: readonly string[] }[]): string[] | undefined {
  const needs = new Map(tasks.map((task) => [task.key, task.dependsOn]))
  const finished = new Set<string>()
  for (const { key: start } of tasks) {
    const path: Array<{ key: string; next: number }> = finished.has(start) ? [] : [{ key: start, next: 0 }]
    const onPath = new Set(path.map((step) => step.key))
    while (path.length > 0) {
      const step = path[path.length - 1]
      if (!step) break
      const need = needs.get(step.key)?.[step.next++]
      if (need === undefined) {
        finished.add(step.key)
        onPath.delete(step.key)
        path.pop()
      } else if (onPath.has(need)) {
        const from = path.findIndex((other) => other.key === need)
        return [...path.slice(from).map((other) => other.key), need]
      } else if (!finished.has(need) && needs.has(need)) {
        path.push({ key: need, next: 0 })
        onPath.add(need)
      }
    }
  }
  return undefined
}
