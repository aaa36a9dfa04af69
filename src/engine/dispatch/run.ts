import { isReefError } from '../kernel/errors.ts'
import type { Claim } from '../queue/index.ts'
import { runAttempt } from './attempt.ts'
import { runDelivery } from './deliver.ts'
import type { DispatchDeps } from './deps.ts'
import { toSentence } from './words.ts'
import { readWork } from './work.ts'

/** One claimed task, from wherever it stands to where it waits or ends. Never rejects. */
export async function runTask(deps: DispatchDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  try {
    const work = readWork(deps, claim.taskId, signal)
    await (work.task.kind === 'deliver' ? runDelivery(deps, claim, work) : runAttempt(deps, claim, work))
  } catch (error) {
    if (signal.aborted || isReefError(error, 'queue/lease-lost')) return
    giveBack(deps, claim, error)
  }
}

/** Something that no step expected: an attempt that stands counts as failed, and without one the task itself has failed. */
function giveBack({ logger, queue }: DispatchDeps, claim: Claim, error: unknown): void {
  if (!isReefError(error)) logger.error({ err: error, task: claim.taskId }, 'a task was stopped by an internal error')
  const words = isReefError(error) ? toSentence(error) : 'An internal error stopped it; see the log.'
  try {
    const { attemptId, state } = queue.get(claim.taskId)
    if (attemptId && (state === 'running' || state === 'review')) queue.sendBack(claim, state, { attemptId, state: 'failed', error: words })
    else if (state === 'claimed') queue.fail(claim.taskId, words)
  } catch (second) {
    if (!isReefError(second, 'queue/lease-lost')) logger.error({ err: second, task: claim.taskId }, 'a task could not be given back')
  }
}
