import type { ApprovalId, ApprovalView, AttemptId, Instant, SessionId, TaskId } from '../../contract/index.ts'
import { ReefError } from '../kernel/errors.ts'
import { write } from '../store/index.ts'
import { hashPayload } from './approval.ts'
import { type ApprovalRow, toApproval } from './approvals.store.ts'
import { reminderDue } from './due.ts'
import { type ApprovalsDeps, alreadyDecided, type Requests } from './requests.ts'

/** From the word to the deed: an effect begins once, with the very payload that was approved, and how it ended is written down. */
export function createExecution({ db, clock }: Pick<ApprovalsDeps, 'db' | 'clock'>, { store, mustExist, move }: Requests) {
  const end = (id: ApprovalId, to: 'executed' | 'failed' | 'interrupted', outcome: string | null) =>
    write(db, () => {
      const row = mustExist(id)
      if (row.state === 'executing') move(row, 'executing', to, { outcome, ended_at: clock.now() }, `approval.${to}`)
    })
  /** Drift is written down and answered, not thrown: a throw inside a transaction would take the verdict back. */
  function begin(id: ApprovalId, payload: unknown): 'begins' | 'goes on' | 'drifted' {
    const row = mustExist(id)
    const isSame = hashPayload(payload) === row.payload_hash
    if (row.state === 'executing' && isSame) return 'goes on'
    if (row.state === 'executing') {
      move(row, 'executing', 'drifted', { ended_at: clock.now() }, 'approval.drifted')
      return 'drifted'
    }
    if (row.state !== 'approved' || (row.effective_at ?? Number.POSITIVE_INFINITY) > clock.now()) throw alreadyDecided(row)
    if (!isSame) {
      move(row, 'approved', 'drifted', { ended_at: clock.now() }, 'approval.drifted')
      return 'drifted'
    }
    move(row, 'approved', 'executing', {}, 'approval.started')
    return 'begins'
  }

  return {
    /**
     * The executor says it begins. A payload with another hash is drift: the approval is closed and nothing may be done. True when it begins
     * now; false when it had begun before, and only an effect that can be repeated without harm may go on. Throws approval/{drifted,already-decided}.
     */
    beginExecution(id: ApprovalId, payload: unknown): boolean {
      const answer = write(db, () => begin(id, payload))
      if (answer === 'drifted') throw drifted()
      return answer === 'begins'
    },
    /** An effect that is a change of the database alone: begun, done and ended in one transaction, so that no crash can come between. Throws like beginExecution. */
    carryOut(id: ApprovalId, payload: unknown, act: () => string | null): void {
      const answer = write(db, () => {
        const verdict = begin(id, payload)
        if (verdict !== 'drifted') end(id, 'executed', act())
        return verdict
      })
      if (answer === 'drifted') throw drifted()
    },
    finishExecution: (id: ApprovalId, outcome: string | null = null): void => end(id, 'executed', outcome),
    failExecution: (id: ApprovalId, outcome: string): void => end(id, 'failed', outcome),
    /** Nobody knows whether it happened: it began, and the engine died. */
    interruptExecution: (id: ApprovalId, outcome: string): void => end(id, 'interrupted', outcome),
    /** Everything that an attempt asked for, oldest first. */
    ofAttempt: (attempt: AttemptId): ApprovalView[] => store.ofAttempt(attempt).map(toApproval),
    /** Of this task alone; undefined for any other id. */
    ofTask(id: string, task: TaskId): ApprovalView | undefined {
      const row = store.byId(id)
      return row?.task_id === task ? toApproval(row) : undefined
    },
    /** What an earlier engine began and did not end. */
    executing: (): ApprovalView[] => store.executing().map(toApproval),
  }
}

const drifted = () => new ReefError('approval/drifted', 'The effect changed after it was approved.', { field: 'payloadHash' })

/** What time does to requests: silence becomes the safe default, and before that the owner is reminded. Called every second; restarts change nothing. */
export function createClocks({ db, clock }: Pick<ApprovalsDeps, 'db' | 'clock'>, { store, move }: Requests) {
  return {
    /** Applies the safe default to what nobody answered in time: silence is never consent. */
    expire(): ApprovalView[] {
      // Asked every second and nearly always answered with nothing: that needs no transaction.
      if (store.overdue(clock.now()).length === 0) return []
      return write(db, () =>
        store.overdue(clock.now()).map((row) => {
          const now = clock.now()
          const reason = row.safe_default === 'template' ? 'no answer in time: the approved words are sent instead' : 'no answer in time'
          return move(row, 'requested', 'expired', { decided_at: now, ended_at: now, reason }, 'approval.expired')
        }),
      )
    },

    /** Once at half of the time and once at nine tenths. */
    remind(): ApprovalView[] {
      const due = store.requested().flatMap((row) => {
        const share = reminderDue(row, clock.now())
        return share ? [{ row, share }] : []
      })
      if (due.length === 0) return []
      return write(db, () => due.map(({ row, share }) => move(row, 'requested', 'requested', toReminded(row, share, clock.now()), 'approval.reminded')))
    },

    /** The run that asked is gone: what it asked for is void, also if it was just approved and has not begun. */
    voidRun: (session: SessionId): ApprovalView[] => write(db, () => store.ofRun(session).map((row) => toVoid(row, 'the run that asked has ended'))),
    /** The same for an attempt: what it asked for may outlive its session, never the attempt itself. */
    voidAttempt(attempt: AttemptId): ApprovalView[] {
      const isOpen = ({ state }: ApprovalRow) => state === 'requested' || state === 'approved'
      // Nearly no attempt ever asked: those cost no transaction.
      if (!store.ofAttempt(attempt).some(isOpen)) return []
      return write(db, () =>
        store
          .ofAttempt(attempt)
          .filter(isOpen)
          .map((row) => toVoid(row, 'the attempt that asked has ended')),
      )
    },
    /** The same for a task that was cancelled or has failed. */
    voidTask: (task: TaskId): ApprovalView[] => write(db, () => store.ofTask(task).map((row) => toVoid(row, 'the task that needed it has ended'))),
  }

  function toVoid(row: ApprovalRow, outcome: string): ApprovalView {
    const change = { ended_at: clock.now(), outcome }
    return row.state === 'requested' ? move(row, 'requested', 'voided', change, 'approval.voided') : move(row, 'approved', 'voided', change, 'approval.voided')
  }
}

const toReminded = (row: ApprovalRow, share: 50 | 90, now: Instant) => ({
  reminded50_at: row.reminded50_at ?? now,
  ...(share === 90 && { reminded90_at: now }),
})
