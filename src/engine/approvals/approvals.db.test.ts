import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import { type ApprovalRequest, approvalMoves, createApprovals, createApprovalsReader, hashPayload } from './index.ts'

const HOUR = 3_600_000
const owner = { actor: 'owner', channel: 'desktop' } as const
const refusal = (code: string) => expect.objectContaining({ code })

function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'reef-approvals-'))
  const file = join(dir, 'reef.db')
  const db = openWriter(file)
  migrate(db, join(import.meta.dirname, '../../../migrations'), 0)
  const reader = openReader(file)
  const clock = createManualClock()
  const journal = createJournal({ db, reader, clock, redact: (text) => text })
  const told: ReefEvent[] = []
  journal.listen((event) => void told.push(event))
  const open = () => createApprovals({ db, clock, append: journal.append, hours: () => 4, graceSeconds: () => 10 })
  const payload = { action: 'deploy.local', commit: 'abc', argv: ['npm', 'start'] }
  const request: ApprovalRequest = {
    planId: newId('plan', clock),
    taskId: newId('task', clock),
    action: 'deploy.local',
    tier: 'T2',
    card: { what: 'Release shop at abc', blast: 'this machine', reversible: 'yes', cost: '$0', why: 'QA passed', evidence: [], previews: [] },
    payload,
    askedBy: 'agent:Forge',
    rehearsal: false,
    since: clock.now(),
  }
  return {
    db,
    clock,
    approvals: open(),
    reopen: open,
    reader: createApprovalsReader(reader),
    request,
    payload,
    types: () => told.map((event) => event.type),
    told,
    [Symbol.dispose](): void {
      reader.close()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}
type World = ReturnType<typeof openWorld>
const ask = ({ approvals, request }: World, change: Partial<ApprovalRequest> = {}) => approvals.ask({ ...request, ...change })

describe('asking', () => {
  it('puts up one card for one effect, however often it is asked, also by the engine after a crash (R-193, U-48)', () => {
    using world = openWorld()
    const first = ask(world)
    expect(first).toMatchObject({ kind: 'waiting', approval: { state: 'requested', safeDefault: 'deny', deadline: world.clock.now() + 4 * HOUR } })
    expect(ask(world)).toEqual(first)
    expect(world.reopen().ask(world.request)).toEqual(first)
    expect(world.types()).toEqual(['approval.requested'])
    expect(world.reader.open(10)).toEqual([first.approval])
    expect(world.approvals.openCount()).toBe(1)
  })

  it('for something else replaces the open card, and reports an approved one as drifted (U-48)', () => {
    using world = openWorld()
    const old = ask(world).approval
    const changed = ask(world, { payload: { ...world.payload, commit: 'def' } }).approval
    expect([world.approvals.get(old.id).state, changed.state]).toEqual(['superseded', 'requested'])
    world.approvals.approve(changed.id, changed.payloadHash, owner)
    const third = ask(world, { payload: { ...world.payload, commit: 'fed' } })
    expect([world.approvals.get(changed.id).state, third.kind, third.approval.state]).toEqual(['drifted', 'waiting', 'requested'])
    expect(() => world.approvals.approve(old.id, old.payloadHash, owner)).toThrow(refusal('approval/already-decided'))
  })

  it('hashes the same effect alike, whatever the order of its fields', () => {
    expect(hashPayload({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(hashPayload({ b: { c: [1, 2] }, a: 1 }))
    expect(hashPayload({ a: [1, 2] })).not.toBe(hashPayload({ a: [2, 1] }))
  })
})

describe('deciding', () => {
  it('counts for exactly what was looked at (U-48)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    expect(() => world.approvals.approve(approval.id, hashPayload({ another: 'effect' }), owner)).toThrow(refusal('approval/drifted'))
    expect(world.approvals.get(approval.id).state).toBe('requested')
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(10_000)
    expect(() => world.approvals.beginExecution(approval.id, { ...world.payload, commit: 'evil' })).toThrow(refusal('approval/drifted'))
    world.approvals.beginExecution(approval.id, world.payload)
    world.approvals.finishExecution(approval.id)
    expect(world.approvals.get(approval.id).state).toBe('executed')
    expect(world.types()).toEqual(['approval.requested', 'approval.approved', 'approval.executed'])
  })

  it('is done once: the first answer wins, from wherever it comes (U-55, U-44)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    const denied = world.approvals.deny(approval.id, { reason: 'not now', note: 'after lunch' }, { actor: 'owner', channel: 'phone' })
    expect(denied).toMatchObject({ state: 'denied', reason: 'not now: after lunch', channel: 'phone', decidedBy: 'owner' })
    expect(() => world.approvals.approve(approval.id, approval.payloadHash, owner)).toThrow(/It is denied already by owner on phone/)
    expect(() => world.approvals.deny(approval.id, { reason: 'other' }, owner)).toThrow(refusal('approval/already-decided'))
    expect(ask(world)).toMatchObject({ kind: 'refused', approval: { id: approval.id } })
    world.clock.advance(1000)
    expect(ask(world, { since: world.clock.now() })).toMatchObject({ kind: 'waiting', approval: { state: 'requested' } })
  })

  it('can be undone within the grace time and takes effect only after it (U-50)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(9_999)
    expect(ask(world).kind).toBe('waiting')
    expect(world.approvals.effective()).toEqual([])
    expect(() => world.approvals.beginExecution(approval.id, world.payload)).toThrow(refusal('approval/already-decided'))
    expect(world.approvals.undo(approval.id, 'owner')).toMatchObject({ state: 'requested', decidedAt: null, decidedBy: null, effectiveAt: null })
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(10_000)
    expect(ask(world).kind).toBe('granted')
    expect(world.approvals.effective().map(({ id }) => id)).toEqual([approval.id])
    expect(() => world.approvals.undo(approval.id, 'owner')).toThrow(/cannot be undone/)
  })

  it('by nobody in time means no: silence is never consent (R-176, R-187, U-45)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    world.clock.advance(4 * HOUR - 1)
    expect(world.approvals.expire()).toEqual([])
    world.clock.advance(1)
    expect(() => world.approvals.approve(approval.id, approval.payloadHash, owner)).toThrow(refusal('approval/expired'))
    expect(world.approvals.expire()).toMatchObject([{ id: approval.id, state: 'expired', reason: 'no answer in time' }])
    expect(world.approvals.expire()).toEqual([])
    expect(ask(world).kind).toBe('refused')
  })

  it('is never done by the one who asks, whatever the program above believes', () => {
    using world = openWorld()
    const { approval } = ask(world)
    expect(() => world.approvals.approve(approval.id, approval.payloadHash, { actor: 'agent:Forge', channel: 'desktop' })).toThrow(/CHECK constraint/)
    expect(world.approvals.get(approval.id).state).toBe('requested')
  })

  it('is recorded with the change, and a refused one leaves no trace (R-189)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    const events = world.told.length
    expect(() => world.approvals.approve(approval.id, 'another', owner)).toThrow()
    expect(world.told.length).toBe(events)
    const approved = world.approvals.approve(approval.id, approval.payloadHash, owner)
    expect(world.told.at(-1)).toMatchObject({ type: 'approval.approved', actor: 'owner', subject: approval.id, data: approved })
  })

  it('of something unknown says so', () => {
    using world = openWorld()
    expect(() => world.approvals.get('apr_01AAAAAAAAAAAAAAAAAAAAAAAA')).toThrow(refusal('approval/unknown'))
  })
})

it('ends for good: no closed approval can move (U-55)', () => {
  const open = Object.entries(approvalMoves).flatMap(([state, moves]) => (moves.length > 0 ? [state] : []))
  expect(open).toEqual(['requested', 'approved', 'executing'])
})
