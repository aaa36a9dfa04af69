import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Factory, openFactory } from '../engine/world.ts'
import { fetchPrograms, programsWaived } from './fetch-programs.ts'
import { type ScriptedModel, type Step, startScriptedModel } from './scripted-model.ts'

const argv = ['/bin/sh', '-c', 'echo pushed to $(basename "$PWD" | cut -c1-4)']

/** Asks for one command, ends its turn, and writes the file once it has been told what came of it. */
function act(_n: number, { body }: { body: Record<string, unknown> }): Step {
  const asked = JSON.stringify(body)
  if (asked.includes('"tool_result"') || asked.includes('"function_call_output"')) return { kind: 'text', text: 'I end my turn.' }
  if (asked.includes('What came of it: the owner approved it')) return { kind: 'shell', command: 'echo done > out.txt' }
  return { kind: 'tool', name: 'mcp__reef__approval_request', input: { action: 'command.run', argv, why: 'the work is to be pushed' } }
}

if (programsWaived) {
  it('effects with the real programs were not run, because REEF_SKIP_PROGRAMS=1 says so', () => expect(process.env['REEF_SKIP_PROGRAMS']).toBe('1'))
} else {
  describe('an effect outside of the sandbox, asked for by a real program', () => {
    let factory: Factory
    let model: ScriptedModel
    beforeAll(async () => {
      const { claude, codex } = await fetchPrograms()
      Object.assign(process.env, { REEF_CLAUDE: claude, REEF_CODEX: codex })
      model = await startScriptedModel(act)
      factory = await openFactory()
    }, 400_000)
    afterAll(async () => {
      await factory?.[Symbol.asyncDispose]()
      await model?.[Symbol.asyncDispose]()
    })

    it.each([
      ['claude-code', 'anthropic'],
      ['codex', 'openai-responses'],
    ] as const)('%s finds the tool, asks, and is started again with the output (issue 4)', { timeout: 120_000 }, async (driver, wire) => {
      const { client } = factory
      const from = model.requests.length
      await client.provider.add({ name: driver, wire, baseUrl: model.url, key: 'key-of-the-scripted-model' })
      await client.agent.set({ name: 'Rex', change: { driver, model: `${driver}/builder` } })
      const planId = await factory.submit(driver, [{ key: 'A', budgetUsd: 20, outputs: ['out.txt'] }])
      const waiting = await factory.reached(planId, 'A', ({ state }) => state === 'awaiting_input', 60_000)
      const card = await client.approval.get({ id: waiting.approvalId ?? ('' as never) })
      expect(card).toMatchObject({ action: 'command.run', agentSays: 'the work is to be pushed', previews: [{ argv, path: '/bin/sh' }] })
      expect((await client.session.log({ id: waiting.sessionId ?? ('' as never) })).text).toContain('The owner is asked')
      await client.approval.approve({ id: card.id, payloadHash: card.payloadHash })
      expect(await factory.reached(planId, 'A', ({ state }) => state === 'done', 60_000)).toMatchObject({ attempts: 0 })
      expect(await client.approval.get({ id: card.id })).toMatchObject({ state: 'executed', outcome: 'exit 0: pushed to att_' })
      const prompts = model.requests.slice(from).map(({ body }) => JSON.stringify(body))
      expect(prompts.some((body) => body.includes('<output>\\npushed to att_\\n</output>'))).toBe(true)
    })
  })
}
