import { expect, it } from 'vitest'
import type { ReefEvent, TaskView } from '../../../contract/index.ts'
import type { Facts } from '../../live/state.ts'
import { isBeginning, isBlank, selectPaused, selectReleased, selectRunning, selectStuck, selectWaiting, toMatters } from './overview.select.ts'
import { tell } from './told.ts'

const rows = (list: ReadonlyArray<{ id: string }>) => Object.fromEntries(list.map((row) => [row.id, row]))
const world = (change: Record<string, unknown>) =>
  ({ status: { rehearsal: 'none', now: 0 }, requests: {}, plans: {}, tasks: {}, sessions: {}, approvals: {}, releases: {}, ...change }) as unknown as Facts
const ids = (list: readonly { readonly id: string }[]) => list.map((row) => row.id)
const task = (id: string, change: Partial<TaskView>) => ({
  id,
  planId: 'plan_1',
  state: 'ready',
  wait: null,
  readyAt: null,
  endedAt: null,
  createdAt: 0,
  ...change,
})
const wait = (reason: string) => ({ reason, detail: '', owner: 'engine', until: null }) as unknown as TaskView['wait']

it('calls stuck what does not go on by itself: given up first, then held the longest (U-30, U-82)', () => {
  const facts = world({
    plans: rows([{ id: 'plan_1', state: 'running' } as never, { id: 'plan_2', state: 'cancelled' } as never, { id: 'plan_3', state: 'failed' } as never]),
    tasks: rows([
      task('running', { state: 'running' }),
      task('order', { state: 'pending', wait: wait('dependency') }),
      task('asks', { state: 'awaiting_input', wait: wait('approval') }),
      task('slot', { wait: wait('slot'), readyAt: 20 as never }),
      task('money', { wait: wait('budget'), readyAt: 10 as never }),
      task('gave-up', { state: 'dead_letter', endedAt: 30 as never }),
      task('over', { state: 'failed', planId: 'plan_2' as never }),
      task('today', { state: 'failed', endedAt: 40 as never, planId: 'plan_3' as never }),
      task('long-ago', { state: 'failed', endedAt: -86_400_001 as never, planId: 'plan_3' as never }),
    ]),
  })
  expect(ids(selectStuck(facts))).toEqual(['gave-up', 'today', 'money', 'slot'])
})

it('shows what waits for the owner, the next deadline first, one of each matter, and nothing that he put off (U-30, U-49)', () => {
  const card = (id: string, change: Record<string, unknown>) => ({ id, state: 'requested', tier: 'T2', bundleId: id, snoozedUntil: null, ...change }) as never
  const facts = world({
    approvals: rows([
      card('late', { deadline: 20, bundleId: 'matter' }),
      card('soon', { deadline: 10 }),
      card('sooner', { deadline: 5, bundleId: 'matter' }),
      card('earnest', { deadline: 30, bundleId: 'matter', tier: 'T3' }),
      card('done', { state: 'approved', deadline: 1 }),
      card('put off', { deadline: 2, snoozedUntil: 1 }),
      card('back', { deadline: 40, snoozedUntil: 0 }),
    ]),
  })
  const waiting = selectWaiting(facts)
  expect(ids(waiting)).toEqual(['sooner', 'soon', 'late', 'earnest', 'back'])
  expect(toMatters(waiting).map(({ approval, more }) => `${approval.id} +${more}`)).toEqual(['sooner +1', 'soon +0', 'earnest +0', 'back +0'])
})

it('shows the last release of each project, those in trouble first, and none that was stopped', () => {
  const release = (id: string, project: string, state: string, startedAt: number) => ({ id, project, state, startedAt })
  const facts = world({
    releases: rows([
      release('a1', 'a', 'healthy', 1),
      release('a2', 'a', 'healthy', 5),
      release('b1', 'b', 'unhealthy', 2),
      release('c1', 'c', 'healthy', 3),
      release('c2', 'c', 'stopped', 4),
    ]),
  })
  expect(ids(selectReleased(facts))).toEqual(['b1', 'a2'])
})

it('counts agents at work as running, not the products they released', () => {
  const session = (id: string, state: string, role: string, startedAt: number) => ({ id, state, role, startedAt })
  const facts = world({
    sessions: rows([
      session('new', 'running', 'builder', 5),
      session('old', 'launching', 'reviewer', 1),
      session('shop', 'running', 'product', 0),
      session('gone', 'ended', 'builder', 0),
    ]),
  })
  expect(ids(selectRunning(facts))).toEqual(['old', 'new'])
})

it('says how to begin until the owner has asked for something himself, and not while the rehearsal plays (U-38)', () => {
  const rehearsed = world({ plans: rows([{ id: 'p', rehearsal: true } as never]) })
  const playing = { ...rehearsed, status: { ...rehearsed.status, rehearsal: 'running' } } as Facts
  const own = world({ plans: rows([{ id: 'p', rehearsal: false } as never]) })
  expect([world({}), rehearsed, playing, own].map((facts) => [isBlank(facts), isBeginning(facts)])).toEqual([
    [true, true],
    [false, true],
    [false, false],
    [false, false],
  ])
})

it('tells the owner what happened in his words, and keeps the factory’s own business to itself', () => {
  const event = (type: string, data: unknown) => ({ type, data }) as ReefEvent
  expect(tell(event('task.dead-lettered', { id: 'task_1', planId: 'plan_1', key: 'T3', title: 'Draft posts' }))).toEqual({
    glyph: '✖',
    text: 'T3 Draft posts: gave up',
    href: '#/plans/plan_1/task_1',
  })
  const budget = { scope: 'agent', subject: 'Rex', period: 'day', hard: 10_000_000_000 }
  expect([
    tell(event('budget.crossed', { budget, mark: 80 }))?.text,
    tell(event('budget.crossed', { budget: { ...budget, scope: 'global', subject: '*', period: 'month' }, mark: 'soft' }))?.text,
    tell(event('budget.refused', { budget, agent: 'Rex' }))?.text,
    tell(event('agent.paused', { name: 'Rex', paused: { reason: 'spends too fast' } }))?.text,
  ]).toEqual([
    'The day of agent Rex has reached 80 % of $10.00',
    'The month of the factory passed its alert; it stops at $10.00',
    'Rex was refused a call: the day of agent Rex is used up',
    'Rex is paused: spends too fast',
  ])
  expect([tell(event('call.settled', {})), tell(event('task.claimed', {}))]).toEqual([undefined, undefined])
})

it('U-74: asks the owner about agents that the factory stopped, not about those he paused himself', () => {
  const agent = (name: string, by: string | null, at = 0) => ({ name, paused: by === null ? null : { by, at, reason: '' } })
  const agents = { A: agent('A', 'velocity', 5), B: agent('B', 'owner'), C: agent('C', null), D: agent('D', 'no-progress', 3) }
  expect(selectPaused(world({ agents: agents as never })).map(({ name }) => name)).toEqual(['D', 'A'])
})
