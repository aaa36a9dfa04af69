import type { Actor, AdjustmentId, AdjustmentView, CallId, Instant, Nanodollars } from '../../contract/index.ts'
import type { ReadDb, WriteDb } from '../store/index.ts'

type AdjustmentRow = {
  id: AdjustmentId
  at: Instant
  charged_at: Instant
  provider: string
  call_id: CallId | null
  amount: Nanodollars
  reason: string
  actor: Actor
}

const HOUR = 3_600_000
const columns = 'id, at, charged_at, provider, call_id, amount, reason, actor'

export function createAdjustStore(db: WriteDb) {
  const insert = db.prepare<AdjustmentRow>(`INSERT INTO adjustment (${columns}) VALUES (:id, :at, :charged_at, :provider, :call_id, :amount, :reason, :actor)`)
  // A correction is nobody's call: it has a provider and no more.
  const addUp = db.prepare<{ hour: number; provider: string; amount: number }>(
    `INSERT INTO spend_hour (hour, agent, provider, model, project, task_id, calls, input, cache_read, cache_write, output, cost, list_cost)
     VALUES (:hour, '', :provider, '', '', '', 0, 0, 0, 0, 0, :amount, 0)
     ON CONFLICT (hour, agent, provider, model, project, task_id) DO UPDATE SET cost = cost + excluded.cost`,
  )
  const call = db.prepare<{ id: string }, { provider: string; at: Instant }>('SELECT provider, at FROM call WHERE id = :id')
  return {
    insert({ id, at, chargedAt, provider, callId, amount, reason, actor }: AdjustmentView): void {
      insert.run({ id, at, charged_at: chargedAt, provider, call_id: callId, amount, reason, actor })
      addUp.run({ hour: chargedAt - (chargedAt % HOUR), provider, amount })
    },
    call: (id: CallId) => call.get({ id }),
  }
}

export function createAdjustReader(db: ReadDb) {
  const list = db.prepare<{ before: string; limit: number }, AdjustmentRow>(
    `SELECT ${columns} FROM adjustment WHERE id < :before ORDER BY id DESC LIMIT :limit`,
  )
  const between = db.prepare<{ from: number; to: number }, AdjustmentRow>(
    `SELECT ${columns} FROM adjustment WHERE charged_at >= :from AND charged_at < :to ORDER BY charged_at, id`,
  )
  return {
    /** Newest first. */
    list: (limit: number, before: string | undefined): AdjustmentView[] => list.all({ limit, before: before ?? '~' }).map(toAdjustment),
    /** In the order of the moments that they correct. */
    between: (from: number, to: number): AdjustmentView[] => between.all({ from, to }).map(toAdjustment),
  }
}

const toAdjustment = (row: AdjustmentRow): AdjustmentView => ({
  id: row.id,
  at: row.at,
  chargedAt: row.charged_at,
  provider: row.provider,
  callId: row.call_id,
  amount: row.amount,
  reason: row.reason,
  actor: row.actor,
})
