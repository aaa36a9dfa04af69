import { describe, expect, it } from 'vitest'
import type { Instant, Wait } from '../../src/contract/index.ts'
import { LEASE_MS } from '../../src/engine/queue/index.ts'
import { openWorld, task, type World } from './world.ts'

const waitOf = (world: World, id: Parameters<World['queue']['get']>[0]) => world.queue.get(id).wait
const fail = (world: World, claim: ReturnType<World['claim']>) =>
  world.queue.sendBack(claim, 'running', { attemptId: world.start(claim), state: 'failed', error: 'it broke' })

describe('claiming', () => {
  it('gives each task to one worker, the most urgent first, and skips busy lanes (R-055, R-057)', () => {
    using world = openWorld()
    const { ids } = world.startPlan([
      task('T1', [], { priority: 3 }),
      task('T2', [], { priority: 0, agent: 'Scout' }),
      task('T3', [], { priority: 1, agent: 'Hawk' }),
    ])
    const order = [world.claim(['Scout']).taskId, world.claim().taskId, world.claim().taskId]
    expect(order).toEqual([ids.T3, ids.T2, ids.T1])
    expect(world.queue.claim('tests')).toEqual({ kind: 'idle', reason: 'empty' })
  })

  it('lets what has waited long go first, so that nothing starves (R-057)', () => {
    using world = openWorld()
    const old = world.startPlan([task('T1', [], { priority: 4 })])
    world.clock.advance(31 * 60_000)
    world.startPlan([task('T1', [], { priority: 2 })])
    expect(world.claim().taskId).toBe(old.ids.T1)
  })

  it('claims nothing while the factory is paused', () => {
    using world = openWorld()
    world.startPlan([task('T1')])
    world.control.paused = true
    expect(world.queue.claim('tests')).toEqual({ kind: 'idle', reason: 'paused' })
  })

  it('looks neither at the backlog nor at delayed tasks (bench Q4, Q9)', () => {
    using world = openWorld()
    const steps = world.db
      .prepare("EXPLAIN QUERY PLAN SELECT rowid AS at, rank FROM task WHERE state = 'ready' AND agent = 'x' ORDER BY rank, rowid LIMIT 1")
      .all() as Array<{ detail: string }>
    expect(steps.map((step) => step.detail)).toEqual(['SEARCH task USING COVERING INDEX task_ready (agent=?)'])
  })
})

describe('a lease', () => {
  it('that is kept alive lasts, and one that is not gives the task back without counting an attempt (R-052, R-080, C-24, C-35)', () => {
    using world = openWorld()
    const { ids } = world.startPlan([task('T1')])
    const claim = world.claim()
    const attemptId = world.start(claim)
    for (let i = 0; i < 5; i++) {
      world.clock.advance(LEASE_MS - 1)
      expect(world.queue.heartbeat(claim)).toBe(true)
      expect(world.queue.expireLeases()).toBe(0)
    }
    world.clock.advance(LEASE_MS + 1)
    expect(world.queue.expireLeases()).toBe(1)
    expect(world.queue.get(ids.T1 ?? claim.taskId)).toMatchObject({ state: 'ready', attempts: 0, wait: null })
    expect(world.queue.attempt(attemptId)).toMatchObject({ state: 'interrupted', error: 'its worker stopped answering' })
    expect(world.queue.heartbeat(claim)).toBe(false)
    expect(world.told.slice(-2).map((event) => event.type)).toEqual(['attempt.ended', 'task.retried'])
  })

  it('is given back by the thousand in short transactions (bench Q8)', () => {
    using world = openWorld({ maxDepth: 2000 })
    for (let i = 0; i < 7; i++) world.startPlan(Array.from({ length: 160 }, (_, n) => task(`T${n}`)))
    for (let i = 0; i < 1100; i++) world.claim()
    world.clock.advance(LEASE_MS + 1)
    const parts: number[] = []
    for (let some = world.queue.expireSome(); some > 0; some = world.queue.expireSome()) parts.push(some)
    expect(parts).toEqual([1100])
    expect(world.queue.held()).toEqual([])
    const [crowd, ...more] = world.toldOf('queue.recovered')
    expect([crowd?.data.tasks.length, new Set(crowd?.data.tasks.map(({ id }) => id)).size, more.length]).toEqual([1100, 1100, 0])
    expect(crowd?.data.tasks.every(({ id }) => world.queue.get(id).state === 'ready')).toBe(true)
  })

  it('taken up by another worker ends the first one, who can change nothing any more (R-055)', () => {
    using world = openWorld()
    world.startPlan([task('T1')])
    const first = world.claim()
    const attemptId = world.start(first)
    const second = world.queue.adopt(first.taskId, 'another')
    expect(second?.fence).toBe(first.fence + 1)
    expect(() => world.queue.submit(first, 'head')).toThrow(/no longer valid/)
    expect(world.queue.attempt(attemptId)).toMatchObject({ state: 'running', headSha: null })
  })
})

describe('completing', () => {
  it('readies exactly the tasks whose last need this was, and says anew what the others wait for (R-050, U-82)', () => {
    using world = openWorld()
    const { plan } = world.startPlan([task('T1'), task('T2'), task('T3', ['T1']), task('T4', ['T1', 'T2'])])
    expect(world.tasksOf(plan).T4?.wait).toEqual({ reason: 'dependency', detail: 'T1, T2', owner: 'engine', until: null })
    world.finish(world.claim())
    const { T3, T4 } = world.tasksOf(plan)
    expect([T3?.state, T3?.wait, T4?.state, T4?.wait?.detail]).toEqual(['ready', null, 'pending', 'T2'])
  })

  it('needs evidence: the database refuses it otherwise, and nothing is half done', () => {
    using world = openWorld()
    world.startPlan([task('T1')])
    const claim = world.claim()
    const attemptId = world.start(claim)
    world.queue.submit(claim, 'head')
    const events = world.told.length
    expect(() => world.queue.complete(claim, { attemptId })).toThrow('done needs evidence')
    world.prove(claim.taskId, attemptId, 'another-commit')
    expect(() => world.queue.complete(claim, { attemptId })).toThrow('done needs evidence')
    expect(world.queue.get(claim.taskId).state).toBe('review')
    expect(world.queue.attempt(attemptId)?.state).toBe('running')
    expect(world.told.length).toBe(events)
  })

  it('of the last task ends the plan, in the same transaction', () => {
    using world = openWorld()
    const { plan } = world.startPlan([task('T1'), task('T2', ['T1'])])
    world.finish(world.claim())
    expect(world.plans.get(plan).state).toBe('running')
    world.finish(world.claim())
    expect(world.plans.get(plan)).toMatchObject({ state: 'done', tasks: 2, done: 2, stuck: 0 })
    expect(world.toldOf('plan.completed').length).toBe(1)
  })
})

describe('failing', () => {
  it('goes round three times with growing pauses and then to the owner, and says so to what depends on it (R-034, C-16, U-82)', () => {
    using world = openWorld()
    const { plan } = world.startPlan([task('T1'), task('T2', ['T1'])])
    const waits: Array<Wait | null> = []
    for (let i = 0; i < 3; i++) {
      waits.push(fail(world, world.claim()).wait)
      world.clock.advance(10 * 60_000)
      world.queue.promoteDelayed()
    }
    expect(waits.map((wait) => wait?.detail)).toEqual(['attempt 2 of 3: adjusted prompt', 'attempt 3 of 3: fallback model', undefined])
    const { T1, T2 } = world.tasksOf(plan)
    expect([T1?.state, T1?.attempts, T1?.error, T2?.wait?.detail]).toEqual(['dead_letter', 3, 'it broke', 'T1, which failed'])
    expect(world.plans.get(plan)).toMatchObject({ state: 'failed', stuck: 1 })
  })

  it('stays away until its pause is over', () => {
    using world = openWorld()
    world.startPlan([task('T1')])
    const until = fail(world, world.claim()).wait?.until
    expect(world.queue.promoteDelayed()).toBe(0)
    expect(world.queue.nextDelayed()).toBe(until)
    world.clock.advance((until ?? 0) - world.clock.now())
    expect(world.queue.promoteDelayed()).toBe(1)
  })

  it('is tried again by the owner from zero, and with everything below it (R-034)', () => {
    using world = openWorld()
    const { plan, ids } = world.startPlan([task('T1'), task('T2', ['T1'])])
    world.finish(world.claim())
    const second = world.claim()
    world.start(second)
    world.queue.fail(second.taskId, 'no')
    expect(world.plans.get(plan).state).toBe('failed')
    world.queue.retry(ids.T1 ?? second.taskId, { fromHere: true, actor: 'owner' })
    const { T1, T2 } = world.tasksOf(plan)
    expect([T1?.state, T1?.attempts, T2?.state, T2?.wait?.detail]).toEqual(['ready', 0, 'pending', 'T1'])
    expect(world.plans.get(plan)).toMatchObject({ state: 'running', done: 0, stuck: 0 })
    expect(() => world.queue.retry(ids.T1 ?? second.taskId, { fromHere: false, actor: 'owner' })).toThrow(/only something that ended/)
  })

  it('of the integrated work reopens the builds with the report, and QA goes behind them (R-035)', () => {
    using world = openWorld()
    const { plan, ids } = world.startPlan([task('T1'), task('T2'), task('T3', ['T1', 'T2'], { kind: 'qa' })])
    world.finish(world.claim())
    world.finish(world.claim())
    const qa = world.claim()
    const attemptId = world.start(qa)
    world.queue.submit(qa, 'head')
    world.queue.reopen([ids.T1 ?? qa.taskId], 'the cart loses items')
    world.queue.blockAgain(qa, 'review', { attemptId, state: 'failed', error: 'the cart loses items' })
    const { T1, T2, T3 } = world.tasksOf(plan)
    expect([T1?.state, T1?.error, T2?.state, T3?.state, T3?.wait?.detail]).toEqual(['ready', 'the cart loses items', 'done', 'pending', 'T1'])
    world.finish(world.claim())
    expect(world.tasksOf(plan).T3?.state).toBe('ready')
  })
})

describe('waiting', () => {
  it('for the owner holds neither lease nor slot, and goes on where it stood (U-56)', () => {
    using world = openWorld()
    world.startPlan([task('T1')])
    const claim = world.claim()
    const attemptId = world.start(claim)
    const wait: Wait = { reason: 'approval', detail: '#1 deploy', owner: 'owner', until: (world.clock.now() + 1000) as Instant }
    world.queue.askOwner(claim, 'running', wait, 'apr_00000000000000000000000000')
    expect(world.queue.held()).toEqual([])
    expect(waitOf(world, claim.taskId)).toEqual(wait)
    world.queue.answer(claim.taskId)
    const again = world.claim()
    expect(world.queue.resume(again)).toMatchObject({ id: attemptId, state: 'running' })
  })

  it('is explained in the same words on the record and on the screen, once (U-82)', () => {
    using world = openWorld()
    const { ids } = world.startPlan([task('T1'), task('T2', [], { agent: 'Scout' })])
    const wait: Wait = { reason: 'slot', detail: 'all 4 slots are taken', owner: 'engine', until: (world.clock.now() + 5000) as Instant }
    const before = world.told.length
    world.queue.explain('Rex', wait)
    world.queue.explain('Rex', wait)
    expect(world.told.slice(before).map((event) => [event.subject, event.data])).toEqual([[ids.T1, world.queue.get(ids.T1 ?? world.claim().taskId)]])
    expect(waitOf(world, ids.T1 ?? world.claim().taskId)).toEqual(wait)
    expect(waitOf(world, ids.T2 ?? world.claim().taskId)).toBeNull()
  })
})

describe('cancelling', () => {
  it('ends a task, its attempt and what depends on it, and leaves what is done', () => {
    using world = openWorld()
    const { plan, ids } = world.startPlan([task('T1'), task('T2', ['T1']), task('T3', ['T2']), task('T4')])
    const done = world.claim()
    world.finish(done)
    const held = world.queue.claim('tests', [])
    if (held.kind !== 'claimed') throw new Error('nothing to claim')
    const other = world.claim()
    const running = held.claim.taskId === ids.T2 ? held.claim : other
    const attemptId = world.start(running)
    world.queue.cancel(running.taskId, { subtree: true, actor: 'owner' })
    const { T1, T2, T3, T4 } = world.tasksOf(plan)
    expect([T1?.state, T2?.state, T3?.state, T4?.state]).toEqual(['done', 'cancelled', 'cancelled', 'claimed'])
    expect(world.queue.attempt(attemptId)?.state).toBe('cancelled')
    expect(() => world.queue.submit(running, 'head')).toThrow(/no longer valid/)
    expect(() => world.queue.cancel(done.taskId, { subtree: false, actor: 'owner' })).toThrow(/is done already/)
  })
})
