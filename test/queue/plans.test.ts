import { describe, expect, it } from 'vitest'
import { MAX_REQUEST_BYTES } from '../../src/contract/index.ts'
import { findCycle, findProblems, MAX_PLAN_TASKS, toProjectName } from '../../src/engine/queue/index.ts'
import { asRequest, openWorld, task } from './world.ts'

const owner = { actor: 'owner', rehearsal: false } as const
const agents = new Set(['Rex', 'Scout'])
const messages = (tasks: Parameters<typeof findProblems>[0]) => findProblems(tasks, agents).map((problem) => `${problem.field}: ${problem.message}`)

describe('a request', () => {
  it('is written down once for one idempotency key, however often it is sent (R-046)', () => {
    using world = openWorld()
    const first = world.plans.submit(asRequest('a shop', { idempotencyKey: 'k1' }), owner)
    const again = world.plans.submit(asRequest('a shop', { idempotencyKey: 'k1' }), owner)
    expect(again).toEqual({ request: first.request, duplicate: true })
    expect(() => world.plans.submit(asRequest('a bank', { idempotencyKey: 'k1' }), owner)).toThrow(/another request/)
    expect(world.toldOf('request.submitted').length).toBe(1)
    expect(world.plans.planning().map(({ request }) => request.id)).toEqual([first.request.id])
  })

  it('that says nothing, or too much, is refused with the field and the remedy', () => {
    using world = openWorld()
    expect(() => world.plans.submit(asRequest('  \n '), owner)).toThrow(expect.objectContaining({ code: 'request/empty', field: 'text' }))
    const long = 'é'.repeat(MAX_REQUEST_BYTES / 2 + 1)
    expect(() => world.plans.submit(asRequest(long), owner)).toThrow(expect.objectContaining({ code: 'request/too-large', field: 'text' }))
    expect(world.told).toEqual([])
  })

  it('finds a full queue and is told so in words (R-056, R-368)', () => {
    using world = openWorld({ maxDepth: 3 })
    world.createPlan([task('T1'), task('T2'), task('T3')])
    expect(() => world.plans.submit(asRequest('one more'), owner)).toThrow(/The queue is full: 3 open tasks of at most 3/)
  })

  it('that cannot be planned fails with a reason, once', () => {
    using world = openWorld()
    const { request } = world.plans.submit(asRequest('a shop'), owner)
    world.plans.failRequest(request.id, 'no model')
    world.plans.failRequest(request.id, 'again')
    expect(world.plans.request(request.id)).toMatchObject({ state: 'failed', error: 'no model' })
    expect(world.toldOf('request.failed').length).toBe(1)
  })

  it('names its project in a few words', () => {
    expect(toProjectName('Build me a small todo list, please, with dark mode')).toBe('small-todo-list-dark')
    expect(toProjectName('日本')).toBe('project')
  })
})

describe('a plan', () => {
  it('that cannot run is refused with every fault named (R-031, R-045)', () => {
    expect(messages([])).toEqual(['tasks: a plan needs at least one task'])
    expect(messages([task('T1', ['T1']), task('T1', ['T9'], { agent: 'Nobody' }), task('T2', [], { driver: 'command', budgetUsd: 0 })])).toEqual([
      'tasks.1.key: T1 is used twice',
      'tasks.0.dependsOn: T1 depends on itself',
      'tasks.1.agent: no agent is called Nobody; known: Rex, Scout',
      'tasks.1.dependsOn: T1 depends on T9, which is not in the plan',
      'tasks.2.budgetUsd: a task needs a budget above zero',
      'tasks.2.command: the command driver needs a command (argv)',
    ])
    const many = Array.from({ length: MAX_PLAN_TASKS + 1 }, (_, i) => task(`T${i}`))
    expect(messages(many)).toEqual([`tasks: ${MAX_PLAN_TASKS + 1} tasks; a plan has at most ${MAX_PLAN_TASKS}`])
  })

  it('that waits for itself is shown the circle, however deep', () => {
    expect(findCycle([task('A', ['B']), task('B', ['C']), task('C', ['A'])])).toEqual(['A', 'B', 'C', 'A'])
    expect(findCycle([task('A', ['B', 'C']), task('B', ['C']), task('C')])).toBeUndefined()
    const chain = Array.from({ length: 50_000 }, (_, i) => ({ key: `K${i}`, dependsOn: i > 0 ? [`K${i - 1}`] : [] }))
    expect(findCycle(chain)).toBeUndefined()
    expect(findCycle(chain.map((link, i) => (i === 0 ? { ...link, dependsOn: ['K49999'] } : link)))?.length).toBe(50_001)
  })

  it('is stored whole or not at all', () => {
    using world = openWorld()
    expect(() => world.createPlan([task('T1', ['T2']), task('T2', ['T1'])])).toThrow(expect.objectContaining({ code: 'plan/invalid' }))
    expect(world.db.prepare('SELECT (SELECT count(*) FROM plan) + (SELECT count(*) FROM task) AS n').get()).toEqual({ n: 0 })
  })

  it('starts with what needs nothing; starting it twice starts it once (R-031)', () => {
    using world = openWorld()
    const plan = world.createPlan([task('T1'), task('T2', ['T1'])])
    expect(Object.values(world.tasksOf(plan.id)).map((row) => row.state)).toEqual(['draft', 'draft'])
    expect(world.queue.claim('tests')).toEqual({ kind: 'idle', reason: 'empty' })
    world.plans.start(plan.id, 'owner')
    const events = world.told.length
    world.plans.start(plan.id, 'owner')
    expect(world.told.length).toBe(events)
    expect(Object.values(world.tasksOf(plan.id)).map((row) => row.state)).toEqual(['ready', 'pending'])
  })

  it('can be edited before it starts, and is checked as a whole', () => {
    using world = openWorld()
    const plan = world.createPlan([task('T1'), task('T2', ['T1'])])
    const { T1, T2 } = world.tasksOf(plan.id)
    if (!T1 || !T2) throw new Error('no tasks')
    expect(() => world.plans.editTask(T1.id, { dependsOn: ['T2'] }, 'owner')).toThrow(/T1 → T2 → T1|T2 → T1 → T2/)
    expect(() => world.plans.editTask(T1.id, { agent: 'Nobody' }, 'owner')).toThrow(expect.objectContaining({ code: 'agent/unknown' }))
    expect(() => world.plans.editTask(T2.id, { dependsOn: ['T9'] }, 'owner')).toThrow(/cannot depend on T9/)
    const edited = world.plans.editTask(T2.id, { title: 'Do it better', dependsOn: [], tier: 'fast' }, 'owner')
    expect(edited).toMatchObject({ title: 'Do it better', dependsOn: [], tier: 'fast' })
    expect(world.toldOf('task.edited').map((event) => event.data)).toEqual([edited])
    world.plans.start(plan.id, 'owner')
    expect(Object.values(world.tasksOf(plan.id)).map((row) => row.state)).toEqual(['ready', 'ready'])
    expect(() => world.plans.editTask(T2.id, { title: 'Too late' }, 'owner')).toThrow(expect.objectContaining({ code: 'plan/not-editable' }))
  })

  it('that is cancelled takes its open tasks with it and keeps what is done', () => {
    using world = openWorld()
    const { plan } = world.startPlan([task('T1'), task('T2', ['T1']), task('T3', ['T2'])])
    world.finish(world.claim())
    const held = world.claim()
    world.start(held)
    expect(world.plans.cancel(plan, 'owner')).toMatchObject({ state: 'cancelled', done: 1 })
    expect(Object.values(world.tasksOf(plan)).map((row) => row.state)).toEqual(['done', 'cancelled', 'cancelled'])
    expect(world.queue.heartbeat(held)).toBe(false)
    expect(world.toldOf('plan.cancelled').length).toBe(1)
    expect(world.plans.cancel(plan, 'owner').state).toBe('cancelled')
  })

  it('gets an integration task in the middle: what waits for it says so (R-075, R-076)', () => {
    using world = openWorld()
    const { plan, ids } = world.startPlan([task('T1'), task('T2', ['T1'])])
    world.finish(world.claim())
    const held = world.claim()
    world.start(held)
    world.queue.submit(held, 'head')
    world.plans.addTask(plan, task('X1', [], { kind: 'integrate' }), [held.taskId])
    world.queue.park(held, 'review', { reason: 'conflict', detail: 'cart.ts; X1 resolves it', owner: 'engine', until: null })
    const { T2, X1 } = world.tasksOf(plan)
    expect([X1?.state, T2?.state, T2?.dependsOn]).toEqual(['ready', 'pending', ['T1', 'X1']])
    const last = world.told.findLast((event) => event.subject === ids.T2)
    expect(last?.data).toEqual(world.queue.get(held.taskId))
    world.finish(world.claim())
    expect(world.tasksOf(plan).T2?.state).toBe('ready')
  })
})
