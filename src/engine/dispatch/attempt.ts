import { type AttemptId, type AttemptView, minutes, toUsd } from '../../contract/index.ts'
import { isReefError } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { toRefusalWords } from '../ledger/index.ts'
import type { Claim } from '../queue/index.ts'
import { drivers, type SessionEnd } from '../sessions/index.ts'
import { type Choice, chooseBuilder } from './choose.ts'
import type { DispatchDeps } from './deps.ts'
import { toCommit } from './effects.ts'
import { judge } from './judge.ts'
import { settleEffect, toEffectWords } from './outside.ts'
import { toBuilderPrompt, toSystemPrompt } from './prompts.ts'
import { findShortage, waitForMoney } from './shortage.ts'
import { toSentence } from './words.ts'
import { readWork, type Work } from './work.ts'

/** A task that an agent works on, from the claim to the verdict. Every step can be repeated after a crash. */
export async function runAttempt(deps: DispatchDeps, claim: Claim, work: Work): Promise<void> {
  const { clock, queue, sessions } = deps
  const { task } = work
  const open = task.attemptId ? queue.attempt(task.attemptId) : undefined
  if (open?.state === 'running') {
    if (task.state === 'review') return judge(deps, claim, work, open)
    const attempt = task.state === 'claimed' ? queue.resume(claim) : open
    if (attempt.headSha) {
      const card = deps.effects.asked(attempt.id)
      return card ? settleEffect(deps, claim, work, attempt, card) : judge(deps, claim, work, attempt)
    }
    return finish(deps, claim, work, attempt, await endOf(sessions, attempt))
  }
  const short = findShortage(deps, work)
  if (short) {
    if (!waitForMoney(deps, claim, work, 'claimed', short)) return
    // The answer may have changed the task's model.
    return runAttempt(deps, claim, readWork(deps, task.id, work.signal))
  }
  const attemptId = newId('att', clock)
  const choice = await chooseBuilder(deps, work, attemptId)
  if ('wait' in choice) {
    queue.park(claim, 'claimed', choice.wait)
    return
  }
  const attempt = await begin(deps, claim, work, choice, attemptId)
  if (attempt) await finish(deps, claim, work, attempt, await sessions.ended(attempt.sessionId))
}

/** The end of a session that an earlier engine launched, or meant to. */
async function endOf(sessions: DispatchDeps['sessions'], attempt: AttemptView): Promise<SessionEnd | undefined> {
  try {
    return attempt.sessionId ? await sessions.ended(attempt.sessionId) : undefined
  } catch (error) {
    if (isReefError(error, 'session/unknown')) return undefined
    throw error
  }
}

/** Worktree, attempt row, session: in this order, each written down before the next. */
async function begin(deps: DispatchDeps, claim: Claim, work: Work, choice: Choice, attemptId: AttemptId) {
  const { clock, gateway, queue, roster, router, sessions, settings, workspaces } = deps
  const { task, plan, options } = work
  const earlier = queue.attempts(task.id)
  const last = earlier.findLast(({ headSha, state }) => headSha && (state === 'failed' || state === 'killed_budget' || state === 'interrupted'))
  const effect = toEffectWords(deps, earlier)
  // An answer of the owner is no error; what was wrong before he was asked still is.
  const before = earlier.at(-1)
  const wasAnswered = before?.state === 'interrupted' && deps.effects.asked(before.id) !== undefined
  const error = wasAnswered ? (earlier.findLast(({ state }) => state === 'failed')?.error ?? null) : task.error
  const place = { project: plan.project, planBranch: plan.branch, attemptId, key: task.key, n: earlier.length + 1 }
  const worktree = options.merging
    ? await workspaces.openConflictWorktree({ ...place, merging: options.merging })
    : await workspaces.openWorktree({ ...place, ...(last?.headSha && { from: last.headSha }) })
  const attempt = queue.start(claim, {
    id: attemptId,
    step: choice.step,
    agent: task.agent,
    driver: choice.driver,
    model: choice.ref ?? 'none',
    branch: worktree.branch,
    baseSha: worktree.baseSha,
  })
  const agent = roster.list().find((other) => other.name === task.agent)
  const sessionId = newId('ses', clock)
  queue.attachSession(claim, attemptId, sessionId)
  try {
    const route = choice.ref ? router.resolve(choice.ref) : undefined
    await sessions.launch({
      id: sessionId,
      role: 'builder',
      title: `${task.key} ${task.title}`,
      agent: task.agent,
      driver: choice.driver,
      model: route?.model ?? null,
      provider: route ? { wire: route.wire } : null,
      taskId: task.id,
      attemptId,
      planId: plan.id,
      cwd: worktree.path,
      systemPrompt: toSystemPrompt(agent, task.agent, drivers[choice.driver].door === true),
      prompt: toBuilderPrompt({
        task: { ...task, error },
        plan,
        agent,
        instructions: work.instructions,
        outputs: work.outputs,
        attempt,
        counted: task.attempts,
        effect,
      }),
      gatewayUrl: gateway.url,
      token: route
        ? gateway.issue({
            sessionId,
            attemptId,
            taskId: task.id,
            planId: plan.id,
            project: plan.project,
            agent: task.agent,
            team: agent?.team ?? 'factory',
            tier: task.tier,
            provider: route.provider,
          })
        : '',
      ...(options.command && { argv: options.command as [string, ...string[]] }),
      outputs: work.outputs,
      timeoutMs: options.timeoutSeconds ? options.timeoutSeconds * 1000 : minutes(settings().attemptTimeoutMinutes),
      budgetUsd: toUsd(task.budget),
      temperature: agent?.temperature ?? 0.2,
    })
  } catch (error) {
    if (!isReefError(error) || isReefError(error, 'queue/lease-lost')) throw error
    queue.sendBack(claim, 'running', { attemptId, state: 'failed', error: toSentence(error) })
    return undefined
  }
  return { ...attempt, sessionId }
}

/** The program has ended: commit what it left, then the gate; or back to the queue with the reason. */
async function finish(deps: DispatchDeps, claim: Claim, work: Work, attempt: AttemptView, end: SessionEnd | undefined): Promise<void> {
  const { queue, workspaces } = deps
  const { task, options } = work
  if (!end || end.outcome === 'interrupted') {
    queue.sendBack(claim, 'running', { attemptId: attempt.id, state: 'interrupted', error: end?.message ?? 'REEF stopped before its session began' })
    return
  }
  const refused = deps.funds.ofSession(task.id, attempt.sessionId)
  const card = refused ? undefined : deps.effects.asked(attempt.id)
  if (card && (end.outcome === 'succeeded' || (end.outcome === 'cancelled' && deps.effects.hasTold(attempt.sessionId))))
    return settleEffect(deps, claim, work, attempt, card)
  if (end.outcome === 'cancelled' && !refused) {
    if (!work.signal.aborted) queue.fail(task.id, 'Its session was stopped. Try the task again when you like.')
    return
  }
  const left = toCommit(task, attempt, workspaces.pathOf(attempt.id))
  if (end.outcome === 'succeeded') {
    const { headSha } = options.merging ? await workspaces.finishConflict(left) : await workspaces.commitAll(left)
    queue.submit(claim, headSha)
    return judge(deps, claim, work, { ...attempt, headSha })
  }
  // Half a merge is no ground for the next attempt; anything else is kept and mended.
  if (!options.merging) queue.noteHead(attempt.id, (await workspaces.commitAll(left)).headSha)
  if (work.signal.aborted) return
  // A loop that costs nothing is a failure like any other; whom money stops has not failed.
  const isOutOfMoney = refused !== undefined && !(refused.kind === 'stopped' && refused.why === 'no-progress')
  const state = isOutOfMoney ? 'killed_budget' : end.outcome === 'cancelled' ? 'failed' : end.outcome
  const error = refused?.kind === 'stopped' ? refused.message : refused ? toRefusalWords(refused.refusal) : end.message || `${task.agent} ended without success`
  if (!isOutOfMoney) deps.funds.forget(task.id)
  queue.sendBack(claim, 'running', { attemptId: attempt.id, state, error })
}
