import { expect, it } from 'vitest'
import type { ApprovalView } from '../../../contract/index.ts'
import { endedHow, holdOrder, ifNothing, isPresent, isSnoozed, neighbour, toHistory, toMatters, unknowns, usedShare, whyNotAll } from './inbox.select.ts'

const row = (id: string, change: Record<string, unknown> = {}) =>
  ({
    id,
    bundleId: `bundle of ${id}`,
    tier: 'T2',
    state: 'requested',
    requestedAt: 0,
    deadline: 100,
    decidedAt: null,
    decidedBy: null,
    channel: null,
    reason: null,
    outcome: null,
    safeDefault: 'deny',
    snoozedUntil: null,
    blast: '1 product',
    reversible: 'yes',
    cost: 'nothing',
    previews: [{ kind: 'text', title: '', text: '' }],
    options: [],
    chosen: null,
    ...change,
  }) as unknown as ApprovalView
const facts = (...rows: ApprovalView[]) => Object.fromEntries(rows.map((one) => [one.id, one]))
const cards = (...rows: ApprovalView[]) =>
  toMatters(facts(...rows))
    .filter(isPresent)
    .map((item) => item.members.map((one) => one.id).join('+'))

it('puts the next deadline first, and before it what can still be undone (U-45, U-50)', () => {
  const world = [
    row('late', { deadline: 300 }),
    row('soon', { deadline: 200 }),
    row('grace', { state: 'approved', decidedBy: 'owner' }),
    row('gone', { state: 'denied' }),
  ]
  expect(cards(...world)).toEqual(['grace', 'soon', 'late'])
  expect(toHistory(facts(...world)).map((one) => one.id)).toEqual(['gone'])
})

it('makes one card of one matter, due with its first member, and never takes T3 into it (U-49, R-184)', () => {
  const matter = { bundleId: 'incident' }
  const world = [
    row('b', { ...matter, deadline: 50 }),
    row('a', { ...matter, deadline: 900 }),
    row('c', { ...matter, state: 'denied', deadline: 1 }),
    row('d', { ...matter, tier: 'T3', deadline: 70 }),
  ]
  expect(cards(...world)).toEqual(['a+b+c', 'd'])
  expect(toMatters(facts(...world))[0]).toMatchObject({ key: 'a', deadline: 50 })
})

it('shows no card for what a rule answered in the place of the owner', () => {
  expect(cards(row('a', { state: 'executing', decidedBy: 'engine' }), row('b', { state: 'approved', decidedBy: 'playbook' }))).toEqual([])
})

it('keeps a card away until everything of it that is open is awake again (U-46)', () => {
  const [item] = toMatters(
    facts(row('a', { bundleId: 'x', snoozedUntil: 500 }), row('b', { bundleId: 'x', snoozedUntil: 300 }), row('c', { bundleId: 'x', state: 'denied' })),
  )
  expect([200, 300, 500].map((now) => item && isSnoozed(item, now))).toEqual([true, false, false])
})

it('leaves every row where the owner saw it: new ones wait, ended ones go unless they are in front of him (U-19)', () => {
  expect(holdOrder(['b', 'a', 'c'], ['new', 'a', 'b'], undefined)).toEqual({ keys: ['b', 'a'], fresh: 1 })
  expect(holdOrder(['b', 'a', 'c'], ['new', 'a', 'b'], 'c')).toEqual({ keys: ['b', 'a', 'c'], fresh: 1 })
  expect(holdOrder(['c'], ['new', 'a'], 'c')).toEqual({ keys: ['c', 'new', 'a'], fresh: 0 })
  expect(holdOrder([], ['new', 'a'], undefined)).toEqual({ keys: ['new', 'a'], fresh: 0 })
})

it('approves several together only when all are T2, plain, known and looked at (U-49)', () => {
  const all = () => 1
  const plain = [row('a'), row('b')]
  expect(whyNotAll(plain, all)).toBeNull()
  expect(whyNotAll(plain, (one) => Number(one === plain[0]))).toBe('1 of 2 was looked at')
  expect(whyNotAll(plain, () => 0)).toBe('none of 2 was looked at')
  expect(whyNotAll([row('a'), row('b', { tier: 'T3' })], all)).toMatch('number 2 is T3')
  expect(whyNotAll([row('a', { cost: 'unknown' }), row('b')], all)).toBe('of number 1 it is unknown what it costs')
  expect(whyNotAll([row('a'), row('b', { options: [{ id: 'x', label: '', detail: '' }] })], all)).toBe('number 2 can be approved in several ways')
  expect(whyNotAll([row('a'), row('b', { state: 'denied' })], all)).toBe('fewer than two are open')
})

it('names what nobody could say, also that there is nothing to look at (U-41, U-43)', () => {
  expect(unknowns(row('a'))).toEqual([])
  expect(unknowns(row('a', { blast: 'Unknown', cost: '', reversible: 'unknown yet', previews: [] }))).toEqual([
    'how far it reaches',
    'whether it can be taken back',
    'what it costs',
    'what exactly is done',
  ])
})

it('moves to the neighbour and stops at both ends (U-17)', () => {
  const keys = ['a', 'b']
  expect([neighbour(keys, 'a', 1), neighbour(keys, 'b', 1), neighbour(keys, 'a', -1), neighbour(keys, undefined, 1), neighbour([], 'a', 1)]).toEqual([
    'b',
    'b',
    'a',
    'a',
    undefined,
  ])
})

it('measures the time that is gone, also for a request that has none', () => {
  const asked = row('a', { requestedAt: 100, deadline: 300 })
  expect([usedShare(asked, 0), usedShare(asked, 200), usedShare(asked, 999), usedShare(row('b', { deadline: 0 }), 5)]).toEqual([0, 0.5, 1, 1])
})

it('says of silence that it was silence, never consent (U-05, U-55)', () => {
  expect([ifNothing(row('a')), ifNothing(row('a', { safeDefault: 'template' }))]).toEqual(['denied', 'your template is sent'])
  expect(endedHow(row('a', { state: 'expired', decidedBy: 'engine' }))).toBe('nobody answered in time, so it was denied')
  expect(endedHow(row('a', { state: 'expired', safeDefault: 'template' }))).toBe('nobody answered in time: only your template may go out')
  expect(endedHow(row('a', { state: 'denied', decidedBy: 'owner', channel: 'desktop', reason: 'too risky' }))).toBe('denied by you on the desktop: too risky')
  expect(endedHow(row('a', { state: 'denied', decidedBy: 'owner', channel: 'desktop', reason: 'question: who reads it?' }))).toBe('you asked: who reads it?')
  expect(endedHow(row('a', { state: 'drifted', decidedBy: 'owner' }))).toBe('it changed after you approved it, so nothing was done')
})

it('says who answered, what came of it, and what is not known', () => {
  expect(endedHow(row('a', { state: 'executed', decidedBy: 'playbook', channel: 'playbook', reason: 'pre-authorised by night deploys' }))).toBe(
    'approved by your playbook: pre-authorised by night deploys',
  )
  expect(endedHow(row('a', { state: 'failed', decidedBy: 'owner', outcome: 'it answered 502' }))).toBe('approved, but failed: it answered 502')
  expect(endedHow(row('a', { state: 'interrupted', decidedBy: 'owner' }))).toBe('may have happened')
})

it('says which of several ways was taken, in the words of its button', () => {
  const options = [
    { id: 'raise', label: 'Raise to $15.00', detail: '' },
    { id: 'wait', label: 'Wait for the reset', detail: '' },
  ]
  expect(endedHow(row('a', { state: 'executed', decidedBy: 'owner', options, chosen: 'wait' }))).toBe('approved by you: Wait for the reset')
})
