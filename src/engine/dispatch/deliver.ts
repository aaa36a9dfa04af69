import type { AttemptView } from '../../contract/index.ts'
import { isReefError } from '../kernel/errors.ts'
import type { Claim } from '../queue/index.ts'
import { openConflict } from './conflict.ts'
import type { DispatchDeps } from './deps.ts'
import { toSentence } from './words.ts'
import type { Work } from './work.ts'

/**
 * The engine's own task: merge the plan's branch into main, then deploy exactly that commit once the owner has said yes.
 * No model is called. Every step is idempotent; after a crash it starts from the top and finds what is done.
 */
export async function runDelivery(deps: DispatchDeps, claim: Claim, work: Work): Promise<void> {
  const { approvals, delivery, plans, quality, queue, workspaces } = deps
  const { task, plan } = work
  const open = task.attemptId ? queue.attempt(task.attemptId) : undefined
  const attempt =
    open?.state === 'running'
      ? task.state === 'claimed'
        ? queue.resume(claim)
        : open
      : queue.start(claim, { step: 'same model', agent: task.agent, driver: 'engine', model: 'none', branch: plan.branch, baseSha: null })
  const fail = (error: string) =>
    void queue.sendBack(claim, queue.get(task.id).state === 'review' ? 'review' : 'running', { attemptId: attempt.id, state: 'failed', error })
  try {
    const merged = await workspaces.mergeIntoMain({ project: plan.project, from: plan.branch, message: `Deliver ${plan.title}`, planId: plan.id })
    if (merged.kind === 'conflict') {
      toReview(deps, claim, work, attempt.headSha ?? attempt.baseSha ?? '')
      return openConflict(deps, claim, work, { merging: workspaces.project(plan.project).mainBranch, into: plan.branch, files: merged.files })
    }
    const evidenceOf = { taskId: task.id, attemptId: attempt.id, headSha: merged.commit }
    queue.noteHead(attempt.id, merged.commit)
    quality.record({
      ...evidenceOf,
      kind: 'commit',
      name: 'merged into main',
      verdict: 'passed',
      summary: `${plan.branch} is in main as ${merged.commit.slice(0, 10)}`,
      hash: merged.commit,
      durationMs: 0,
    })
    const target = { releaseOf: plan.id, taskId: task.id, project: plan.project, commit: merged.commit, rehearsal: plan.rehearsal }
    const described = work.options.deploy === 'none' ? undefined : await delivery.describe(target)
    if (!described || described.kind === 'nothing-to-start') return done(deps, claim, work, attempt, merged.commit)
    const answer = approvals.ask({
      planId: plan.id,
      taskId: task.id,
      correlationId: plan.id,
      project: plan.project,
      action: 'deploy.local',
      card: {
        what: `Deploy ${plan.project} ${merged.commit.slice(0, 7)} → this machine`.slice(0, 90),
        blast: '1 product, reachable on this machine only',
        reversible: 'yes, the running version stays until the new one answers',
        cost: '$0 now',
        why: `${plan.title}: every task before it passed its gate.`,
        evidence: plans
          .tasksOf(plan.id)
          .filter((other) => other.state === 'done')
          .map(
            (other) =>
              `${other.key} ${other.title}: ${quality.list(other.id).filter((item) => item.attemptId === other.attemptId && item.verdict === 'passed').length} checks passed`,
          ),
        previews: [
          { kind: 'command', argv: [...described.payload.argv], cwd: `a clean checkout of ${merged.commit.slice(0, 10)}` },
          { kind: 'diff', title: 'Everything that changed', text: await diffOf(deps, work, merged.commit) },
        ],
      },
      payload: described.payload,
      askedBy: task.agent,
      rehearsal: plan.rehearsal,
      since: attempt.startedAt,
    })
    if (answer.kind === 'refused' || answer.kind === 'template') {
      queue.fail(task.id, `The deployment was ${answer.approval.state}${answer.approval.reason ? `: ${answer.approval.reason}` : ''}.`)
      return
    }
    if (answer.kind === 'waiting') {
      queue.askOwner(
        claim,
        'running',
        {
          reason: 'approval',
          detail: `#${answer.approval.id.slice(-4)} ${answer.approval.what}`,
          owner: 'owner',
          until: answer.approval.effectiveAt ?? answer.approval.deadline,
        },
        answer.approval.id,
      )
      return
    }
    approvals.beginExecution(answer.approval.id, described.payload)
    const release = await delivery.release(target)
    if (release.state !== 'healthy') {
      const error = `The new version did not become healthy: ${release.error ?? 'no reason given'}. The version before it keeps running.`
      approvals.failExecution(answer.approval.id, error)
      return fail(error)
    }
    quality.record({
      ...evidenceOf,
      kind: 'probe',
      name: `${release.url}`,
      verdict: 'passed',
      summary: `answered ${release.lastStatus} in ${release.latencyMs} ms`,
      hash: described.payloadHash,
      durationMs: release.latencyMs ?? 0,
    })
    approvals.finishExecution(answer.approval.id, `${release.url} answered ${release.lastStatus} in ${release.latencyMs} ms`)
    plans.setEndpoint(plan.id, release.url)
    return done(deps, claim, work, attempt, merged.commit)
  } catch (error) {
    if (!isReefError(error) || error.code === 'queue/lease-lost') throw error
    fail(toSentence(error))
  }
}

function toReview({ queue }: DispatchDeps, claim: Claim, { task }: Work, headSha: string): void {
  if (queue.get(task.id).state === 'running') queue.submit(claim, headSha)
}

function done(deps: DispatchDeps, claim: Claim, work: Work, attempt: AttemptView, headSha: string): void {
  toReview(deps, claim, work, headSha)
  deps.queue.complete(claim, { attemptId: attempt.id })
}

async function diffOf({ workspaces }: DispatchDeps, { plan }: Work, commit: string): Promise<string> {
  const base = await workspaces.planBase({ project: plan.project, planId: plan.id, commit })
  const { text } = await workspaces.diff({ project: plan.project, baseSha: base, headSha: commit, maxBytes: 200_000 })
  return text
}
