import { describe, expect, it } from 'vitest'
import type { Instant, Nanodollars, PlanDetail, ReefEvent, TaskView } from '../../../contract/index.ts'
import { toBottleneck, toCritical } from './critical.ts'
import { dependentsOf } from './dependents.ts'
import { countGroups, groupOf } from './plan.select.ts'
import { createPlanStore } from './plan-store.ts'
import { toBars, toSpan } from './timeline.select.ts'
import { toCost, toReason, toSentence, toShade, toStanding } from './words.ts'

const NOW = 1_800_000_000_000
const at = (seconds: number) => (NOW + seconds * 1000) as Instant
const planId = `plan_${'0'.repeat(26)}` as const
const taskId = (n: number) => `task_${String(n).padStart(26, '0')}` as const

const task = (n: number, change: Partial<TaskView> = {}): TaskView => ({
  id: taskId(n),
  planId,
  key: `T${n}`,
  title: `Task ${n}`,
  agent: 'Rex',
  kind: 'build',
  tier: 'mid',
  state: 'pending',
  wait: null,
  dependsOn: [],
  priority: 2,
  attempts: 0,
  maxAttempts: 3,
  attemptId: null,
  sessionId: null,
  approvalId: null,
  driver: null,
  model: null,
  budget: 0 as Nanodollars,
  spent: 0 as Nanodollars,
  error: null,
  createdAt: at(-60),
  readyAt: null,
  startedAt: null,
  endedAt: null,
  expectedMs: 60_000,
  ...change,
})
const detail = (tasks: TaskView[]): PlanDetail => ({ plan: { id: planId, state: 'running' } as PlanDetail['plan'], tasks, releases: [], artifacts: [] })
const event = (type: ReefEvent['type'], data: unknown): ReefEvent => ({ type, data }) as ReefEvent

describe('the store of one plan', () => {
  it('D3: tells the row that changed and no other, and keeps every other row as it was', () => {
    const tasks = [task(1), task(2, { dependsOn: ['T1'] }), task(3)]
    const store = createPlanStore(detail(tasks))
    const told: string[] = []
    for (const one of tasks) store.onTask(one.id, () => told.push(one.key))
    const layout = store.layout()
    store.apply(event('task.started', task(2, { dependsOn: ['T1'], state: 'running' })))
    expect(told).toEqual(['T2'])
    expect(store.task(taskId(2))?.state).toBe('running')
    expect(store.tasks()[0]).toBe(tasks[0])
    expect(store.layout()).toBe(layout)
  })

  it('U-85: lays out anew only when tasks come or their order changes', () => {
    const store = createPlanStore(detail([task(1), task(2)]))
    const before = store.layout()
    store.apply(event('task.edited', task(2, { title: 'Another name' })))
    expect(store.layout()).toBe(before)
    store.apply(event('task.edited', task(2, { dependsOn: ['T1'] })))
    expect([...store.layout().column]).toEqual([0, 1])
    store.apply(event('task.added', task(3, { dependsOn: ['T2'] })))
    expect([...store.layout().column]).toEqual([0, 1, 2])
  })

  it('passes over what belongs to another plan', () => {
    const store = createPlanStore(detail([task(1)]))
    store.apply(event('task.started', task(9, { planId: `plan_${'1'.repeat(26)}` })))
    store.apply(event('plan.failed', { id: `plan_${'1'.repeat(26)}`, state: 'failed' }))
    expect([store.tasks().length, store.plan().state, store.version()]).toEqual([1, 'running', 0])
  })

  it('takes a newer reading whole: rows that are the same object stay quiet', () => {
    const [one, two] = [task(1), task(2)]
    const store = createPlanStore(detail([one, two]))
    const told: string[] = []
    store.onTask(one.id, () => told.push('T1'))
    store.onTask(two.id, () => told.push('T2'))
    store.replace(detail([one, task(2, { state: 'done' })]))
    expect(told).toEqual(['T2'])
  })
})

describe('why a task stands where it is (U-82)', () => {
  it('is in words for every task that does not run', () => {
    const wait = (reason: NonNullable<TaskView['wait']>['reason'], detail = '') => ({ wait: { reason, detail, owner: 'engine' as const, until: null } })
    expect([
      toReason(task(1, { ...wait('dependency', 'T2') })),
      toReason(task(1, { ...wait('slot', '4 of 4 busy') })),
      toReason(task(1, { ...wait('breaker', 'Provider breaker open, retry 14:20') })),
      toReason(task(1, { ...wait('paused') })),
      toReason(task(1, { dependsOn: ['T2', 'T3'] })),
      toReason(task(1, { state: 'ready' })),
      toReason(task(1, { state: 'draft' })),
      toReason(task(1, { state: 'awaiting_input' })),
      toReason(task(1, { state: 'dead_letter', error: 'npm test: 2 failed' })),
      toReason(task(1, { state: 'skipped' })),
    ]).toEqual([
      'waiting for T2',
      'no free slot: 4 of 4 busy',
      'Provider breaker open, retry 14:20',
      'paused by you',
      'waiting for T2, T3',
      'next free session takes it',
      'starts when you start the plan',
      'waiting for your approval',
      'npm test: 2 failed',
      'not needed any more',
    ])
  })

  it('names the state too where it is an alarm, and says nothing twice', () => {
    expect(toStanding(task(1, { state: 'failed', error: 'npm test' }))).toBe('failed: npm test')
    expect(toStanding(task(1, { state: 'running' }))).toBe('running')
    expect(toStanding(task(1, { dependsOn: ['T2'] }))).toBe('waiting for T2')
  })

  it('is one sentence with its neighbours for readers (U-111)', () => {
    expect(toSentence(task(2, { dependsOn: ['T1'], state: 'running' }), { before: ['T1'], after: ['T3', 'T4'] })).toBe(
      'T2 Task 2: running. After T1. Before T3, T4.',
    )
  })

  it('shows time against what was expected only while it is within it', () => {
    const spent = 50_000_000 as Nanodollars
    expect(toCost(task(1, { startedAt: at(-30), spent }), NOW)).toBe('0:30 of ~1:00 · $0.05')
    expect(toCost(task(1, { startedAt: at(-90) }), NOW)).toBe('1:30')
    expect(toCost(task(1), NOW)).toBe('')
  })

  it('colour is kept for what needs somebody (U-02)', () => {
    expect((['pending', 'ready', 'done', 'running', 'awaiting_input', 'failed'] as const).map((state) => toShade({ state }))).toEqual([
      'idle',
      'ready',
      'done',
      'active',
      'waiting',
      'alarm',
    ])
  })
})

describe('groups of the list', () => {
  it('put what waits for the owner first, whatever its state', () => {
    expect(groupOf(task(1, { state: 'ready', wait: { reason: 'budget', detail: '', owner: 'owner', until: null } }))).toBe('you')
    expect(countGroups([task(1), task(2, { state: 'done' }), task(3, { state: 'dead_letter' })])).toEqual({
      you: 0,
      stuck: 1,
      running: 0,
      waiting: 1,
      done: 1,
      over: 0,
    })
  })
})

describe('the critical path (U-84)', () => {
  const tasks = [
    task(1, { state: 'done', endedAt: at(-10) }),
    task(2, { dependsOn: ['T1'], state: 'running', startedAt: at(-30) }),
    task(3, { dependsOn: ['T1'], expectedMs: 600_000 }),
    task(4, { dependsOn: ['T2', 'T3'] }),
  ]
  const { layout } = createPlanStore(detail(tasks))

  it('is the longest way through what is left', () => {
    const critical = toCritical(tasks, layout(), NOW)
    expect({ path: critical.path, remainingMs: critical.remainingMs, guessed: critical.guessed }).toEqual({
      path: [2, 3],
      remainingMs: 660_000,
      guessed: false,
    })
  })

  it('counts what a running task has behind it, and never less than a tenth of it', () => {
    expect(toCritical([tasks[1] as TaskView], createPlanStore(detail([tasks[1] as TaskView])).layout(), NOW).remainingMs).toBe(30_000)
    expect(toCritical([task(1, { state: 'running', startedAt: at(-3600) })], createPlanStore(detail([task(1)])).layout(), NOW).remainingMs).toBe(6000)
  })

  it('says whose move it is', () => {
    const waiting = [task(1, { wait: { reason: 'approval', detail: 'Deploy', owner: 'owner', until: null }, state: 'awaiting_input' })]
    expect(toBottleneck(waiting, toCritical(waiting, createPlanStore(detail(waiting)).layout(), NOW))).toBe('you (T1)')
    expect(toBottleneck(tasks, toCritical(tasks, layout(), NOW))).toBe(null)
  })

  it('and cancelling a subtree counts exactly what depends on it', () => {
    expect(dependentsOf(layout(), 0).sort()).toEqual([1, 2, 3])
    expect(dependentsOf(layout(), 3)).toEqual([])
  })

  it('U-80: the timeline puts what ran first, and what is expected where it can begin', () => {
    const bars = toBars(tasks, layout(), toCritical(tasks, layout(), NOW), NOW)
    expect(bars.map((bar) => bar.id)).toEqual([taskId(2), taskId(1), taskId(3), taskId(4)])
    expect(bars[0]).toEqual({ id: taskId(2), index: 1, waited: null, ran: [at(-30), NOW], expected: [NOW, NOW + 30_000] })
    expect(bars[3]?.expected).toEqual([NOW + 600_000, NOW + 660_000])
    expect(toSpan(bars, NOW)).toEqual([at(-30), NOW + 660_000])
  })
})
