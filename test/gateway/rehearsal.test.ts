import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlanDraft, type SessionId, type TaskKind } from '../../src/contract/index.ts'
import { createLocalTarget } from '../../src/engine/delivery/targets/local.ts'
import { toBuilderPrompt, toReviewPrompt } from '../../src/engine/dispatch/prompts.ts'
import { createRehearsalModel, type RehearsalModel } from '../../src/engine/gateway/index.ts'
import { toPlannerPrompt } from '../../src/engine/planner/prompt.ts'
import { findCommands, runCommand } from '../../src/engine/quality/checks/commands.ts'
import { type Finding, toError } from '../../src/engine/quality/evidence.ts'
import { openWorkshop, type Workshop } from '../programs/workshop.ts'
import { uncaged } from '../workspaces/world.ts'
import { grant, openWorld, type World } from './world.ts'

const text = 'Build me a price comparison API that scrapes competitor prices and exposes a REST endpoint'
const machine = { nodePath: process.execPath, cage: uncaged }

/** Pi, the real program, in a real session, through the real gateway, to the script that ships, judged by the gate's own commands. Only the queue around them is missing. */
describe('the rehearsal', () => {
  let world: World
  let model: RehearsalModel
  let shop: Workshop
  let repo = ''
  let plan: PlanDraft
  beforeAll(async () => {
    world = await openWorld()
    model = await createRehearsalModel({ pace: 0 })
    world.router.connectRehearsal(model.url)
    shop = await openWorkshop()
    repo = join(shop.dataDir, 'rehearsed')
    mkdirSync(repo)
    git(repo, 'init', '-q', '-b', 'main')
    git(repo, 'commit', '-q', '--allow-empty', '-m', 'start')
  }, 60_000)
  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]()
    await model?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@reef.invalid', ...args], { cwd, encoding: 'utf8' })
  const branch = (key: string) => {
    const path = join(shop.dataDir, 'worktrees', key)
    git(repo, 'worktree', 'add', '-q', '-b', key, path, 'main')
    return path
  }
  /** What the gate would run here, and what it would send back to the builder. */
  async function gate(cwd: string, kind: TaskKind) {
    const findings: Finding[] = []
    for (const command of findCommands(cwd, kind))
      findings.push((await runCommand(command, { cwd, timeoutMs: 60_000, mark: 'att_rehearsed' }, machine)).finding)
    return {
      verdicts: findings.map(({ name, verdict }) => `${name}: ${verdict}`),
      error: toError(findings.map((finding) => ({ exitCode: null, ...finding }))),
    }
  }
  const passed = { verdicts: ['npm run lint: passed', 'npm run test: passed'], error: '' }

  async function ask(driver: 'pi' | 'direct', id: string, cwd: string, prompt: string) {
    const session = await shop.sessions.launch(
      shop.order({
        driver,
        role: driver === 'pi' ? 'builder' : 'reviewer',
        provider: { wire: 'anthropic' },
        model: id,
        cwd,
        prompt,
        gatewayUrl: world.gateway.url,
        token: (sessionId: SessionId) => world.gateway.issue({ ...grant, sessionId, provider: 'rehearsal' }),
        timeoutMs: 60_000,
      }),
    )
    return { ...(await shop.sessions.ended(session)), record: shop.sessions.log(session, 0, 1_000_000).text }
  }
  const build = (key: string, counted: number, cwd: string, error: string | null = null) => {
    const planned = plan.tasks.find((one) => one.key === key)
    const work = { task: { key, title: planned?.title, error }, plan: { text }, instructions: planned?.instructions, outputs: planned?.outputs }
    const attempt = { n: counted + 1, step: counted === 0 ? 'same model' : 'adjusted prompt' }
    return ask(
      'pi',
      'scripted-builder',
      cwd,
      toBuilderPrompt({ ...work, agent: undefined, attempt, counted, effect: [] } as unknown as Parameters<typeof toBuilderPrompt>[0]),
    )
  }
  /** Everything that the plan says must be there is there, and is committed and merged. */
  function finish(key: string, cwd: string) {
    const outputs = plan.tasks.find((one) => one.key === key)?.outputs ?? []
    expect(outputs.filter((file) => !existsSync(join(cwd, file)))).toEqual([])
    git(cwd, 'add', '-A')
    git(cwd, 'commit', '-q', '-m', key)
    git(repo, 'merge', '-q', '--no-ff', '-m', key, key)
  }

  it('plans the story of the specification as six tasks (R-017, R-031)', async () => {
    const { prompt } = toPlannerPrompt({ text, project: 'prices', budgetUsd: 5 }, [])
    const end = await ask('direct', 'scripted-builder', shop.worktree, prompt)
    plan = PlanDraft.parse(JSON.parse(end.text))
    expect(plan.tasks.map(({ key, agent, kind, dependsOn }) => [key, agent, kind, dependsOn.join()])).toEqual([
      ['T1', 'Scout', 'research', ''],
      ['T2', 'Atlas', 'design', 'T1'],
      ['T3', 'Rex', 'build', 'T2'],
      ['T4', 'Rex', 'build', 'T2'],
      ['T5', 'Hawk', 'qa', 'T3,T4'],
      ['T6', 'Forge', 'deliver', 'T5'],
    ])
  })

  it('builds a product, stumbles once over its own test and mends it (R-034, U-38)', async () => {
    for (const key of ['T1', 'T2']) {
      const cwd = branch(key)
      expect(await build(key, 0, cwd)).toMatchObject({ outcome: 'succeeded', text: expect.stringContaining('REHEARSAL') })
      finish(key, cwd)
    }
    expect(await gate(repo, 'build')).toEqual(passed)

    const api = branch('T3')
    const scraper = branch('T4')
    expect(await build('T3', 0, api)).toMatchObject({ outcome: 'succeeded', text: expect.stringContaining('the API is built') })
    const first = await gate(api, 'build')
    expect(first.verdicts).toEqual(['npm run lint: passed', 'npm run test: failed'])
    expect(first.error).toMatch(/✖ GET \/prices lists the offers cheapest first/)
    const again = await build('T3', 1, api, first.error)
    expect(again).toMatchObject({ outcome: 'succeeded', text: expect.stringMatching(/REHEARSAL: mended.* 10 tests pass/) })
    expect(again.record).toContain('“GET /prices lists the offers cheapest first” fails')
    expect(await gate(api, 'build')).toEqual(passed)
    expect(await build('T4', 0, scraper)).toMatchObject({ outcome: 'succeeded', text: expect.stringMatching(/9 tests pass/) })
    expect(await gate(scraper, 'build')).toEqual(passed)
    for (const [key, cwd] of [
      ['T3', api],
      ['T4', scraper],
    ] as const) {
      finish(key, cwd)
      const diff = git(cwd, 'diff', `main~1...${key}`)
      const task = { key, title: plan.tasks.find((one) => one.key === key)?.title ?? '' }
      const { prompt } = toReviewPrompt({ task, instructions: 'as planned', diff, truncated: false, evidence: [] })
      const verdict = JSON.parse((await ask('direct', 'scripted-reviewer', cwd, prompt)).text)
      expect(verdict).toMatchObject({ verdict: 'pass', summary: expect.stringContaining('REHEARSAL'), findings: [] })
    }

    const qa = branch('T5')
    expect(await build('T5', 0, qa)).toMatchObject({ outcome: 'succeeded', text: expect.stringMatching(/did not manage to break it. \d+ tests pass/) })
    expect(await gate(qa, 'qa')).toEqual(passed)
    finish('T5', qa)
    expect(readFileSync(join(repo, 'docs/qa-report.md'), 'utf8')).toMatch(/\d\d passed, 0 failed/)
  }, 180_000)

  it('that starts where it is told and answers with real offers, cheapest first (R-017)', async () => {
    let ended: Promise<unknown> = Promise.resolve()
    const target = createLocalTarget({
      ...machine,
      async startProduct({ argv: [program, ...args], cwd, env }) {
        const child = spawn(program, args, { cwd, env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' })
        ended = once(child, 'exit')
        return { sessionId: 'ses_product', pid: child.pid ?? 0 }
      },
      stopProduct: async () => ({ survivors: 0 }),
    })
    const described = await target.describe(async (path) => (existsSync(join(repo, path)) ? readFileSync(join(repo, path), 'utf8') : undefined))
    expect(described).toMatchObject({ prepare: [], script: 'node src/server.js' })
    if (!described) return
    const releaseId = 'rel_01JC0000000000000000000001'
    const planId = 'plan_01JC0000000000000000000001'
    const taskId = 'task_01JC0000000000000000000001'
    const { url } = await target.start({ releaseId, planId, taskId, title: 'product', dir: repo, plan: described, port: null })
    await expect.poll(() => target.probe(url), { timeout: 10_000 }).toMatchObject({ ok: true, status: 200 })
    const answer = await (await fetch(`${url}/prices?product=headphones`)).json()
    expect((answer as { offers: Array<{ shop: string; price: number }> }).offers.map(({ shop: name, price }) => [name, price])).toEqual([
      ['Budget Bytes', 899.5],
      ['Southern Tech', 949],
      ['Harbour Electronics', 1099],
    ])
    expect(await target.stop(releaseId, null)).toEqual({ survivors: 0 })
    await ended
  })

  it('is metered like any other model and costs nothing (U-78)', () => {
    const calls = world.calls()
    expect(calls.length).toBeGreaterThan(20)
    expect(new Set(calls.map(({ state, confidence, cost, provider }) => `${state} ${confidence} ${cost} ${provider}`))).toEqual(
      new Set(['settled rehearsal 0 rehearsal']),
    )
    expect(calls.every(({ usage }) => usage.input > 0 && usage.output > 0)).toBe(true)
  })

  it('does not pass what it cannot find: a reviewer that sees no tests says so (R-225)', async () => {
    const asked = async (diff: string) => {
      const answer = await fetch(`${model.url}/v1/messages`, {
        method: 'POST',
        body: JSON.stringify({ model: 'scripted-reviewer', messages: [{ role: 'user', content: `[REEF role=reviewer task=T3]\n<diff>\n${diff}\n</diff>` }] }),
      })
      return JSON.parse(((await answer.json()) as { content: Array<{ text: string }> }).content[0]?.text ?? '')
    }
    expect(await asked('')).toMatchObject({ verdict: 'fail' })
    expect(await asked('+++ b/src/app.js\n+code')).toMatchObject({
      verdict: 'fail',
      findings: expect.arrayContaining([expect.objectContaining({ file: 'test/api.test.js' })]),
    })
    const all = ['src/app.js', 'src/compare.js', 'src/server.js', 'test/api.test.js'].map((file) => `+++ b/${file}`).join('\n')
    expect(await asked(`${all}\n+    .toSorted((a, b) => a.price > b.price)`)).toMatchObject({ verdict: 'fail', findings: [{ file: 'test/api.test.js' }] })
    expect(await asked(all)).toMatchObject({ verdict: 'pass' })
  })

  it('says the same again when it is asked again, because it remembers nothing (R-328)', async () => {
    const question = {
      method: 'POST',
      body: JSON.stringify({ model: 'scripted-builder', stream: true, messages: [{ role: 'user', content: '[REEF role=builder task=T4 attempt=1]' }] }),
    }
    const answers = await Promise.all([1, 2].map(async () => (await fetch(`${model.url}/v1/messages`, question)).text()))
    expect(answers[0]).toBe(answers[1])
  })
})
