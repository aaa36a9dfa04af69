import type { Claim } from '../queue/index.ts'
import type { DispatchDeps } from './deps.ts'
import type { Work } from './work.ts'

/**
 * Two parallel builds touched the same lines: a named wait on the task, and an integration task that resolves it.
 * Once that is done, the task's own merge finds its commits already in place.
 */
export function openConflict(
  { plans, queue }: DispatchDeps,
  claim: Claim,
  { task, plan }: Work,
  conflict: { merging: string; into: string; files: readonly string[] },
): void {
  const key = toIntegrationKey(task.key)
  if (!plans.tasksOf(plan.id).some((other) => other.key === key))
    plans.addTask(
      plan.id,
      {
        key,
        title: `Resolve the conflict of ${task.key} with ${conflict.into}`.slice(0, 120),
        instructions: [
          `The work of ${task.key} and the branch ${conflict.into} changed the same lines of: ${conflict.files.join(', ')}.`,
          'The merge is begun in your worktree and both sides stand in these files, between conflict markers. Edit the files so that both',
          'intentions survive and no marker is left, then run the tests. The merge is committed for you.',
        ].join('\n'),
        agent: task.kind === 'deliver' ? 'Rex' : task.agent,
        kind: 'integrate',
        dependsOn: [],
        tier: task.tier,
        budgetUsd: 1,
        outputs: [],
        priority: 1,
        review: 'required',
        merging: conflict.merging,
      },
      [task.id],
    )
  const more = conflict.files.length > 3 ? ` and ${conflict.files.length - 3} more` : ''
  queue.park(claim, 'review', {
    reason: 'conflict',
    detail: `${conflict.files.slice(0, 3).join(', ')}${more}; ${key} resolves it`,
    owner: 'engine',
    until: null,
  })
}

/** A key has at most eight characters. */
const toIntegrationKey = (key: string): string => `I${key}`.slice(0, 8)
