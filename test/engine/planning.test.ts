import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Step, startScriptedModel } from '../programs/scripted-model.ts'
import { type Factory, openFactory, until } from './world.ts'

const draft = {
  title: 'A price comparison API',
  tasks: [
    { key: 'T1', title: 'Research', instructions: 'Look around.', agent: 'Scout', kind: 'research', budgetUsd: 0.5, outputs: ['report.md'] },
    { key: 'T2', title: 'Build', instructions: 'Build it.', agent: 'Rex', kind: 'build', dependsOn: ['T1'], budgetUsd: 1, outputs: ['server.js'] },
  ],
}
const say = (text: string): Step => ({ kind: 'text', text })
const answers: Record<string, readonly Step[]> = {
  good: [say(`Here it is:\n\`\`\`json\n${JSON.stringify(draft)}\n\`\`\``)],
  mended: [say(JSON.stringify({ ...draft, tasks: draft.tasks.map((task) => ({ ...task, agent: 'Nobody' })) })), say(JSON.stringify(draft))],
  hopeless: [say('I would rather write a poem.')],
}
let answer: readonly Step[] = []
let asked: string[] = []
let factory: Factory
let model: Awaited<ReturnType<typeof startScriptedModel>>

beforeAll(async () => {
  model = await startScriptedModel((_n, { body }) => {
    asked.push(JSON.stringify(body))
    return answer[Math.min(asked.length, answer.length) - 1] ?? say('')
  })
  factory = await openFactory()
  const { client } = factory
  await client.provider.add({ name: 'scripted', wire: 'openai-chat', baseUrl: model.url, key: 'some-key-of-length' })
  await client.agent.set({ name: 'Kev', change: { model: 'scripted/planner' } })
})
afterAll(async () => {
  await factory?.[Symbol.asyncDispose]()
  await model?.[Symbol.asyncDispose]()
})

async function plan(how: keyof typeof answers, review = true) {
  answer = answers[how] ?? []
  asked = []
  const { client } = factory
  const { request } = await client.request.submit({ text: `Build me a price comparison API, ${how}`, project: `plan-${how}`, review, budgetUsd: 3 })
  const planId = await until(async () => (await client.request.get({ id: request.id })).planId ?? undefined)
  return client.plan.get({ id: planId })
}

it('makes a plan of a sentence, tells the model what was asked, and waits to be looked at (R-031)', async () => {
  const { plan: made, tasks } = await plan('good')
  expect(made).toMatchObject({ state: 'draft', source: 'model', title: draft.title, tasks: 2, budget: 3_000_000_000 })
  expect(tasks.map((task) => [task.key, task.agent, task.state, task.dependsOn])).toEqual([
    ['T1', 'Scout', 'draft', []],
    ['T2', 'Rex', 'draft', ['T1']],
  ])
  expect(asked[0]).toContain('Build me a price comparison API, good')
  const { sessions } = await factory.client.session.list({})
  expect(sessions.find((session) => session.role === 'planner')).toMatchObject({ agent: 'Kev', state: 'ended', model: 'planner' })
})

it('lets a draft be edited, refuses what could not run, and starts it', async () => {
  const { plan: made, tasks } = await plan('good')
  const [first, second] = tasks
  if (!first || !second) throw new Error('two tasks')
  const { client } = factory
  expect(await client.task.edit({ id: second.id, agent: 'Atlas', title: 'Build it well', tier: 'frontier', dependsOn: [] })).toMatchObject({
    agent: 'Atlas',
    title: 'Build it well',
    tier: 'frontier',
    dependsOn: [],
  })
  await expect(client.task.edit({ id: second.id, agent: 'Nobody' })).rejects.toMatchObject({ code: 'agent/unknown', data: { field: 'agent' } })
  await client.task.edit({ id: first.id, dependsOn: ['T2'] })
  await expect(client.task.edit({ id: second.id, dependsOn: ['T1'] })).rejects.toMatchObject({
    code: 'plan/invalid',
    message: expect.stringContaining('wait for each other'),
  })
  expect((await client.plan.start({ id: made.id })).state).toBe('running')
  await expect(client.task.edit({ id: second.id, title: 'Too late' })).rejects.toMatchObject({ code: 'plan/not-editable' })
  await client.plan.cancel({ id: made.id })
})

it('lets the model mend its plan once, telling it what is wrong', async () => {
  const { plan: made } = await plan('mended')
  expect(made).toMatchObject({ source: 'model', tasks: 2 })
  expect(asked).toHaveLength(2)
  expect(asked[1]).toContain('Nobody')
})

it('falls back to the template when the model gives no plan: research, design, build, QA, deliver', async () => {
  const { plan: made, tasks } = await plan('hopeless')
  expect(made.source).toBe('template')
  expect(new Set(tasks.map((task) => task.kind))).toEqual(new Set(['research', 'design', 'build', 'qa', 'deliver']))
  expect(asked).toHaveLength(2)
})

it('says why nothing can be planned when no model is connected, and how to change that', async () => {
  const { client } = factory
  await client.agent.set({ name: 'Kev', change: { model: null } })
  const { request } = await client.request.submit({ text: 'Anything', project: 'nothing' })
  const failed = await until(async () => {
    const found = await client.request.get({ id: request.id })
    return found.state === 'failed' ? found : undefined
  })
  expect(failed.error).toMatch(/No model is connected.*reef provider add/)
})

it('answers the same idempotency key with the first request, and refuses it for another', async () => {
  const { client } = factory
  const first = await client.request.submit({ text: 'Once', project: 'once', idempotencyKey: 'k-1' })
  expect(await client.request.submit({ text: 'Once', project: 'once', idempotencyKey: 'k-1' })).toMatchObject({
    duplicate: true,
    request: { id: first.request.id },
  })
  await expect(client.request.submit({ text: 'Twice', project: 'once', idempotencyKey: 'k-1' })).rejects.toMatchObject({
    code: 'request/duplicate',
    data: { field: 'idempotencyKey' },
  })
})

it('changes of an agent only what was said', async () => {
  const { client } = factory
  const before = await client.agent.get({ name: 'Hawk' })
  const after = await client.agent.set({ name: 'Hawk', change: { model: 'scripted/another' } })
  expect({ ...after, version: '', acceptedAt: 0, model: null }).toEqual({ ...before, version: '', acceptedAt: 0, file: undefined, model: null })
  expect(after.active).toBe(true)
})
