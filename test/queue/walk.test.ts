import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttemptId, TaskId, TaskState, TaskView } from '../../src/contract/index.ts'
import { isReefError } from '../../src/engine/kernel/errors.ts'
import { type Claim, endedStates, heldStates, taskMoves } from '../../src/engine/queue/index.ts'
import { openWorld, task, type World } from './world.ts'

type Row = {
  id: TaskId
  key: string
  state: TaskState
  unmet: number
  fence: number
  worker: string | null
  lease_until: number | null
  wait_reason: string | null
  attempt_id: AttemptId | null
}
const agents = ['Rex', 'Scout', 'Hawk']
const isOneOf = (states: readonly TaskState[], state: TaskState) => states.some((one) => one === state)

/** One command of a walk; the numbers choose among what is there. */
type Step = { readonly verb: keyof typeof verbs; readonly a: number; readonly b: number }

/** What walks need to know about the world: every claim ever given out, the valid ones and the stale ones alike. */
type Walk = { readonly world: World; readonly claims: Claim[]; readonly rows: () => Row[] }

const pick = <T>(from: readonly T[], n: number): T | undefined => from[n % Math.max(1, from.length)]
const rowOf = (walk: Walk, id: TaskId) => walk.rows().find((row) => row.id === id)

/** Does `act` as the holder of some claim, valid or not: a claim that no longer holds must change nothing at all. */
function asHolder(from: TaskState, act: (walk: Walk, claim: Claim, row: Row, b: number) => void) {
  return (walk: Walk, a: number, b: number) => {
    const claim = pick(walk.claims, a)
    const row = claim && rowOf(walk, claim.taskId)
    if (!claim || !row) return
    if (row.fence === claim.fence && row.state === from) {
      act(walk, claim, row, b)
      return
    }
    const before = walk.rows()
    let refusal: unknown
    try {
      act(walk, claim, row, b)
    } catch (error) {
      refusal = error
    }
    expect(isReefError(refusal, 'queue/lease-lost')).toBe(true)
    expect(walk.rows()).toEqual(before)
  }
}

const attemptOf = (row: Row): AttemptId => row.attempt_id ?? ('att_00000000000000000000000000' as AttemptId)
const onTask = (act: (walk: Walk, row: Row, b: number) => void) => (walk: Walk, a: number, b: number) => {
  const row = pick(walk.rows(), a)
  if (row) act(walk, row, b)
}

const verbs = {
  claim({ world, claims }: Walk, _a: number, b: number): void {
    const answer = world.queue.claim('tests', b % 4 === 0 ? [agents[b % 3] ?? ''] : [])
    if (answer.kind === 'claimed') claims.push(answer.claim)
  },
  start: asHolder('claimed', ({ world }, claim, row) => {
    const open = row.attempt_id && world.queue.attempt(row.attempt_id)
    if (open && open.state === 'running') world.queue.resume(claim)
    else world.start(claim)
  }),
  submit: asHolder('running', ({ world }, claim) => world.queue.submit(claim, 'head')),
  complete: asHolder('review', ({ world }, claim, row) => {
    if (row.state === 'review') world.prove(row.id, attemptOf(row))
    world.queue.complete(claim, { attemptId: attemptOf(row) })
  }),
  failRunning: asHolder(
    'running',
    ({ world }, claim, row, b) =>
      void world.queue.sendBack(claim, 'running', { attemptId: attemptOf(row), state: b % 3 === 0 ? 'interrupted' : 'failed', error: 'it broke' }),
  ),
  failReview: asHolder(
    'review',
    ({ world }, claim, row) => void world.queue.sendBack(claim, 'review', { attemptId: attemptOf(row), state: 'failed', error: 'the tests fail' }),
  ),
  blockAgain: asHolder('review', ({ world }, claim, row) =>
    world.queue.blockAgain(claim, 'review', { attemptId: attemptOf(row), state: 'failed', error: 'QA found something' }),
  ),
  park: asHolder(
    'claimed',
    ({ world }, claim) =>
      void world.queue.park(claim, 'claimed', { reason: 'breaker', detail: 'one/builder rests', owner: 'engine', until: world.clock.now() }),
  ),
  ask: asHolder(
    'running',
    ({ world }, claim) =>
      void world.queue.askOwner(claim, 'running', { reason: 'approval', detail: '#1', owner: 'owner', until: null }, 'apr_00000000000000000000000000'),
  ),
  answer: onTask(({ world }, row) => void world.queue.answer(row.id)),
  heartbeat({ world, claims, rows }: Walk, a: number): void {
    const claim = pick(claims, a)
    const row = claim && rows().find(({ id }) => id === claim.taskId)
    if (claim && row) expect(world.queue.heartbeat(claim)).toBe(row.fence === claim.fence && isOneOf(heldStates, row.state))
  },
  fail: onTask(({ world }, row) => void world.queue.fail(row.id, 'given up')),
  interrupt: onTask(({ world }, row) => world.queue.interrupt(row.id, 'the engine died')),
  adopt: onTask(({ world, claims }, row) => {
    const claim = world.queue.adopt(row.id, 'another')
    expect(claim !== undefined).toBe(isOneOf(heldStates, row.state))
    if (claim) claims.push(claim)
  }),
  cancel: onTask(({ world }, row, b) => orRefused('task/not-cancellable', () => world.queue.cancel(row.id, { subtree: b % 2 === 0, actor: 'owner' }))),
  retry: onTask(({ world }, row, b) => orRefused('task/not-retryable', () => world.queue.retry(row.id, { fromHere: b % 2 === 0, actor: 'owner' }))),
  reopen: onTask(({ world }, row) => world.queue.reopen([row.id], 'QA found something')),
  explain: ({ world }: Walk, a: number, b: number): void =>
    world.queue.explain(pick(agents, a) ?? 'Rex', { reason: 'slot', detail: `${b % 3} slots`, owner: 'engine', until: null }),
  pass({ world }: Walk, a: number): void {
    world.clock.advance((a % 10) * 30_000)
    world.queue.expireLeases()
    world.queue.promoteDelayed()
  },
} satisfies Record<string, (walk: Walk, a: number, b: number) => void>

function orRefused(code: 'task/not-cancellable' | 'task/not-retryable', act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isReefError(error, code)) throw error
  }
}

/** What must be true between any two commands, whatever was commanded. */
function check({ world, rows }: Walk, before: readonly Row[], verb: string): void {
  const truth = world.db.prepare("SELECT count(*) AS n FROM dependency d JOIN task n ON n.id = d.needs_id WHERE d.task_id = ? AND n.state <> 'done'")
  for (const row of rows()) {
    const was = before.find(({ id }) => id === row.id)
    const where = `${row.key} ${was?.state} → ${row.state} by ${verb}`
    expect(row.unmet, where).toBe((truth.get(row.id) as { n: number }).n)
    // A verb may take a task two steps (ready again, then behind its needs); each step must be in the table.
    const steps = was && was.state !== row.state ? (taskMoves[was.state] as readonly TaskState[]) : []
    if (was && was.state !== row.state)
      expect(steps.includes(row.state) || steps.some((step) => (taskMoves[step] as readonly TaskState[]).includes(row.state)), where).toBe(true)
    if (was && isOneOf(endedStates, was.state) && was.state !== row.state) expect(['retry', 'reopen', 'cancel'], where).toContain(verb)
    if (row.state === 'ready') expect(row.unmet, where).toBe(0)
    if (row.state === 'pending') expect(row.wait_reason, where).not.toBeNull()
    if (row.state === 'pending' && row.wait_reason === 'dependency') expect(row.unmet, `${where} waits for nothing`).toBeGreaterThan(0)
    expect(row.lease_until !== null && row.worker !== null, where).toBe(isOneOf(heldStates, row.state))
    expect(row.fence, where).toBeGreaterThanOrEqual(was?.fence ?? 0)
    const running = world.queue.attempts(row.id).filter((attempt) => attempt.state === 'running')
    expect(running.length, where).toBeLessThanOrEqual(isOneOf(endedStates, row.state) ? 0 : 1)
  }
}

/** The last thing told of each task is the task as it is stored: a face that only listens knows everything. */
function checkTold({ world, rows }: Walk): void {
  const heard = new Map<string, TaskView>()
  for (const event of world.told) {
    if (event.type === 'plan.created') for (const created of event.data.tasks) heard.set(created.id, created)
    else if (event.type.startsWith('task.')) heard.set(event.subject, event.data as TaskView)
  }
  for (const { id } of rows()) expect(heard.get(id)).toEqual(world.queue.get(id))
}

function checkCounts({ world }: Walk): void {
  const kept = world.db.prepare('SELECT agent, state, n FROM task_count WHERE n <> 0 ORDER BY agent, state').all()
  expect(kept).toEqual(world.db.prepare('SELECT agent, state, count(*) AS n FROM task GROUP BY agent, state ORDER BY agent, state').all())
  const plans = world.db
    .prepare(
      `SELECT p.tasks, p.done, p.stuck, p.ended, count(*) AS c_tasks, sum(t.state = 'done') AS c_done,
              sum(t.state IN ('failed', 'dead_letter', 'awaiting_input')) AS c_stuck,
              sum(t.state IN ('done', 'failed', 'dead_letter', 'cancelled', 'skipped')) AS c_ended
         FROM plan p JOIN task t ON t.plan_id = p.id GROUP BY p.id`,
    )
    .all() as Array<Record<string, number>>
  for (const plan of plans) expect([plan.tasks, plan.done, plan.stuck, plan.ended]).toEqual([plan.c_tasks, plan.c_done, plan.c_stuck, plan.c_ended])
}

/** Edges only from later to earlier tasks: always acyclic. */
const graph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 2, maxLength: 7 })
const step = fc.record({
  // What moves work forward comes up more often, or walks would rarely get anywhere.
  verb: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Array<Step['verb']>>('claim', 'start', 'submit', 'complete') },
    { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(verbs) as Array<Step['verb']>)) },
  ),
  a: fc.nat({ max: 50 }),
  b: fc.nat({ max: 50 }),
})

describe('the queue, walked at random', () => {
  it('never loses count of needs, holders, attempts or states, and tells everything (R-045…R-047, R-050, R-055, C-03, U-82)', async () => {
    await fc.assert(
      fc.asyncProperty(graph, fc.array(step, { minLength: 20, maxLength: 90 }), async (edges, steps) => {
        using world = openWorld()
        const { plan } = world.startPlan(
          edges.map((needs, i) => task(`T${i}`, i === 0 ? [] : [...new Set(needs.map((n) => `T${n % i}`))], { agent: agents[i % 3] ?? 'Rex' })),
        )
        const all = world.db.prepare<[string], Row>(
          'SELECT id, key, state, unmet, fence, worker, lease_until, wait_reason, attempt_id FROM task WHERE plan_id = ? ORDER BY key',
        )
        const walk: Walk = { world, claims: [], rows: () => all.all(plan) }
        for (const { verb, a, b } of steps) {
          const before = walk.rows()
          verbs[verb](walk, a, b)
          check(walk, before, verb)
        }
        checkTold(walk)
        checkCounts(walk)
        expect((await world.journal.verify()).ok).toBe(true)
      }),
      { numRuns: Number(process.env.REEF_WALKS ?? 60) },
    )
  })
})
