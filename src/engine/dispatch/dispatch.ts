import { type AttemptId, type EventType, type ReefEvent, seconds, type TaskId, type TaskView } from '../../contract/index.ts'
import type { DispatchDeps } from './deps.ts'
import { createEffects, type EffectDeps } from './effects.ts'
import { createFunds } from './funds.ts'
import { createLoop } from './loop.ts'
import { recoverWork } from './recover.ts'
import { createStops } from './stops.ts'

const HEARTBEAT_MS = seconds(30)
const TICK_MS = seconds(1)

/** After these something may be claimable that was not. */
const wakers: ReadonlySet<EventType> = new Set([
  'request.submitted',
  'plan.started',
  'plan.reopened',
  'task.readied',
  'task.retried',
  'queue.recovered',
  'task.reopened',
  'task.added',
  'settings.changed',
  'factory.resumed',
  'agent.resumed',
  'spend.allowed',
])

/** After these a task may find a model that it did not find before. */
const modelEvents: ReadonlySet<EventType> = new Set(['provider.added', 'provider.rotated', 'agent.changed', 'model.changed', 'circuit.closed'])

/** The one loop: claim, run, judge, settle; and at start, recover. */
export function createDispatch(
  given: Omit<DispatchDeps, 'funds' | 'effects'> &
    EffectDeps & { readonly listen: (listener: (event: ReefEvent) => void) => () => void; readonly waiting: () => TaskView[] },
) {
  const stops = createStops(given)
  const funds = createFunds(stops)
  const effects = createEffects(given, stops)
  const deps = { ...given, funds, effects }
  const { approvals, rules, clock, listen, logger, queue, sessions, waiting } = deps
  const loop = createLoop(deps)
  const timers: NodeJS.Timeout[] = []
  let unlisten: (() => void) | undefined

  const guarded = (what: string, act: () => void) => () => {
    try {
      act()
    } catch (error) {
      logger.error({ err: error }, what)
    }
  }

  /** Tasks whose question has been answered, by the owner or by time, go on; their worker reads the answer. */
  function answerWaiting(): void {
    rules.playbooks.expire()
    approvals.expire()
    approvals.remind()
    for (const task of waiting()) {
      if (!task.approvalId) continue
      const { state, effectiveAt } = approvals.get(task.approvalId)
      const isOpen = state === 'requested' || ((state === 'approved' || state === 'executing') && (effectiveAt ?? 0) > clock.now())
      if (!isOpen) queue.answer(task.id)
    }
  }

  function tick(): void {
    answerWaiting()
    queue.promoteDelayed()
    loop.explain()
  }

  function hear(event: ReefEvent): void {
    if (wakers.has(event.type)) loop.wake()
    // Listeners must not write: what they heard is acted upon in the next turn.
    if (modelEvents.has(event.type))
      setImmediate(
        guarded('waiting tasks could not be readied', () => {
          queue.endDelays('breaker')
          queue.endDelays('quota')
        }),
      )
    if (event.type === 'budget.changed') setImmediate(guarded('tasks that wait for money could not be readied', endMoneyWaits))
    if (event.type === 'task.cancelled' || event.type === 'task.failed') {
      const { id } = event.data
      stopSessions(id)
      setImmediate(guarded('the cards of a task that ended could not be taken back', () => void approvals.voidTask(id)))
    }
    if (event.type === 'attempt.ended') voidSoon([event.data.id])
    if (event.type === 'queue.recovered') voidSoon(event.data.tasks.flatMap(({ attemptId }) => attemptId ?? []))
    if (event.type === 'session.ended') {
      const { id } = event.data
      setImmediate(guarded('the cards of a run that ended could not be taken back', () => void approvals.voidRun(id)))
    }
  }

  function voidSoon(attempts: readonly AttemptId[]): void {
    const voidAll = () => {
      for (const id of attempts) approvals.voidAttempt(id)
    }
    setImmediate(guarded('the cards of an attempt that ended could not be taken back', voidAll))
  }

  /** A limit was changed elsewhere: whoever waits for money looks again, and its card asks nothing any more. */
  function endMoneyWaits(): void {
    queue.endDelays('budget')
    for (const task of waiting()) {
      if (task.wait?.reason !== 'budget' || !task.approvalId) continue
      approvals.withdraw(task.approvalId)
      queue.answer(task.id)
    }
  }

  function stopSessions(taskId: TaskId): void {
    loop.drop(taskId)
    for (const session of sessions.running())
      if (session.taskId === taskId && session.role !== 'product')
        sessions
          .stop(session.id, 'cancelled')
          .catch((error: unknown) => logger.error({ err: error, session: session.id }, 'a session of a cancelled task could not be stopped'))
  }

  return {
    /** Takes up what was held and begins to work. Answers how many tasks were taken up. */
    async start(): Promise<number> {
      unlisten = listen(hear)
      effects.recover()
      const held = await recoverWork(deps, loop)
      timers.push(
        setInterval(guarded('a tick failed', tick), TICK_MS),
        setInterval(
          guarded('a heartbeat failed', () => {
            loop.beat()
            queue.expireLeases()
          }),
          HEARTBEAT_MS,
        ),
      )
      loop.wake()
      return held
    },

    /** After the machine slept: leases first, before anyone takes them for abandoned. */
    noteResume: guarded('a heartbeat failed', () => {
      loop.beat()
      loop.wake()
    }),

    /** A session was refused a call; heard from the gateway. */
    noteRefusal: funds.note,

    /** An agent asks for something outside of its worktree; heard over MCP. */
    requestEffect: effects.request,
    /** Ends the commands that run outside of the sandbox; answers how many there were. */
    stopEffects: effects.stop,

    working: (): number => loop.size(),

    async [Symbol.asyncDispose](): Promise<void> {
      unlisten?.()
      for (const timer of timers) clearInterval(timer)
      stops[Symbol.dispose]()
      await Promise.all([effects[Symbol.asyncDispose](), loop.stop()])
    },
  }
}
export type Dispatch = ReturnType<typeof createDispatch>
