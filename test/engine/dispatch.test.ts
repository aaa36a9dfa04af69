import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMarked } from '../crash/processes.ts'
import { startScriptedModel } from '../programs/scripted-model.ts'
import { type Factory, openFactory, sh, until } from './world.ts'

let factory: Factory
beforeAll(async () => {
  factory = await openFactory()
})
afterAll(() => factory?.[Symbol.asyncDispose]())

const isEnded = ({ state }: { state: string }) => ['done', 'failed', 'dead_letter', 'cancelled'].includes(state)

describe('a plan of plain commands', () => {
  it('runs in the order of its dependencies, each in a worktree of its own, and keeps the evidence (R-033)', async () => {
    const planId = await factory.submit('in-order', [
      { key: 'A', command: sh('echo one > one.txt'), outputs: ['one.txt'] },
      { key: 'B', command: sh('cat one.txt > two.txt && echo two >> two.txt'), outputs: ['two.txt'], dependsOn: ['A'] },
    ])
    expect(await factory.planEnded(planId)).toMatchObject({ state: 'done', done: 2 })
    const b = await factory.task(planId, 'B')
    const { evidence, artifacts, attempts } = await factory.client.task.get({ id: b.id })
    expect(evidence.map((item) => [item.kind, item.verdict])).toContainEqual(['file', 'passed'])
    expect(artifacts.map((artifact) => artifact.path)).toEqual(['two.txt'])
    const { text } = await factory.client.artifact.read({ id: artifacts[0]?.id ?? ('' as never) })
    expect(text).toBe('one\ntwo\n')
    const diff = await factory.client.task.diff({ attemptId: attempts[0]?.id ?? ('' as never) })
    expect(diff.text).toContain('+two')
  })

  it('goes round the cascade with the error and ends in the dead letter; a retry by the owner starts it over (C-16)', { timeout: 60_000 }, async () => {
    const planId = await factory.submit('cascade', [{ key: 'A', command: sh('test -f ../let-it-pass && echo ok > out.txt'), outputs: ['out.txt'] }])
    const dead = await factory.reached(planId, 'A', ({ state }) => state === 'dead_letter', 50_000)
    expect(dead.attempts).toBe(3)
    const { attempts } = await factory.client.task.get({ id: dead.id })
    expect(attempts.map((attempt) => attempt.step)).toEqual(['same model', 'adjusted prompt', 'fallback model'])
    expect(await factory.planEnded(planId)).toMatchObject({ state: 'failed', stuck: 1 })
    expect(await factory.client.task.retry({ id: dead.id })).toMatchObject({ state: 'ready', attempts: 0 })
    await factory.client.plan.cancel({ id: planId })
  })

  it('cancels a running task with everything that depends on it and leaves no process (R-080)', async () => {
    const planId = await factory.submit('cancelled', [
      { key: 'A', command: sh('sleep 300 & sleep 300') },
      { key: 'B', command: sh('true'), dependsOn: ['A'] },
    ])
    const running = await factory.reached(planId, 'A', ({ state, sessionId }) => state === 'running' && sessionId !== null)
    await until(async () => (findMarked([running.attemptId ?? '']).length > 0 ? true : undefined))
    const { cancelled } = await factory.client.task.cancel({ id: running.id, subtree: true })
    expect(cancelled).toHaveLength(2)
    await until(async () => (findMarked([running.attemptId ?? '']).length === 0 ? true : undefined))
    expect(await factory.planEnded(planId)).toMatchObject({ state: 'cancelled' })
  })

  it('fails a task whose session the owner stopped, and says so', async () => {
    const planId = await factory.submit('stopped', [{ key: 'A', command: sh('sleep 300') }])
    const { id: taskId, sessionId } = await factory.reached(planId, 'A', ({ state, sessionId: id }) => state === 'running' && id !== null)
    // Also while it is still on its way to its host.
    await until(async () => (await factory.client.session.list({ taskId })).sessions[0])
    expect(await factory.client.session.stop({ id: sessionId ?? ('' as never) })).toEqual({ survivors: 0 })
    expect(await factory.reached(planId, 'A', isEnded)).toMatchObject({ state: 'failed', error: expect.stringContaining('stopped') })
    await expect(factory.client.session.stop({ id: sessionId ?? ('' as never) })).rejects.toMatchObject({ code: 'session/not-running' })
  })

  it('takes nothing on while it is paused and says why it waits (U-82)', async () => {
    await factory.client.factory.pause()
    const { request } = await factory.client.request.submit({
      text: 'while paused',
      project: 'paused',
      plan: {
        title: 'Paused',
        tasks: [{ key: 'A', title: 'A', instructions: 'x', agent: 'Rex', kind: 'work', budgetUsd: 1, driver: 'command', command: sh('echo 1 > a') }],
      },
    })
    expect((await factory.client.factory.status()).mode).toBe('paused')
    expect((await factory.client.request.get({ id: request.id })).state).toBe('planning')
    await factory.client.factory.resume()
    const planId = await until(async () => (await factory.client.request.get({ id: request.id })).planId ?? undefined)
    await factory.client.plan.cancel({ id: planId })
  })

  it('never runs more sessions at once than the settings allow, and says so of the rest (R-362, U-82)', { timeout: 60_000 }, async () => {
    await factory.client.settings.set({ key: 'maxSessionsPerAgent', value: 1 })
    const planId = await factory.submit('slots', [
      { key: 'A', command: sh('sleep 3; echo a > a.txt'), outputs: ['a.txt'] },
      { key: 'B', command: sh('echo b > b.txt'), outputs: ['b.txt'] },
    ])
    const waits = await until(async () => {
      const { tasks } = await factory.client.plan.get({ id: planId })
      return tasks.find((task) => task.wait?.reason === 'slot')
    })
    expect(waits.wait?.detail).toContain('Rex')
    expect(await factory.planEnded(planId)).toMatchObject({ state: 'done' })
    await factory.client.settings.set({ key: 'maxSessionsPerAgent', value: 2 })
  })
})

describe('delivery', () => {
  const product = [
    'printf \'{"name":"p","type":"module","scripts":{"start":"node server.js"}}\' > package.json',
    'printf \'import http from "node:http"; http.createServer((q,r)=>r.end("hello")).listen(process.env.PORT, process.env.HOST)\' > server.js',
  ].join(' && ')

  it('waits for the owner with the exact command, and a denial ends it with the reason (U-48)', async () => {
    const planId = await factory.submit('denied', [
      { key: 'A', command: sh(product), outputs: ['package.json', 'server.js'] },
      { key: 'D', kind: 'deliver', agent: 'Forge', dependsOn: ['A'] },
    ])
    const waiting = await factory.reached(planId, 'D', ({ state }) => state === 'awaiting_input')
    const approval = await factory.client.approval.get({ id: waiting.approvalId ?? ('' as never) })
    expect(approval.previews[0]).toMatchObject({ kind: 'command', argv: ['node', '--run', 'start'] })
    await expect(factory.client.approval.approve({ id: approval.id, payloadHash: 'another' })).rejects.toMatchObject({ code: 'approval/drifted' })
    await factory.client.approval.deny({ id: approval.id, reason: 'not now' })
    expect(await factory.reached(planId, 'D', isEnded)).toMatchObject({ state: 'failed', error: expect.stringContaining('not now') })
    await expect(factory.client.approval.deny({ id: approval.id })).rejects.toMatchObject({ code: 'approval/already-decided' })
  })

  it('starts what was approved, shows where it answers, and stops it at once', async () => {
    const planId = await factory.submit('approved', [
      { key: 'A', command: sh(product), outputs: ['package.json', 'server.js'] },
      { key: 'D', kind: 'deliver', agent: 'Forge', dependsOn: ['A'] },
    ])
    const waiting = await factory.reached(planId, 'D', ({ state }) => state === 'awaiting_input')
    const { id, payloadHash } = await factory.client.approval.get({ id: waiting.approvalId ?? ('' as never) })
    await factory.client.approval.approve({ id, payloadHash })
    const plan = await factory.planEnded(planId)
    expect(plan).toMatchObject({ state: 'done' })
    expect(await (await fetch(plan.endpoint ?? '')).text()).toBe('hello')
    const { releases } = await factory.client.release.list({})
    const release = releases.find((one) => one.planId === planId)
    expect(await factory.client.release.stop({ id: release?.id ?? ('' as never) })).toMatchObject({ state: 'stopped' })
    await expect(fetch(plan.endpoint ?? '')).rejects.toThrow()
  })
})

describe('with models', () => {
  it('resolves a conflict of parallel builds by an integration task, both intentions surviving (R-076)', { timeout: 90_000 }, async () => {
    await using model = await startScriptedModel((_n, { body }) => {
      const asked = JSON.stringify(body)
      if (asked.includes('role=reviewer')) return { kind: 'text', text: '{"verdict":"pass","summary":"fine","findings":[]}' }
      return asked.includes('"tool_result"') ? { kind: 'text', text: 'settled' } : { kind: 'shell', command: "printf 'from A\\nfrom B\\n' > shared.txt" }
    })
    await factory.client.provider.add({ name: 'scripted', wire: 'anthropic', baseUrl: model.url, key: 'some-key-of-length' })
    await factory.client.agent.set({ name: 'Rex', change: { model: 'scripted/one' } })
    await factory.client.agent.set({ name: 'Hawk', change: { model: 'scripted/two' } })
    const planId = await factory.submit('conflict', [
      { key: 'A', command: sh("sleep 1; printf 'from A\\n' > shared.txt"), outputs: ['shared.txt'] },
      { key: 'B', command: sh("sleep 1; printf 'from B\\n' > shared.txt"), outputs: ['shared.txt'] },
      { key: 'D', kind: 'deliver', agent: 'Forge', dependsOn: ['A', 'B'], deploy: 'none' },
    ])
    const plan = await factory.planEnded(planId, 80_000)
    const { tasks } = await factory.client.plan.get({ id: planId })
    expect(tasks.map((task) => [task.key, task.state, task.error])).toEqual(expect.arrayContaining([[expect.stringMatching(/^I[AB]$/), 'done', null]]))
    expect(plan).toMatchObject({ state: 'done', tasks: 4 })
    const { projects } = await factory.client.project.list()
    const repository = projects.find((project) => project.name === 'conflict')?.path ?? ''
    expect(execFileSync('git', ['-C', repository, 'show', 'main:shared.txt'], { encoding: 'utf8' })).toBe('from A\nfrom B\n')
    expect(join(repository)).not.toBe('')
  })

  it('asks the owner when there is no second model to review, and takes the work when he says so (C-17)', { timeout: 60_000 }, async () => {
    await factory.client.agent.set({ name: 'Rex', change: { model: null } })
    await factory.client.agent.set({ name: 'Hawk', change: { model: null } })
    const planId = await factory.submit('unreviewed', [{ key: 'A', kind: 'build', command: sh('echo 1 > a.txt'), outputs: ['a.txt'], review: 'required' }])
    const waiting = await factory.reached(planId, 'A', ({ state }) => state === 'awaiting_input')
    const approval = await factory.client.approval.get({ id: waiting.approvalId ?? ('' as never) })
    expect(approval.action).toBe('accept.unreviewed')
    await factory.client.approval.approve({ id: approval.id, payloadHash: approval.payloadHash })
    expect(await factory.planEnded(planId)).toMatchObject({ state: 'done' })
    const { evidence } = await factory.client.task.get({ id: waiting.id })
    expect(evidence.find((item) => item.kind === 'review')).toMatchObject({ verdict: 'waived' })
    expect((await factory.client.approval.get({ id: approval.id })).state).toBe('executed')
  })
})

it('refuses what cannot work with a sentence, a field and a remedy', async () => {
  const { client } = factory
  await expect(client.request.submit({ text: '   ' })).rejects.toMatchObject({ code: 'request/empty', status: 400, data: { field: 'text' } })
  await expect(client.request.submit({ text: 'x'.repeat(40_000) })).rejects.toMatchObject({ code: 'request/too-large', status: 413 })
  await expect(client.agent.set({ name: 'Nobody', change: {} })).rejects.toMatchObject({ code: 'agent/unknown' })
  await expect(client.agent.set({ name: 'Rex', change: { model: 'nowhere/model' } })).rejects.toMatchObject({ code: 'provider/unknown' })
  await expect(client.settings.set({ key: 'maxSessions', value: 0 })).rejects.toMatchObject({ code: 'settings/invalid' })
  await expect(client.task.list({ limit: 5000 })).rejects.toMatchObject({ code: 'input/invalid', data: { field: 'limit' } })
})

describe('a provider that is down', () => {
  it('makes its tasks wait with the reason instead of using up their attempts (R-335, U-82)', { timeout: 60_000 }, async () => {
    const { client } = factory
    await client.provider.add({ name: 'gone', wire: 'anthropic', baseUrl: 'http://127.0.0.1:9', key: 'some-key-of-length' })
    await client.agent.set({ name: 'Scout', change: { model: 'gone/model', driver: 'direct' } })
    const planId = await factory.submit(
      'down',
      ['A', 'B', 'C', 'D'].map((key) => ({ key, agent: 'Scout', kind: 'research' as const, outputs: ['a.md'] })),
    )
    const waiting = await factory.reached(planId, 'D', ({ wait }) => wait?.reason === 'breaker', 50_000)
    expect(waiting.wait).toMatchObject({ detail: 'gone failed 3 times in a row', owner: 'engine', until: expect.any(Number) })
    await client.plan.cancel({ id: planId })
  })

  it('does not blame the work when the reviewer is out of reach: the review is asked for again', { timeout: 60_000 }, async () => {
    const { client } = factory
    await client.agent.set({ name: 'Hawk', change: { model: 'gone/reviewer' } })
    const planId = await factory.submit('unheard', [{ key: 'A', kind: 'build', command: sh('echo 1 > a.txt'), outputs: ['a.txt'], review: 'required' }])
    const waiting = await factory.reached(planId, 'A', ({ wait }) => wait?.reason === 'breaker', 50_000)
    expect(waiting).toMatchObject({ state: 'pending', attempts: 0 })
    await client.plan.cancel({ id: planId })
    await client.agent.set({ name: 'Hawk', change: { model: null } })
  })
})

it('takes a task up as soon as the owner has given its agent a model', { timeout: 60_000 }, async () => {
  const { client } = factory
  await client.agent.set({ name: 'Atlas', change: { model: null, driver: 'pi' } })
  for (const { name, model } of (await client.agent.list()).agents) if (model) await client.agent.set({ name, change: { model: null, fallback: null } })
  const planId = await factory.submit('no-model', [{ key: 'A', agent: 'Atlas', kind: 'research', outputs: ['a.md'] }])
  const waiting = await factory.reached(planId, 'A', ({ wait }) => wait?.reason === 'breaker')
  expect(waiting.wait).toMatchObject({ owner: 'owner', detail: expect.stringContaining('no model is connected for Atlas') })
  await using model = await startScriptedModel([
    { kind: 'shell', command: 'echo found > a.md' },
    { kind: 'text', text: 'done' },
  ])
  await client.provider.add({ name: 'late', wire: 'anthropic', baseUrl: model.url, key: 'some-key-of-length' })
  await client.agent.set({ name: 'Atlas', change: { model: 'late/model' } })
  expect(await factory.planEnded(planId)).toMatchObject({ state: 'done' })
})

it('answers the rehearsal by itself when whoever starts it says that nobody will', { timeout: 90_000 }, async () => {
  const { client } = factory
  await client.rehearsal.start()
  expect(await client.rehearsal.start({ attended: false })).toEqual(await client.rehearsal.start())
  await until(async () => ((await client.factory.status()).rehearsal === 'done' ? true : undefined), 80_000)
  const { approvals } = await client.approval.list({})
  expect(approvals.find((approval) => approval.rehearsal)).toMatchObject({ state: 'executed', decidedBy: 'rehearsal-owner', channel: 'rehearsal' })
})
