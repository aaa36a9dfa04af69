import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ReefEvent } from '../../contract/index.ts'
import { createJournal } from '../journal/index.ts'
import { createManualClock } from '../kernel/clock.ts'
import { newId } from '../kernel/id.ts'
import { migrate, openReader, openWriter } from '../store/index.ts'
import type { Classified, Match } from './classified.ts'
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
  const world = { policy: {} as Partial<Classified>, playbook: undefined as ReturnType<Match>, incident: false }
  const open = () =>
    createApprovals({
      db,
      clock,
      append: journal.append,
      classify: () => ({
        tier: 'T2',
        because: ['the class says so'],
        policyVersion: 1,
        deadlineMs: null,
        ifSilent: 'deny',
        templateText: null,
        quietHours: 'run',
        irreversible: false,
        ...world.policy,
      }),
      match: () => world.playbook,
      hours: () => 4,
      graceSeconds: () => 10,
      irreversibleGraceSeconds: () => 30,
      bundleSeconds: () => 60,
      quiet: () => ({ from: '22:00', to: '07:00', holdTo: '07:30', zone: 'Pacific/Auckland' }),
      inIncident: () => world.incident,
    })
  const payload = { action: 'deploy.local', commit: 'abc', argv: ['npm', 'start'] }
  const request: ApprovalRequest = {
    planId: newId('plan', clock),
    taskId: newId('task', clock),
    correlationId: 'plan',
    project: 'shop',
    action: 'deploy.local',
    card: { what: 'Release shop at abc', blast: 'this machine', reversible: 'yes', cost: '$0', why: 'QA passed', evidence: [], previews: [] },
    payload,
    askedBy: 'agent:Forge',
    rehearsal: false,
    since: clock.now(),
  }
  return Object.assign(world, {
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
  })
}
type World = ReturnType<typeof openWorld>
const ask = ({ approvals, request }: World, change: Partial<ApprovalRequest> = {}) => approvals.ask({ ...request, ...change })

describe('asking', () => {
  it('is asked once also after the clock was set back, when what is newer has an older name', () => {
    using world = openWorld()
    const { approvals, db, request } = world
    const first = approvals.ask(request).approval
    approvals.deny(first.id, { reason: 'other' }, owner)
    // As an engine left it whose clock was ahead.
    db.prepare('UPDATE approval SET id = ? WHERE id = ?').run('apr_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', first.id)
    const again = { ...request, since: (world.clock.now() + 1) as never }
    world.clock.advance(2)
    const second = approvals.ask(again).approval
    expect(approvals.ask(again).approval.id).toBe(second.id)
    approvals.approve(second.id, second.payloadHash, owner)
    world.clock.advance(10_000)
    expect(approvals.ask(again)).toMatchObject({ kind: 'granted', approval: { id: second.id } })
  })

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

it('a yes that nobody acted upon for a day is asked for again', () => {
  using world = openWorld()
  const { approval } = ask(world)
  world.approvals.approve(approval.id, approval.payloadHash, owner)
  world.clock.advance(24 * HOUR)
  expect(ask(world)).toMatchObject({ kind: 'granted', approval: { id: approval.id } })
  world.clock.advance(11_000)
  expect(ask(world)).toMatchObject({ kind: 'waiting', approval: { state: 'requested' } })
  expect(world.approvals.get(approval.id)).toMatchObject({ state: 'superseded', outcome: 'not begun within a day' })
})

describe('deciding', () => {
  it('counts for exactly what was looked at (U-48)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    expect(() => world.approvals.approve(approval.id, hashPayload({ another: 'effect' }), owner)).toThrow(refusal('approval/drifted'))
    expect(world.approvals.get(approval.id).state).toBe('requested')
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(10_000)
    expect(world.approvals.beginExecution(approval.id, world.payload)).toBe(true)
    expect(world.approvals.beginExecution(approval.id, world.payload)).toBe(false)
    world.approvals.finishExecution(approval.id, 'it answers')
    expect(world.approvals.get(approval.id)).toMatchObject({ state: 'executed', outcome: 'it answers' })
    expect(world.types()).toEqual(['approval.requested', 'approval.approved', 'approval.started', 'approval.executed'])
  })

  it('is worth nothing for another effect: the approval is closed, and the question has to be put anew (U-48)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(10_000)
    expect(() => world.approvals.beginExecution(approval.id, { ...world.payload, commit: 'evil' })).toThrow(refusal('approval/drifted'))
    expect(world.approvals.get(approval.id).state).toBe('drifted')
    expect(() => world.approvals.beginExecution(approval.id, world.payload)).toThrow(refusal('approval/already-decided'))
    expect(ask(world)).toMatchObject({ kind: 'waiting', approval: { state: 'requested' } })
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
    expect(() => world.approvals.beginExecution(approval.id, world.payload)).toThrow(refusal('approval/already-decided'))
    expect(world.approvals.undo(approval.id, 'owner')).toMatchObject({ state: 'requested', decidedAt: null, decidedBy: null, effectiveAt: null })
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(10_000)
    expect(ask(world).kind).toBe('granted')
    world.approvals.beginExecution(approval.id, world.payload)
    expect(() => world.approvals.undo(approval.id, 'owner')).toThrow(/cannot be undone/)
  })

  it('can be undone long after its grace time where it has not begun, as after a STOP, and then does not begin (U-50)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    world.approvals.approve(approval.id, approval.payloadHash, owner)
    world.clock.advance(3 * HOUR)
    expect(world.approvals.undo(approval.id, 'owner').state).toBe('requested')
    expect(ask(world).kind).toBe('waiting')
    expect(() => world.approvals.beginExecution(approval.id, world.payload)).toThrow(refusal('approval/already-decided'))
    world.policy = { tier: 'T1' }
    const byRule = ask(world, { idempotencyKey: 'by a rule' }).approval
    expect(() => world.approvals.undo(byRule.id, 'owner')).toThrow(/cannot be undone/)
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

  it('is never done by an agent or by the one who asks, and the database holds it too (U-55b)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    expect(() => world.approvals.approve(approval.id, approval.payloadHash, { actor: 'agent:Hawk', channel: 'desktop' })).toThrow(
      refusal('approval/own-request'),
    )
    expect(() => world.approvals.approve(approval.id, approval.payloadHash, { actor: 'rehearsal-owner', channel: 'rehearsal' })).toThrow(
      refusal('approval/own-request'),
    )
    expect(world.approvals.get(approval.id).state).toBe('requested')
    const decide = world.db.prepare("UPDATE approval SET state = 'approved', decided_by = asked_by WHERE id = ?")
    expect(() => decide.run(approval.id)).toThrow(/CHECK constraint/)
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

describe('a tier', () => {
  it.each(['T0', 'T1'] as const)('of %s needs no answer, and is on record all the same (R-169, R-170)', (tier) => {
    using world = openWorld()
    world.policy = { tier }
    expect(ask(world)).toMatchObject({ kind: 'granted', payload: world.payload, approval: { state: 'approved', decidedBy: 'engine', channel: 'policy' } })
    expect(world.types()).toEqual(['approval.approved'])
  })

  it('of T3 is approved at the desk with its name typed, never from a phone, and can be taken back for a minute (R-172, U-51)', () => {
    using world = openWorld()
    world.policy = { tier: 'T3' }
    const { approval } = ask(world, { card: { ...world.request.card, confirm: 'price-api-db' } })
    const approve = (by: { actor: 'owner'; channel: string }, confirm?: string) =>
      world.approvals.approve(approval.id, approval.payloadHash, by, confirm === undefined ? {} : { confirm })
    expect(() => approve({ actor: 'owner', channel: 'whatsapp' }, 'price-api-db')).toThrow(refusal('approval/needs-desktop'))
    expect(() => approve(owner)).toThrow(refusal('approval/not-confirmed'))
    expect(() => approve(owner, 'price-api')).toThrow(refusal('approval/not-confirmed'))
    expect(approve(owner, 'price-api-db').effectiveAt).toBe(world.clock.now() + 60_000)
  })

  it('of T2 is answered by a pre-authorisation that fits, and never in a rehearsal or for T3 (R-186, C-22)', () => {
    using world = openWorld()
    let taken = 0
    world.playbook = { id: newId('pbk', world.clock) as never, name: 'Deploy shop', expiresAt: world.clock.now(), take: () => void taken++ }
    expect(ask(world)).toMatchObject({ kind: 'granted', approval: { decidedBy: 'playbook', reason: 'pre-authorised by Deploy shop' } })
    expect(ask(world, { idempotencyKey: 'rehearsed', rehearsal: true }).kind).toBe('waiting')
    world.policy = { tier: 'T3' }
    expect(ask(world, { idempotencyKey: 'in earnest' }).kind).toBe('waiting')
    expect(taken).toBe(1)
  })
})

describe('what the owner may do beside yes and no', () => {
  const letter = { action: 'mail.customer', to: 'ann@example.org', subject: 'Your order', text: 'We are sorry.' }
  const card = {
    what: 'Answer Ann',
    blast: '1 customer',
    reversible: 'no',
    cost: '$0',
    why: 'she asked',
    evidence: [],
    previews: [{ kind: 'mail' as const, from: 'us', to: ['ann@example.org'], cc: [], subject: 'Your order', text: 'We are sorry.' }],
    editable: [
      { field: 'text', label: 'Text', value: 'We are sorry.', lines: 4 },
      { field: 'subject', label: 'Subject', value: 'Your order', lines: 1 },
    ],
    answerable: true,
  }

  it('is to put it in his own words: what is done is what he wrote, and asking again does not undo it (U-46)', () => {
    using world = openWorld()
    world.policy = { irreversible: true }
    const { approval } = ask(world, { card, payload: letter })
    expect(() => world.approvals.approve(approval.id, approval.payloadHash, owner, { edits: { to: 'bob@example.org' } })).toThrow(
      refusal('approval/not-editable'),
    )
    const edited = world.approvals.approve(approval.id, approval.payloadHash, owner, {
      edits: { text: 'We are very sorry.', subject: 'Order 7' },
    })
    expect(edited.effectiveAt).toBe(world.clock.now() + 30_000)
    expect(edited.previews).toMatchObject([{ subject: 'Order 7', text: 'We are very sorry.' }])
    expect(edited.editable.map(({ value }) => value)).toEqual(['We are very sorry.', 'Order 7'])
    world.clock.advance(30_000)
    const answer = ask(world, { card, payload: letter })
    expect(answer).toMatchObject({ kind: 'granted', payload: { ...letter, text: 'We are very sorry.', subject: 'Order 7' } })
    expect(() => world.approvals.beginExecution(approval.id, letter)).toThrow(refusal('approval/drifted'))
  })

  it('is to ask back, where somebody can answer', () => {
    using world = openWorld()
    const engines = ask(world).approval
    expect(() => world.approvals.question(engines.id, 'why?', owner)).toThrow(refusal('approval/not-answerable'))
    const { approval } = ask(world, { card, payload: letter, idempotencyKey: 'mail' })
    expect(world.approvals.question(approval.id, 'which order?', owner)).toMatchObject({ state: 'denied', reason: 'question: which order?' })
  })

  it('is to put it off, but never past its deadline, which does not move (U-46, U-69)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    const at = (ms: number) => (world.clock.now() + ms) as never
    expect(() => world.approvals.snooze(approval.id, approval.deadline, owner)).toThrow(refusal('approval/snooze-too-long'))
    expect(world.approvals.snooze(approval.id, at(3 * HOUR), owner).deadline).toBe(approval.deadline)
    world.clock.advance(2 * HOUR)
    expect(world.approvals.remind()).toEqual([])
    world.clock.advance(HOUR)
    expect(world.approvals.remind()).toHaveLength(1)
  })

  it('is to look back and say that it should not have been (U-118)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    expect(() => world.approvals.regret(approval.id, owner)).toThrow(refusal('approval/already-decided'))
    world.approvals.approve(approval.id, approval.payloadHash, { ...owner, graceSeconds: 0 })
    world.approvals.carryOut(approval.id, world.payload, () => 'deployed')
    expect(world.approvals.regret(approval.id, owner, 'too early')).toMatchObject({ regrettedAt: world.clock.now(), outcome: 'deployed; regretted: too early' })
    world.approvals.regret(approval.id, owner)
    expect(world.types().filter((type) => type === 'approval.regretted')).toHaveLength(1)
  })
})

describe('requests of one matter', () => {
  const incident = (world: World, action: string, change: Partial<ApprovalRequest> = {}) =>
    ask(world, { correlationId: 'complaint-xyz', idempotencyKey: action, payload: { action }, action, ...change }).approval

  it('are one bundle: the acknowledgement, the resolution and the fix of one incident (R-184, R-197)', () => {
    using world = openWorld()
    const mails = [incident(world, 'mail.customer')]
    world.clock.advance(20_000)
    mails.push(incident(world, 'mail.other'))
    world.clock.advance(39_000)
    mails.push(incident(world, 'deploy.production'))
    const other = ask(world).approval
    expect(new Set(mails.map((mail) => mail.bundleId)).size).toBe(1)
    expect(other.bundleId).not.toBe(mails[0]?.bundleId)
    expect(world.approvals.openBundles().map(({ members }) => members.length)).toEqual([3, 1])
  })

  it('take in a late one as long as one of them waits, and T3 never (U-49)', () => {
    using world = openWorld()
    const first = incident(world, 'mail.customer')
    world.clock.advance(HOUR)
    expect(incident(world, 'mail.other').bundleId).toBe(first.bundleId)
    world.policy = { tier: 'T3' }
    expect(incident(world, 'data.delete').bundleId).not.toBe(first.bundleId)
    world.policy = {}
    for (const { id } of world.approvals.bundle(first.bundleId)) world.approvals.deny(id, { reason: 'not now' }, owner)
    expect(incident(world, 'deploy.production').bundleId).not.toBe(first.bundleId)
  })

  it('are approved together only whole, and only when everything was looked at (U-49)', () => {
    using world = openWorld()
    const card = { ...world.request.card, previews: [{ kind: 'text' as const, title: 'Mail', text: 'Hello' }] }
    const mails = [incident(world, 'mail.customer', { card }), incident(world, 'mail.other', { card })]
    const members = (previews: number) => mails.map(({ id, payloadHash }) => ({ id, payloadHash, seen: { ms: 5000, previews } }))
    const { bundleId } = mails[0] as (typeof mails)[0]
    expect(() => world.approvals.approveBundle(bundleId, members(0), owner)).toThrow(refusal('approval/not-seen'))
    const drifted = members(1).map((member, i) => (i === 1 ? { ...member, payloadHash: 'another' } : member))
    expect(() => world.approvals.approveBundle(bundleId, drifted, owner)).toThrow(refusal('approval/drifted'))
    expect(world.approvals.bundle(bundleId).map(({ state }) => state)).toEqual(['requested', 'requested'])
    expect(world.approvals.approveBundle(bundleId, members(1), owner).map(({ state }) => state)).toEqual(['approved', 'approved'])
  })
})

describe('time', () => {
  it('reminds at half and at nine tenths, once each, also when the engine was off in between (R-177)', () => {
    using world = openWorld()
    ask(world)
    world.clock.advance(2 * HOUR - 1)
    expect(world.approvals.remind()).toEqual([])
    world.clock.advance(1)
    expect(world.approvals.remind()).toHaveLength(1)
    expect(world.reopen().remind()).toEqual([])
    world.clock.advance(1.6 * HOUR)
    expect(world.approvals.remind()).toMatchObject([{ reminded90At: world.clock.now() }])
    expect(world.approvals.remind()).toEqual([])
    const late = ask(world, { idempotencyKey: 'late' }).approval
    world.clock.advance(3.7 * HOUR)
    expect(world.approvals.expire()).toHaveLength(1)
    expect(world.approvals.remind()).toMatchObject([{ id: late.id, reminded50At: world.clock.now(), reminded90At: world.clock.now() }])
  })

  it('holds a deadline of the night until the morning where its class says so, and says both times (R-183, U-64)', () => {
    using world = openWorld()
    world.clock.advance(Date.parse('2027-04-03T20:00:00+13:00') - world.clock.now())
    world.policy = { quietHours: 'hold' }
    expect(ask(world).approval).toMatchObject({
      deadline: Date.parse('2027-04-04T07:30:00+12:00'),
      heldFrom: Date.parse('2027-04-04T00:00:00+13:00'),
    })
    world.policy = { quietHours: 'run' }
    expect(ask(world, { idempotencyKey: 'runs' }).approval).toMatchObject({ deadline: world.clock.now() + 4 * HOUR, heldFrom: null })
  })

  it('sends the words that were approved beforehand, and never the draft, to a customer who waited two hours (R-181, C-14)', () => {
    using world = openWorld()
    world.policy = { deadlineMs: 2 * HOUR, ifSilent: 'template', templateText: "We're aware and investigating." }
    expect(ask(world).approval).toMatchObject({ safeDefault: 'template', templateText: "We're aware and investigating." })
    world.clock.advance(2 * HOUR)
    world.approvals.expire()
    expect(ask(world)).toMatchObject({ kind: 'template', text: "We're aware and investigating.", approval: { state: 'expired', decidedBy: null } })
  })

  it('ends with the run that asked: its cards are void, also one that was just approved (U-48)', () => {
    using world = openWorld()
    const sessionId = newId('ses', world.clock) as never
    const asked = ask(world, { sessionId, idempotencyKey: 'open' }).approval
    const approved = ask(world, { sessionId, idempotencyKey: 'approved' }).approval
    const other = ask(world).approval
    world.approvals.approve(approved.id, approved.payloadHash, owner)
    expect(world.approvals.voidRun(sessionId).map(({ id }) => id)).toEqual([asked.id, approved.id])
    world.clock.advance(10_000)
    expect(() => world.approvals.beginExecution(approved.id, world.payload)).toThrow(refusal('approval/already-decided'))
    expect(world.approvals.voidTask(other.taskId as never).map(({ id }) => id)).toContain(other.id)
  })

  it('skips the time to undo only in an incident (U-50)', () => {
    using world = openWorld()
    const { approval } = ask(world)
    const approve = () => world.approvals.approve(approval.id, approval.payloadHash, owner, { now: true })
    expect(approve).toThrow(refusal('approval/not-confirmed'))
    world.incident = true
    expect(approve().effectiveAt).toBe(world.clock.now())
  })
})

it('finds what was decided by words, state and class, the newest first (U-30)', () => {
  using world = openWorld()
  const shop = ask(world).approval
  ask(world, { idempotencyKey: 'mail', action: 'mail.customer', card: { ...world.request.card, what: 'Answer Ann, 100 %' } })
  world.approvals.deny(shop.id, { reason: 'not now' }, owner)
  const found = (filter: object) => world.reader.list(10, undefined, filter).map(({ what }) => what)
  expect(found({})).toEqual(['Answer Ann, 100 %', 'Release shop at abc'])
  expect(found({ text: '100 %' })).toEqual(['Answer Ann, 100 %'])
  expect(found({ text: '0_%' })).toEqual([])
  expect(found({ state: 'denied' })).toEqual(['Release shop at abc'])
  expect(found({ action: 'mail.customer', askedBy: 'agent:Forge' })).toEqual(['Answer Ann, 100 %'])
})
