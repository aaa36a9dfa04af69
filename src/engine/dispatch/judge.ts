import { type AttemptView, type Instant, minutes } from '../../contract/index.ts'
import { isReefError } from '../kernel/errors.ts'
import type { Claim } from '../queue/index.ts'
import { openConflict } from './conflict.ts'
import type { DispatchDeps } from './deps.ts'
import { createReview } from './review.ts'
import { findShortage, waitForMoney } from './shortage.ts'
import { readWork, type Work } from './work.ts'

const GATE_TIMEOUT_MS = minutes(10)
/** A reviewer that cannot be reached is asked again after this; what passed already is not run again. */
const REVIEWER_MS = minutes(2)

/** The gate, then the merge into the plan's branch, then done; or back with the error. */
export async function judge(deps: DispatchDeps, claim: Claim, work: Work, attempt: AttemptView): Promise<void> {
  const { queue, quality, workspaces } = deps
  const { task, plan } = work
  const headSha = attempt.headSha ?? attempt.baseSha ?? ''
  if (queue.get(task.id).state === 'running') queue.submit(claim, headSha)
  const cwd = workspaces.pathOf(attempt.id)
  const builderRef = attempt.model === 'none' ? null : attempt.model
  const review = createReview(deps, { task: queue.get(task.id), plan, builderRef, cwd })
  const answer = await quality
    .gate(
      {
        taskId: task.id,
        attemptId: attempt.id,
        kind: task.kind,
        cwd,
        baseSha: attempt.baseSha ?? headSha,
        headSha,
        outputs: work.outputs,
        review: work.options.review,
        title: task.title,
        instructions: work.instructions,
        agent: task.agent,
        builderModel: attempt.model,
        timeoutMs: GATE_TIMEOUT_MS,
        mark: attempt.id,
        signal: work.signal,
      },
      review,
    )
    .catch((error: unknown) => {
      if (!isReefError(error, 'plan/model-failed')) throw error
      return { kind: 'unanswered' as const, reason: error.message }
    })
  if (work.signal.aborted) return
  if (answer.kind === 'unanswered') return waitForReviewer(deps, claim, work, attempt, answer.reason)
  if (answer.kind === 'failed') return sendBack(deps, claim, work, attempt, answer.error)
  if (answer.kind === 'inconclusive') return askForUnreviewed(deps, claim, work, attempt, answer.reason)
  const merged = await workspaces.merge({ project: plan.project, into: plan.branch, from: headSha, message: `${task.key}: ${task.title}` })
  if (merged.kind === 'conflict') return openConflict(deps, claim, work, { merging: headSha, into: plan.branch, files: merged.files })
  await workspaces.recordArtifacts({ planId: plan.id, taskId: task.id, attemptId: attempt.id, worktree: cwd, paths: work.outputs })
  queue.complete(claim, answer.proof)
  await workspaces.closeWorktree(attempt.id)
}

/** A failed QA of the integrated work opens the builds it rests on; anything else goes round its own cascade. */
function sendBack({ queue }: DispatchDeps, claim: Claim, { task }: Work, attempt: AttemptView, error: string): void {
  const end = { attemptId: attempt.id, state: 'failed' as const, error }
  const builds = task.kind === 'qa' ? queue.needs(task.id).map((need) => queue.get(need.id)) : []
  const open = builds.filter(
    (build) => (build.kind === 'build' || build.kind === 'integrate') && build.state === 'done' && build.attempts + 1 < build.maxAttempts,
  )
  if (open.length === 0) {
    queue.sendBack(claim, 'review', end)
    return
  }
  queue.reopen(
    open.map((build) => build.id),
    `QA of the integrated work failed:\n${error}`,
  )
  queue.blockAgain(claim, 'review', end)
}

/** The work is not to blame when its reviewer cannot be reached: it is asked again later, and where money has run out the owner is asked first. */
async function waitForReviewer(deps: DispatchDeps, claim: Claim, work: Work, attempt: AttemptView, reason: string): Promise<void> {
  const { clock, queue } = deps
  const now = readWork(deps, work.task.id, work.signal)
  const short = findShortage(deps, now)
  if (!short) queue.park(claim, 'review', { reason: 'breaker', detail: reason, owner: 'engine', until: (clock.now() + REVIEWER_MS) as Instant })
  else if (waitForMoney(deps, claim, now, 'review', short)) await judge(deps, claim, now, attempt)
}

/** No second model could review it: the owner may take it without, knowing so. */
function askForUnreviewed(deps: DispatchDeps, claim: Claim, { task, plan }: Work, attempt: AttemptView, reason: string): void {
  const { approvals, quality, queue } = deps
  const evidence = quality.list(task.id).filter((item) => item.attemptId === attempt.id)
  const payload = { action: 'accept.unreviewed', task: task.id, commit: attempt.headSha }
  const answer = approvals.ask({
    planId: plan.id,
    taskId: task.id,
    correlationId: plan.id,
    project: plan.project,
    action: 'accept.unreviewed',
    card: {
      what: `Accept ${task.key} ${task.title} without a review`.slice(0, 90),
      blast: `1 project, branch ${plan.branch}`,
      reversible: 'yes, the merge can be reverted',
      cost: '$0 now',
      why: reason,
      evidence: evidence.map((item) => `${item.name}: ${item.verdict}`),
      previews: [{ kind: 'text', title: 'Commit', text: `${attempt.headSha} on ${attempt.branch}` }],
    },
    payload,
    askedBy: task.agent,
    rehearsal: plan.rehearsal,
    since: attempt.startedAt,
  })
  if (answer.kind === 'granted') {
    approvals.carryOut(answer.approval.id, payload, () => {
      quality.waiveReview({ taskId: task.id, attemptId: attempt.id, headSha: attempt.headSha ?? '', by: answer.approval.decidedBy ?? 'owner' })
      return 'taken without a review'
    })
    queue.askOwner(claim, 'review', { reason: 'approval', detail: 'taking effect', owner: 'engine', until: null }, answer.approval.id)
    queue.answer(task.id)
    return
  }
  if (answer.kind === 'refused' || answer.kind === 'template') {
    queue.fail(task.id, 'The owner did not accept it without a review.')
    return
  }
  queue.askOwner(
    claim,
    'review',
    { reason: 'approval', detail: `#${answer.approval.id.slice(-4)}: ${reason}`, owner: 'owner', until: answer.approval.deadline },
    answer.approval.id,
  )
}
