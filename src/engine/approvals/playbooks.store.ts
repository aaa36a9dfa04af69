import {
  type ApprovalId,
  type Instant,
  type Nanodollars,
  type PlaybookId,
  type PlaybookOrigin,
  type PlaybookState,
  type PlaybookView,
  toUsd,
} from '../../contract/index.ts'
import type { WriteDb } from '../store/index.ts'
import type { Allowance } from './playbook.ts'

export type PlaybookRow = {
  id: PlaybookId
  name: string
  state: PlaybookState
  origin: PlaybookOrigin
  because: string
  scope: string
  max_uses: number
  max_each: Nanodollars
  max_total: Nanodollars
  life_ms: number
  uses: number
  used: Nanodollars
  created_at: Instant
  created_by: string
  activated_at: Instant | null
  expires_at: Instant | null
  ended_at: Instant | null
  last_used_at: Instant | null
}

/** A card that the owner said "always" on, as far as a playbook rests on it. */
export type AlwaysCard = {
  readonly id: ApprovalId
  readonly action: string
  readonly tier: string
  readonly tainted_by: string | null
  readonly rehearsal: 0 | 1
  readonly what: string
}

const columns =
  'id, name, state, origin, because, scope, max_uses, max_each, max_total, life_ms, uses, used, created_at, created_by, activated_at, expires_at, ended_at, last_used_at'
const DAY = 86_400_000

export function createPlaybooksStore(db: WriteDb) {
  const insert = db.prepare<PlaybookRow>(
    `INSERT INTO playbook (${columns}) VALUES (:id, :name, :state, :origin, :because, :scope, :max_uses, :max_each, :max_total, :life_ms, :uses, :used, :created_at, :created_by, :activated_at, :expires_at, :ended_at, :last_used_at)`,
  )
  const byId = db.prepare<{ id: string }, PlaybookRow>(`SELECT ${columns} FROM playbook WHERE id = :id`)
  const all = db.prepare<[], PlaybookRow>(`SELECT ${columns} FROM playbook ORDER BY id DESC LIMIT 1000`)
  // playbook_active: those in force, the one that ends first in front, so that the longer one lasts.
  const inForce = db.prepare<{ now: Instant }, PlaybookRow>(
    `SELECT ${columns} FROM playbook WHERE state = 'active' AND expires_at > :now ORDER BY expires_at, id`,
  )
  const overdue = db.prepare<{ now: Instant }, PlaybookRow>(`SELECT ${columns} FROM playbook WHERE state = 'active' AND expires_at <= :now ORDER BY expires_at`)
  const ofTrust = db.prepare<[], PlaybookRow>(`SELECT ${columns} FROM playbook WHERE origin = 'trust' ORDER BY id DESC`)
  const move = db.prepare<Pick<PlaybookRow, 'id' | 'activated_at' | 'expires_at' | 'ended_at'> & { from: PlaybookState; to: PlaybookState }, PlaybookRow>(
    `UPDATE playbook SET state = :to, activated_at = :activated_at, expires_at = :expires_at, ended_at = :ended_at WHERE id = :id AND state = :from RETURNING ${columns}`,
  )
  // Every cap once more, in the statement that counts: whoever found room before may have been wrong since.
  const use = db.prepare<{ id: PlaybookId; cost: Nanodollars; now: Instant }, PlaybookRow>(
    `UPDATE playbook SET uses = uses + 1, used = used + :cost, last_used_at = :now
      WHERE id = :id AND state = 'active' AND expires_at > :now AND uses < max_uses AND :cost <= max_each AND used + :cost <= max_total RETURNING ${columns}`,
  )
  const card = db.prepare<{ id: string }, AlwaysCard>(
    "SELECT id, action, tier, tainted_by, rehearsal, json_extract(card, '$.what') AS what FROM approval WHERE id = :id",
  )
  return {
    insert: (row: PlaybookRow): void => void insert.run(row),
    byId: (id: string) => byId.get({ id }),
    all: (): PlaybookRow[] => all.all(),
    inForce: (now: Instant): PlaybookRow[] => inForce.all({ now }),
    overdue: (now: Instant): PlaybookRow[] => overdue.all({ now }),
    /** Newest first. */
    ofTrust: (): PlaybookRow[] => ofTrust.all(),
    move: (row: PlaybookRow, from: PlaybookState, to: PlaybookState): PlaybookRow | undefined =>
      move.get({ id: row.id, from, to, activated_at: row.activated_at, expires_at: row.expires_at, ended_at: row.ended_at }),
    /** Undefined when it no longer has room for it: nothing was counted. */
    use: (id: PlaybookId, cost: Nanodollars, now: Instant): PlaybookRow | undefined => use.get({ id, cost, now }),
    card: (id: string): AlwaysCard | undefined => card.get({ id }),
  }
}

export const toAllowance = (row: PlaybookRow): Allowance => ({
  state: row.state,
  scope: JSON.parse(row.scope),
  maxUses: row.max_uses,
  uses: row.uses,
  maxEach: row.max_each,
  maxTotal: row.max_total,
  used: row.used,
  expiresAt: row.expires_at,
})

export const toPlaybook = (row: PlaybookRow): PlaybookView => ({
  id: row.id,
  name: row.name,
  scope: JSON.parse(row.scope),
  maxUses: row.max_uses,
  maxUsdEach: toUsd(row.max_each),
  maxUsdTotal: toUsd(row.max_total),
  state: row.state,
  origin: row.origin,
  because: row.because,
  createdAt: row.created_at,
  createdBy: row.created_by,
  activatedAt: row.activated_at,
  days: row.life_ms / DAY,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
  uses: row.uses,
  usedUsd: toUsd(row.used),
  lastUsedAt: row.last_used_at,
})
