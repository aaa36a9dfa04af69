import { expect, it } from 'vitest'
import type { FeedMessage, PlanView, ReefEvent, SessionView, Snapshot, TaskView } from '../../contract/index.ts'
import { createLiveStore } from './store.ts'

const task = (id: string, state: TaskView['state'] = 'pending') => ({ id, planId: 'plan_1', state }) as unknown as TaskView
const plan = (id: string, endedAt: number | null = null) => ({ id, endedAt, tasks: 2, done: 0, stuck: 0, spent: 0 }) as unknown as PlanView
const session = (id: string) => ({ id, lastLine: 'a', bytes: 1, lastOutputAt: null, state: 'running' }) as unknown as SessionView
const event = (seq: number, type: string, data: unknown) => ({ seq, type, data }) as ReefEvent
const events = (...list: ReefEvent[]): FeedMessage => ({ kind: 'events', events: list })
const snapshot = (change: Partial<Snapshot> = {}): FeedMessage => ({
  kind: 'snapshot',
  seq: 10,
  snapshot: {
    status: { mode: 'running' },
    spend: { spent: 0 },
    requests: [],
    plans: [plan('plan_1')],
    tasks: [task('task_1'), task('task_2')],
    sessions: [session('ses_1'), session('ses_2')],
    approvals: [],
    releases: [],
    agents: [],
    providers: [],
    channels: [],
    recent: [],
    ...change,
  } as unknown as Snapshot,
})

function opened(change: Partial<Snapshot> = {}) {
  const store = createLiveStore()
  store.take(snapshot(change))
  const facts = () => {
    const { facts: held } = store.getState()
    if (!held) throw new Error('no facts')
    return held
  }
  return { store, facts }
}

it('moves only the row that an event carries: every other row and list keeps its identity', () => {
  const { store, facts } = opened()
  const before = facts()
  expect(store.take(events(event(11, 'task.started', task('task_2', 'running'))))).toBe('taken')
  const after = facts()
  expect({ seq: after.seq, state: after.tasks['task_2']?.state }).toEqual({ seq: 11, state: 'running' })
  expect([after.tasks['task_1'] === before.tasks['task_1'], after.plans === before.plans, after.sessions === before.sessions]).toEqual([true, true, true])
})

it('asks for a new snapshot when an event is missing, and takes nothing of what came after the gap', () => {
  const { store, facts } = opened()
  expect(store.take(events(event(12, 'task.started', task('task_1', 'running'))))).toBe('gap')
  expect([facts().seq, facts().tasks['task_1']?.state]).toEqual([10, 'pending'])
  expect(createLiveStore().take(events(event(1, 'factory.paused', {})))).toBe('gap')
})

it('takes an event once, however often it arrives', () => {
  const { store, facts } = opened()
  const heard: number[] = []
  store.onEvent(({ seq }) => heard.push(seq))
  store.take(events(event(11, 'factory.paused', {})))
  store.take(
    events(event(10, 'factory.resumed', {}), event(11, 'factory.paused', {}), event(12, 'plan.created', { plan: plan('plan_2'), tasks: [task('task_9')] })),
  )
  expect({ heard, mode: facts().status.mode, plans: Object.keys(facts().plans), has: 'task_9' in facts().tasks }).toEqual({
    heard: [11, 12],
    mode: 'paused',
    plans: ['plan_1', 'plan_2'],
    has: true,
  })
})

it('lets a pulse move figures without touching the rows that stand still', () => {
  const { store, facts } = opened()
  const before = facts()
  const moved = { id: 'ses_1', lastLine: 'b', bytes: 9, lastOutputAt: 5 }
  const same = { id: 'ses_2', lastLine: 'a', bytes: 1, lastOutputAt: null }
  store.take({
    kind: 'pulse',
    pulse: { at: 1, status: { mode: 'running' }, spend: { spent: 7 }, sessions: [moved, same], plans: [] },
  } as unknown as FeedMessage)
  const after = facts()
  expect([after.sessions['ses_1']?.lastLine, after.sessions['ses_2'] === before.sessions['ses_2'], after.tasks === before.tasks, after.spend.spent]).toEqual([
    'b',
    true,
    true,
    7,
  ])
})

it('forgets the oldest ended rows after weeks, and never one that is open', () => {
  const many = Array.from({ length: 2300 }, (_, i) => plan(`plan_${String(i).padStart(5, '0')}`, i === 0 ? null : 1))
  const { store, facts } = opened({ plans: many })
  store.take(events(event(11, 'factory.paused', {})))
  const ids = Object.keys(facts().plans)
  expect([ids.length, ids.includes('plan_00000'), ids.includes('plan_00001'), ids.includes('plan_02299')]).toEqual([2000, true, false, true])
})

it('counts connections, so that reads by request and answer are asked again after each', () => {
  const { store } = opened()
  store.connection({ kind: 'lost', lastAt: 1, refusal: { code: 'connection/lost', message: '' } })
  store.take(snapshot())
  expect([store.getState().epoch, store.getState().connection.kind]).toEqual([2, 'live'])
})

it('U-16: knows at once that spend was killed, who was paused, and which provider lets no calls through', () => {
  const { store, facts } = opened({ providers: [{ name: 'anthropic', circuit: 'closed' } as never] })
  const killed = { ...event(11, 'spend.killed', { aborted: 2 }), at: 77 } as ReefEvent
  const breaker = (seq: number, model: string | null) => event(seq, 'circuit.opened', { provider: 'anthropic', model, state: 'open' })
  store.take(events(killed, event(12, 'agent.paused', { name: 'Rex', paused: { by: 'velocity' } }), breaker(13, 'one-model')))
  expect([facts().spend.killedAt, facts().agents['Rex']?.paused?.by, facts().providers['anthropic']?.circuit]).toEqual([77, 'velocity', 'closed'])
  store.take(events(event(14, 'spend.allowed', {}), event(15, 'agent.resumed', { name: 'Rex', paused: null }), breaker(16, null)))
  expect([facts().spend.killedAt, facts().agents['Rex']?.paused, facts().providers['anthropic']?.circuit]).toEqual([null, null, 'open'])
})

it('U-55, U-68: follows a card to its end and a channel to its loss, whichever event tells it', () => {
  const { store, facts } = opened({ channels: [{ name: 'whatsapp', state: 'ready' } as never] })
  const moves = ['snoozed', 'reminded', 'edited', 'approved', 'started', 'executed', 'regretted', 'failed', 'interrupted', 'voided'] as const
  const seen = moves.map((move, i) => {
    store.take(events(event(11 + i, `approval.${move}`, { id: 'apr_1', state: move })))
    return facts().approvals['apr_1']?.state as string
  })
  expect(seen).toEqual([...moves])
  store.take(events(event(21, 'channel.lost', { name: 'whatsapp', state: 'down' })))
  expect(facts().channels['whatsapp']?.state).toBe('down')
})
