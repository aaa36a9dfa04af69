import { expect, it } from 'vitest'
import type { ApprovalView } from '../../../contract/index.ts'
import type { Facts } from '../../live/state.ts'
import { endedHow, mergeHistory, neighbour, selectHistory, selectQueue, usedShare } from './inbox.select.ts'

const row = (id: string, change: Partial<ApprovalView>) =>
  ({
    id,
    state: 'requested',
    requestedAt: 0,
    deadline: 100,
    decidedAt: null,
    decidedBy: null,
    channel: null,
    reason: null,
    safeDefault: 'deny',
    options: [],
    chosen: null,
    ...change,
  }) as ApprovalView
const facts = (...rows: ApprovalView[]) => ({ approvals: Object.fromEntries(rows.map((one) => [one.id, one])) }) as unknown as Facts
const ids = (rows: readonly ApprovalView[]) => rows.map((one) => one.id as string)

it('puts the next deadline first, and before it what can still be undone (U-45, U-50)', () => {
  const world = facts(
    row('late', { deadline: 300 as never }),
    row('soon', { deadline: 200 as never }),
    row('grace', { state: 'approved' }),
    row('gone', { state: 'denied' }),
  )
  expect(ids(selectQueue(world))).toEqual(['grace', 'soon', 'late'])
  expect(ids(selectHistory(world))).toEqual(['gone'])
})

it('adds older history once, and believes the feed about a row that both know', () => {
  const live = [row('b', { state: 'denied', decidedAt: 50 as never })]
  const read = [row('b', { state: 'requested' }), row('a', { state: 'executed', decidedAt: 90 as never }), row('c', { state: 'requested' })]
  expect(mergeHistory(live, read).map((one) => `${one.id} ${one.state}`)).toEqual(['a executed', 'b denied'])
})

it('moves to the neighbour and stops at both ends (U-17)', () => {
  const rows = [row('a', {}), row('b', {})]
  expect([
    neighbour(rows, 'a', 1)?.id,
    neighbour(rows, 'b', 1)?.id,
    neighbour(rows, 'a', -1)?.id,
    neighbour(rows, undefined, 1)?.id,
    neighbour([], 'a', 1),
  ]).toEqual(['b', 'b', 'a', 'a', undefined])
})

it('measures the time that is gone, also for a request that has none', () => {
  const asked = row('a', { requestedAt: 100 as never, deadline: 300 as never })
  expect([usedShare(asked, 0), usedShare(asked, 200), usedShare(asked, 999), usedShare(row('b', { deadline: 0 as never }), 5)]).toEqual([0, 0.5, 1, 1])
})

it('says of silence that it was silence, never consent (U-05, U-55)', () => {
  expect(endedHow(row('a', { state: 'expired', decidedBy: 'engine' }))).toBe('nobody answered in time, so it was denied')
  expect(endedHow(row('a', { state: 'denied', decidedBy: 'owner', channel: 'desktop', reason: 'too risky' }))).toBe('denied by you on the desktop: too risky')
  expect(endedHow(row('a', { state: 'drifted', decidedBy: 'owner' }))).toBe('it changed after you approved it, so nothing was done')
})

it('says which of several ways was taken, in the words of its button', () => {
  const options = [
    { id: 'raise', label: 'Raise to $15.00', detail: '' },
    { id: 'wait', label: 'Wait for the reset', detail: '' },
  ]
  expect(endedHow(row('a', { state: 'executed', decidedBy: 'owner', options, chosen: 'wait' }))).toBe('approved by you: Wait for the reset')
})
