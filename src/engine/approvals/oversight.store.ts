import type { ActionName, ApprovalId, Instant, Tier } from '../../contract/index.ts'
import type { ReadDb } from '../store/index.ts'

/** What wants the owner's eyes; word for word the condition of the index event_of_alarm, which is used only so. */
export const isAlarm =
  "type IN ('approval.drifted', 'approval.failed', 'approval.interrupted', 'approval.reminded', 'budget.crossed', 'budget.refused', 'channel.lost', 'circuit.opened', 'plan.failed', 'policy.rejected', 'release.failed', 'task.dead-lettered', 'velocity.exceeded')"

/** Approved, whatever came of it. */
const approvedStates = "('approved', 'executing', 'executed', 'failed', 'interrupted', 'drifted')"
/** A person decided, not a rule, a playbook or the rehearsal's labelled owner. */
const byPerson = "decided_by IS NOT NULL AND decided_by NOT IN ('engine', 'playbook', 'rehearsal-owner')"
const isApproved = `state IN ${approvedStates} AND ${byPerson}`
const isDenied = `state = 'denied' AND ${byPerson}`

/** A card of the window, or what a playbook answered in its place. */
export type AskedRow = {
  action: ActionName
  agent: string
  approved: 0 | 1
  denied: 0 | 1
  expired: 0 | 1
  regretted: 0 | 1
  undone: 0 | 1
  preauthorised: 0 | 1
  requestedAt: Instant
  decidedAt: Instant | null
  deadline: Instant
  seenMs: number | null
}

/** What an agent has shown with one class. */
export type ShownRow = { agent: string; action: ActionName; tasks: number; approved: number; denied: number; regretted: number; mostUsd: number }

/** What an agent asked for, and the bundle that it stands in: that is the card which the owner sees. */
export type CardRow = { agent: string; bundle: string }

const shownColumns = `asked_by AS agent, action, count(DISTINCT CASE WHEN state = 'executed' THEN coalesce(task_id, rowid) END) AS tasks,
  sum(${isApproved}) AS approved, sum(${isDenied}) AS denied, count(regretted_at) AS regretted, max(amount_usd) AS mostUsd`

export function createOversightReader(db: ReadDb) {
  // approval_asked holds every column of these three: no card is read.
  const asked = db.prepare<{ since: Instant }, AskedRow>(
    `SELECT action, asked_by AS agent, ${isApproved} AS approved, ${isDenied} AS denied, state = 'expired' AS expired, regretted_at IS NOT NULL AS regretted,
            undone > 0 AS undone, playbook_id IS NOT NULL AS preauthorised, requested_at AS requestedAt, decided_at AS decidedAt, deadline, seen_ms AS seenMs
       FROM approval WHERE requested_at >= :since AND tier IN ('T2', 'T3') AND rehearsal = 0`,
  )
  const asking = db.prepare<{ since: Instant }, CardRow>(
    `SELECT asked_by AS agent, bundle_id AS bundle FROM approval
      WHERE requested_at > :since AND tier IN ('T2', 'T3') AND rehearsal = 0 AND playbook_id IS NULL`,
  )
  const past = db.prepare<{ since: Instant; until: Instant }, { id: ApprovalId }>(
    `SELECT id FROM approval WHERE requested_at >= :since AND requested_at < :until AND tier IN ('T2', 'T3') AND rehearsal = 0 AND ${isApproved} AND decided_at < :until`,
  )
  // approval_open: as many rows as cards are open.
  const open = db.prepare<[], CardRow & { tier: Tier }>(
    `SELECT asked_by AS agent, bundle_id AS bundle, tier FROM approval
      WHERE state IN ('requested', 'approved', 'executing') AND state = 'requested' AND tier IN ('T2', 'T3') AND rehearsal = 0`,
  )
  // approval_seen read backwards.
  const seen = db.prepare<{ limit: number }, { seenMs: number }>(
    `SELECT seen_ms AS seenMs FROM approval
      WHERE tier = 'T2' AND seen_ms IS NOT NULL AND rehearsal = 0 AND decided_at IS NOT NULL ORDER BY decided_at DESC LIMIT +:limit`,
  )
  const alarms = db.prepare<{ since: Instant }, { n: number }>(`SELECT count(*) AS n FROM event WHERE at >= :since AND ${isAlarm}`)
  // approval_shown holds every column of these three, in the order of the groups.
  const shown = db.prepare<[], ShownRow>(`SELECT ${shownColumns} FROM approval WHERE rehearsal = 0 GROUP BY action, asked_by`)
  const shownSince = db.prepare<{ action: string; agent: string; since: Instant }, ShownRow>(
    `SELECT ${shownColumns} FROM approval WHERE action = :action AND asked_by = :agent AND requested_at > :since AND rehearsal = 0 GROUP BY action, asked_by`,
  )
  const projects = db.prepare<{ action: string; agent: string }, { project: string | null }>(
    "SELECT DISTINCT project FROM approval WHERE action = :action AND asked_by = :agent AND rehearsal = 0 AND state = 'executed' LIMIT 51",
  )
  return {
    asked: (since: Instant): AskedRow[] => asked.all({ since }),
    asking: (since: Instant): CardRow[] => asking.all({ since }),
    /** Approved by a person, asked for and decided within the span. */
    past: (since: Instant, until: Instant): ApprovalId[] => past.all({ since, until }).map(({ id }) => id),
    open: () => open.all(),
    /** How long the last T2 cards were in view before their decision, milliseconds, newest first; a phone does not tell. */
    seen: (limit: number): number[] => seen.all({ limit }).map(({ seenMs }) => seenMs),
    alarms: (since: Instant): number => alarms.get({ since })?.n ?? 0,
    shown: (): ShownRow[] => shown.all(),
    shownSince: (action: string, agent: string, since: Instant): ShownRow | undefined => shownSince.get({ action, agent, since }),
    projects: (action: string, agent: string): (string | null)[] => projects.all({ action, agent }).map(({ project }) => project),
  }
}
