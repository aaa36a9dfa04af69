import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import type { PlanView } from '../../src/contract/index.ts'
import { type EngineProcess, startEngine } from './engine-process.ts'
import { endSessionHost, findMarked } from './processes.ts'

const dirs: string[] = []
let engine: EngineProcess | undefined

beforeAll(async () => {
  await build()
}, 120_000)

afterEach(async () => {
  await engine?.kill('SIGKILL')
  for (const dir of dirs.splice(0)) {
    await endSessionHost(dir)
    rmSync(dir, { recursive: true, force: true })
  }
})

async function finish(client: EngineProcess['client']): Promise<PlanView> {
  for (let i = 0; i < 240; i += 1) {
    const [plan] = (await client.plan.list({})).plans
    if (plan && plan.state !== 'running' && plan.state !== 'draft') return plan
    await sleep(250)
  }
  throw new Error('the rehearsal did not end')
}

/** Milliseconds of life before each kill; together they cover planning, agents at work, gates, reviews, merges and the release. */
const lives = [
  [150, 900, 1500, 2100, 700, 3300],
  [2600, 400, 1100, 3900, 1900],
]

test.each(lives)('U-91: kill -9 after %i ms and again and again: nothing is lost, nothing is done twice', { timeout: 180_000 }, async (...delays) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'reef-crash-'))
  dirs.push(dataDir)
  for (const delay of delays) {
    engine = await startEngine(dataDir)
    await sleep(delay)
    await engine.kill('SIGKILL')
  }
  engine = await startEngine(dataDir)
  const { client } = engine
  const plan = await finish(client)
  expect(plan).toMatchObject({ state: 'done', done: 6, tasks: 6, rehearsal: true })

  const { tasks, releases } = await client.plan.get({ id: plan.id })
  const { rows } = await client.audit.list({ limit: 1000 })
  for (const task of tasks) {
    const { attempts, evidence } = await client.task.get({ id: task.id })
    expect(attempts.filter((attempt) => attempt.state === 'succeeded')).toHaveLength(1)
    expect(attempts.filter((attempt) => attempt.state === 'running')).toHaveLength(0)
    expect(evidence.some((item) => item.attemptId === task.attemptId && item.verdict === 'passed')).toBe(true)
    expect(rows.filter((row) => row.type === 'task.completed' && row.subject === task.id)).toHaveLength(1)
  }
  expect((await client.request.list({})).requests).toHaveLength(1)
  expect((await client.plan.list({})).plans).toHaveLength(1)
  expect(releases.filter((release) => release.state === 'healthy')).toHaveLength(1)
  expect(rows.filter((row) => row.type === 'branch.merged')).toHaveLength(1)
  const { calls } = await client.spend.calls({ limit: 1000 })
  expect(calls.filter((call) => call.state === 'open')).toHaveLength(0)
  expect(await client.audit.verify()).toMatchObject({ ok: true, firstBroken: null })
  expect((await fetch(`${plan.endpoint}/health`)).status).toBe(200)

  const { sessions } = await client.session.list({ limit: 1000 })
  expect(sessions.filter((session) => session.state === 'running').map((session) => session.role)).toEqual(['product'])
  expect(findMarked(tasks.flatMap((task) => (task.attemptId ? [task.attemptId] : [])))).toEqual([])
})
