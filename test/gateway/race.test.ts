import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { WireFormat } from '../../src/contract/index.ts'
import { EVENT_STREAM, type Seen } from './upstream.ts'
import { grant, openDoor } from './world.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})

const STREAMS = 200
const ASKED = 4096
type Tokens = { readonly input: number; readonly output: number }
type Wire = {
  readonly path: string
  readonly request: object
  readonly limit: string
  /** Nanodollars a token at most: a written cache is the dearest input that there is. */
  readonly price: Tokens
  readonly answer: (used: Tokens) => string
  readonly refusal: object
}
const named = (frame: { type: string } & Record<string, unknown>) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`
const refusal = {
  error: { type: 'insufficient_quota', code: 'insufficient_quota', message: expect.stringMatching(/^REEF: the budget of agent Rex today is \$0\.40: /) },
}
const hello = [{ role: 'user', content: 'Grüße, 世界' }]

const wires: Readonly<Record<Exclude<WireFormat, 'ollama'>, Wire>> = {
  anthropic: {
    path: '/v1/messages',
    request: { model: 'claude-sonnet-4-5', messages: hello },
    limit: 'max_tokens',
    price: { input: 3750, output: 15_000 },
    answer: ({ input, output }) =>
      [
        { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 0, cache_creation_input_tokens: input, output_tokens: 1 } } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: output } },
        { type: 'message_stop' },
      ]
        .map(named)
        .join(''),
    refusal: { type: 'error', error: { type: 'billing_error', message: refusal.error.message } },
  },
  'openai-responses': {
    path: '/v1/responses',
    request: { model: 'gpt-5', input: hello },
    limit: 'max_output_tokens',
    price: { input: 1250, output: 10_000 },
    answer: ({ input, output }) =>
      [
        { type: 'response.output_text.delta', delta: 'Hi' },
        {
          type: 'response.completed',
          response: {
            id: 'resp_1',
            usage: { input_tokens: input, input_tokens_details: { cached_tokens: 0 }, output_tokens: output, total_tokens: input + output },
          },
        },
      ]
        .map(named)
        .join(''),
    refusal,
  },
  'openai-chat': {
    path: '/v1/chat/completions',
    request: { model: 'gpt-5', messages: hello },
    limit: 'max_completion_tokens',
    price: { input: 1250, output: 10_000 },
    answer: ({ input, output }) =>
      [
        JSON.stringify({ object: 'chat.completion.chunk', choices: [{ delta: { content: 'Hi' } }] }),
        JSON.stringify({
          object: 'chat.completion.chunk',
          choices: [],
          usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
        }),
        '[DONE]',
      ]
        .map((data) => `data: ${data}\n\n`)
        .join(''),
    refusal,
  },
}

describe.each(Object.entries(wires))(
  'two hundred streams at once race for forty cents, in the wire %s (R-200)',
  (wire, { path, request, limit, price, answer, refusal }) => {
    const body = JSON.stringify({ ...request, stream: true, [limit]: ASKED })
    const most = { input: Buffer.byteLength(body) + 1000, output: 2048 }
    const least = most.input * price.input + most.output * price.output
    const LIMIT = 400_000_000

    it.each([
      ['as much as was reserved for it', () => 1],
      ['some of it', () => Math.random()],
    ])('and not a nanodollar more is spent, where every answer uses %s', async (_, share) => {
      const peaks: number[] = []
      const given: number[] = []
      const use = async (response: ServerResponse, seen: Seen) => {
        const { spent, held } = standing()
        peaks.push(spent + held)
        const output = (JSON.parse(seen.body) as Record<string, number>)[limit] ?? Number.NaN
        given.push(output)
        // Held for a moment, so that the race is for money that is held and not yet spent.
        setTimeout(
          () => {
            const used = share()
            response.writeHead(200, EVENT_STREAM).end(answer({ input: Math.floor(most.input * used), output: Math.floor(output * used) }))
          },
          20 + Math.random() * 30,
        )
      }
      const door = await openDoor(use, { wire: wire as WireFormat })
      closing.push(door)
      const { upstream, world, token } = door
      const standing = () =>
        world.budgets.explain({ ...grant, planId: null, taskId: null, attemptId: null }).find(({ scope }) => scope === 'agent') ?? { spent: NaN, held: NaN }
      world.money.defaults = { ...world.money.defaults, agentDay: LIMIT }

      const answers = await Promise.all(
        Array.from({ length: STREAMS }, async () => {
          const got = await fetch(`${world.gateway.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
          return { status: got.status, retry: got.headers.get('x-should-retry'), text: await got.text() }
        }),
      )
      await expect.poll(() => world.gateway.inFlight()).toBe(0)
      const calls = world.calls()
      const bills = calls.reduce((sum, { cost }) => sum + cost, 0)
      const passed = answers.filter(({ status }) => status === 200)
      const refused = answers.filter(({ status }) => status === 402)

      expect([passed.length + refused.length, passed.length, calls.length]).toEqual([STREAMS, upstream.requests.length, upstream.requests.length])
      expect(standing()).toMatchObject({ spent: bills, held: 0 })
      expect(Math.max(...peaks, bills)).toBeLessThanOrEqual(LIMIT)
      for (const call of calls)
        expect(call).toMatchObject({ state: 'settled', confidence: 'exact', cost: expect.toSatisfy((cost: number) => cost <= call.reserved) })
      // Nobody was refused who could have been served: not even the shortest answer fits any more.
      expect(LIMIT - bills).toBeLessThan(least)
      expect(Math.min(...given)).toBeGreaterThanOrEqual(2048)
      for (const { retry, text } of refused) {
        const said = JSON.parse(text) as { reef: { budget: object } }
        expect(retry).toBe('false')
        expect(said).toMatchObject(refusal)
        expect(said.reef.budget).toMatchObject({ budget: { scope: 'agent', subject: 'Rex', period: 'day', hard: LIMIT }, needed: least, passing: false })
      }
      expect(world.events.filter(({ type }) => type === 'budget.refused').length).toBe(1)
    })
  },
)
