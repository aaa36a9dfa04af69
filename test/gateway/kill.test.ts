import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { EVENT_STREAM, type Seen, startUpstream, stream } from './upstream.ts'
import { grant, openWorld } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})

const STREAMS = 50
const ROUNDS = 6
const body = JSON.stringify({ model: 'claude-sonnet-4-5', max_tokens: 4000, stream: true, messages: [{ role: 'user', content: 'x'.repeat(2000) }] })
type Engine = { readonly child: ChildProcess; readonly url: string; readonly token: string; readonly recovered: number }

async function start(dataDir: string, upstream: string): Promise<Engine> {
  const child = fork(join(import.meta.dirname, 'kill.child.ts'), [dataDir, upstream], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [ready] = (await once(child, 'message')) as [Omit<Engine, 'child'>]
  return { child, ...ready }
}

const call = async ({ url, token }: Engine): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': token }, body })
    return (await answer.text()).endsWith(stream.stop)
  } catch {
    return false
  }
}

it(`an engine that is killed in the middle of ${STREAMS} streams, again and again, leaves a ledger that adds up (C-26, R-206, R-207)`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'reef-killed-'))
  closing.push({ [Symbol.asyncDispose]: async () => rmSync(dataDir, { recursive: true, force: true }) })
  /** Calls that the provider was asked for, by the id in the books, and whether it said all that it had to say. */
  const asked = new Map<string, boolean>()
  const upstream = await startUpstream(async (response: ServerResponse, seen: Seen) => {
    const id = String(seen.headers['x-request-id'])
    asked.set(id, false)
    await pause(Math.random() * 100)
    response.writeHead(200, EVENT_STREAM).write(stream.start)
    for (let i = 0; i < 20 && !response.destroyed; i++) {
      response.write(stream.delta(`piece ${i}`))
      await pause(Math.random() * 40)
    }
    if (response.destroyed) return
    asked.set(id, true)
    response.end(stream.stop)
  })
  closing.push(upstream)

  const heard: boolean[] = []
  let recovered = 0
  for (let round = 0; round < ROUNDS; round++) {
    const engine = await start(dataDir, upstream.url)
    recovered += engine.recovered
    const calls = Array.from({ length: STREAMS }, () => call(engine))
    // Once before any answer, once after some have ended, mostly in between.
    await pause(Math.random() * 700)
    const died = once(engine.child, 'exit')
    engine.child.kill('SIGKILL')
    await died
    heard.push(...(await Promise.all(calls)))
  }

  const world = await openWorld({}, { dataDir })
  closing.push(world)
  recovered += world.ledger.recover()
  expect(world.ledger.recover()).toBe(0)
  expect(recovered).toBeGreaterThan(0)

  const rows = <T>(sql: string): T[] => world.reader.prepare<[], T>(sql).all()
  const calls = rows<{ id: string; state: string; confidence: string; cost: number; reserved: number; held: number; input: number; output: number }>(
    'SELECT id, state, confidence, cost, reserved, held, input, output FROM call',
  )
  // What was asked of the provider is in the books: the intent was on file before the act.
  const known = new Map(calls.map((one) => [one.id, one]))
  expect([...asked.keys()].filter((id) => !known.has(id))).toEqual([])
  // Whoever had the whole answer was billed; each call ended exactly once, told once, and is within what was held for it.
  expect(calls.length).toBeGreaterThanOrEqual(heard.filter(Boolean).length)
  for (const one of calls) {
    expect(one).toMatchObject({ state: 'settled', held: 0, cost: expect.toSatisfy((cost: number) => cost > 0 && cost <= one.reserved) })
    if (!asked.get(one.id)) expect(one.confidence).toBe('estimated')
    if (one.confidence === 'exact') expect([one.input, one.output]).toEqual([1000, 50])
  }
  const told = rows<{ subject: string }>("SELECT subject FROM event WHERE type = 'call.settled'").map(({ subject }) => subject)
  expect([told.length, new Set(told).size]).toEqual([calls.length, calls.length])

  const spent = calls.reduce((sum, { cost }) => sum + cost, 0)
  expect(rows('SELECT sum(cost) AS cost, sum(calls) AS calls FROM spend_hour')).toEqual([{ cost: spent, calls: calls.length }])
  // A round may begin on one day of the owner's and end on the next.
  const envelopes = rows<{ scope: string; period: string; spent: number; held: number }>(
    'SELECT scope, period, sum(spent) AS spent, sum(held) AS held FROM envelope GROUP BY scope, period ORDER BY scope, period',
  )
  const places = ['agent/day', 'attempt/total', 'global/day', 'global/month', 'plan/total', 'project/day', 'task/total', 'team/day']
  expect(envelopes.map(({ scope, period, ...sums }) => [`${scope}/${period}`, sums])).toEqual(places.map((place) => [place, { spent, held: 0 }]))
  expect(world.budgets.held()).toBe(0)
  expect(world.spend.summary({ by: 'agent', zone: 'UTC' }).total).toBe(spent)

  const answer = await fetch(`${world.gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': world.gateway.issue(grant) }, body })
  expect((await answer.text()).endsWith(stream.stop)).toBe(true)
  expect(world.calls()[0]).toMatchObject({ state: 'settled', confidence: 'exact', cost: 3_750_000 })
  expect(answer.headers.get('x-reef-spent-usd')).toBe((spent / 1e9).toFixed(6))
})
