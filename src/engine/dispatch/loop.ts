import type { RequestId, TaskId, Wait } from '../../contract/index.ts'
import type { Claim } from '../queue/index.ts'
import type { DispatchDeps } from './deps.ts'
import { planRequest } from './planning.ts'
import { runTask } from './run.ts'

const PLANNERS_AT_ONCE = 2
const WORKER = 'engine'

type Held = { claim: Claim; readonly agent: string; readonly abort: AbortController; readonly ended: Promise<void> }

/**
 * Claims what is ready as long as there are slots, and plans what was asked for. Woken by events, never by polling;
 * a turn is synchronous and cheap, the work itself runs beside it.
 */
export function createLoop(deps: DispatchDeps) {
  const { budgets, clock, logger, paused, plans, queue, roster, rules, settings } = deps
  const held = new Map<TaskId, Held>()
  const planning = new Map<RequestId, Promise<void>>()
  let isWoken = false
  let shed: { readonly at: number; readonly load: ReturnType<typeof rules.oversight.shedding> } | undefined
  const stopping = new AbortController()

  function wake(): void {
    if (isWoken || stopping.signal.aborted) return
    isWoken = true
    setImmediate(() => {
      isWoken = false
      if (!stopping.signal.aborted && !paused() && budgets.killedAt() === null) turn()
    })
  }

  function turn(): void {
    for (const waiting of plans.planning()) {
      if (planning.size >= PLANNERS_AT_ONCE) break
      const { id } = waiting.request
      if (planning.has(id)) continue
      const done = planRequest(deps, waiting, stopping.signal).finally(() => {
        planning.delete(id)
        wake()
      })
      planning.set(id, done)
    }
    while (held.size < settings().maxSessions) {
      const answer = queue.claim(WORKER, busyAgents())
      if (answer.kind === 'idle') return
      take(answer.claim)
    }
  }

  /** Runs a task that this engine holds: just claimed, or adopted from an engine that died. */
  function take(claim: Claim): void {
    const abort = new AbortController()
    const ended = runTask(deps, claim, abort.signal).finally(() => {
      if (held.get(claim.taskId)?.abort === abort) held.delete(claim.taskId)
      wake()
    })
    held.set(claim.taskId, { claim, agent: queue.get(claim.taskId).agent, abort, ended })
  }

  /** Whose questions are too many for one owner (U-53): looked up at most every few seconds. */
  function shedding(): { agent: string; because: string } | undefined {
    if (!shed || clock.now() - shed.at >= SHED_MS) {
      const before = shed?.load
      shed = { at: clock.now(), load: rules.oversight.shedding() }
      if (before && before.agent !== shed.load?.agent) wake()
    }
    return shed.load ?? undefined
  }

  function busyAgents(): string[] {
    const counts = new Map<string, number>()
    for (const { agent } of held.values()) counts.set(agent, (counts.get(agent) ?? 0) + 1)
    const full = [...counts].filter(([, n]) => n >= settings().maxSessionsPerAgent).map(([agent]) => agent)
    const paused = roster.list().filter((agent) => agent.paused)
    const noisy = shedding()
    return [...new Set([...full, ...paused.map(({ name }) => name), ...(noisy ? [noisy.agent] : [])])]
  }

  return {
    wake,
    take,
    holds: (id: TaskId): boolean => held.has(id),
    size: (): number => held.size,

    /** The task was taken away: its worker stops as soon as it looks. */
    drop(id: TaskId): void {
      held.get(id)?.abort.abort()
      held.delete(id)
    },

    /** Keeps every lease alive; a worker whose lease is gone stops. */
    beat(): void {
      for (const [id, { claim }] of held) {
        if (queue.heartbeat(claim)) continue
        logger.warn({ task: id }, 'a lease was lost')
        this.drop(id)
      }
    },

    /** Says of everything ready why it is not taken (U-82). */
    explain(): void {
      const { maxSessions, maxSessionsPerAgent } = settings()
      const busy = new Set(busyAgents())
      const noisy = shedding()
      for (const { name, paused: own } of roster.list()) {
        const wait = paused()
          ? toWait('paused', 'the factory is paused', 'owner')
          : budgets.killedAt() !== null
            ? toWait('budget', 'all model calls are stopped', 'owner')
            : own
              ? toWait('paused', `${name}: ${own.reason}`, 'owner')
              : noisy?.agent === name
                ? toWait('approval', noisy.because, 'owner')
                : held.size >= maxSessions
                  ? toWait('slot', `all ${maxSessions} slots are taken`, 'engine')
                  : busy.has(name)
                    ? toWait('slot', `${name} works on ${maxSessionsPerAgent} already`, 'engine')
                    : undefined
        if (wait) queue.explain(name, wait)
      }
    },

    /** Claims nothing more and lets go; sessions run on and are taken up by the next engine. */
    async stop(): Promise<void> {
      stopping.abort()
      const open = [...held.values()]
      for (const { abort } of open) abort.abort()
      held.clear()
      await Promise.race([Promise.allSettled([...open.map(({ ended }) => ended), ...planning.values()]), pause(STOP_PATIENCE_MS)])
    },
  }
}
export type Loop = ReturnType<typeof createLoop>

const SHED_MS = 5000

/** A worker may be in the middle of a git command; it waits for sessions only until the engine is gone. */
const STOP_PATIENCE_MS = 1500
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms).unref())
const toWait = (reason: Wait['reason'], detail: string, owner: Wait['owner']): Wait => ({ reason, detail, owner, until: null })
