import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApprovalId, ApprovalView, ReefEvent, Tier } from '../../src/contract/index.ts'
import { Settings } from '../../src/contract/index.ts'
import { createRules } from '../../src/engine/approvals/index.ts'
import { createJournal } from '../../src/engine/journal/index.ts'
import { createManualClock } from '../../src/engine/kernel/clock.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { migrate, openReader, openWriter } from '../../src/engine/store/index.ts'

const root = join(import.meta.dirname, '../..')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** Wednesday, 18 November 2026, 12:00 UTC. */
export const START = Date.UTC(2026, 10, 18, 12)

/** A row of the table approval, as far as a test cares; `at` and `decidedAfter` in milliseconds. */
export type Asked = {
  readonly at?: number
  readonly action?: string
  readonly agent?: string
  readonly tier?: Tier
  readonly state?: ApprovalView['state']
  readonly decidedBy?: string | null
  readonly decidedAfter?: number
  readonly bundle?: string
  readonly task?: string
  readonly amountUsd?: number
  readonly taintedBy?: string | null
  readonly project?: string | null
  readonly playbook?: string | null
  readonly seenMs?: number | null
  readonly undone?: number
  readonly regretted?: boolean
  readonly rehearsal?: boolean
  readonly card?: Record<string, unknown>
}

/** The rules of an engine on a data directory of its own, and cards put there by hand. */
export function openRules({ settings = {} }: { settings?: Partial<Settings> } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'reef-rules-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(root, 'migrations'), 0)
  const reader = openReader(file)
  const clock = createManualClock(START)
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const policyDir = join(dir, 'policies')
  const open = () =>
    createRules({
      db,
      reader,
      clock,
      append: journal.append,
      dir: policyDir,
      seedDir: join(root, 'assets/policies'),
      settings: () => ({ ...Settings.parse({}), ...settings }),
      // Only what these tests look at.
      approval: (id) => ({ id }) as ApprovalView,
    })
  const columns = [
    'id, bundle_id, task_id, correlation_id, idempotency_key, action, tier, tier_because, policy_version, amount_usd, tainted_by, project, state, card',
    'payload, payload_hash, asked_hash, asked_by, safe_default, irreversible, rehearsal, requested_at, deadline, decided_at, decided_by, playbook_id',
    'seen_ms, undone, regretted_at',
  ].join(', ')
  const insert = db.prepare(`INSERT INTO approval (${columns}) VALUES (${columns.replace(/\w+/g, '@$&')})`)
  const bundle = db.prepare('INSERT OR IGNORE INTO bundle (id, correlation_id, opened_at, closes_at) VALUES (?, ?, 0, 0)')
  return {
    dir,
    policyDir,
    db,
    reader,
    clock,
    journal,
    told,
    rules: open(),
    reopen: open,
    types: () => told.map(({ type }) => type),
    /** One card; executed after the owner's yes, unless it says otherwise. */
    put(asked: Asked = {}): ApprovalId {
      const { at = clock.now(), state = 'executed', decidedAfter = 60_000, agent = 'Rex' } = asked
      const decided = state !== 'requested' && state !== 'expired' && state !== 'voided' && state !== 'superseded'
      const id = newId('apr', clock) as ApprovalId
      const of = asked.bundle ?? id.replace('apr', 'bun')
      bundle.run(of, of)
      insert.run({
        id,
        bundle_id: of,
        task_id: asked.task ?? newId('task', clock),
        correlation_id: of,
        idempotency_key: id,
        action: asked.action ?? 'deploy.local',
        tier: asked.tier ?? 'T2',
        tier_because: '[]',
        policy_version: 1,
        amount_usd: asked.amountUsd ?? 0,
        tainted_by: asked.taintedBy ?? null,
        project: asked.project === undefined ? 'shop' : asked.project,
        state,
        card: JSON.stringify(asked.card ?? { what: 'Release shop at abc', previews: [] }),
        payload: '{}',
        payload_hash: 'h',
        asked_hash: 'h',
        asked_by: agent,
        safe_default: 'deny',
        irreversible: 0,
        rehearsal: asked.rehearsal ? 1 : 0,
        requested_at: at,
        deadline: at + 4 * HOUR,
        decided_at: decided ? at + decidedAfter : null,
        decided_by: decided ? (asked.decidedBy === undefined ? 'owner' : asked.decidedBy) : null,
        playbook_id: asked.playbook ?? null,
        seen_ms: asked.seenMs ?? null,
        undone: asked.undone ?? 0,
        regretted_at: asked.regretted ? at + DAY : null,
      })
      return id
    },
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}
export type RulesWorld = ReturnType<typeof openRules>

export const refusal = (code: string, more: object = {}) => ({ code, ...more })
