import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BudgetView } from '../../src/contract/index.ts'
import { type Script, type ScriptedModel, startScriptedModel } from '../programs/scripted-model.ts'
import { type Factory, openFactory, until } from './world.ts'

let factory: Factory
let model: ScriptedModel
/** What the model answers; each test sets its own. */
let script: Extract<Script, (...args: never[]) => unknown> = () => ({ kind: 'text', text: 'done' })

beforeAll(async () => {
  factory = await openFactory()
  model = await startScriptedModel((n, request) => script(n, request))
  // Ceiling price: $15 and $75 a million tokens, so that a few calls are real money.
  await factory.client.provider.add({ name: 'dear', wire: 'anthropic', baseUrl: model.url, key: 'some-key-of-length' })
  for (const name of ['Rex', 'Scout', 'Kev', 'Hawk'])
    await factory.client.agent.set({ name, change: { model: 'dear/never-heard-of', fallback: null, driver: 'pi' } })
})
afterAll(async () => {
  await factory?.[Symbol.asyncDispose]()
  await model?.[Symbol.asyncDispose]()
})

const work = (key: string, more: object = {}) => ({ key, agent: 'Rex', kind: 'research' as const, outputs: [`${key}.md`], ...more })
/** Writes the file of a task, then says so. The first call costs what the usage says, every other one little. */
const writes = (first: { input: number; output: number }): typeof script => {
  let calls = 0
  return (_n, { body }) => {
    const text = JSON.stringify(body)
    const usage = calls++ === 0 ? first : { input: 1000, output: 100 }
    if (text.includes('tool_result')) return { kind: 'text', text: 'done', usage }
    return { kind: 'shell', command: `echo found > ${/task=([A-Z]\d*)/.exec(text)?.[1] ?? 'A'}.md`, usage }
  }
}
const find = (budgets: readonly BudgetView[], scope: string) => budgets.find((budget) => budget.scope === scope)

describe('a task whose money is used up', () => {
  it('is refused before the call, waits with the reason, and goes on where it stood once the owner has raised it (R-198, R-219, U-79)', {
    timeout: 90_000,
  }, async () => {
    const { client } = factory
    // One call leaves too little for the next: 2,000 tokens out are the fewest that an answer is worth.
    script = writes({ input: 1000, output: 12_000 })
    const planId = await factory.submit('raise', [work('A', { budgetUsd: 1 })])
    const waiting = await factory.reached(planId, 'A', ({ wait }) => wait?.reason === 'budget', 60_000)
    expect(waiting).toMatchObject({ state: 'awaiting_input', attempts: 0 })
    expect(waiting.wait?.detail).toMatch(/this task: \$0\.\d\d of \$1\.00 left, needs up to \$0\.\d\d/)
    expect(waiting.spent).toBeLessThanOrEqual(1_000_000_000)
    const { attempts } = await client.task.get({ id: waiting.id })
    expect(attempts.map(({ state }) => state)).toEqual(['killed_budget'])

    const [card] = (await client.approval.list({ open: true })).approvals
    expect(card).toMatchObject({ action: 'budget.raise', tier: 'T2', taskId: waiting.id })
    expect(card?.options.map(({ id, label }) => [id, label])).toEqual([
      ['raise', 'Raise to $2.00'],
      ['cheaper', 'Go on with a cheaper model'],
    ])
    await expect(client.approval.approve({ id: card?.id ?? 'apr_', payloadHash: card?.payloadHash ?? '', option: 'nonsense' })).rejects.toMatchObject({
      code: 'approval/unknown-option',
      data: { field: 'option' },
    })
    await client.approval.approve({ id: card?.id ?? 'apr_', payloadHash: card?.payloadHash ?? '', option: 'raise' })
    expect(await factory.planEnded(planId, 60_000)).toMatchObject({ state: 'done' })
    expect(await factory.task(planId, 'A')).toMatchObject({ budget: 2_000_000_000, attempts: 0 })
    expect((await client.approval.get({ id: card?.id ?? 'apr_' })).chosen).toBe('raise')
  })

  it('goes on when its budget is raised elsewhere, and its card asks nothing any more', { timeout: 90_000 }, async () => {
    const { client } = factory
    script = writes({ input: 1000, output: 12_000 })
    const planId = await factory.submit('elsewhere', [work('B', { budgetUsd: 1 })])
    const waiting = await factory.reached(planId, 'B', ({ wait }) => wait?.reason === 'budget', 60_000)
    await client.budget.set({ scope: 'task', subject: waiting.id, period: 'total', hardUsd: 3 })
    expect(await factory.planEnded(planId, 60_000)).toMatchObject({ state: 'done' })
    expect((await client.approval.get({ id: waiting.approvalId ?? 'apr_' })).state).toBe('superseded')
  })

  it('fails when the owner says no, and says why', { timeout: 90_000 }, async () => {
    const { client } = factory
    script = writes({ input: 1000, output: 12_000 })
    const planId = await factory.submit('denied-money', [work('C', { budgetUsd: 1 })])
    const waiting = await factory.reached(planId, 'C', ({ wait }) => wait?.reason === 'budget', 60_000)
    await client.approval.deny({ id: waiting.approvalId ?? 'apr_', reason: 'too costly' })
    const failed = await factory.reached(planId, 'C', ({ state }) => state === 'failed')
    expect(failed.error).toBe('The budget of this task, $1.00, is used up and was not raised.')
  })
})

it('a limit by the day makes its tasks wait for its reset unless the owner raises it (U-73, U-79)', { timeout: 90_000 }, async () => {
  const { client } = factory
  script = writes({ input: 1000, output: 2000 })
  const spent = find((await client.budget.explain({ agent: 'Scout' })).budgets, 'agent')?.spent ?? 0
  await client.budget.set({ scope: 'agent', subject: 'Scout', period: 'day', hardUsd: spent / 1e9 + 0.01 })
  const planId = await factory.submit('day', [work('D', { agent: 'Scout' })])
  const waiting = await factory.reached(planId, 'D', ({ wait }) => wait?.reason === 'budget', 60_000)
  expect(waiting.spent).toBe(0)
  const { approvals } = await client.approval.list({ open: true })
  const card = approvals.find(({ taskId }) => taskId === waiting.id)
  expect(card?.options.map(({ id }) => id)).toEqual(['raise', 'cheaper', 'wait'])
  await client.approval.approve({ id: card?.id ?? 'apr_', payloadHash: card?.payloadHash ?? '', option: 'wait' })
  const parked = await factory.reached(planId, 'D', ({ state }) => state === 'pending')
  const { resetsAt } = find((await client.budget.explain({ agent: 'Scout' })).budgets, 'agent') ?? {}
  expect(parked.wait).toMatchObject({ reason: 'budget', until: resetsAt })
  await client.budget.clear({ scope: 'agent', subject: 'Scout', period: 'day' })
  expect(await factory.planEnded(planId, 60_000)).toMatchObject({ state: 'done' })
})

describe('the owner’s word', () => {
  it('ends every call under way and refuses new ones until it is taken back; nothing is lost (U-16)', { timeout: 90_000 }, async () => {
    const { client } = factory
    let isSlow = true
    const answers = writes({ input: 1000, output: 100 })
    script = (n, request) => (isSlow ? { kind: 'hang' } : answers(n, request))
    const planId = await factory.submit('killed', [work('E')])
    await until(async () => (model.requests.some(({ step }) => step.kind === 'hang') ? true : undefined), 60_000)
    expect(await client.spend.kill()).toEqual({ aborted: 1 })
    expect((await client.factory.status()).mode).toBe('running')
    const told = await factory.reached(planId, 'E', ({ state, wait }) => state === 'ready' && wait?.reason === 'budget', 30_000)
    expect(told).toMatchObject({ attempts: 0, wait: { detail: 'all model calls are stopped' } })
    expect((await client.spend.calls({ limit: 5 })).calls[0]).toMatchObject({ state: 'settled', confidence: 'estimated' })
    isSlow = false
    await client.spend.allow()
    expect(await factory.planEnded(planId, 60_000)).toMatchObject({ state: 'done' })
  })

  it('pauses an agent: its work waits with the reason, and goes on when it is resumed', { timeout: 60_000 }, async () => {
    const { client } = factory
    script = writes({ input: 1000, output: 100 })
    await client.agent.pause({ name: 'Rex', reason: 'a look first' })
    const planId = await factory.submit('paused', [work('F')])
    const waiting = await factory.reached(planId, 'F', ({ wait }) => wait?.reason === 'paused')
    expect(waiting.wait).toMatchObject({ detail: 'Rex: a look first', owner: 'owner' })
    expect(await client.agent.resume({ name: 'Rex' })).toMatchObject({ paused: null })
    expect(await factory.planEnded(planId, 60_000)).toMatchObject({ state: 'done' })
  })
})

it('an agent that spends out of all proportion is paused until the owner has looked, and is not stopped for the same money again (R-204, C-20)', {
  timeout: 60_000,
}, async () => {
  const { client } = factory
  script = writes({ input: 1000, output: 100 })
  await client.settings.set({ key: 'velocityFloorUsdPerHour', value: 0.5 })
  const paused = async () => (await client.agent.get({ name: 'Rex' })).paused
  const found = await until(async () => (await paused()) ?? undefined)
  expect(found).toMatchObject({ by: 'velocity', reason: expect.stringMatching(/^spends \$\d+\.\d\d an hour/) })
  const planId = await factory.submit('too-fast', [work('G')])
  await factory.reached(planId, 'G', ({ wait }) => wait?.reason === 'paused')
  await client.agent.resume({ name: 'Rex' })
  expect(await factory.planEnded(planId, 60_000)).toMatchObject({ state: 'done' })
  expect(await paused()).toBeNull()
  await client.settings.set({ key: 'velocityFloorUsdPerHour', value: 5 })
})

it('a model is tried with one small call that is billed like any other', async () => {
  script = () => ({ kind: 'text', text: 'ok', usage: { input: 20, output: 4 } })
  const { client } = factory
  expect(await client.model.test({ ref: 'dear/never-heard-of' })).toMatchObject({
    ok: true,
    model: 'dear/never-heard-of',
    call: { agent: 'owner', usage: { input: 20, output: 4 }, cost: 600_000, state: 'settled' },
  })
  await expect(client.model.test({ ref: 'nobody/model' })).rejects.toMatchObject({ code: 'provider/unknown' })
})

it('the books agree with themselves after all of it', async () => {
  const { client } = factory
  const { calls } = await client.spend.calls({ limit: 1000 })
  const { total } = await client.spend.summary({ by: 'agent' })
  expect(calls.reduce((sum, { cost }) => sum + cost, 0)).toBe(total)
  expect(calls.filter(({ state }) => state === 'open')).toEqual([])
  expect(calls.filter(({ cost, reserved }) => cost > reserved)).toEqual([])
  const { budgets } = await client.budget.list()
  expect(budgets.filter(({ held }) => held !== 0)).toEqual([])
  expect(
    find(
      budgets.filter(({ period }) => period === 'month'),
      'global',
    )?.spent,
  ).toBe(total)
})
