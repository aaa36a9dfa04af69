import type { CallId } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'

const HOUR = 3_600_000
/** A call is written down when it begins and costs when it ends; the gateway lets none take longer than this. */
const LONGEST_CALL_MS = HOUR
const END = 'at + coalesce(latency_ms, 0)'
/** Billed, and not a script's. */
const COUNTS = "state <> 'open' AND confidence <> 'rehearsal'"

/** Nanodollars; `listCost` counts subscriptions and local models too. */
export type AgentSpend = { readonly agent: string; readonly cost: number; readonly listCost: number }

/** How money went by the time at which it was billed. */
export function createVelocityReader(db: ReadDb) {
  // Index call_by_time: the calls that began in the span, or so long before it that they can have ended in it.
  const since = db.prepare<{ from: number; begun: number }, AgentSpend>(
    `SELECT agent, sum(cost) AS cost, sum(list_cost) AS listCost FROM call INDEXED BY call_by_time
      WHERE at >= :begun AND ${END} >= :from AND ${COUNTS} GROUP BY agent`,
  )
  const dearest = db.prepare<{ agent: string; from: number; begun: number; limit: number }, { id: CallId }>(
    `SELECT id FROM call INDEXED BY call_by_time
      WHERE at >= :begun AND ${END} >= :from AND ${COUNTS} AND agent = :agent ORDER BY list_cost DESC, id LIMIT :limit`,
  )
  // Primary key of spend_sum: a line for each hour and agent.
  const hours = db.prepare<{ agent: string; from: number; to: number }, { hour: number }>(
    "SELECT hour FROM spend_sum WHERE dim = 'agent' AND hour >= :from AND hour < :to AND key = :agent AND list_cost > 0 ORDER BY hour DESC",
  )
  // Index call_by_time. A number of ours is bound as a real one, which would divide into a span for each call.
  const quarters = db.prepare<{ agent: string; hour: number; end: number; quarter: number }, { listCost: number }>(
    `SELECT sum(list_cost) AS listCost FROM call INDEXED BY call_by_time
      WHERE at >= :hour AND at < :end AND ${COUNTS} AND agent = :agent GROUP BY (${END}) / CAST(:quarter AS INTEGER) ORDER BY sum(list_cost) DESC LIMIT 1`,
  )
  return {
    /** What each agent was billed from `from` on, for calls that began at `begun` or later. */
    since: (from: number, begun = 0): AgentSpend[] => since.all({ from, begun: Math.max(begun, from - LONGEST_CALL_MS) }),
    /** The dearest of these calls of one agent. */
    dearest: (agent: string, from: number, begun: number, limit: number): CallId[] =>
      dearest.all({ agent, from, begun: Math.max(begun, from - LONGEST_CALL_MS), limit }).map(({ id }) => id),
    /** Clock hours in which an agent spent something, newest first. */
    activeHours: (agent: string, from: number, to: number): number[] => hours.all({ agent, from, to }).map(({ hour }) => hour),
    /** The most that an agent spent in one of the spans of `quarter` milliseconds that a clock hour is made of, by the list. */
    busiest: (agent: string, hour: number, quarter: number): number => quarters.get({ agent, hour, end: hour + HOUR, quarter })?.listCost ?? 0,
  }
}
