import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BudgetRef, BudgetView, Instant } from '../../src/contract/index.ts'
import type { BudgetChange } from '../../src/engine/ledger/budget.ts'
import type { CallTarget, Reservation } from '../../src/engine/ledger/index.ts'
import { attempt, COST, end, openTill, origin, small, sonnet, type Till, task, usd, WORST } from './till.ts'

let till: Till
beforeEach(() => {
  till = openTill()
})
afterEach(() => till[Symbol.dispose]())

const HOUR = 3_600_000
const other = { taskId: task(2), attemptId: attempt(2), planId: 'plan_01JC0000000000000000000002', project: 'shop', agent: 'Hawk', team: 'growth' } as const
const local: CallTarget = { provider: 'ollama', model: 'qwen3:8b', billing: 'local', limits: { contextWindow: 32_000, maxOutput: 8000 } }
const set = (scope: BudgetChange['scope'], subject: string, period: BudgetChange['period'], hardUsd: number, softUsd?: number | null) =>
  till.budgets.set({ scope, subject, period, hardUsd, softUsd }, 'owner')
const viewOf = (scope: string, period: string, payer = origin): BudgetView | undefined =>
  till.budgets.explain(payer).find((view) => view.scope === scope && view.period === period)
const at = (time: string) => Date.parse(time) as Instant

describe('each limit that a call counts under refuses it when it is used up (R-198, R-199, R-219)', () => {
  /** One nanodollar less than a call needs, for whom, and who is not touched by it. */
  const short = (WORST - 1) / 1e9
  const limits: Array<[name: string, make: () => void, apart: Partial<typeof other>]> = [
    ['call * call', () => set('call', '*', 'call', short), {}],
    ['task task_01JC0000000000000000000001 total', () => set('task', origin.taskId ?? '', 'total', short), { taskId: task(2), attemptId: attempt(2) }],
    ['plan plan_01JC0000000000000000000001 total', () => set('plan', origin.planId ?? '', 'total', short), { planId: other.planId }],
    ['agent Rex day', () => set('agent', 'Rex', 'day', short), { agent: 'Hawk' }],
    ['agent Rex month', () => set('agent', 'Rex', 'month', short), { agent: 'Hawk' }],
    ['team factory day', () => set('team', 'factory', 'day', short), { team: 'growth' }],
    ['team factory month', () => set('team', 'factory', 'month', short), { team: 'growth' }],
    ['project demo day', () => set('project', 'demo', 'day', short), { project: 'shop' }],
    ['project demo month', () => set('project', 'demo', 'month', short), { project: 'shop' }],
    ['project demo total', () => set('project', 'demo', 'total', short), { project: 'shop' }],
    ['global * day', () => set('global', '*', 'day', short), {}],
    ['global * month', () => set('global', '*', 'month', short), {}],
  ]
  it.each(limits)('%s, and nobody else’s', async (name, make, apart) => {
    expect(await till.refusedBy()).toBe('reserved')
    make()
    expect(await till.refusedBy()).toBe(name)
    expect(await till.refusedBy(apart)).toBe(Object.keys(apart).length > 0 ? 'reserved' : name)
    expect(till.rows('SELECT count(*) AS n FROM reservation')).toEqual([{ n: 0 }])
  })

  it('exactly: what is spent and held and the worst of the call together, not a nanodollar less', async () => {
    set('agent', 'Rex', 'day', (COST + 2 * WORST) / 1e9)
    await till.spend()
    const first = await till.open()
    expect(await till.ask()).toMatchObject({ kind: 'reserved' })
    await till.ledger.fail(first.id, { status: 500 })
    set('agent', 'Rex', 'day', (COST + 2 * WORST - 1) / 1e9)
    expect(await till.ask()).toMatchObject({
      kind: 'refused',
      refusal: { needed: WORST, passing: true, budget: { scope: 'agent', spent: COST, held: WORST, hard: COST + 2 * WORST - 1 } },
    })
  })

  it('of the attempt by the list, so that what costs no cash ends too: ten times its task’s budget', async () => {
    till.owner.tasks.set(origin.taskId ?? '', usd(0.001))
    // Four thousand tokens in and a thousand out, at the price of a small hosted model: $0.0008.
    const free = { usage: { ...end.usage, input: 4000, output: 1000 } }
    const answers: string[] = []
    for (let i = 0; i < 14; i++) {
      const answer = await till.ask({}, {}, local)
      answers.push(answer.kind)
      if (answer.kind === 'reserved') await till.ledger.settle(answer.id, { ...end, ...free })
    }
    expect([answers.indexOf('refused'), await till.refusedBy({}, {}, local)]).toEqual([12, `attempt ${origin.attemptId} total`])
    expect(await till.refusedBy({ attemptId: attempt(2) }, {}, local)).toBe('reserved')
  })

  it('without a row by its default: none is ever unlimited', async () => {
    Object.assign(till.owner.defaults, { agentDay: WORST - 1 })
    expect([await till.refusedBy(), await till.refusedBy({ agent: 'Somebody new' })]).toEqual(['agent Rex day', 'agent Somebody new day'])
    set('agent', 'Rex', 'day', 1)
    expect(await till.refusedBy()).toBe('reserved')
    Object.assign(till.owner.defaults, { agentDay: usd(1), teamDay: WORST - 1 })
    expect(await till.refusedBy()).toBe('team factory day')
    Object.assign(till.owner.defaults, { teamDay: usd(1), projectDay: WORST - 1 })
    expect([await till.refusedBy(), await till.refusedBy({ project: null })]).toEqual(['project demo day', 'reserved'])
  })

  it('and tells the owner once for each limit, window and amount (R-126)', async () => {
    const told = () => till.of('budget.refused').map(({ subject, data }) => [subject, data.budget.hard, data.needed, data.agent, data.taskId])
    const [low, high] = [WORST - 2, WORST - 1]
    set('agent', 'Rex', 'day', low / 1e9)
    for (let i = 0; i < 3; i++) await till.refusedBy()
    till.restart()
    await till.refusedBy()
    const first = ['agent/Rex/day', low, WORST, 'Rex', origin.taskId]
    expect(told()).toEqual([first])
    set('agent', 'Rex', 'day', high / 1e9)
    await Promise.all([till.refusedBy(), till.refusedBy()])
    expect(told()).toEqual([first, ['agent/Rex/day', high, WORST, 'Rex', origin.taskId]])
    till.clock.advance(24 * HOUR)
    await till.refusedBy()
    expect(told().length).toBe(3)
  })
})

describe('a longer answer than the money allows is cut shorter (R-219)', () => {
  const reserve = async (room: number, size: Partial<typeof small>) => {
    set('agent', 'Rex', 'day', room)
    const answer = await till.ask({}, size)
    if (answer.kind === 'reserved') await till.ledger.fail(answer.id, { status: 500 })
    return answer.kind === 'reserved' ? answer.maxOutput : answer.kind
  }
  /** The request alone is $0.015; each thousand tokens of the answer are as much. */
  const room = (outputTokens: number) => 0.015 + outputTokens * 0.000015

  it('down to two thousand tokens, and not below', async () => {
    expect([
      await reserve(room(8000), { askedOutput: 8000 }),
      await reserve(room(7999), { askedOutput: 8000 }),
      await reserve(room(2048), { askedOutput: 8000 }),
      await reserve(room(2047), { askedOutput: 8000 }),
    ]).toEqual([null, 7999, 2048, 'refused'])
  })

  it('nor below what was asked for, or what its thinking needs', async () => {
    expect([
      await reserve(room(500), { askedOutput: 500 }),
      await reserve(room(499), { askedOutput: 500 }),
      await reserve(room(6000), { askedOutput: 16_000, leastOutput: 5024 }),
      await reserve(room(5023), { askedOutput: 16_000, leastOutput: 5024 }),
    ]).toEqual([null, 'refused', 6000, 'refused'])
  })

  it('and one that names no limit gets the one that it was reserved for', async () => {
    expect([await reserve(10, { askedOutput: null }), await reserve(room(3000), { askedOutput: null })]).toEqual([32_000, 3000])
    expect(await reserve(10, { askedOutput: 50_000 })).toBe(32_000)
  })

  it('by what the dearest of those that may serve it leaves room for', async () => {
    set('agent', 'Rex', 'day', 0.125)
    const opus = { ...sonnet, model: 'claude-opus-4-5' }
    const answer = await till.ledger.reserve(origin, [sonnet, opus], { ...small, askedOutput: 8000 }, { patienceMs: 0 })
    // Opus: 4000 tokens at $6.25 a million, and the rest at $25.
    expect(answer).toMatchObject({ kind: 'reserved', maxOutput: 4000, amount: usd(0.125) })
  })
})

describe('a call that only calls under way are in the way of', () => {
  const ask = (patienceMs: number, signal?: AbortSignal) => till.ledger.reserve(origin, [sonnet], small, { patienceMs, ...(signal && { signal }) })

  it('waits for them, and goes on when one leaves enough', async () => {
    set('agent', 'Rex', 'day', (WORST + COST) / 1e9)
    const first = await till.open()
    const answers: string[] = []
    const second = ask(60_000).then(({ kind }) => answers.push(kind))
    expect(await till.refusedBy()).toBe('agent Rex day, for now')
    expect(answers).toEqual([])
    await till.ledger.settle(first.id, end)
    await second
    expect(answers).toEqual(['reserved'])
    expect(till.of('budget.refused')).toEqual([])
  })

  it('all of them go on that fit, one after the other, and the rest are refused when it is spent', async () => {
    set('agent', 'Rex', 'day', (3 * WORST) / 1e9)
    let running = 0
    let most = 0
    const work = async () => {
      const answer = await ask(60_000)
      if (answer.kind !== 'reserved') return answer.kind
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      await till.ledger.settle(answer.id, { ...end, usage: { ...end.usage, input: 0, output: 1000 } })
      return answer.kind
    }
    const kinds = await Promise.all(Array.from({ length: 20 }, work))
    // Each comes to half of what it holds: five, and not a sixth, leave room for one more.
    expect([kinds.filter((kind) => kind === 'reserved').length, most, viewOf('agent', 'day')]).toMatchObject([5, 3, { spent: (5 * WORST) / 2, held: 0 }])
  })

  it('is refused when what they leave is not enough', async () => {
    set('agent', 'Rex', 'day', WORST / 1e9)
    const first = await till.open()
    const second = ask(60_000)
    await till.ledger.settle(first.id, end)
    expect(await second).toMatchObject({ kind: 'refused', refusal: { passing: false, budget: { spent: COST, held: 0 } } })
    expect(till.of('budget.refused').length).toBe(1)
  })

  it('gives up when its patience ends, or when its caller has gone', async () => {
    set('agent', 'Rex', 'day', WORST / 1e9)
    await till.open()
    const tick = setInterval(() => till.clock.advance(10), 10)
    const waited = await ask(50)
    clearInterval(tick)
    const gone = new AbortController()
    const second = ask(60_000, gone.signal)
    setTimeout(() => gone.abort(), 5)
    for (const answer of [waited, await second]) expect(answer).toMatchObject({ kind: 'refused', refusal: { passing: true } })
    expect(till.rows('SELECT count(*) AS n FROM reservation')).toEqual([{ n: 1 }])
  })
})

describe('windows (R-199)', () => {
  const left = () => viewOf('agent', 'day')?.spent
  const days: Array<[zone: string, why: string, before: string, after: string]> = [
    ['Pacific/Auckland', 'an ordinary day', '2027-01-15T10:59:59.999Z', '2027-01-15T11:00:00Z'],
    ['Pacific/Auckland', 'the day on which its summer ends', '2027-04-04T11:59:59.999Z', '2027-04-04T12:00:00Z'],
    ['Pacific/Auckland', 'the day on which its summer begins', '2027-09-26T10:59:59.999Z', '2027-09-26T11:00:00Z'],
    ['Asia/Kolkata', 'half past the hour', '2027-04-04T18:29:59.999Z', '2027-04-04T18:30:00Z'],
    ['America/St_Johns', 'half past, in its summer', '2027-07-02T02:29:59.999Z', '2027-07-02T02:30:00Z'],
    ['Pacific/Apia', 'the first to see the day', '2027-01-01T10:59:59.999Z', '2027-01-01T11:00:00Z'],
  ]
  it.each(days)('in %s end at midnight: %s', async (zone, _, before, after) => {
    till.owner.zone = zone
    set('agent', 'Rex', 'day', (WORST + COST - 1) / 1e9)
    till.at(before)
    await till.spend()
    expect([await till.refusedBy(), left(), viewOf('agent', 'day')?.resetsAt]).toEqual(['agent Rex day', COST, at(after)])
    till.at(after)
    expect([await till.refusedBy(), left(), viewOf('agent', 'day')?.windowStart]).toEqual(['reserved', 0, at(after)])
    // A clock that is set back finds the day as it was.
    till.at(before)
    expect([await till.refusedBy(), left()]).toEqual(['agent Rex day', COST])
  })

  it('of a month end with it, and those for good never', async () => {
    till.at('2027-03-31T10:59:59Z')
    set('agent', 'Rex', 'month', (WORST + COST - 1) / 1e9)
    await till.spend()
    expect([await till.refusedBy(), viewOf('agent', 'month')?.resetsAt]).toEqual(['agent Rex month', at('2027-03-31T11:00:00Z')])
    till.at('2027-03-31T11:00:00Z')
    expect([await till.refusedBy(), viewOf('agent', 'month')?.resetsAt]).toEqual(['reserved', at('2027-04-30T12:00:00Z')])
    set('project', 'demo', 'total', (WORST + COST - 1) / 1e9)
    till.at('2031-01-01T00:00:00Z')
    expect([await till.refusedBy(), viewOf('project', 'total')?.resetsAt]).toEqual(['project demo total', null])
  })

  it('find what was spent before when the owner changes the zone, or sets a limit where there was none', async () => {
    till.at('2027-01-15T02:00:00Z')
    await till.spend()
    till.at('2027-01-15T12:00:00Z')
    await till.spend()
    // In Auckland it is the 16th by now, in Kolkata still the 15th.
    expect(left()).toBe(COST)
    till.owner.zone = 'Asia/Kolkata'
    await till.spend()
    expect(left()).toBe(3 * COST)
    for (const [scope, subject, period] of [
      ['agent', 'Rex', 'month'],
      ['team', 'factory', 'month'],
      ['project', 'demo', 'month'],
      ['project', 'demo', 'total'],
    ] as const) {
      set(scope, subject, period, (WORST + 3 * COST - 1) / 1e9)
      expect(await till.refusedBy(), `${scope} ${period}`).toBe(`${scope} ${subject} ${period}`)
      till.budgets.clear({ scope, subject, period }, 'owner')
      expect(await till.refusedBy()).toBe('reserved')
    }
  })

  it('that begin while calls are under way know of what these hold', async () => {
    await till.open()
    set('project', 'demo', 'total', (2 * WORST - 1) / 1e9)
    expect(await till.refusedBy()).toBe('project demo total')
    till.owner.zone = 'UTC'
    set('agent', 'Rex', 'day', (2 * WORST - 1) / 1e9)
    expect(await till.refusedBy({ project: null })).toBe('agent Rex day')
  })
})

describe('the owner hears of a limit that grows scarce', () => {
  const told = () => till.of('budget.crossed').map(({ subject, data }) => [subject, data.mark])

  it('at the half, at eighty per cent, when it is used up, and where he asked for it: each once in its window (R-199)', async () => {
    set('agent', 'Rex', 'day', (4 * COST + WORST) / 1e9, COST / 1e9)
    await till.spend()
    expect(told()).toEqual([['agent/Rex/day', 'soft']])
    set('agent', 'Rex', 'day', 0.1, COST / 1e9)
    for (let spent: number = COST; spent < usd(0.05) - COST; spent += COST) await till.spend()
    expect(told()).toEqual([['agent/Rex/day', 'soft']])
    await till.spend()
    await till.spend()
    expect(told().slice(1)).toEqual([['agent/Rex/day', 50]])
    // One bill may pass two of them; the higher one says it all. A restart tells nothing twice.
    till.restart()
    await till.ledger.settle((await till.open()).id, { ...end, reportedCost: usd(0.06) })
    await till.spend({ agent: 'Hawk' })
    expect(told().slice(2)).toEqual([['agent/Rex/day', 100]])
    till.clock.advance(24 * HOUR)
    await till.spend()
    expect(told().slice(3)).toEqual([['agent/Rex/day', 'soft']])
  })

  it('also by what is billed when an engine starts again', async () => {
    set('agent', 'Rex', 'day', WORST / 1e9)
    await till.open()
    till.restart()
    till.clock.advance(HOUR / 2)
    till.ledger.recover()
    expect(told()).toEqual([['agent/Rex/day', 80]])
  })

  it('and is foretold once a day that the factory will reach its stop', () => {
    Object.assign(till.owner.defaults, { globalDay: usd(10) })
    till.budgets.noteForecast('day', usd(9.99))
    for (let i = 0; i < 3; i++) till.budgets.noteForecast('day', usd(12))
    till.restart()
    till.budgets.noteForecast('day', usd(12))
    expect(told()).toEqual([['global/*/day', 'forecast']])
    till.clock.advance(24 * HOUR)
    till.budgets.noteForecast('day', usd(12))
    expect(told().length).toBe(2)
  })
})

describe('what the owner sets (R-199, U-76)', () => {
  it('holds from the next call on, is told, and goes back to the default', async () => {
    const before = await till.open()
    expect(set('agent', 'Rex', 'day', 5, 4)).toMatchObject({ hard: usd(5), soft: usd(4), source: 'owner', spent: 0, held: WORST })
    expect(set('agent', 'Rex', 'day', 3)).toMatchObject({ hard: usd(3), soft: null })
    expect(set('agent', 'Rex', 'day', 6, 2)).toMatchObject({ hard: usd(6), soft: usd(2) })
    expect(set('agent', 'Rex', 'day', 7)).toMatchObject({ hard: usd(7), soft: usd(2) })
    expect(set('agent', 'Rex', 'day', 8, null)).toMatchObject({ hard: usd(8), soft: null })
    till.restart()
    expect(viewOf('agent', 'day')).toMatchObject({ hard: usd(8), source: 'owner', held: WORST })
    expect(till.budgets.clear({ scope: 'agent', subject: 'Rex', period: 'day' }, 'owner')).toMatchObject({ hard: usd(3000), source: 'default', held: WORST })
    await till.ledger.fail(before.id, { status: 500 })
    const ref = { scope: 'agent', subject: 'Rex', period: 'day' }
    expect(till.of('budget.changed').map(({ subject, actor, data }) => [subject, actor, data.ref, data.from / 1e9, data.to / 1e9])).toEqual(
      [
        [3000, 5],
        [5, 3],
        [3, 6],
        [6, 7],
        [7, 8],
        [8, 3000],
      ].map(([from, to]) => ['agent/Rex/day', 'owner', ref, from, to]),
    )
  })

  it('for everyone is the default, for a task or a plan its own budget', () => {
    for (const [scope, period] of [
      ['call', 'call'],
      ['agent', 'day'],
      ['team', 'day'],
      ['project', 'day'],
      ['global', 'day'],
      ['global', 'month'],
    ] as const)
      expect(set(scope, '*', period, 7), scope).toMatchObject({ scope, subject: '*', period, hard: usd(7), source: 'default' })
    expect(viewOf('agent', 'day', { ...origin, agent: 'Hawk' })?.hard).toBe(usd(7))
    expect(set('task', origin.taskId ?? '', 'total', 3)).toMatchObject({ hard: usd(3), source: 'plan' })
    expect(set('plan', origin.planId ?? '', 'total', 4)).toMatchObject({ hard: usd(4), source: 'plan' })
    expect([viewOf('task', 'total')?.hard, viewOf('attempt', 'total')?.hard, viewOf('plan', 'total')?.hard]).toEqual([usd(3), usd(3), usd(4)])
    expect(set('global', '*', 'day', 9, 8)).toMatchObject({ hard: usd(9), soft: usd(8) })
  })

  it('is refused where there can be no such limit, with the field at fault and what to do, and changes nothing (C-11)', () => {
    const bad: Array<[field: string, ...change: Parameters<typeof set>]> = [
      ['scope', 'attempt', origin.attemptId ?? '', 'total', 5],
      ['period', 'agent', 'Rex', 'total', 5],
      ['period', 'task', origin.taskId ?? '', 'day', 5],
      ['period', 'call', '*', 'day', 5],
      ['period', 'agent', '*', 'month', 5],
      ['period', 'project', '*', 'total', 5],
      ['subject', 'global', 'demo', 'day', 5],
      ['subject', 'call', 'Rex', 'call', 5],
      ['subject', 'task', '*', 'total', 5],
      ['hardUsd', 'global', '*', 'day', 3000.01],
      ['hardUsd', 'agent', 'Rex', 'day', 3001],
      ['hardUsd', 'global', '*', 'month', 90_001],
      ['hardUsd', 'agent', 'Rex', 'day', 1e-10],
      ['softUsd', 'agent', 'Rex', 'day', 5, 6],
    ]
    for (const [field, ...change] of bad)
      expect(() => set(...change), change.join(' ')).toThrow(expect.objectContaining({ code: 'budget/invalid', field, remedy: expect.stringMatching(/\w/) }))
    expect([till.rows('SELECT * FROM budget'), till.events]).toEqual([[], []])
    expect(set('global', '*', 'day', 3000)).toMatchObject({ hard: usd(3000) })
    expect(() => set('task', task(9), 'total', 5)).toThrow(expect.objectContaining({ code: 'task/unknown' }))
    expect(till.of('budget.changed').length).toBe(1)
  })

  it('has nothing to go back to where the limit is a default itself, or stands with its task', () => {
    const clear = (ref: BudgetRef) => () => till.budgets.clear(ref, 'owner')
    for (const ref of [
      { scope: 'global', subject: '*', period: 'day' },
      { scope: 'agent', subject: '*', period: 'day' },
      { scope: 'task', subject: task(1), period: 'total' },
    ] as const)
      expect(clear(ref)).toThrow(expect.objectContaining({ code: 'budget/invalid', field: 'subject', remedy: expect.stringContaining('reef budget set') }))
    expect(clear({ scope: 'agent', subject: 'Rex', period: 'day' })()).toMatchObject({ hard: usd(3000), source: 'default' })
    expect(till.events).toEqual([])
  })

  it('is listed beside the defaults and everything that is spent on, and explained the tightest first', async () => {
    set('agent', 'Hawk', 'month', 40, 30)
    set('project', 'demo', 'total', 20)
    await till.spend()
    await till.open({ planId: null })
    const names = (views: BudgetView[]) => views.map(({ scope, subject, period }) => `${scope} ${subject} ${period}`)
    const listed = till.budgets.list()
    expect(names(listed)).toEqual([
      'call * call',
      'agent * day',
      'team * day',
      'project * day',
      'global * day',
      'global * month',
      'team factory day',
      'agent Hawk day',
      'agent Hawk month',
      'agent Rex day',
      'project demo day',
      'project demo total',
    ])
    expect(listed.find(({ period, scope }) => scope === 'project' && period === 'total')).toEqual({
      scope: 'project',
      subject: 'demo',
      period: 'total',
      soft: null,
      hard: usd(20),
      source: 'owner',
      spent: COST,
      held: WORST,
      windowStart: null,
      resetsAt: null,
      mark: 0,
    })
    expect(names(till.budgets.explain(origin)).slice(0, 1)).toEqual(['project demo total'])
    expect(names(till.budgets.explain(origin)).sort()).toEqual(
      [
        `attempt ${origin.attemptId} total`,
        `task ${origin.taskId} total`,
        `plan ${origin.planId} total`,
        'agent Rex day',
        'team factory day',
        'project demo day',
        'project demo total',
        'global * day',
        'global * month',
      ].sort(),
    )
  })
})

describe('who may call no model at all (R-126)', () => {
  const said = ({ kind, ...more }: Reservation) => (kind === 'stopped' && 'why' in more ? [more.why, more.message] : kind)

  it('is everyone, from the owner’s word on until he takes it back, also after a restart', async () => {
    expect(till.budgets.killedAt()).toBeNull()
    till.budgets.kill('owner', 7)
    till.clock.advance(5)
    till.budgets.kill('owner', 0)
    const killedAt = till.clock.now() - 5
    expect([said(await till.ask()), said(await till.ask({}, {}, local)), till.budgets.killedAt()]).toEqual([
      ['killed', expect.stringContaining('reef spend allow')],
      ['killed', expect.stringContaining('the owner has stopped all model calls')],
      killedAt,
    ])
    till.restart()
    expect([said(await till.ask())[0], till.budgets.killedAt()]).toEqual(['killed', killedAt])
    till.budgets.allow('owner')
    till.budgets.allow('owner')
    expect([await till.refusedBy(), till.budgets.killedAt()]).toEqual(['reserved', null])
    till.restart()
    expect(await till.refusedBy()).toBe('reserved')
    expect(till.events.filter(({ type }) => type.startsWith('spend.')).map(({ type, data }) => [type, data])).toEqual([
      ['spend.killed', { aborted: 7 }],
      ['spend.allowed', {}],
    ])
  })

  it('is an agent that is paused, and why; nobody else', async () => {
    till.owner.paused.set('Rex', 'it spends five times its norm')
    expect([said(await till.ask()), await till.refusedBy({ agent: 'Hawk' })]).toEqual([
      ['paused', 'Rex is paused: it spends five times its norm. The owner can let it go on with: reef agent resume Rex'],
      'reserved',
    ])
    till.owner.paused.clear()
    expect(await till.refusedBy()).toBe('reserved')
  })

  it('is an attempt that makes calls without end which cost nothing, also when the engine starts again in between (R-336)', async () => {
    till.owner.mostFreeCalls = 4
    const free = async (more = {}) => {
      const answer = await till.ask(more, {}, local)
      if (answer.kind === 'reserved') await till.ledger.settle(answer.id, end)
      return said(answer)
    }
    expect([await free(), await free(), await free({ attemptId: attempt(2) })]).toEqual(['reserved', 'reserved', 'reserved'])
    till.restart()
    expect([await free(), await free()]).toEqual(['reserved', 'reserved'])
    expect([await free(), await free()]).toEqual([
      ['no-progress', 'this attempt has made 4 calls that cost nothing, and none of them ended it.'],
      ['no-progress', 'this attempt has made 4 calls that cost nothing, and none of them ended it.'],
    ])
    // What costs money has its limits in money.
    expect([await till.refusedBy(), await free({ attemptId: attempt(2) })]).toEqual(['reserved', 'reserved'])
  })
})

it('a correction counts in the day and the month that it corrects', async () => {
  const { at: chargedAt } = await till.spend()
  till.clock.advance(24 * HOUR)
  await till.spend()
  till.db.transaction(() => till.budgets.noteAdjustment({ chargedAt, amount: usd(1) }))()
  expect([viewOf('global', 'day')?.spent, viewOf('global', 'month')?.spent]).toEqual([COST, usd(1) + 2 * COST])
  await till.spend()
  till.restart()
  expect([viewOf('global', 'day')?.spent, viewOf('global', 'month')?.spent]).toEqual([2 * COST, usd(1) + 3 * COST])
  till.clock.advance(-24 * HOUR)
  expect(viewOf('global', 'day')?.spent).toBe(usd(1) + COST)
})
