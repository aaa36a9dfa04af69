import { type SessionId, seconds, type TaskId } from '../../contract/index.ts'
import type { Reservation } from '../ledger/index.ts'
import type { Stops } from './stops.ts'

type Refusal = Exclude<Reservation, { kind: 'reserved' }>
type Refused = { readonly sessionId: SessionId; readonly taskId: TaskId | null; readonly why: Refusal }

const GRACE_MS = seconds(5)

/** Why sessions were refused a call, until the task that they worked on has been told. Forgotten with the engine: the next call is refused again. */
export function createFunds(stops: Stops) {
  const byTask = new Map<TaskId, Refused>()
  return {
    /** The running answer was not touched; the call after it was refused, and there is nothing left for the session to do. */
    note(refused: Refused): void {
      if (refused.taskId) byTask.set(refused.taskId, refused)
      stops.soon(refused.sessionId, GRACE_MS)
    },
    of: (taskId: TaskId): Refusal | undefined => byTask.get(taskId)?.why,
    /** Of this session alone: an earlier one's refusal says nothing of it. */
    ofSession: (taskId: TaskId, sessionId: SessionId | null): Refusal | undefined => {
      const refused = byTask.get(taskId)
      return refused?.sessionId === sessionId ? refused.why : undefined
    },
    forget: (taskId: TaskId): void => void byTask.delete(taskId),
  }
}
export type Funds = ReturnType<typeof createFunds>
