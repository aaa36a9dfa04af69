import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../../scripts/build.mjs'
import type { PlanId } from '../../src/contract/index.ts'
import { type EngineProcess, startEngine } from '../crash/engine-process.ts'
import { endSessionHost, findMarked } from '../crash/processes.ts'
import { fetchPrograms, programsWaived } from './fetch-programs.ts'
import { type Step, startScriptedModel } from './scripted-model.ts'

const files = { T1: 'by-claude.txt', T2: 'by-codex.txt' } as const
/** Dollars per million tokens of a model that no catalogue knows, in nanodollars a token. */
const ceiling = { input: 15_000, output: 75_000 }

/** Does the one thing each task asks for, says so, and passes every review. */
function act(_n: number, { body }: { body: Record<string, unknown> }): Step {
  const asked = JSON.stringify(body)
  if (asked.includes('role=reviewer')) return { kind: 'text', text: '{"verdict":"pass","summary":"It is what was asked for.","findings":[]}' }
  const key = (['T1', 'T2'] as const).find((task) => asked.includes(`role=builder task=${task} `))
  const worked = asked.includes('"tool_result"') || asked.includes('"function_call_output"')
  return key && !worked ? { kind: 'shell', command: `printf 'made for ${key}\\n' > ${files[key]}` } : { kind: 'text', text: 'The file is written.' }
}

async function ended(client: EngineProcess['client'], id: PlanId): Promise<string> {
  for (let i = 0; i < 480; i += 1) {
    const { plan } = await client.plan.get({ id })
    if (plan.state !== 'running' && plan.state !== 'draft') return plan.state
    await sleep(250)
  }
  return 'still running'
}

if (programsWaived) {
  process.stderr.write('REEF_SKIP_PROGRAMS=1: the main job was NOT run with the real Claude Code and Codex.\n')
  it('the main job with the real programs was not run, because REEF_SKIP_PROGRAMS=1 says so', () => expect(process.env['REEF_SKIP_PROGRAMS']).toBe('1'))
} else {
  describe('the main job with the real Claude Code and Codex', () => {
    let dataDir: string
    let engine: EngineProcess
    let model: Awaited<ReturnType<typeof startScriptedModel>>

    beforeAll(async () => {
      const [{ claude, codex }] = await Promise.all([fetchPrograms(), build()])
      model = await startScriptedModel(act)
      dataDir = mkdtempSync(join(tmpdir(), 'reef-main-job-'))
      engine = await startEngine(dataDir, { args: ['--no-rehearsal'], env: { REEF_CLAUDE: claude, REEF_CODEX: codex } })
    }, 400_000)

    afterAll(async () => {
      await engine?.kill('SIGTERM')
      await endSessionHost(dataDir)
      await model?.[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    })

    it('commits what they made, records what they did, counts every token and leaves no process (R-033, R-080)', { timeout: 180_000 }, async () => {
      const { client } = engine
      await client.provider.add({ name: 'scripted', wire: 'anthropic', baseUrl: model.url, key: 'key-of-the-scripted-model' })
      await client.provider.add({ name: 'scripted-too', wire: 'openai-responses', baseUrl: model.url, key: 'key-of-the-scripted-model' })
      await client.agent.set({ name: 'Rex', change: { driver: 'claude-code', model: 'scripted/builder-one' } })
      await client.agent.set({ name: 'Atlas', change: { driver: 'codex', model: 'scripted-too/builder-two' } })
      await client.agent.set({ name: 'Hawk', change: { driver: 'direct', model: 'scripted/reviewer' } })
      const { request } = await client.request.submit({
        text: 'Write two files',
        project: 'two-files',
        plan: {
          title: 'Two files',
          tasks: [
            { key: 'T1', title: 'The first', instructions: `Write ${files.T1}.`, agent: 'Rex', kind: 'build', budgetUsd: 2, outputs: [files.T1] },
            {
              key: 'T2',
              title: 'The second',
              instructions: `Write ${files.T2}.`,
              agent: 'Atlas',
              kind: 'build',
              budgetUsd: 2,
              outputs: [files.T2],
              dependsOn: ['T1'],
            },
            { key: 'T3', title: 'Deliver', instructions: 'Merge it.', agent: 'Forge', kind: 'deliver', budgetUsd: 1, dependsOn: ['T2'] },
          ],
        },
      })
      let planId = request.planId
      for (let i = 0; !planId && i < 100; i += 1) {
        await sleep(50)
        planId = (await client.request.get({ id: request.id })).planId
      }
      if (!planId) throw new Error('no plan was made')
      expect(await ended(client, planId)).toBe('done')

      const { plan, tasks } = await client.plan.get({ id: planId })
      const repository = (await client.project.list()).projects.find((project) => project.name === 'two-files')?.path ?? ''
      const show = (path: string) => execFileSync('git', ['-C', repository, 'show', `main:${path}`], { encoding: 'utf8' })
      expect(show(files.T1)).toBe('made for T1\n')
      expect(show(files.T2)).toBe('made for T2\n')

      const programs = new Map<string, string>()
      for (const task of tasks.filter((one) => one.key !== 'T3')) {
        const { attempts, evidence, sessions } = await client.task.get({ id: task.id })
        expect(attempts.map((attempt) => attempt.state)).toEqual(['succeeded'])
        expect(evidence.find((item) => item.kind === 'review')).toMatchObject({ verdict: 'passed', model: 'scripted/reviewer' })
        const builder = sessions.find((session) => session.role === 'builder')
        programs.set(task.key, builder?.driver ?? 'none')
        const { text } = await client.session.log({ id: builder?.id ?? ('' as never) })
        expect(text).toContain(`made for ${task.key}`)
      }
      expect(Object.fromEntries(programs)).toEqual({ T1: 'claude-code', T2: 'codex' })

      const { calls } = await client.spend.calls({ planId, limit: 1000 })
      const billed = model.requests.filter((entry) => entry.usage)
      const due = model.total()
      expect(calls).toHaveLength(billed.length)
      expect(sum(calls.map((call) => call.usage.input))).toBe(due.input)
      expect(sum(calls.map((call) => call.usage.output))).toBe(due.output)
      expect(sum(calls.map((call) => call.cost))).toBe(due.input * ceiling.input + due.output * ceiling.output)
      expect(plan.spent).toBe(sum(calls.map((call) => call.cost)))
      expect(sum(tasks.map((task) => task.spent))).toBe(plan.spent)

      expect(model.requests.every((entry) => !JSON.stringify(entry.headers).includes('reef_'))).toBe(true)
      expect(findMarked(tasks.flatMap((task) => (task.attemptId ? [task.attemptId] : [])))).toEqual([])
      expect((await client.audit.verify()).ok).toBe(true)
    })
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
