import { describe, expect, it } from 'vitest'
import { type Brief, minutes, type Nanodollars, type PlanView, type RequestView, type TaskView } from '../../src/contract/index.ts'
import { newId } from '../../src/engine/kernel/id.ts'
import { write } from '../../src/engine/store/index.ts'
import { HOUR, openWorld, tellCard, type World } from './world.ts'

function openPaired(...more: Parameters<typeof openWorld>) {
  const world = openWorld(...more)
  world.addPhone('whatsapp')
  return world
}

function addPlan(world: World, change: Partial<PlanView> = {}): PlanView {
  const plan: PlanView = {
    id: newId('plan', world.clock),
    requestId: newId('req', world.clock),
    projectId: newId('prj', world.clock),
    project: 'shop',
    title: 'Build the shop',
    text: 'build me a shop',
    state: 'running',
    rehearsal: false,
    source: 'model',
    branch: 'reef/shop',
    budget: 5_000_000_000 as Nanodollars,
    spent: 420_000_000 as Nanodollars,
    tasks: 6,
    done: 2,
    stuck: 0,
    createdAt: world.clock.now(),
    startedAt: world.clock.now(),
    endedAt: null,
    endpoint: null,
    ...change,
  } as PlanView
  world.made.plans = [plan, ...world.made.plans.filter(({ id }) => id !== plan.id)]
  return plan
}

function addTask(world: World, plan: PlanView, change: Partial<TaskView> = {}): TaskView {
  const task = {
    id: newId('task', world.clock),
    planId: plan.id,
    key: 'T4',
    title: 'Take payments',
    agent: 'Rex',
    kind: 'build',
    tier: 'mid',
    state: 'running',
    wait: null,
    dependsOn: [],
    priority: 2,
    attempts: 1,
    maxAttempts: 3,
    attemptId: null,
    sessionId: null,
    approvalId: null,
    driver: null,
    model: null,
    budget: 0,
    spent: 0,
    error: null,
    createdAt: world.clock.now(),
    readyAt: null,
    startedAt: world.clock.now(),
    endedAt: null,
    expectedMs: null,
    ...change,
  } as TaskView
  world.made.tasks.push(task)
  return task
}

/** The planner has made a plan of the newest request. */
function planIt(world: World, tasks = 6): PlanView {
  const request = [...world.made.requests.values()].at(-1) as RequestView
  const plan = addPlan(world, { requestId: request.id, project: request.project, tasks })
  const steps = Array.from({ length: tasks }, (_, at) => addTask(world, plan, { key: `T${at + 1}`, title: `Step ${at + 1}`, state: 'ready' }))
  world.made.requests.set(request.id, { ...request, state: 'planned', planId: plan.id })
  write(world.db, () => world.append({ type: 'plan.created', subject: plan.id, correlationId: plan.id, data: { plan, tasks: steps } }))
  return plan
}
const end = (world: World, plan: PlanView, state: 'done' | 'failed', more: Partial<PlanView> = {}) => {
  const ended = addPlan(world, { ...plan, state, endedAt: world.clock.now(), ...more })
  write(world.db, () => world.append({ type: state === 'done' ? 'plan.completed' : 'plan.failed', subject: plan.id, data: ended }))
}

it('a “resume” that was on its way when STOP came undoes nothing, however late it arrives (R-027)', async () => {
  await using world = openPaired()
  const code = /resume ([A-Z2-9]{6})/.exec(await world.hear('pause'))?.[1]
  await world.hear('STOP')
  expect(await world.hear(`resume ${code}`)).toContain('not valid any more')
  expect(world.made.mode).toBe('paused')
  const fresh = /resume ([A-Z2-9]{6})/.exec(await world.hear('resume'))?.[1]
  expect(await world.hear(`resume ${fresh}`)).toContain('goes on')
})

describe('a request in plain words (R-017, R-018, R-027)', () => {
  it('from the phone becomes one request, and its plan is the answer', async () => {
    await using world = openPaired()
    await world.look()
    const id = world.receive('Kev, research price APIs and build a prototype')
    await world.look()
    expect([...world.made.requests.values()]).toMatchObject([{ text: 'research price APIs and build a prototype', actor: 'owner' }])
    expect(world.texts()).toEqual([])
    world.clock.advance(4000)
    planIt(world)
    await world.look()
    await world.look()
    expect(world.sent()).toMatchObject([
      { kind: 'answer', channel: 'whatsapp', replyTo: id, text: expect.stringContaining('On it: 6 tasks for new-thing, at most $5.00.') },
    ])
    expect(world.texts()[0]).toContain('T1 Step 1 (Rex)')
  })

  it('is acknowledged within nine seconds also while the planner still thinks, and then told the plan', async () => {
    await using world = openPaired()
    await world.look()
    await world.hear('build me a shop')
    world.clock.advance(7000)
    await world.look()
    expect(world.texts()).toEqual([])
    world.clock.advance(1000)
    for (let i = 0; i < 3; i++) await world.look()
    expect(world.texts()).toEqual([expect.stringContaining('On it: “build me a shop”')])
    planIt(world, 2)
    await world.look()
    expect(world.texts()).toHaveLength(2)
  })

  it('that was taken when the engine died is not taken twice', async () => {
    await using world = openPaired()
    await world.look()
    const id = world.receive('build me a shop')
    await world.look()
    // As if the answer had not been written before the end.
    world.db.prepare(`UPDATE message_in SET state = 'received' WHERE id = ?`).run(id)
    world.reopen()
    await world.look()
    expect(world.made.requests.size).toBe(1)
  })

  it('that cannot be planned is told with its reason', async () => {
    await using world = openPaired()
    await world.look()
    await world.hear('build me a shop')
    const [request] = world.made.requests.values()
    const failed = { ...(request as RequestView), state: 'failed' as const, error: 'No model is connected.' }
    world.made.requests.set(failed.id, failed)
    write(world.db, () => world.append({ type: 'request.failed', subject: failed.id, data: failed }))
    world.clock.advance(minutes(1))
    await world.look()
    expect(world.texts()).toEqual(['I could not plan “build me a shop”: No model is connected.'])
  })

  it('from the command line is answered at once and goes to the project it names', async () => {
    await using world = openPaired()
    addPlan(world)
    const answer = await world.say('for shop: add a cart')
    expect(answer).toMatchObject({ kind: 'request', requestId: expect.stringMatching(/^req_/), text: expect.stringContaining('project shop') })
    await world.look()
    // He sits at the desk: the plan goes to the phone, but it does not ring at once.
    world.channels.present()
    world.clock.advance(9000)
    await world.look()
    planIt(world)
    await world.look()
    expect(world.sent()).toMatchObject([{ text: expect.stringContaining('On it: 6 tasks for shop'), nextAttemptAt: world.clock.now() + minutes(1) }])
  })
})

describe('what Kev tells unasked (R-019, R-022)', () => {
  it('a plan that is done, once, with what it cost and where it lives; after a crash too', async () => {
    await using world = openPaired()
    await world.look()
    const plan = addPlan(world)
    world.clock.advance(minutes(25))
    end(world, plan, 'done', { done: 6, endpoint: 'http://127.0.0.1:4100' })
    world.reopen()
    await world.look()
    await world.look()
    expect(world.texts('notice')).toEqual(['Done: shop: Build the shop. 6 of 6 tasks, $0.42, 25:00. It is live at http://127.0.0.1:4100'])
  })

  it('a plan that failed with its reason, and not once more for the task that made it fail', async () => {
    await using world = openPaired()
    await world.look()
    const plan = addPlan(world)
    const task = addTask(world, plan, { state: 'dead_letter', error: 'the tests fail' })
    write(world.db, () => world.append({ type: 'task.dead-lettered', subject: task.id, data: task }))
    end(world, plan, 'failed')
    await world.look()
    expect(world.texts('notice')).toEqual([expect.stringMatching(/^Failed: shop[\s\S]*T4 Take payments: the tests fail/)])
  })

  it('a task that gave up while the rest goes on', async () => {
    await using world = openPaired()
    await world.look()
    const task = addTask(world, addPlan(world), { state: 'dead_letter', error: 'the tests fail', attempts: 3 })
    write(world.db, () => world.append({ type: 'task.dead-lettered', subject: task.id, data: task }))
    await world.look()
    expect(world.texts('notice')).toEqual([expect.stringContaining('T4 of shop gave up after 3 attempts')])
  })

  it('nothing of what was before the phone was connected for the first time, of a rehearsal, or at night, when the brief tells it', async () => {
    await using world = openPaired()
    end(world, addPlan(world), 'done')
    await world.look()
    end(world, addPlan(world, { rehearsal: true }), 'done')
    await world.look()
    expect(world.texts()).toEqual([])
    world.clock.advance(12 * HOUR)
    end(world, addPlan(world, { title: 'By night' }), 'done')
    await world.look()
    expect(world.texts('notice')).toEqual([])
    world.clock.advance(6 * HOUR)
    await world.look()
    expect(world.texts('brief')).toEqual([expect.stringContaining('By night')])
  })
})

describe('a question (R-016)', () => {
  it('is answered from the record, in one message', async () => {
    await using world = openPaired()
    const plan = addPlan(world)
    addTask(world, plan)
    addTask(world, plan, {
      key: 'T5',
      state: 'pending',
      wait: { reason: 'dependency', detail: 'T4', owner: 'engine', until: null },
    })
    world.clock.advance(90_000)
    expect(await world.hear("what's running?")).toBe('1 task running:\nT4 of shop · Take payments · Rex · running, 1:30')
    expect(await world.hear('why is T5 waiting?')).toBe('T5 of shop (Take payments): waiting for T4')
    expect(await world.hear('why is T9 waiting?')).toContain('No open plan has a task T9')
    expect(await world.hear('how much today?')).toContain('$1.23 spent today')
    expect(await world.hear('how is shop going?')).toContain('shop: Build the shop · 2 of 6 tasks · $0.42 · running')
    expect(await world.hear('status')).toContain('1 plan under way')
    expect(await world.hear('the weather?')).toMatch(/^I am not sure what you mean\. Perhaps: “.+”, “.+”, “.+”\?/)
  })

  it('about what waits gives each card with a code that works', async () => {
    await using world = openPaired()
    const { approval } = await tellCard(world)
    const answer = (await world.say("what's waiting?")).text
    const code = /#([A-Z2-9]{6}) · T2 · Deploy/.exec(answer)?.[1]
    await world.hear(`${code} yes`)
    expect(world.approvals.get(approval.id).state).toBe('approved')
    expect((await world.say("what's waiting?")).text).toBe('Nothing waits for you.')
  })

  it('that is asked before a bundle’s minute is over does not keep the phone from being told', async () => {
    await using world = openPaired()
    world.ask()
    await world.say("what's waiting?")
    world.clock.advance(minutes(1))
    await world.look()
    expect(world.texts('approval')).toHaveLength(1)
  })
})

describe('a command', () => {
  it('pause acts at once; to go on takes the code of the answer, and takes it once', async () => {
    await using world = openPaired()
    const answer = await world.hear('pause')
    expect(world.made.mode).toBe('paused')
    const code = /resume ([A-Z2-9]{6})/.exec(answer)?.[1]
    expect(await world.hear('resume')).toMatch(/Say it with this code, within ten minutes: resume [A-Z2-9]{6}/)
    expect(await world.hear('resume ZZZZ99')).toContain('is no code for “resume”')
    expect(world.made.mode).toBe('paused')
    expect(await world.hear(`resume ${code}`)).toContain('The factory goes on.')
    expect(world.made.mode).toBe('running')
    await world.hear('pause')
    expect(await world.hear(`resume ${code}`)).toContain('not valid any more')
    expect(world.made.mode).toBe('paused')
  })

  it('a code to go on is worth nothing after ten minutes, for anything else, or as an answer to a card', async () => {
    await using world = openPaired()
    const { approval } = await tellCard(world)
    const code = /resume ([A-Z2-9]{6})/.exec(await world.hear('pause'))?.[1]
    expect(await world.hear(`${code} yes`)).toContain('confirms “resume”, not a card')
    expect(await world.hear(`allow ${code}`)).toContain('is no code for “allow”')
    world.clock.advance(minutes(10))
    expect(await world.hear(`resume ${code}`)).toContain('not valid any more')
    expect([world.made.mode, world.approvals.get(approval.id).state]).toEqual(['paused', 'requested'])
  })

  it('STOP stops at once what runs, what begins and what costs; both are allowed again one by one (c14)', async () => {
    await using world = openPaired()
    expect(await world.hear('STOP')).toContain('Stopped: 2 sessions ended, 3 calls aborted.')
    expect([world.made.mode, world.made.stops, world.made.killedAt !== null]).toEqual(['paused', 1, true])
    const resume = /resume ([A-Z2-9]{6})/.exec(await world.hear('resume'))?.[1]
    expect(await world.hear(`resume ${resume}`)).toContain('Models are still not called: say “allow”')
    const allow = /allow ([A-Z2-9]{6})/.exec(await world.hear('allow'))?.[1]
    expect(await world.hear(`allow ${allow}`)).toContain('Models may be called again')
    expect([world.made.mode, world.made.killedAt]).toEqual(['running', null])
  })

  it('STOP under a quoted card is no word about the card', async () => {
    await using world = openPaired()
    const { approval, message } = await tellCard(world)
    expect(await world.hear('STOP', { repliesTo: message.id })).toContain('Stopped')
    expect(world.approvals.get(approval.id).state).toBe('requested')
  })
})

describe('the brief (R-021)', () => {
  const lines = (brief: Brief) => Object.fromEntries(brief.sections.map(({ title, lines: rows }) => [title, rows.map(({ text }) => text)]))

  it('says what waits, what was done, what failed, what ran out and what it cost, each with its place', async () => {
    await using world = openPaired()
    world.ask('Ran out')
    world.clock.advance(4 * HOUR)
    world.approvals.expire()
    const waits = world.ask('Still waits')
    end(world, addPlan(world, { title: 'A' }), 'done')
    end(world, addPlan(world, { title: 'B', done: 1 }), 'failed')
    const brief = world.conversation.brief()
    expect(brief.headline).toBe('1 waits for you, 1 done, 1 failed, 1 ran out, $4.56 spent')
    expect(lines(brief)).toMatchObject({
      'Waiting for you': [expect.stringMatching(/^T2 · Still waits \(by \d\d:\d\d NZDT\)$/)],
      Done: ['shop: A · 2 tasks, $0.42'],
      Failed: ['shop: B · 1 of 6 tasks'],
      'Ran out': [expect.stringContaining('Ran out · denied')],
      Spend: [expect.stringContaining('$4.56 since')],
    })
    expect(brief.sections[0]?.lines[0]?.link).toBe(waits.id)
  })

  it('since the owner left tells nothing older', async () => {
    await using world = openPaired()
    end(world, addPlan(world, { title: 'Before' }), 'done')
    const left = world.clock.now()
    world.clock.advance(1000)
    end(world, addPlan(world, { title: 'After' }), 'done')
    expect(lines(world.conversation.brief(left))['Done']).toEqual(['shop: After · 2 tasks, $0.42'])
  })

  it.each([
    ['4 April 2027, when the clock goes back', Date.UTC(2027, 3, 3, 18, 59, 59), Date.UTC(2027, 3, 3, 19, 0)],
    ['26 September 2027, when it goes forward', Date.UTC(2027, 8, 25, 17, 59, 59), Date.UTC(2027, 8, 25, 18, 0)],
  ])('comes at seven by the clock on the wall on %s (C-25)', async (_, before, at) => {
    await using world = openPaired({ start: before - 12 * HOUR })
    await world.look()
    world.clock.advance(before - world.clock.now())
    const already = world.texts('brief').length
    await world.look()
    expect(world.texts('brief')).toHaveLength(already)
    world.clock.advance(at - world.clock.now())
    for (let i = 0; i < 3; i++) await world.look()
    world.reopen()
    await world.look()
    expect(world.texts('brief')).toHaveLength(already + 1)
  })

  it('that was missed while the engine was off comes after the start, as long as its day lasts, and only the last one', async () => {
    await using world = openPaired({ start: Date.UTC(2026, 10, 22, 20, 0) })
    await world.look()
    // Begun at nine: the brief of that day was nobody's.
    expect(world.texts('brief')).toHaveLength(0)
    world.clock.advance(3 * 24 * HOUR + 8 * HOUR)
    world.reopen()
    await world.look()
    expect(world.texts('brief')).toHaveLength(1)
    // Past midnight, before seven.
    world.clock.advance(9 * HOUR)
    await world.look()
    expect(world.texts('brief')).toHaveLength(1)
  })

  it('is not sent when the owner does not want it', async () => {
    await using world = openPaired({ settings: { briefEnabled: false } })
    await world.look()
    world.clock.advance(24 * HOUR)
    await world.look()
    expect(world.texts('brief')).toEqual([])
  })
})
