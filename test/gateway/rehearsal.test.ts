import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlanDraft, type SessionId } from '../../src/contract/index.ts'
import { createRehearsalModel, type RehearsalModel } from '../../src/engine/gateway/index.ts'
import { openWorkshop, type Workshop } from '../programs/workshop.ts'
import { grant, openWorld, type World } from './world.ts'

const node = process.execPath
const text = 'Build me a price comparison API that scrapes competitor prices and exposes a REST endpoint'

/** Pi, the real program, in a real session, through the real gateway, to the script that ships. Only the queue around them is missing. */
describe('the rehearsal', () => {
  let world: World
  let model: RehearsalModel
  let shop: Workshop
  let repo = ''
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
  const run = (cwd: string, script: string) => {
    try {
      return {
        ok: true,
        output: execFileSync(node, ['--run', script], { cwd, encoding: 'utf8', stdio: 'pipe', env: { PATH: process.env.PATH ?? '', NO_COLOR: '1' } }),
      }
    } catch (error) {
      return { ok: false, output: String((error as { stdout?: string }).stdout) }
    }
  }

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
  const build = (task: string, attempt: number, cwd: string, more = '') =>
    ask(
      'pi',
      'scripted-builder',
      cwd,
      `[REEF role=builder task=${task} attempt=${attempt}]\nTask ${task}: as planned\n\nIt is part of this request of the owner:\n<request>\n${text}\n</request>${more}`,
    )
  const commit = (cwd: string, message: string) => {
    git(cwd, 'add', '-A')
    git(cwd, 'commit', '-q', '-m', message)
  }
  const merge = (key: string) => git(repo, 'merge', '-q', '--no-ff', '-m', key, key)

  it('plans the story of the specification as six tasks (R-017, R-031)', async () => {
    const end = await ask('direct', 'scripted-builder', shop.worktree, `[REEF role=planner]\nPlan this request.\n<request>\n${text}\n</request>`)
    const plan = PlanDraft.parse(JSON.parse(end.text))
    expect(plan.tasks.map(({ key, agent, kind, dependsOn }) => [key, agent, kind, dependsOn.join()])).toEqual([
      ['T1', 'Scout', 'research', ''],
      ['T2', 'Atlas', 'design', 'T1'],
      ['T3', 'Rex', 'build', 'T2'],
      ['T4', 'Rex', 'build', 'T2'],
      ['T5', 'Hawk', 'qa', 'T3,T4'],
      ['T6', 'Forge', 'deliver', 'T5'],
    ])
  })

  it('builds a product that works, stumbles once over its own test and mends it (R-034, U-38)', async () => {
    for (const task of ['T1', 'T2']) {
      const cwd = branch(task)
      expect(await build(task, 1, cwd)).toMatchObject({ outcome: 'succeeded', text: expect.stringContaining('REHEARSAL') })
      commit(cwd, task)
      merge(task)
    }
    expect(run(repo, 'test')).toMatchObject({ ok: true })

    const api = branch('T3')
    const scraper = branch('T4')
    expect(await build('T3', 1, api)).toMatchObject({ outcome: 'succeeded' })
    const gate = run(api, 'test')
    expect(gate).toMatchObject({ ok: false, output: expect.stringMatching(/✖ GET \/prices lists the offers cheapest first/) })
    const again = await build('T3', 2, api, `\n\nWhat went wrong:\n<error>\n${gate.output}\n</error>`)
    expect(again).toMatchObject({ outcome: 'succeeded', text: expect.stringMatching(/REHEARSAL: mended.* 9 tests pass/) })
    expect(again.record).toContain('“GET /prices lists the offers cheapest first” fails')
    expect(run(api, 'test')).toMatchObject({ ok: true })
    expect(await build('T4', 1, scraper)).toMatchObject({ outcome: 'succeeded', text: expect.stringMatching(/9 tests pass/) })
    for (const [task, cwd] of [
      ['T3', api],
      ['T4', scraper],
    ] as const) {
      commit(cwd, task)
      const diff = git(cwd, 'diff', 'main...HEAD')
      const verdict = JSON.parse(
        (await ask('direct', 'scripted-reviewer', cwd, `[REEF role=reviewer task=${task}]\nReview.\n<diff>\n${diff}\n</diff>\nAnswer.`)).text,
      )
      expect(verdict).toMatchObject({ verdict: 'pass', summary: expect.stringContaining('REHEARSAL'), findings: [] })
      merge(task)
    }

    const qa = branch('T5')
    expect(await build('T5', 1, qa)).toMatchObject({ outcome: 'succeeded', text: expect.stringMatching(/did not manage to break it. \d+ tests pass/) })
    commit(qa, 'T5')
    merge('T5')
    expect([run(repo, 'lint').ok, run(repo, 'test').ok]).toEqual([true, true])
    expect(readFileSync(join(repo, 'docs/qa-report.md'), 'utf8')).toMatch(/\d\d passed, 0 failed/)
  }, 180_000)

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
