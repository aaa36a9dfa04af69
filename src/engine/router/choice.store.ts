import type { AttemptId, AttemptState, Instant, Nanodollars, RouteChoiceId, RouteChoiceView, SessionId, TaskId } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'
import type { TrackRecord } from './expect.ts'

type Outcome = NonNullable<RouteChoiceView['outcome']>
export type NewChoice = Omit<RouteChoiceView, 'outcome'> & { readonly chosen: string; readonly sessionId: SessionId | null }
type Row = {
  id: RouteChoiceId
  at: Instant
  attempt_id: AttemptId | null
  task_id: TaskId | null
  agent: string
  role: RouteChoiceView['role']
  kind: RouteChoiceView['kind']
  tier: RouteChoiceView['tier']
  asked: string
  chosen: string
  fallbacks: string
  reason: string
  candidates: string
  state: Outcome['state'] | AttemptState | null
  cost: Nanodollars | null
  ended_at: Instant | null
}

type WayRow = Pick<Row, 'role' | 'kind' | 'asked' | 'chosen' | 'fallbacks'>
export type Way = Omit<WayRow, 'fallbacks'> & { readonly fallbacks: readonly string[] }
const ways = 'SELECT role, kind, asked, chosen, fallbacks FROM route_choice'

/** A builder's choice goes as its attempt does: the queue alone knows how that ended, and late bills still reach it. */
const choices = `
  SELECT c.id, c.at, c.attempt_id, c.task_id, c.agent, c.role, c.kind, c.tier, c.asked, c.chosen, c.fallbacks, c.reason, c.candidates,
         coalesce(c.outcome_state, a.state) AS state, coalesce(c.outcome_cost, a.spent) AS cost, coalesce(c.ended_at, a.ended_at) AS ended_at
    FROM route_choice c LEFT JOIN attempt a ON a.id = c.attempt_id AND c.role = 'builder'`

export function createChoiceStore(db: WriteDb) {
  const insert = db.prepare<Omit<Row, 'state' | 'cost' | 'ended_at'> & { session_id: SessionId | null }>(
    `INSERT INTO route_choice (id, at, attempt_id, task_id, session_id, agent, role, kind, tier, asked, chosen, fallbacks, reason, candidates)
     VALUES (:id, :at, :attempt_id, :task_id, :session_id, :agent, :role, :kind, :tier, :asked, :chosen, :fallbacks, :reason, :candidates)`,
  )
  // Two plans at a time are made by one agent: a planner's cost may hold a little of its neighbour's. It is no bill.
  const settle = db.prepare<{ id: RouteChoiceId; state: Outcome['state']; now: Instant }>(
    `UPDATE route_choice
        SET outcome_state = :state, ended_at = :now,
            outcome_cost = (SELECT coalesce(sum(cost), 0) FROM call
                             WHERE call.at >= route_choice.at AND call.task_id IS route_choice.task_id AND call.agent = route_choice.agent
                               AND call.provider || '/' || call.model = route_choice.chosen)
      WHERE id = :id AND outcome_state IS NULL`,
  )
  return {
    insert: ({ attemptId, taskId, sessionId, fallbacks, candidates, ...choice }: NewChoice) =>
      void insert.run({
        ...choice,
        attempt_id: attemptId,
        task_id: taskId,
        session_id: sessionId,
        fallbacks: JSON.stringify(fallbacks),
        candidates: JSON.stringify(candidates),
      }),
    settle: (id: RouteChoiceId, state: Outcome['state'], now: Instant) => void settle.run({ id, state, now }),
  }
}

/** Work older than the last so many attempts of its kind tells little of today's models. */
const HISTORY = 500

export function createChoiceReader(db: ReadDb) {
  const ofTask = db.prepare<{ taskId: TaskId; limit: number }, Row>(`${choices} WHERE c.task_id = :taskId ORDER BY c.id DESC LIMIT :limit`)
  const ofAttempt = db.prepare<{ attemptId: AttemptId }, WayRow>(`${ways} WHERE attempt_id = :attemptId ORDER BY id DESC`)
  const ofSession = db.prepare<{ sessionId: SessionId }, WayRow>(`${ways} WHERE session_id = :sessionId ORDER BY id DESC`)
  const history = db.prepare<Pick<Row, 'role' | 'kind'> & { limit: number }, Pick<Row, 'chosen' | 'state' | 'cost'>>(
    `SELECT c.chosen, coalesce(c.outcome_state, a.state) AS state, coalesce(c.outcome_cost, a.spent) AS cost
       FROM route_choice c LEFT JOIN attempt a ON a.id = c.attempt_id AND c.role = 'builder'
      WHERE c.role = :role AND c.kind IS :kind ORDER BY c.id DESC LIMIT :limit`,
  )
  const built = db.prepare<{ taskId: TaskId; attemptId: AttemptId }, { ref: string }>(
    `SELECT DISTINCT c.provider || '/' || c.model AS ref
       FROM call c JOIN session s ON s.id = c.session_id
      WHERE c.task_id = :taskId AND c.attempt_id = :attemptId AND s.role = 'builder'`,
  )
  return {
    ofTask: (taskId: TaskId): RouteChoiceView[] => ofTask.all({ taskId, limit: 100 }).map(toChoice),
    /** Who was chosen and who stands in, newest first: read before every call, so no more than that. */
    ofAttempt: (attemptId: AttemptId): Way[] => ofAttempt.all({ attemptId }).map(toWay),
    ofSession: (sessionId: SessionId): Way[] => ofSession.all({ sessionId }).map(toWay),
    /** How the models did at one kind of work; attempts that were interrupted say nothing of a model. */
    history(role: Row['role'], kind: Row['kind']): Map<string, TrackRecord> {
      const records = new Map<string, { passed: number; failed: number; costs: Nanodollars[] }>()
      for (const { chosen, state, cost } of history.all({ role, kind, limit: HISTORY })) {
        const outcome = toOutcomeState(state)
        if (outcome !== 'succeeded' && outcome !== 'failed') continue
        const record = records.get(chosen) ?? { passed: 0, failed: 0, costs: [] }
        records.set(chosen, record)
        if (outcome === 'succeeded') record.passed += 1
        else record.failed += 1
        if (cost !== null) record.costs.push(cost)
      }
      return records
    },
    /** PROVIDER/MODEL of everything that answered the builder of an attempt, whoever was meant to. */
    built: (taskId: TaskId, attemptId: AttemptId): string[] => built.all({ taskId, attemptId }).map(({ ref }) => ref),
  }
}

const toWay = ({ fallbacks, ...way }: WayRow): Way => ({ ...way, fallbacks: JSON.parse(fallbacks) })

function toChoice({ attempt_id, task_id, fallbacks, candidates, state, cost, ended_at, ...row }: Row): RouteChoiceView {
  const ended = toOutcomeState(state)
  return {
    ...row,
    attemptId: attempt_id,
    taskId: task_id,
    fallbacks: JSON.parse(fallbacks),
    candidates: JSON.parse(candidates),
    outcome: ended && cost !== null && ended_at !== null ? { state: ended, cost, endedAt: ended_at } : null,
  }
}

/** Undefined while it runs. */
function toOutcomeState(state: Row['state']): Outcome['state'] | undefined {
  switch (state) {
    case null:
    case 'running':
      return undefined
    case 'succeeded':
      return 'succeeded'
    case 'interrupted':
    case 'cancelled':
      return 'interrupted'
    default:
      return 'failed'
  }
}
