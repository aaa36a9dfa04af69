import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DriverName, SessionId, WireFormat } from '../../src/contract/index.ts'
import { fetchPrograms, programsWaived } from '../programs/fetch-programs.ts'
import { type Script, type Step, startScriptedModel } from '../programs/scripted-model.ts'
import { openWorkshop, type Workshop } from '../programs/workshop.ts'
import { grant, openWorld, type World } from './world.ts'

type Program = {
  readonly driver: DriverName
  readonly wire: WireFormat
  readonly model: string
  /** Nanodollars a token, from the seller's page and not from our list. */
  readonly price: { readonly input: number; readonly output: number }
}

const shell: Step = { kind: 'shell', command: 'echo metered' }
const done: Step = { kind: 'text', text: 'All done.' }
const stumble: Step = { kind: 'status', status: 500 }

const own: Program[] = [
  { driver: 'pi', wire: 'anthropic', model: 'claude-opus-4-5', price: { input: 5000, output: 25_000 } },
  { driver: 'pi', wire: 'openai-responses', model: 'gpt-5', price: { input: 1250, output: 10_000 } },
  { driver: 'pi', wire: 'openai-chat', model: 'gpt-4.1', price: { input: 2000, output: 8000 } },
]
const real: Program[] = [
  { driver: 'claude-code', wire: 'anthropic', model: 'claude-sonnet-4-5', price: { input: 3000, output: 15_000 } },
  { driver: 'codex', wire: 'openai-responses', model: 'gpt-5.5', price: { input: 5000, output: 30_000 } },
]

/** A real program in a real session, its calls through the real gateway, router and ledger, to a provider that keeps its own books. */
function describeMetering(programs: readonly Program[], env: () => Promise<Record<string, string>>): void {
  describe.each(programs)('$driver over $wire', ({ driver, wire, model, price }) => {
    let shop: Workshop
    beforeAll(async () => {
      shop = await openWorkshop(await env())
    }, 180_000)
    afterAll(() => shop?.[Symbol.asyncDispose]())

    async function run(script: Script, prepare: (world: World) => void = () => {}) {
      const upstream = await startScriptedModel(script)
      const opened = await openWorld()
      prepare(opened)
      opened.router.add({ name: 'fake', wire, baseUrl: upstream.url, key: 'sk-the-real-key' }, 'owner')
      const id = await shop.sessions.launch(
        shop.order({
          driver,
          provider: { wire },
          model,
          gatewayUrl: opened.gateway.url,
          token: (sessionId: SessionId) => opened.gateway.issue({ ...grant, sessionId }),
        }),
      )
      const end = await shop.sessions.ended(id)
      return {
        end,
        upstream,
        world: opened,
        events: readFileSync(join(shop.dataDir, 'sessions', id, 'events.jsonl'), 'utf8'),
        async [Symbol.asyncDispose]() {
          await opened[Symbol.asyncDispose]()
          await upstream[Symbol.asyncDispose]()
        },
      }
    }
    const costOf = ({ input, output }: { input: number; output: number }) => input * price.input + output * price.output

    it('is metered to the token and to the nanodollar, failures and retries included (R-084, R-130, R-206)', async () => {
      await using made = await run([shell, stumble, shell, done])
      const { end, upstream, world } = made
      expect(end).toMatchObject({ outcome: 'succeeded', text: 'All done.' })
      expect(upstream.requests.map((request) => request.step.kind)).toEqual(['shell', 'status', 'shell', 'text'])
      const calls = world.calls().reverse()
      expect(calls.map(({ state, status, usage, cost, confidence, requestId }) => ({ state, status, usage, cost, confidence, requestId }))).toEqual(
        upstream.requests.map(({ usage }, i) => ({
          state: usage ? 'settled' : 'failed',
          status: usage ? 200 : 500,
          usage: { input: usage?.input ?? 0, cacheRead: 0, cacheWrite: 0, output: usage?.output ?? 0 },
          cost: usage ? costOf(usage) : 0,
          confidence: 'exact',
          requestId: usage ? `req_scripted_${i + 1}` : null,
        })),
      )
      const { sessionId: _, team: __, tier: ___, ...who } = grant
      for (const call of calls) expect(call).toMatchObject({ ...who, model, wire })
      const { total, rows } = world.spend.summary({ by: 'agent', zone: 'UTC' })
      expect({ total, usage: rows[0]?.usage }).toEqual({ total: costOf(upstream.total()), usage: { ...upstream.total(), cacheRead: 0, cacheWrite: 0 } })
      expect(world.charged.reduce((sum, call) => sum + call.cost, 0)).toBe(total)
      // The provider saw its own key from everyone, and nobody else did.
      const keys = upstream.requests.map(({ headers }) => headers['x-api-key'] ?? headers.authorization)
      expect(new Set(keys)).toEqual(new Set([wire === 'anthropic' ? 'sk-the-real-key' : 'Bearer sk-the-real-key']))
      expect(made.events).not.toContain('sk-the-real-key')
    })

    it('is stopped by its budget before the call that would pass it, and not a call later (R-078, R-198, R-219)', async () => {
      let world: World | undefined
      await using made = await run(
        (n) => {
          // While the third answer runs its budget is cut: it ends as it is, and the call after it is refused.
          if (n === 2 && world) world.money.task = 1
          return { kind: 'shell', command: `echo round ${n}` }
        },
        (opened) => {
          world = opened
        },
      )
      expect(made.end).toMatchObject({ outcome: 'failed', message: expect.stringContaining('the budget of this task is') })
      expect([made.upstream.requests.length, made.world.calls().map(({ state }) => state)]).toEqual([3, ['settled', 'settled', 'settled']])
    })

    it('is billed for an answer that broke off, as an estimate that is not too low', async () => {
      await using made = await run([{ kind: 'cut' }])
      expect(made.end.outcome).toBe('failed')
      const calls = made.world.calls()
      expect(calls.length).toBe(made.upstream.requests.length)
      expect(new Set(calls.map(({ state, confidence }) => `${state} ${confidence}`))).toEqual(new Set(['settled estimated']))
      expect(calls.every((call) => call.cost > 0)).toBe(true)
    })

    if (driver === 'claude-code')
      it('agrees with what the program itself says it cost, and can be joined with its log call by call', async () => {
        await using made = await run([shell, done])
        const said = made.events.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []))
        const result = said.find((event) => event['type'] === 'result')
        expect(Math.round(Number(result?.['total_cost_usd']) * 1e9)).toBe(made.world.spend.summary({ by: 'day', zone: 'UTC' }).total)
        const joined = said.filter((event) => event['type'] === 'assistant').map((event) => event['request_id'])
        expect(joined).toEqual(
          made.world
            .calls()
            .reverse()
            .map((call) => call.requestId),
        )
      })
  })
}

describeMetering(own, async () => ({}))

if (programsWaived) {
  process.stderr.write('REEF_SKIP_PROGRAMS=1: the metering of the real Claude Code and Codex was NOT tested.\n')
  describe('the metering of the real Claude Code and Codex', () => {
    it('was not tested, because REEF_SKIP_PROGRAMS=1 says so', () => expect(process.env['REEF_SKIP_PROGRAMS']).toBe('1'))
  })
} else
  describeMetering(real, async () => {
    const { claude, codex } = await fetchPrograms()
    return { REEF_CLAUDE: claude, REEF_CODEX: codex }
  })
