import { accessSync, constants } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type ApprovalView, type AttemptId, type AttemptView, minutes, type PlanView, type SessionId, seconds, type TaskView } from '../../contract/index.ts'
import { type ApprovalRequest, type Approvals, hashPayload } from '../approvals/index.ts'
import type { Grant } from '../gateway/index.ts'
import type { Redact } from '../journal/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { exec } from '../kernel/exec.ts'
import type { Plans, Queue } from '../queue/index.ts'
import type { Sessions } from '../sessions/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import type { Stops } from './stops.ts'

/** Who asks: the session whose token it holds. */
export type Asker = Pick<Grant, 'sessionId' | 'attemptId' | 'taskId' | 'planId' | 'project' | 'agent'>
export type Argv = readonly [string, ...string[]]
/** What an agent wants done outside of its worktree. All words but `action` and `argv` are its own and are shown as such. */
export type Effect = {
  readonly action: string
  readonly argv: Argv
  readonly why: string
  readonly touches?: string | undefined
  readonly reversible?: string | undefined
}
/** `code` is null for a command that was ended by a signal or its time; `output` is redacted, and cut in the middle where it is long. */
export type Ran = { readonly code: number | null; readonly words: string; readonly output: string; readonly durationMs: number }
export type EffectAnswer =
  | { readonly kind: 'waiting'; readonly approval: ApprovalView }
  | { readonly kind: 'ran'; readonly approval: ApprovalView; readonly ran: Ran }

export type EffectDeps = {
  readonly approvals: Approvals
  readonly plans: Pick<Plans, 'get'>
  readonly queue: Pick<Queue, 'attempt' | 'detail' | 'get'>
  readonly sessions: Pick<Sessions, 'isOpen' | 'running'>
  readonly workspaces: Pick<Workspaces, 'commitAll' | 'pathOf'>
  readonly redact: Redact
  /** PATH of the engine, in which a program is looked for. */
  readonly path: string
}

/** The one effect that the engine carries out itself. */
const RUN = 'command.run'
/** Time for the agent's last words. */
const GRACE_MS = seconds(20)
const TIMEOUT_MS = minutes(10)
const MOST_OUTPUT = 65_536

/**
 * What agents do outside of their worktrees: asked for by the session of an attempt, answered by the owner or his playbook, carried out by
 * the engine once, with exactly the argv, folder, program and commit that were answered for.
 */
export function createEffects({ approvals, plans, queue, sessions, workspaces, redact, path }: EffectDeps, stops: Stops) {
  /** Sessions that were told to end because the owner is asked. */
  const told = new Set<SessionId>()
  /** Attempts that are asking at this moment. */
  const asking = new Set<AttemptId>()
  const stopping = new AbortController()
  /** Replaced each time the owner stops what runs. */
  let halt = new AbortController()
  const running = new Set<Promise<unknown>>()

  function findRun({ sessionId, attemptId, taskId, planId }: Asker): { task: TaskView; plan: PlanView; attempt: AttemptView } {
    const attempt = attemptId ? queue.attempt(attemptId) : undefined
    if (!attempt || !taskId || !planId || attempt.sessionId !== sessionId || attempt.state !== 'running')
      throw new ReefError('session/not-running', 'Only the session that works on a task may ask for an effect.')
    if (!sessions.isOpen(sessionId)) throw new ReefError('session/not-running', 'This session has ended.')
    const plan = plans.get(planId)
    const { options } = queue.detail(taskId)
    if (plan.rehearsal || options.merging)
      throw new ReefError(
        'input/invalid',
        `Nothing is done outside of the worktree ${plan.rehearsal ? 'in a rehearsal' : 'while a conflict is being resolved'}.`,
      )
    return { task: queue.get(taskId), plan, attempt }
  }

  /** What the owner is asked; made from what is there now, so that whatever has changed since shows in its hash. */
  function toRequest(
    { task, plan, attempt }: { task: TaskView; plan: PlanView; attempt: AttemptView },
    argv: Argv,
    commit: string,
    words: Pick<ApprovalRequest['card'], 'blast' | 'reversible' | 'agentSays'>,
  ) {
    const cwd = workspaces.pathOf(attempt.id)
    const program = findProgram(argv[0], cwd, path)
    const payload = { action: RUN, argv, cwd, program, commit, attempt: attempt.id }
    return {
      action: RUN,
      attemptId: attempt.id,
      taskId: task.id,
      planId: plan.id,
      correlationId: plan.id,
      project: plan.project,
      askedBy: task.agent,
      idempotencyKey: `${task.id}:${hashPayload(argv)}`,
      text: toCommandLine(argv),
      command: argv,
      payload,
      card: {
        what: clip(`Run ${toCommandLine(argv)}`, 90),
        ...words,
        cost: 'not known',
        why: `${task.agent} asks for it, working on ${task.key} ${task.title}.`,
        evidence: [`worktree at ${commit.slice(0, 12)}`],
        previews: [{ kind: 'command' as const, argv: [...argv], cwd, host: hostname(), path: program }],
        answerable: true,
      },
      rehearsal: plan.rehearsal,
      since: attempt.startedAt,
    }
  }
  type Request = ReturnType<typeof toRequest>

  const all = (attemptId: AttemptId): ApprovalView[] => approvals.ofAttempt(attemptId).filter(({ action }) => action === RUN)

  /** The newest question of an attempt that the owner himself has to answer, or has answered; undefined where there is none. */
  function asked(attemptId: AttemptId): ApprovalView | undefined {
    const last = all(attemptId).at(-1)
    return last && last.channel !== 'policy' && last.channel !== 'playbook' ? last : undefined
  }

  /** Carries out what was granted, once. Undefined when it had begun before: then nobody knows whether it was done. `signal` ends it. */
  function carryOut(approval: ApprovalView, request: Request, signal?: AbortSignal): Promise<Ran | undefined> {
    const job = run(approval, request, AbortSignal.any([stopping.signal, halt.signal, ...(signal ? [signal] : [])])).finally(() => running.delete(job))
    running.add(job)
    return job
  }

  async function run({ id }: ApprovalView, { payload }: Request, abort: AbortSignal): Promise<Ran | undefined> {
    if (!approvals.beginExecution(id, payload)) {
      approvals.interruptExecution(id, UNKNOWN)
      return undefined
    }
    const [, ...args] = payload.argv
    const result = await exec([payload.program, ...args], {
      cwd: payload.cwd,
      // The owner's own tools find their settings at home; nothing else of the engine's environment is theirs to see.
      env: { PATH: path, HOME: homedir(), LANG: 'C.UTF-8' },
      timeoutMs: TIMEOUT_MS,
      maxOutput: MOST_OUTPUT,
      signal: abort,
    })
    const { code, signal, output, durationMs, timedOut, startError } = result
    const clean = redact(stripVTControlCharacters(startError ?? output).trimEnd())
    const how = startError
      ? 'could not be started'
      : abort.aborted
        ? 'stopped in the middle'
        : timedOut
          ? 'ended after 10 minutes'
          : code === null
            ? `ended by ${signal}`
            : `exit ${code}`
    const words = clip([how, clean.split('\n').at(-1)].filter(Boolean).join(': '), 300)
    if (code === 0) approvals.finishExecution(id, words)
    else approvals.failExecution(id, words)
    return { code, words, output: clean, durationMs }
  }

  return {
    /** Everything that an attempt asked for, oldest first. */
    all,
    asked,
    carryOut,

    /**
     * An agent asks. Where a playbook of the owner allows it, it is done at once; else he is asked and the session is to end, because the
     * attempt ends with it. One at a time. Throws a ReefError for what does not exist, cannot be run, or is none of this session's business.
     */
    async request(asker: Asker, { action, argv, why, touches, reversible }: Effect): Promise<EffectAnswer> {
      if (action !== RUN)
        throw new ReefError('input/invalid', `There is no ${action} here: the only effect that REEF carries out for an agent is ${RUN}.`, { field: 'action' })
      const { attempt, task } = findRun(asker)
      const open = asked(attempt.id)
      if (open) return { kind: 'waiting', approval: open }
      if (asking.has(attempt.id)) throw new ReefError('input/invalid', 'One effect at a time: wait for the answer to the one before.')
      asking.add(attempt.id)
      try {
        const says = (what: string) => `${asker.agent} says: ${what}`
        const { headSha } = await workspaces.commitAll(toCommit(task, attempt, workspaces.pathOf(attempt.id)))
        // It may have been ended while its work was committed.
        const request = toRequest(findRun(asker), argv, headSha, {
          blast: `this machine outside of the sandbox, with your rights${touches ? `; ${says(touches)}` : ''}`,
          reversible: reversible ? says(reversible) : 'not known',
          agentSays: why,
        })
        const answer = approvals.ask(request)
        if (answer.kind === 'granted') {
          const ran = await carryOut(answer.approval, request)
          if (!ran) throw new ReefError('approval/already-decided', UNKNOWN)
          return { kind: 'ran', approval: answer.approval, ran }
        }
        told.add(asker.sessionId)
        stops.soon(asker.sessionId, GRACE_MS)
        return { kind: 'waiting', approval: answer.approval }
      } finally {
        asking.delete(attempt.id)
      }
    },

    /** The same question about the worktree as it was left: answered as before, or put anew when something has changed since. */
    askAgain(card: ApprovalView, run: { task: TaskView; plan: PlanView; attempt: AttemptView }, commit: string) {
      const preview = card.previews.find((one) => one.kind === 'command')
      const [program, ...args] = preview?.argv ?? []
      if (program === undefined) throw new Error(`${card.id} shows no command`)
      const { blast, reversible, agentSays } = card
      const request = toRequest(run, [program, ...args], commit, { blast, reversible, agentSays })
      return { request, answer: approvals.ask(request) }
    },

    /** Whether this session was ended because the owner is asked. */
    hasTold: (session: SessionId | null): boolean => session !== null && told.has(session),

    /** At start, before anything is taken up: what an earlier engine left in the middle. */
    recover(): void {
      for (const { id, action } of approvals.executing()) if (action === RUN) approvals.interruptExecution(id, UNKNOWN)
      for (const { members } of approvals.openBundles())
        for (const { attemptId } of members) if (attemptId && queue.attempt(attemptId)?.state !== 'running') approvals.voidAttempt(attemptId)
      for (const { id, attemptId, role } of sessions.running()) {
        if (role !== 'builder' || !attemptId || !asked(attemptId)) continue
        told.add(id)
        stops.soon(id, GRACE_MS)
      }
    },

    /** By the owner's word: ends the commands that run now. Answers how many there were, once what became of them is written down. */
    async stop(): Promise<number> {
      const open = [...running]
      halt.abort()
      halt = new AbortController()
      await Promise.allSettled(open)
      return open.length
    },

    /** Ends the commands that run, and waits until what became of them is written down. */
    async [Symbol.asyncDispose](): Promise<void> {
      stopping.abort()
      await Promise.allSettled(running)
    },
  }
}
export type Effects = ReturnType<typeof createEffects>

const UNKNOWN = 'It began and REEF stopped in the middle: nobody knows whether it was done.'

/** How what an agent left is committed. */
export const toCommit = ({ key, title, agent }: TaskView, { n, model }: AttemptView, worktree: string) => ({
  worktree,
  message: `${key}: ${title}`,
  agent,
  body: `Attempt ${n} (${model})`,
})

/** As a person would type it, on one line; what cannot be seen, or turns what stands beside it, is spelled out. */
export function toCommandLine(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`)
}

/** The file that a name stands for. Throws where there is none that can be run. */
function findProgram(name: string, cwd: string, path: string): string {
  const places = name.includes('/') ? [resolve(cwd, name)] : path.split(delimiter).flatMap((folder) => (isAbsolute(folder) ? [join(folder, name)] : []))
  const found = places.find(isExecutable)
  if (found) return found
  throw new ReefError('input/invalid', `There is no program ${name} on this machine.`, {
    field: 'argv',
    remedy: 'Name a program and its arguments; there is no shell.',
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)
