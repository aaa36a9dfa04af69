import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallView } from '../../src/contract/index.ts'
import { EVENT_STREAM } from './upstream.ts'
import { openDoor } from './world.ts'

/** The makers' own clients, as a program uses them, against providers that answer as the real ones do. */

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const thing of closing.splice(0).reverse()) await thing[Symbol.asyncDispose]()
})

type Options = NonNullable<Parameters<typeof openDoor>[1]>
type Answer = Parameters<typeof openDoor>[0]

async function open(answer: Answer, options: Options = {}) {
  const door = await openDoor(answer, options)
  closing.push(door)
  const { upstream, token, world } = door
  const { url } = world.gateway
  return {
    upstream,
    world,
    url,
    anthropic: new Anthropic({ apiKey: token, baseURL: url, maxRetries: 0 }),
    openai: new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 }),
    ollama: new Ollama({ host: url, headers: { authorization: `Bearer ${token}` } }),
    sent: (n = 0): Record<string, unknown> => JSON.parse(upstream.requests[n]?.body ?? '{}'),
    /** Once nothing is under way: a client has heard all that it wants before the answer ends. */
    async bills() {
      await expect.poll(() => world.gateway.inFlight()).toBe(0)
      return world.calls().map(toBill)
    },
    /** The one call, once its books are closed. */
    async ended() {
      await expect.poll(() => world.calls()[0]?.state).not.toBe('open')
      return world.calls()[0] as CallView
    },
  }
}

const toBill = ({ state, status, usage, cost, reserved, confidence }: CallView) => ({
  state,
  status,
  ...usage,
  cost,
  confidence,
  withinReserved: cost <= reserved,
})
const settled = (usage: Partial<CallView['usage']>, cost: number) => ({
  state: 'settled',
  status: 200,
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  ...usage,
  cost,
  confidence: 'exact',
  withinReserved: true,
})

/** Nanodollars for one token, from the makers' price lists: a dollar for a million tokens is a thousand. */
const sonnet = { input: 3000, cacheRead: 300, cacheWrite: 3750, cacheWrite1h: 6000, output: 15_000 }
const gpt5 = { input: 1250, cacheRead: 125, output: 10_000 }

const json = (response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const named = (frames: readonly ({ type: string } & Record<string, unknown>)[]) =>
  frames.map((frame) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`).join('')
const unnamed = (frames: readonly object[]) => `${frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')}data: [DONE]\n\n`
const stream = (response: ServerResponse, text: string) => response.writeHead(200, EVENT_STREAM).end(text)

/** Long enough for the tokens that the providers below say they read. */
const hello = [{ role: 'user' as const, content: 'Grüße, 世界. '.repeat(3000) }]
const weather = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] }

describe('the Anthropic client', () => {
  const usage = {
    input_tokens: 2095,
    cache_creation_input_tokens: 2051,
    cache_read_input_tokens: 10_000,
    cache_creation: { ephemeral_5m_input_tokens: 51, ephemeral_1h_input_tokens: 2000 },
    output_tokens: 503,
    service_tier: 'standard',
  }
  const used = { input: 2095, cacheRead: 10_000, cacheWrite: 2051, output: 503 }
  const cost = 2095 * sonnet.input + 10_000 * sonnet.cacheRead + 51 * sonnet.cacheWrite + 2000 * sonnet.cacheWrite1h + 503 * sonnet.output
  const message = {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', id: 'toolu_01', name: 'get_weather', input: { city: 'Ōtautahi' } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage,
    a_field_of_next_year: { kept: true },
  }
  const ask = { model: 'claude-sonnet-4-6', max_tokens: 1024, messages: hello }

  it('gets a message with its tool call and its unknown fields, at the cost of its four kinds of tokens', async () => {
    const { anthropic, bills, sent } = await open((response) => json(response, message))
    const tools = [{ name: 'get_weather', description: 'of a city', input_schema: weather }]
    const answer = await anthropic.messages.create({ ...ask, tools, a_field_of_mine: [1] } as Parameters<typeof anthropic.messages.create>[0])
    expect(answer).toMatchObject(message)
    expect(sent()).toEqual({ ...ask, tools, a_field_of_mine: [1] })
    expect(await bills()).toEqual([settled(used, cost)])
  })

  it('streams one: text, the pieces of a tool’s input, thinking, and the last figures count', async () => {
    const { anthropic, bills } = await open((response) =>
      stream(
        response,
        named([
          { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 8 } } },
          { type: 'ping' },
          { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Where?' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } },
          { type: 'content_block_stop', index: 0 },
          { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Let me ' } },
          { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'look.' } },
          { type: 'content_block_stop', index: 1 },
          { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'toolu_01', name: 'get_weather', input: {} } },
          { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":"Ōtau' } },
          { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: 'tahi"}' } },
          { type: 'content_block_stop', index: 2 },
          { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 503 } },
          { type: 'message_stop' },
        ]),
      ),
    )
    const texts: string[] = []
    const running = anthropic.messages
      .stream({ ...ask, thinking: { type: 'enabled', budget_tokens: 1000 }, max_tokens: 4000 })
      .on('text', (text) => texts.push(text))
    const answer = await running.finalMessage()
    expect(texts).toEqual(['Let me ', 'look.'])
    expect(answer.content).toMatchObject([
      { thinking: 'Where?', signature: 'EqQB' },
      { text: 'Let me look.' },
      { name: 'get_weather', input: { city: 'Ōtautahi' } },
    ])
    expect(await bills()).toEqual([settled(used, cost)])
  })

  it('reaches betas and their headers', async () => {
    const { anthropic, upstream, bills } = await open((response) => json(response, message))
    await anthropic.beta.messages.create({ ...ask, betas: ['context-1m-2025-08-07', 'of-next-year'], context_management: { edits: [] } })
    expect(upstream.requests[0]?.headers['anthropic-beta']).toBe('context-1m-2025-08-07,of-next-year')
    expect(await bills()).toEqual([settled(used, cost)])
  })

  it('counts tokens and lists models for nothing', async () => {
    const models = () => ['claude-sonnet-4-6', 'claude-haiku-4-5']
    const { anthropic, bills } = await open((response) => json(response, { input_tokens: 14 }), { models })
    expect(await anthropic.messages.countTokens({ model: ask.model, messages: hello })).toMatchObject({ input_tokens: 14 })
    const listed: string[] = []
    for await (const model of anthropic.models.list()) listed.push(model.id)
    expect({ listed, bills: await bills() }).toEqual({ listed: models(), bills: [] })
  })

  it('hears of errors as its own kinds, owes nothing for them, and tries again where the provider says so', async () => {
    let overloaded = 1
    const { anthropic, bills } = await open((response) =>
      overloaded-- > 0
        ? json(response, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 529, { 'retry-after-ms': '1' })
        : json(response, message),
    )
    await expect(anthropic.messages.create(ask)).rejects.toMatchObject({ status: 529, error: { error: { type: 'overloaded_error' } } })
    expect(await bills()).toEqual([{ ...settled({}, 0), state: 'failed', status: 529, confidence: expect.anything() }])
    overloaded = 1
    expect(await anthropic.messages.create(ask, { maxRetries: 1 })).toMatchObject({ id: 'msg_01' })
    expect((await bills()).map(({ state, cost: owed }) => [state, owed])).toEqual([
      ['settled', cost],
      ['failed', 0],
      ['failed', 0],
    ])
  })

  it('takes a 402 of a limit for final, however often it may try (R-126)', async () => {
    const { anthropic, world, upstream } = await open((response) => json(response, message))
    world.money.task = 1
    const refused = await anthropic.messages.create(ask, { maxRetries: 3 }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Anthropic.APIError)
    expect(refused).toMatchObject({ status: 402, error: { type: 'error', error: { type: 'billing_error' } } })
    expect([upstream.requests.length, world.calls().filter((call) => call.cost > 0)]).toEqual([0, []])
  })

  it('with a token of nobody is told so once', async () => {
    const { url, upstream } = await open((response) => json(response, message))
    const stranger = new Anthropic({ apiKey: 'sk-ant-api03-of-somebody', baseURL: url, maxRetries: 3 })
    await expect(stranger.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError)
    expect(upstream.requests).toEqual([])
  })

  it('that leaves in mid-stream ends the provider’s work too, and pays for what was said by then', async () => {
    const { anthropic, upstream, ended } = await open((response) => {
      response.writeHead(200, EVENT_STREAM)
      response.write(
        named([
          { type: 'message_start', message: { ...message, content: [], usage: { ...usage, output_tokens: 1 } } },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Once upon a time' } },
        ]),
      )
    })
    const running = await anthropic.messages.create({ ...ask, stream: true })
    for await (const event of running) if (event.type === 'content_block_delta') break
    running.controller.abort()
    const call = await ended()
    await upstream.requests[0]?.closed
    const known = cost - 503 * sonnet.output
    expect({ ...toBill(call), cost: undefined, output: undefined }).toEqual({
      ...settled(used, 0),
      status: 499,
      confidence: 'estimated',
      cost: undefined,
      output: undefined,
    })
    expect(call.cost).toBe(known + call.usage.output * sonnet.output)
    expect([call.usage.output > 8, call.usage.output <= ask.max_tokens]).toEqual([true, true])
  })
})

describe('the OpenAI client over Responses', () => {
  const wire = 'openai-responses'
  const usage = {
    input_tokens: 1328,
    input_tokens_details: { cached_tokens: 1024 },
    output_tokens: 700,
    output_tokens_details: { reasoning_tokens: 640 },
    total_tokens: 2028,
  }
  const used = { input: 304, cacheRead: 1024, output: 700 }
  const cost = 304 * gpt5.input + 1024 * gpt5.cacheRead + 700 * gpt5.output
  const item = { id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Ōtautahi"}' }
  const text = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: 'Kia ora', annotations: [] }] }
  const done = {
    id: 'resp_1',
    object: 'response',
    created_at: 1_770_000_000,
    status: 'completed',
    model: 'gpt-5-2025-08-07',
    output: [text, item],
    error: null,
    usage,
  }
  const ask = { model: 'gpt-5', input: 'Grüße. '.repeat(600), max_output_tokens: 2000, store: false }

  it('gets a response with its tool call; cached tokens are part of the input and cost less', async () => {
    const { openai, bills, sent } = await open((response) => json(response, done), { wire })
    const tools = [{ type: 'function' as const, name: 'get_weather', parameters: weather, strict: true }]
    const answer = await openai.responses.create({ ...ask, tools })
    expect([answer.output_text, answer.output[1]]).toMatchObject(['Kia ora', { name: 'get_weather' }])
    expect(sent()).toEqual({ ...ask, tools })
    expect(await bills()).toEqual([settled(used, cost)])
  })

  it('streams one to its end', async () => {
    const { openai, bills } = await open(
      (response) =>
        stream(
          response,
          named([
            { type: 'response.created', sequence_number: 0, response: { ...done, status: 'in_progress', output: [], usage: null } },
            { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: { ...text, content: [], status: 'in_progress' } },
            {
              type: 'response.content_part.added',
              sequence_number: 2,
              item_id: 'msg_1',
              output_index: 0,
              content_index: 0,
              part: { type: 'output_text', text: '', annotations: [] },
            },
            { type: 'response.output_text.delta', sequence_number: 3, item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Kia ' },
            { type: 'response.output_text.delta', sequence_number: 4, item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'ora' },
            { type: 'response.output_text.done', sequence_number: 5, item_id: 'msg_1', output_index: 0, content_index: 0, text: 'Kia ora' },
            { type: 'response.output_item.done', sequence_number: 6, output_index: 0, item: text },
            { type: 'response.completed', sequence_number: 7, response: { ...done, output: [text] } },
          ]),
        ),
      { wire },
    )
    const running = openai.responses.stream(ask)
    const deltas: string[] = []
    running.on('response.output_text.delta', ({ delta }) => deltas.push(delta))
    expect((await running.finalResponse()).usage).toMatchObject({ total_tokens: 2028 })
    expect(deltas).toEqual(['Kia ', 'ora'])
    expect(await bills()).toEqual([settled(used, cost)])
  })

  it('pays for a response that fails in mid-stream what the provider says, and is told why', async () => {
    const failed = {
      ...done,
      status: 'failed',
      output: [],
      error: { code: 'server_error', message: 'It broke.' },
      usage: { input_tokens: 10, output_tokens: 4, total_tokens: 14 },
    }
    const { openai, bills } = await open((response) => stream(response, named([{ type: 'response.failed', sequence_number: 0, response: failed }])), { wire })
    const seen: unknown[] = []
    for await (const event of await openai.responses.create({ ...ask, stream: true })) seen.push(event)
    expect(seen).toMatchObject([{ type: 'response.failed', response: { error: { message: 'It broke.' } } }])
    expect(await bills()).toEqual([settled({ input: 10, output: 4 }, 10 * gpt5.input + 4 * gpt5.output)])
  })

  it('is refused with a 402 that it does not repeat (R-126)', async () => {
    const { openai, world, upstream } = await open((response) => json(response, done), { wire })
    world.money.task = 1
    const refused = await openai.responses.create(ask, { maxRetries: 3 }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OpenAI.APIError)
    expect(refused).toMatchObject({ status: 402, code: 'insufficient_quota' })
    expect(upstream.requests).toEqual([])
  })
})

describe('the OpenAI client over Chat Completions', () => {
  const wire = 'openai-chat'
  const usage = {
    prompt_tokens: 1200,
    completion_tokens: 90,
    total_tokens: 1290,
    prompt_tokens_details: { cached_tokens: 1024 },
    completion_tokens_details: { reasoning_tokens: 64 },
  }
  const used = { input: 176, cacheRead: 1024, output: 90 }
  const cost = 176 * gpt5.input + 1024 * gpt5.cacheRead + 90 * gpt5.output
  const tool_calls = [{ id: 'call_1', type: 'function' as const, function: { name: 'get_weather', arguments: '{"city":"Ōtautahi"}' } }]
  const base = { id: 'chatcmpl-1', created: 1_770_000_000, model: 'gpt-5-2025-08-07' }
  const whole = {
    ...base,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls }, finish_reason: 'tool_calls' }],
    usage,
  }
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  })
  const last = { ...base, object: 'chat.completion.chunk', choices: [], usage }
  const ask = { model: 'gpt-5', max_completion_tokens: 500, messages: hello }
  const chunks: Answer = (response) =>
    stream(response, unnamed([chunk({ role: 'assistant', content: '' }), chunk({ content: 'Kia ' }), chunk({ content: 'ora' }), chunk({}, 'stop'), last]))

  it('gets a completion with its tool call', async () => {
    const { openai, bills, sent } = await open((response) => json(response, whole), { wire })
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: weather } }]
    const answer = await openai.chat.completions.create({ ...ask, tools })
    expect(answer.choices[0]?.message.tool_calls).toEqual(tool_calls)
    expect(sent()).toEqual({ ...ask, tools })
    expect(await bills()).toEqual([settled(used, cost)])
  })

  it('streams one; the usage is billed whether it asked for it or not, and seen only by who asked', async () => {
    const { openai, bills } = await open(chunks, { wire })
    const seen = async (more: object) => {
      const running = await openai.chat.completions.create({ ...ask, ...more, stream: true })
      let text = ''
      let total: number | undefined
      for await (const { choices, usage: said } of running) {
        text += choices[0]?.delta.content ?? ''
        total = said?.total_tokens ?? total
      }
      return { text, total }
    }
    expect(await seen({})).toEqual({ text: 'Kia ora', total: undefined })
    expect(await seen({ stream_options: { include_usage: true } })).toEqual({ text: 'Kia ora', total: 1290 })
    expect(await bills()).toEqual([settled(used, cost), settled(used, cost)])
  })

  it('embeds at the owner’s own price of a model that no catalogue lists', async () => {
    const answer = {
      object: 'list',
      model: 'bge-m3',
      data: [{ object: 'embedding', index: 0, embedding: 'AACAPwAAAEA=' }],
      usage: { prompt_tokens: 8, total_tokens: 8 },
    }
    const { openai, bills, world, upstream } = await open((response) => json(response, answer), { wire })
    writeFileSync(join(world.dataDir, 'prices.json'), JSON.stringify({ asOf: '2026-01-01', prices: [{ model: 'fake/bge-m3', input: 0.02, output: 0 }] }))
    const { data } = await openai.embeddings.create({ model: 'bge-m3', input: 'Grüße' })
    expect([...(data[0]?.embedding ?? [])]).toEqual([1, 2])
    expect(upstream.requests[0]?.url).toBe('/v1/embeddings')
    expect(await bills()).toEqual([settled({ input: 8 }, 8 * 20)])
  })

  it('lists models', async () => {
    const models = () => ['gpt-5', 'gpt-5-mini']
    const { openai } = await open((response) => json(response, whole), { wire, models })
    const listed: string[] = []
    for await (const model of openai.models.list()) listed.push(model.id)
    expect(listed).toEqual(models())
  })

  it('hears of a wrong key and of too many requests as its own kinds of error, and owes nothing', async () => {
    const errors = [
      [429, 'rate_limit_exceeded', OpenAI.RateLimitError],
      [400, 'invalid_request_error', OpenAI.BadRequestError],
      [500, 'server_error', OpenAI.InternalServerError],
    ] as const
    for (const [status, code, kind] of errors) {
      const { openai, bills } = await open((response) => json(response, { error: { message: 'No.', type: code, param: null, code } }, status), { wire })
      await expect(openai.chat.completions.create(ask)).rejects.toBeInstanceOf(kind)
      expect(await bills()).toMatchObject([{ state: 'failed', status, cost: 0, input: 0, output: 0 }])
    }
  })

  it('that leaves in mid-stream pays for what was said by then, and never more than was held', async () => {
    const { openai, upstream, ended } = await open(
      (response) => {
        response.writeHead(200, EVENT_STREAM)
        response.write(`data: ${JSON.stringify(chunk({ role: 'assistant', content: 'Once upon a time' }))}\n\n`)
      },
      { wire },
    )
    const running = await openai.chat.completions.create({ ...ask, stream: true })
    for await (const _ of running) break
    running.controller.abort()
    const call = await ended()
    await upstream.requests[0]?.closed
    expect(call).toMatchObject({ state: 'settled', status: 499, confidence: 'estimated' })
    expect([call.usage.input > 0, call.usage.output > 0, call.usage.output <= 500, call.cost > 0, call.cost <= call.reserved]).toEqual([
      true,
      true,
      true,
      true,
      true,
    ])
    expect(call.cost).toBe(call.usage.input * gpt5.input + call.usage.output * gpt5.output)
  })

  it('reaches Ollama too, whose tokens cost no cash but have a price elsewhere', async () => {
    const { openai, bills, upstream, world } = await open(
      (response) => json(response, { ...whole, model: 'qwen3:8b', usage: { prompt_tokens: 26, completion_tokens: 298, total_tokens: 324 } }),
      {
        wire: 'ollama',
      },
    )
    await openai.chat.completions.create({ ...ask, model: 'qwen3:8b' })
    expect(upstream.requests[0]?.url).toBe('/v1/chat/completions')
    expect(await bills()).toEqual([settled({ input: 26, output: 298 }, 0)])
    expect(world.calls()[0]).toMatchObject({ billing: 'local', listCost: 26 * 100 + 298 * 400 })
  })
})

describe('the Ollama client', () => {
  const wire = 'ollama'
  const times = { total_duration: 4_883_583_458, load_duration: 1_334_875, prompt_eval_duration: 342_546_000, eval_duration: 4_535_599_000 }
  const counts = { prompt_eval_count: 26, eval_count: 298 }
  const at = { model: 'qwen3:8b', created_at: '2026-02-03T12:01:07.123456Z' }
  const used = { input: 26, output: 298 }
  const listCost = 26 * 100 + 298 * 400
  const lines = (response: ServerResponse, rows: readonly object[]) =>
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))

  it('chats in one piece, with a tool', async () => {
    const message = { role: 'assistant', content: '', tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Ōtautahi' } } }] }
    const { ollama, bills, sent, world } = await open((response) => json(response, { ...at, message, done: true, done_reason: 'stop', ...times, ...counts }), {
      wire,
    })
    const tools = [{ type: 'function', function: { name: 'get_weather', description: 'of a city', parameters: weather } }]
    const answer = await ollama.chat({ model: 'qwen3:8b', messages: hello, tools })
    expect(answer.message.tool_calls?.[0]?.function.arguments).toEqual({ city: 'Ōtautahi' })
    expect(sent()).toMatchObject({ model: 'qwen3:8b', messages: hello, tools, stream: false })
    expect(await bills()).toEqual([settled(used, 0)])
    expect(world.calls()[0]).toMatchObject({ billing: 'local', listCost })
  })

  it('chats and generates line by line', async () => {
    const { ollama, bills } = await open(
      (response, { url }) => {
        const piece = (text: string) => (url === '/api/chat' ? { message: { role: 'assistant', content: text } } : { response: text })
        lines(response, [
          { ...at, ...piece('Kia '), done: false },
          { ...at, ...piece('ora'), done: false },
          { ...at, ...piece(''), done: true, done_reason: 'stop', ...times, ...counts },
        ])
      },
      { wire },
    )
    let said = ''
    for await (const part of await ollama.chat({ model: 'qwen3:8b', messages: hello, stream: true })) said += part.message.content
    for await (const part of await ollama.generate({ model: 'qwen3:8b', prompt: 'Grüße', stream: true })) said += part.response
    expect(said).toBe('Kia oraKia ora')
    expect(await bills()).toEqual([settled(used, 0), settled(used, 0)])
  })

  it('embeds, lists and shows', async () => {
    const { ollama, bills, upstream } = await open(
      (response, { url }) =>
        url === '/api/embed'
          ? json(response, { model: 'nomic-embed-text', embeddings: [[0.1, 0.2]], total_duration: 14_143_917, load_duration: 1_019_500, prompt_eval_count: 8 })
          : url === '/api/tags'
            ? json(response, { models: [{ name: 'qwen3:8b', model: 'qwen3:8b', size: 5_200_000_000, digest: 'd', details: {} }] })
            : json(response, { modelfile: '', template: '', details: { family: 'qwen3' }, capabilities: ['tools'] }),
      { wire },
    )
    expect((await ollama.embed({ model: 'nomic-embed-text', input: 'Grüße' })).embeddings).toEqual([[0.1, 0.2]])
    expect((await ollama.list()).models.map((model) => model.name)).toEqual(['qwen3:8b'])
    expect(await ollama.show({ model: 'qwen3:8b' })).toMatchObject({ capabilities: ['tools'] })
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/api/embed', '/api/tags', '/api/show'])
    expect(await bills()).toEqual([settled({ input: 8 }, 0)])
  })

  it('hears of a model that is not there, and owes nothing', async () => {
    const { ollama, bills } = await open((response) => json(response, { error: "model 'qwen9' not found" }, 404), { wire })
    await expect(ollama.chat({ model: 'qwen9', messages: hello })).rejects.toMatchObject({ status_code: 404, message: "model 'qwen9' not found" })
    expect(await bills()).toMatchObject([{ state: 'failed', status: 404, cost: 0 }])
  })

  it('that leaves in mid-stream frees the machine', async () => {
    const { ollama, upstream, ended } = await open(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        response.write(`${JSON.stringify({ ...at, message: { role: 'assistant', content: 'Once' }, done: false })}\n`)
      },
      { wire },
    )
    const running = await ollama.chat({ model: 'qwen3:8b', messages: hello, stream: true })
    const left = (async () => {
      for await (const _ of running) running.abort()
    })()
    await expect(left).rejects.toThrow()
    await upstream.requests[0]?.closed
    expect(await ended()).toMatchObject({ state: 'settled', status: 499, confidence: 'estimated', cost: 0 })
  })
})
