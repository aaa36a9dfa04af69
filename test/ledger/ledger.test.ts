import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallId, Nanodollars } from '../../src/contract/index.ts'
import { type CallTarget, noUsage } from '../../src/engine/ledger/index.ts'
import { migrate, openWriter } from '../../src/engine/store/index.ts'
import { attempt, COST, end, openTill, origin, small, sonnet, type Till, task, usd, WORST } from './till.ts'

const root = join(import.meta.dirname, '../..')
let till: Till
beforeEach(() => {
  till = openTill()
})
afterEach(() => till[Symbol.dispose]())

const reserved = (targets: readonly [CallTarget, ...CallTarget[]]) => till.ledger.reserve(origin, targets, small, { patienceMs: 0 })
const gemini: CallTarget = { provider: 'google', model: 'gemini-2.5-pro', billing: 'metered', limits: { contextWindow: 1_000_000, maxOutput: 64_000 } }
const local: CallTarget = { provider: 'ollama', model: 'qwen3:8b', billing: 'local', limits: { contextWindow: 32_000, maxOutput: 8000 } }
const login: CallTarget = { ...sonnet, billing: 'subscription' }
const standing = () => Object.fromEntries(till.budgets.explain(origin).map(({ scope, period, spent, held }) => [`${scope}/${period}`, [spent, held]]))
const everywhere = (spent: number, held: number) =>
  Object.fromEntries(
    ['attempt/total', 'task/total', 'plan/total', 'agent/day', 'team/day', 'project/day', 'global/day', 'global/month'].map((name) => [name, [spent, held]]),
  )

describe('a call before it is made (R-198, R-206)', () => {
  it('is on record with everything and its worst cost, which is held against every limit that it counts under', async () => {
    const { id, amount, maxOutput, soFar } = await till.open()
    const { team: _, ...who } = origin
    expect(till.ledger.get(id)).toEqual({
      ...who,
      id,
      at: till.clock.now(),
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      billing: 'metered',
      state: 'open',
      usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 },
      cost: 0,
      listCost: 0,
      reserved: WORST,
      confidence: 'estimated',
      status: null,
      latencyMs: null,
      requestId: null,
    })
    expect([amount, maxOutput, soFar, standing(), till.events]).toEqual([WORST, null, 0, everywhere(0, WORST), []])
  })

  it('is held at the dearest of the models that may serve it, and written down at the first', async () => {
    const opus: CallTarget = { ...sonnet, model: 'claude-opus-4-5' }
    const answer = await reserved([sonnet, opus])
    if (answer.kind !== 'reserved') throw new Error(answer.kind)
    expect([answer.amount, till.ledger.get(answer.id)?.model]).toEqual([4000 * 6250 + 1000 * 25_000, 'claude-sonnet-4-5'])
  })

  it('that its owner’s money does not pay for holds nothing of it, but its list price against its attempt', async () => {
    for (const target of [login, local]) {
      const answer = await reserved([target])
      expect(answer).toMatchObject({ kind: 'reserved', amount: 0, maxOutput: null })
      const held = standing()
      expect([held['global/day'], held['task/total'], held['attempt/total']?.[1]]).toEqual([[0, 0], [0, 0], expect.toSatisfy((list: number) => list > 0)])
      if (answer.kind === 'reserved') await till.ledger.fail(answer.id, { status: 500 })
    }
    // Cash as soon as one of those that may serve it costs cash.
    expect(await reserved([login, sonnet])).toMatchObject({ amount: WORST })
  })
})

describe('a call that has ended (R-206, R-207)', () => {
  it('is billed everywhere in one transaction, and what it held is free', async () => {
    const call = await till.spend()
    expect(call).toMatchObject({ state: 'settled', usage: { input: 1000, output: 100 }, cost: COST, listCost: COST, reserved: WORST, confidence: 'exact' })
    expect(till.ledger.get(call.id)).toEqual(call)
    expect([standing(), till.charged]).toEqual([everywhere(COST, 0), [call]])
    expect(till.events.map(({ type, subject, actor, correlationId, data }) => ({ type, subject, actor, correlationId, data }))).toEqual([
      { type: 'call.settled', subject: call.id, actor: 'agent:Rex', correlationId: origin.planId, data: call },
    ])
    expect(till.rows('SELECT agent, provider, model, project, task_id AS task, calls, input, output, cost, list_cost AS list FROM spend_hour')).toEqual([
      {
        agent: 'Rex',
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        project: 'demo',
        task: origin.taskId,
        calls: 1,
        input: 1000,
        output: 100,
        cost: COST,
        list: COST,
      },
    ])
  })

  it('is billed once, whoever says again how it ended, at once or late', async () => {
    const { id } = await till.open()
    const again = { ...end, usage: { ...end.usage, output: 999_999 } }
    const cut = { known: null, answerBytes: 5, hidden: true, status: 499, latencyMs: 5, requestId: null }
    const [first, ...others] = await Promise.all([
      till.ledger.settle(id, end),
      till.ledger.settle(id, again),
      till.ledger.settleCut(id, cut),
      till.ledger.fail(id, { status: 500 }),
    ])
    expect(others).toEqual([first, first, first])
    expect([await till.ledger.settle(id, again), await till.ledger.fail(id, { status: 500 }), till.ledger.recover()]).toEqual([first, first, 0])
    expect([till.of('call.settled').length, till.charged.length, standing()]).toEqual([1, 1, everywhere(COST, 0)])
  })

  it('and failed stays failed: usage that comes late is not added', async () => {
    const { id } = await till.open()
    const failed = await till.ledger.fail(id, { status: 429, latencyMs: 9, requestId: 'req_9' })
    expect(failed).toMatchObject({ state: 'failed', cost: 0, listCost: 0, status: 429, latencyMs: 9, requestId: 'req_9', reserved: WORST })
    expect(await till.ledger.settle(id, end)).toEqual(failed)
    expect([till.charged, standing(), till.rows('SELECT calls, cost FROM spend_hour')]).toEqual([[], everywhere(0, 0), [{ calls: 1, cost: 0 }]])
  })

  it('counts where it was reserved, also when another day has begun since', async () => {
    const { id } = await till.open()
    const day = till.budgets.explain(origin).find(({ scope, period }) => scope === 'global' && period === 'day')
    till.clock.advance(36 * 3_600_000)
    await till.ledger.settle(id, end)
    expect([standing()['global/day'], standing()['global/month']]).toEqual([
      [0, 0],
      [COST, 0],
    ])
    expect(till.rows(`SELECT spent, held FROM envelope WHERE scope = 'global' AND period = 'day' AND window_start = ${day?.windowStart}`)).toEqual([
      { spent: COST, held: 0 },
    ])
  })

  it('nobody has heard of is a bug, not a bill', async () => {
    await expect(till.ledger.settle('call_01JC0000000000000000000009' as CallId, end)).rejects.toThrow('there is no call')
    await expect(till.ledger.transfer('call_01JC0000000000000000000009' as CallId, { status: 503 }, sonnet, origin, small)).rejects.toThrow('no open call')
  })

  it('is not half billed, and takes no other of its moment with it: when one cannot be charged, the others are (R-207)', async () => {
    till[Symbol.dispose]()
    till = openTill({
      charge: ({ taskId }) => {
        if (taskId === task(2)) throw new Error('the task is gone')
      },
    })
    const good = await till.open()
    const bad = await till.open({ taskId: task(2), attemptId: attempt(2) })
    const third = await till.open()
    const ends = await Promise.allSettled([till.ledger.settle(good.id, end), till.ledger.settle(bad.id, end), till.ledger.settle(third.id, end), till.open()])
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect([till.ledger.get(bad.id)?.state, till.charged.length, till.of('call.settled').length]).toEqual(['open', 2, 2])
    expect([standing()['global/day'], till.rows('SELECT sum(calls) AS calls, sum(cost) AS cost FROM spend_hour')]).toEqual([
      [2 * COST, 2 * WORST],
      [{ calls: 2, cost: 2 * COST }],
    ])
    till.restart()
    expect(standing()['global/day']).toEqual([2 * COST, 2 * WORST])
  })
})

describe('a provider that took nothing', () => {
  it('passes on to the next what was held for its call, at no moment more and at no moment less', async () => {
    const first = await reserved([sonnet, gemini])
    if (first.kind !== 'reserved') throw new Error(first.kind)
    const second = await till.ledger.transfer(first.id, { status: 503, latencyMs: 7 }, gemini, origin, small)
    expect([till.ledger.get(first.id), till.ledger.get(second)]).toMatchObject([
      { state: 'failed', status: 503, cost: 0, model: 'claude-sonnet-4-5' },
      { state: 'open', model: 'gemini-2.5-pro', reserved: first.amount },
    ])
    expect(standing()).toEqual(everywhere(0, first.amount))
    const bill = await till.ledger.settle(second, end)
    expect([bill.cost, standing()]).toEqual([1000 * 1250 + 100 * 10_000, everywhere(bill.cost, 0)])
    await expect(till.ledger.transfer(second, { status: 503 }, sonnet, origin, small)).rejects.toThrow('no open call')
  })
})

describe('what a call costs', () => {
  const open = async (target: CallTarget) => (await till.open({}, {}, target)).id

  it('is what the provider itself reports, and what the price list would have said is kept beside it', async () => {
    const unknown: CallTarget = { ...sonnet, provider: 'openrouter', model: 'nobody/knows-it' }
    const bill = await till.ledger.settle(await open(unknown), { ...end, reportedCost: usd(0.00014) })
    expect(bill).toMatchObject({ cost: usd(0.00014), listCost: usd(0.00014), confidence: 'exact' })
    expect(till.rows('SELECT computed_cost AS computed, reported_cost AS reported, price_source AS source FROM call')).toEqual([
      { computed: 1000 * 15_000 + 100 * 75_000, reported: usd(0.00014), source: 'ceiling' },
    ])
    // A provider that reports nothing at all charged somewhere else.
    expect(await till.ledger.settle(await open(sonnet), { ...end, reportedCost: 0 as Nanodollars })).toMatchObject({ cost: COST })
  })

  it('shows as more than was reserved where a provider does not keep to its limit or its price, and counts in full', async () => {
    const long = await till.ledger.settle(await open(sonnet), { ...end, usage: { ...end.usage, output: 5000 } })
    const dear = await till.ledger.settle(await open(sonnet), { ...end, reportedCost: usd(2) })
    expect([long.cost, long.reserved, dear.cost, dear.reserved]).toEqual([usd(0.078), WORST, usd(2), WORST])
    expect(standing()).toEqual(everywhere(usd(2.078), 0))
  })

  it('of a subscription and of one’s own machine is no cash, but has its price by the list (R-218)', async () => {
    const [paid, own] = [await till.ledger.settle(await open(login), end), await till.ledger.settle(await open(local), end)]
    expect([paid, own]).toMatchObject([
      { billing: 'subscription', cost: 0, listCost: COST, confidence: 'exact' },
      // What small hosted models cost: a tenth of a dollar in, four tenths out.
      { billing: 'local', cost: 0, listCost: 1000 * 100 + 100 * 400, confidence: 'exact' },
    ])
    expect([till.charged, standing()]).toEqual([[], { ...everywhere(0, 0), 'attempt/total': [COST + own.listCost, 0] }])
  })

  it('is an estimate where the figures or the price are, and a rehearsal where it is one', async () => {
    const confidence = async (target: CallTarget, said: 'exact' | 'estimated' = 'exact') =>
      (await till.ledger.settle(await open(target), { ...end, confidence: said })).confidence
    expect([
      await confidence(sonnet),
      await confidence(sonnet, 'estimated'),
      await confidence({ ...sonnet, model: 'claude-unheard-of' }),
      await confidence({ ...sonnet, provider: 'rehearsal', model: 'scripted-builder' }),
    ]).toEqual(['exact', 'estimated', 'estimated', 'rehearsal'])
    expect(till.charged.length).toBe(3)
  })

  it('at a price that nobody lists is told once for each model, and not at all for one of the owner’s own machine', async () => {
    const unheard: CallTarget = { ...sonnet, model: 'claude-unheard-of' }
    await Promise.all([1, 2].map(async () => till.ledger.settle(await open(unheard), end)))
    await till.ledger.settle(await open(local), end)
    till.restart()
    await till.ledger.settle(await open(unheard), end)
    await till.ledger.settle(await open({ ...unheard, model: 'another' }), end)
    expect(till.of('price.guessed').map(({ subject }) => subject)).toEqual(['anthropic/claude-unheard-of', 'anthropic/another'])
  })

  it('stays what it was when the price changes: each bill points to its own (R-124)', async () => {
    const change = (input: number, stamp: number) => {
      const file = join(till.dir, 'prices.json')
      writeFileSync(file, JSON.stringify({ asOf: '2026-11-20', prices: [{ model: 'anthropic/claude-sonnet-4-5', input, output: 15 }] }))
      utimesSync(file, stamp, stamp)
    }
    const costs = [(await till.spend()).cost, (await till.spend()).cost]
    change(6, 1000)
    costs.push((await till.spend()).cost)
    till.restart()
    costs.push((await till.spend()).cost)
    change(9, 2000)
    costs.push((await till.spend()).cost)
    expect(costs).toEqual([COST, COST, COST + usd(0.003), COST + usd(0.003), COST + usd(0.006)])
    expect(till.rows(`SELECT c.cost, p.source, json_extract(p.rates, '$.input') AS input FROM call c JOIN price p ON p.id = c.price_id ORDER BY c.id`)).toEqual(
      [3, 3, 6, 6, 9].map((input, i) => ({ cost: costs[i], source: input === 3 ? 'catalogue' : 'override', input })),
    )
    expect(till.rows('SELECT count(*) AS n FROM price')).toEqual([{ n: 3 }])
  })
})

describe('an answer that broke off (R-130)', () => {
  it('is billed by what is known of it, as an estimate', async () => {
    const cut = async (more: object) => {
      const { id } = await till.open()
      const call = await till.ledger.settleCut(id, { known: null, answerBytes: 0, hidden: false, status: 499, latencyMs: 1000, requestId: null, ...more })
      return [call.usage.input, call.usage.output, call.confidence]
    }
    expect([
      await cut({}),
      await cut({ answerBytes: 200 }),
      await cut({ hidden: true }),
      await cut({ known: { ...noUsage, input: 3500, output: 20 } }),
      await cut({ known: { ...noUsage, input: 3500, output: 700 }, answerBytes: 200 }),
    ]).toEqual([
      [1000, 64, 'estimated'],
      [1000, 164, 'estimated'],
      [1000, 364, 'estimated'],
      [3500, 64, 'estimated'],
      [3500, 700, 'estimated'],
    ])
  })

  it('is never estimated above what was reserved for it, whatever the price and its tiers, unless more was reported', async () => {
    const targets = [sonnet, gemini, { ...sonnet, model: 'unheard-of' }, login, local]
    const cut = fc.record({
      target: fc.constantFrom(...targets),
      bytes: fc.integer({ min: 1, max: 800_000 }),
      askedOutput: fc.integer({ min: 1, max: 8000 }),
      hourCache: fc.boolean(),
      service: fc.constantFrom('standard', 'flex', 'priority'),
      answerBytes: fc.nat(1_000_000),
      latencyMs: fc.nat(3_600_000),
      hidden: fc.boolean(),
      known: fc.option(
        fc.record({ input: fc.double({ min: 0, max: 1, noNaN: true }), cached: fc.double({ min: 0, max: 1, noNaN: true }), output: fc.nat(50) }),
      ),
    })
    await fc.assert(
      fc.asyncProperty(cut, async ({ target, bytes, askedOutput, hourCache, service, known, ...rest }) => {
        const size = { bytes, askedOutput, hourCache, service } as const
        const { id } = await till.open({}, size, target)
        const most = Math.min(target.limits.contextWindow ?? 0, bytes + 1000)
        const input = known && Math.floor(known.input * most)
        const cacheRead = known && input !== null ? Math.floor(input * known.cached) : 0
        const usage = known && input !== null ? { ...noUsage, input: input - cacheRead, cacheRead, output: Math.min(known.output, askedOutput), service } : null
        const call = await till.ledger.settleCut(id, { ...rest, known: usage, status: 499, requestId: null })
        const [row] = till.rows<{ list: number; reserved: number }>(`SELECT list_cost AS list, reserved_list AS reserved FROM call WHERE id = '${id}'`)
        expect(call.cost).toBeLessThanOrEqual(call.reserved)
        expect(row?.list).toBeLessThanOrEqual(row?.reserved ?? 0)
        expect(call.usage.output).toBeGreaterThanOrEqual(usage?.output ?? 0)
      }),
      { numRuns: 150 },
    )
  })
})

describe('a call that nobody lived to see the end of (C-26)', () => {
  it('is billed at the next start, once, within what was reserved for it, and as an estimate', async () => {
    const { id } = await till.open()
    await till.spend()
    till.restart()
    till.clock.advance(2000)
    expect([till.ledger.recover(), till.ledger.recover()]).toEqual([1, 0])
    const bill = till.ledger.get(id)
    expect(bill).toMatchObject({ state: 'settled', confidence: 'estimated', usage: { input: 1000, output: 664 }, status: null, latencyMs: 2000 })
    expect([bill?.cost, till.charged.length, standing()]).toEqual([1000 * 3000 + 664 * 15_000, 2, everywhere(COST + 1000 * 3000 + 664 * 15_000, 0)])
  })

  it('after a night without an engine costs no more than was reserved', async () => {
    await till.open()
    till.restart()
    till.clock.advance(8 * 3_600_000)
    till.ledger.recover()
    expect(till.charged.map(({ cost, reserved: most }) => cost <= most && cost > most - 2 * 15_000)).toEqual([true])
  })

  it('is not one of this life: a session that outlived the engine may be quicker than its recovery', async () => {
    await till.open()
    till.restart()
    const quick = await till.open()
    expect([till.ledger.recover(), till.ledger.get(quick.id)?.state, standing()['global/day']?.[1]]).toEqual([1, 'open', WORST])
    expect(await till.ledger.settle(quick.id, end)).toMatchObject({ cost: COST, confidence: 'exact' })
  })

  it('still holds its money until then: the limits of an engine that starts know of it', async () => {
    await till.open()
    till.restart()
    expect(standing()).toEqual(everywhere(0, WORST))
  })

  it('is billed by the next start when this one could not', async () => {
    const { id } = await till.open()
    const { dir } = till
    till.db.close()
    let fails = true
    till = openTill({
      dir,
      charge: () => {
        if (fails) throw new Error('the task is gone')
      },
    })
    expect(() => till.ledger.recover()).toThrow('the task is gone')
    expect([till.ledger.get(id)?.state, standing()['global/day']]).toEqual(['open', [0, WORST]])
    fails = false
    expect([till.ledger.recover(), till.ledger.get(id)?.state, standing()['global/day']?.[1]]).toEqual([1, 'settled', 0])
  })

  it('of an engine older than reservations counts against the limits of the next, and is billed by it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'reef-older-'))
    cpSync(join(root, 'migrations'), join(dir, 'old'), { recursive: true, filter: (file) => !/001[1-9]-/.test(file) })
    const db = openWriter(join(dir, 'reef.db'))
    migrate(db, join(dir, 'old'), 1)
    const insert = db.prepare(
      `INSERT INTO call (id, at, task_id, agent, provider, model, wire, state, confidence, request_bytes, held, cost)
       VALUES (?, ?, ?, 'Rex', 'anthropic', 'claude-sonnet-4-5', 'anthropic', ?, 'estimated', 3000, ?, ?)`,
    )
    const [left, paid] = [`call_01JC${'1'.padStart(22, '0')}` as CallId, `call_01JC${'2'.padStart(22, '0')}` as CallId]
    insert.run(left, Date.parse('2026-11-20T10:14:00Z'), origin.taskId, 'open', WORST, 0)
    insert.run(paid, Date.parse('2026-11-20T10:14:00Z'), origin.taskId, 'settled', 0, COST)
    db.close()
    till[Symbol.dispose]()
    till = openTill({ dir })
    expect([till.ledger.get(left), till.ledger.get(paid)]).toMatchObject([
      { state: 'open', reserved: WORST },
      { state: 'settled', cost: COST },
    ])
    expect([till.ledger.recover(), till.rows('SELECT id FROM reservation'), till.charged.map(({ id }) => id)]).toEqual([1, [], [left]])
    expect(till.ledger.get(left)).toMatchObject({ state: 'settled', confidence: 'estimated', usage: { input: 1000 } })
  })

  it('was on file before it was made: a process that is killed right after its reservation loses nothing', () => {
    const dir = mkdtempSync(join(tmpdir(), 'reef-killed-'))
    const program = `
      import { openTill } from ${JSON.stringify(join(root, 'test/ledger/till.ts'))}
      const till = openTill({ dir: ${JSON.stringify(dir)} })
      await till.open()
      process.kill(process.pid, 'SIGKILL')
    `
    expect(() => execFileSync(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' })).toThrow(
      expect.objectContaining({ signal: 'SIGKILL' }),
    )
    till[Symbol.dispose]()
    till = openTill({ dir })
    expect([standing(), till.ledger.recover()]).toEqual([everywhere(0, WORST), 1])
    expect(till.charged).toMatchObject([{ state: 'settled', confidence: 'estimated', usage: { input: 1000 } }])
    rmSync(dir, { recursive: true, force: true })
  })
})

describe('a bill', () => {
  it('is never changed and never deleted, not even by a bug (R-206)', async () => {
    const { id } = await till.spend()
    const { id: open } = await till.open()
    const run = (sql: string) => () => till.db.prepare(sql).run(id)
    for (const change of ['cost = 0', "state = 'open'", 'output = output + 1', 'project = NULL', 'price_id = NULL'])
      expect(run(`UPDATE call SET ${change} WHERE id = ?`), change).toThrow('a bill is never changed')
    expect(run('DELETE FROM call WHERE id = ?')).toThrow('a bill is never deleted')
    expect(() => till.db.prepare('UPDATE reservation SET reserved = 0 WHERE id = ?').run(open)).toThrow('a reservation is never changed')
    expect(() => till.db.prepare('DELETE FROM reservation WHERE id = ?').run(open)).toThrow('a reservation goes with its bill')
  })
})

describe('an engine proves before it works that a call without money is refused', () => {
  it('and takes the attempt back without a trace', async () => {
    await till.open()
    const before = till.rows('SELECT * FROM envelope')
    expect([till.ledger.provesItself(), till.rows('SELECT * FROM envelope'), till.events]).toEqual([true, before, []])
    expect([standing(), till.rows("SELECT count(*) AS n FROM call WHERE agent = 'self-test'")]).toEqual([everywhere(0, WORST), [{ n: 0 }]])
    till.restart()
    expect([till.ledger.provesItself(), standing()]).toEqual([true, everywhere(0, WORST)])
  })

  it('also while the owner has stopped all calls: the limits hold, and nothing waits for another start once he allows them again', () => {
    till.budgets.kill('owner', 0)
    till.restart()
    expect(till.ledger.provesItself()).toBe(true)
  })

  it('and learns of it when somebody broke the check', () => {
    till[Symbol.dispose]()
    till = openTill({
      broken: (budgets) => ({
        ...budgets,
        room: (...asked) => ({ ...budgets.room(...asked), cash: Number.POSITIVE_INFINITY, list: Number.POSITIVE_INFINITY }),
      }),
    })
    expect([till.ledger.provesItself(), till.rows('SELECT count(*) AS n FROM call')]).toEqual([false, [{ n: 0 }]])
  })
})
