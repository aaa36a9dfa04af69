import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import type { ApprovalId } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { isReefError } from '../kernel/errors.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { hashPayload } from './approval.ts'
import { type Approvals, createApprovals } from './approvals.ts'

const HOUR = 3_600_000
const GRACE = 10_000

/** What may happen, in any order. An executor can die before it acts, after it acted and before it says so, or not at all. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), version: fc.nat(2) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('approve' as const),
      card: fc.nat(3),
      channel: fc.constantFrom('desktop', 'whatsapp', 'openclaw'),
      looked: fc.constantFrom('now', 'before' as const),
      times: fc.constantFrom(1, 2),
      edit: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deny' as const), card: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), card: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forge' as const), card: fc.nat(3), actor: fc.constantFrom('agent:Rex', 'agent:Hawk', 'engine') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snooze' as const), card: fc.nat(3) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1000, GRACE, HOUR, 4 * HOUR) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('execute' as const),
      version: fc.nat(2),
      dies: fc.constantFrom('before', 'after', 'never', 'never' as const),
      swapped: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('void' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
)

const dir = mkdtempSync(join(tmpdir(), 'reef-binding-'))
const db = openWriter(join(dir, 'reef.db'))
migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
// Nobody pulls the plug here: what is proven is the order of things, not the disk.
db.pragma('synchronous = OFF')
const reader = openReader(join(dir, 'reef.db'))
const clock = createManualClock()
const journal = createJournal({ db, reader, clock, redact: (text) => text })
afterAll(() => {
  reader.close()
  db.close()
  rmSync(dir, { recursive: true })
})

const open = (): Approvals =>
  createApprovals({
    db,
    clock,
    append: journal.append,
    classify: () => ({
      tier: 'T2',
      because: [],
      policyVersion: 1,
      deadlineMs: 4 * HOUR,
      ifSilent: 'deny',
      templateText: null,
      quietHours: 'run',
      irreversible: false,
    }),
    match: () => undefined,
    hours: () => 4,
    graceSeconds: () => GRACE / 1000,
    irreversibleGraceSeconds: () => 30,
    bundleSeconds: () => 60,
    quiet: () => ({ from: '22:00', to: '07:00', holdTo: '07:30', zone: 'UTC' }),
    inIncident: () => false,
  })

/** What the owner said of one card, as he would tell it himself. */
type Word = { readonly hash: string; readonly at: number; readonly deadline: number }
type Effect = { readonly approval: ApprovalId; readonly hash: string; readonly at: number }
let runs = 0

it('does nothing twice, late, without approval or with another payload, whatever comes between (U-48, U-50, U-55)', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 22 }), (steps) => {
      let approvals = open()
      const matter = `matter-${runs++}`
      const session = `ses_${String(runs).padStart(26, '0')}` as never
      const cards: Array<{ id: ApprovalId; asked: string }> = []
      /** The yes that stands; gone when it is undone, replaced or void. */
      const words = new Map<ApprovalId, Word>()
      const effects: Effect[] = []
      const payloadOf = (version: number) => ({ action: 'deploy.local', commit: `c${version}`, note: 'as asked' })
      const begin = clock.now()

      const ask = (version: number) => {
        const payload = payloadOf(version)
        const answer = approvals.ask({
          planId: null,
          taskId: null,
          sessionId: session,
          correlationId: matter,
          idempotencyKey: matter,
          project: 'shop',
          action: 'deploy.local',
          card: {
            what: `Deploy c${version}`,
            blast: '1',
            reversible: 'yes',
            cost: '$0',
            why: 'asked',
            evidence: [],
            previews: [],
            editable: [{ field: 'note', label: 'Note', value: 'as asked', lines: 1 }],
          },
          payload,
          askedBy: 'Rex',
          rehearsal: false,
          since: begin,
        })
        if (!cards.some(({ id }) => id === answer.approval.id)) cards.push({ id: answer.approval.id, asked: hashPayload(payload) })
        return answer
      }
      const execute = (version: number, dies: 'before' | 'after' | 'never', swapped: boolean) => {
        const answer = ask(version)
        if (answer.kind !== 'granted') return
        const { id } = answer.approval
        const payload = swapped ? { ...payloadOf(version), commit: 'swapped' } : answer.payload
        // An effect that cannot be repeated: what began and did not end is never begun again.
        if (!approvals.beginExecution(id, payload)) return approvals.interruptExecution(id, 'nobody knows')
        if (dies !== 'before') effects.push({ approval: id, hash: hashPayload(payload), at: clock.now() })
        if (dies === 'never') approvals.finishExecution(id)
        else approvals = open()
      }
      const attempt = (act: () => void) => {
        try {
          act()
        } catch (error) {
          if (!isReefError(error)) throw error
        }
      }

      for (const next of steps) {
        approvals.expire()
        approvals.remind()
        attempt(() => {
          if (next.kind === 'wait') clock.advance(next.ms)
          else if (next.kind === 'ask') ask(next.version)
          else if (next.kind === 'execute') execute(next.version, next.dies, next.swapped)
          else if (next.kind === 'crash') approvals = open()
          else if (next.kind === 'void') approvals.voidRun(session)
          else {
            const card = cards.at(-1 - (next.card % Math.max(1, cards.length)))
            if (!card) return
            const by = { actor: 'owner', channel: next.kind === 'approve' ? next.channel : 'desktop' } as const
            if (next.kind === 'deny') approvals.deny(card.id, { reason: 'other' }, by)
            if (next.kind === 'snooze') approvals.snooze(card.id, (clock.now() + HOUR) as never, by)
            if (next.kind === 'undo') {
              approvals.undo(card.id, 'owner')
              words.delete(card.id)
            }
            if (next.kind === 'forge') {
              approvals.approve(card.id, approvals.get(card.id).payloadHash, { actor: next.actor as never, channel: 'desktop' })
              throw new Error('an agent approved')
            }
            if (next.kind === 'approve')
              for (let time = 0; time < next.times; time++) {
                const seen = next.looked === 'now' ? approvals.get(card.id).payloadHash : hashPayload(payloadOf(9))
                const approved = approvals.approve(card.id, seen, by, next.edit ? { edits: { note: 'as I want it' } } : {})
                expect(time).toBe(0)
                const { deadline, payloadHash: hash } = approved
                words.set(card.id, { hash, at: clock.now(), deadline })
              }
          }
        })
      }

      // Left open, the cards of one run would be expired by the next ones.
      approvals.voidRun(session)

      const acted = effects.map(({ approval }) => approval)
      expect(new Set(acted).size).toBe(acted.length)
      for (const effect of effects) {
        const word = words.get(effect.approval)
        expect(word).toBeDefined()
        if (!word) continue
        expect(effect.hash).toBe(word.hash)
        expect(word.at).toBeLessThan(word.deadline)
        expect(effect.at).toBeGreaterThanOrEqual(word.at + GRACE)
      }
    }),
    { numRuns: Number(process.env.REEF_RUNS ?? 10_000) },
  )
}, 600_000)
