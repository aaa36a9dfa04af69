import type { MeteredUsage } from '../../src/engine/ledger/index.ts'

/** How each provider says what a call used, as its public documents and issue threads show it, and what that comes to. */
export type Golden = {
  readonly name: string
  readonly type: string
  readonly text: string
  readonly usage: MeteredUsage
  readonly final?: false
  readonly usd?: number
}

const sse = (...frames: unknown[]) => frames.map((frame) => (typeof frame === 'string' ? frame : `data: ${JSON.stringify(frame)}\n\n`)).join('')
const events = (...frames: Array<{ type: string }>) => frames.map((frame) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`).join('')
const DONE = 'data: [DONE]\n\n'
const chunk = (delta: unknown, more: object = {}) => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }], ...more })
const stop = (more: object = {}) => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...more })
const last = (usage: object, more: object = {}) => ({ object: 'chat.completion.chunk', choices: [], usage, ...more })
const used = (usage: Partial<MeteredUsage>): MeteredUsage => ({
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  webSearches: 0,
  service: 'standard',
  ...usage,
})

const EVENTS = 'text/event-stream; charset=utf-8'
const JSON_TYPE = 'application/json'
const hello = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße, 世界' } }

export const golden: readonly Golden[] = [
  {
    name: 'Anthropic: cache tokens come on top of the input, and the last cumulative output wins over those before',
    type: EVENTS,
    text: events(
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          usage: {
            input_tokens: 3,
            cache_creation_input_tokens: 12304,
            cache_read_input_tokens: 0,
            output_tokens: 1,
            cache_creation: { ephemeral_5m_input_tokens: 12304, ephemeral_1h_input_tokens: 0 },
          },
        },
      } as { type: string },
      { type: 'ping' },
      hello,
      { type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens: 210 } } as { type: string },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: 3, cache_creation_input_tokens: 12304, cache_read_input_tokens: 0, output_tokens: 550 },
      } as { type: string },
      { type: 'message_stop' },
    ),
    usage: used({ input: 3, cacheWrite: 12304, output: 550 }),
  },
  {
    name: 'Anthropic: what was written for an hour is told apart',
    type: EVENTS,
    text: events(
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 10,
            cache_creation_input_tokens: 3000,
            cache_read_input_tokens: 500,
            output_tokens: 1,
            cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 2000 },
          },
        },
      } as { type: string },
      { type: 'message_delta', usage: { output_tokens: 20 } } as { type: string },
      { type: 'message_stop' },
    ),
    usage: used({ input: 10, cacheRead: 500, cacheWrite: 3000, cacheWrite1h: 2000, output: 20 }),
  },
  {
    name: 'Anthropic, not streamed',
    type: JSON_TYPE,
    text: JSON.stringify({
      id: 'msg_1',
      type: 'message',
      content: [],
      usage: { input_tokens: 25, cache_read_input_tokens: 100, output_tokens: 7, server_tool_use: { web_search_requests: 0 } },
    }),
    usage: used({ input: 25, cacheRead: 100, output: 7 }),
  },
  {
    name: 'Ollama’s Messages door, older: no input at the end',
    type: EVENTS,
    text: events({ type: 'message_start', message: { usage: { input_tokens: 0, output_tokens: 0 } } } as { type: string }, hello, {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 9 },
    } as { type: string }),
    usage: used({ output: 9 }),
  },
  {
    name: 'OpenAI Chat: the last chunk has no choices, cached tokens are part of the prompt',
    type: EVENTS,
    text: sse(
      chunk({ role: 'assistant', content: '' }, { usage: null }),
      chunk({ content: 'Hi' }, { usage: null }),
      stop({ usage: null }),
      last({
        prompt_tokens: 1200,
        completion_tokens: 90,
        total_tokens: 1290,
        prompt_tokens_details: { cached_tokens: 1024 },
        completion_tokens_details: { reasoning_tokens: 64 },
      }),
      DONE,
    ),
    usage: used({ input: 176, cacheRead: 1024, output: 90, reasoning: 64 }),
  },
  {
    name: 'OpenAI Chat, not streamed',
    type: JSON_TYPE,
    text: JSON.stringify({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 20, completion_tokens: 4, total_tokens: 24 },
    }),
    usage: used({ input: 20, output: 4 }),
  },
  {
    name: 'OpenAI Responses: the terminal event carries the figures',
    type: EVENTS,
    text: events(
      { type: 'response.created', response: { id: 'resp_1', usage: null } } as { type: string },
      { type: 'response.output_text.delta', delta: 'Hi' } as { type: string },
      {
        type: 'response.completed',
        response: {
          id: 'resp_1',
          usage: {
            input_tokens: 1000,
            input_tokens_details: { cached_tokens: 800 },
            output_tokens: 500,
            output_tokens_details: { reasoning_tokens: 320 },
            total_tokens: 1500,
          },
        },
      } as { type: string },
    ),
    usage: used({ input: 200, cacheRead: 800, output: 500, reasoning: 320 }),
  },
  {
    name: 'OpenAI Responses, incomplete: billed all the same',
    type: EVENTS,
    text: events({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'max_output_tokens' }, usage: { input_tokens: 5, output_tokens: 16, total_tokens: 21 } },
    } as { type: string }),
    usage: used({ input: 5, output: 16 }),
  },
  {
    name: 'OpenAI Responses, not streamed',
    type: JSON_TYPE,
    text: JSON.stringify({ id: 'resp_1', object: 'response', output: [], usage: { input_tokens: 11, output_tokens: 2, total_tokens: 13 } }),
    usage: used({ input: 11, output: 2 }),
  },
  {
    name: 'Gemini through its OpenAI door: cumulative in every chunk, thoughts only in the total',
    type: EVENTS,
    text: sse(
      chunk({ content: 'a' }, { usage: { prompt_tokens: 100, completion_tokens: 1, total_tokens: 141 } }),
      chunk({ content: 'b' }, { usage: { prompt_tokens: 100, completion_tokens: 2, total_tokens: 142 } }),
      {
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { content: 'c' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 100, completion_tokens: 3, total_tokens: 160 },
      },
      DONE,
    ),
    usage: used({ input: 100, output: 60 }),
  },
  {
    name: 'Groq: says it in x_groq and again when asked; counted once',
    type: EVENTS,
    text: sse(
      chunk({ content: 'Hi' }, { x_groq: { id: 'req_1' } }),
      stop({
        x_groq: {
          id: 'req_1',
          usage: { queue_time: 0.01, prompt_tokens: 44, prompt_time: 0.002, completion_tokens: 12, completion_time: 0.02, total_tokens: 56, total_time: 0.022 },
        },
      }),
      last({ queue_time: 0.01, prompt_tokens: 44, completion_tokens: 12, total_tokens: 56, total_time: 0.022 }),
      DONE,
    ),
    usage: used({ input: 44, output: 12 }),
  },
  {
    name: 'Groq, when nobody asked',
    type: EVENTS,
    text: sse(chunk({ content: 'Hi' }), stop({ x_groq: { usage: { prompt_tokens: 44, completion_tokens: 12, total_tokens: 56 } } }), DONE),
    usage: used({ input: 44, output: 12 }),
  },
  {
    name: 'Cerebras: usage beside its times in seconds',
    type: EVENTS,
    text: sse(
      chunk({ content: 'Hi' }),
      stop({
        usage: { prompt_tokens: 70, completion_tokens: 30, total_tokens: 100, prompt_tokens_details: { cached_tokens: 64 } },
        time_info: { queue_time: 0.0001, prompt_time: 0.002, completion_time: 0.01, total_time: 0.02 },
      }),
      DONE,
    ),
    usage: used({ input: 6, cacheRead: 64, output: 30 }),
  },
  {
    name: 'xAI: usage in the chunk before the last, reasoning beside the completion',
    type: EVENTS,
    text: sse(
      chunk({ content: 'Hi' }),
      {
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 30, completion_tokens: 10, total_tokens: 240, completion_tokens_details: { reasoning_tokens: 200 } },
      },
      { object: 'chat.completion.chunk', choices: [] },
      DONE,
    ),
    usage: used({ input: 30, output: 210, reasoning: 200 }),
  },
  {
    name: 'DeepSeek: its own name for what was cached',
    type: EVENTS,
    text: sse(
      stop({ usage: { prompt_tokens: 500, completion_tokens: 9, total_tokens: 509, prompt_cache_hit_tokens: 448, prompt_cache_miss_tokens: 52 } }),
      DONE,
    ),
    usage: used({ input: 52, cacheRead: 448, output: 9 }),
  },
  {
    name: 'OpenRouter: comments while it waits, its own bill in dollars',
    type: EVENTS,
    text: sse(
      ': OPENROUTER PROCESSING\n\n',
      chunk({ content: 'Hi' }),
      stop(),
      last({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.00014, prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 4 } }),
      DONE,
    ),
    usage: used({ input: 6, cacheWrite: 4, output: 5 }),
    usd: 0.00014,
  },
  {
    name: 'llama-server without being asked: its timings',
    type: EVENTS,
    text: sse(chunk({ content: 'Hi' }), stop({ timings: { cache_n: 18, prompt_n: 1, prompt_ms: 3.2, predicted_n: 40, predicted_ms: 90 } }), DONE),
    usage: used({ input: 1, cacheRead: 18, output: 40 }),
  },
  {
    name: 'Ollama’s own last line',
    type: 'application/x-ndjson',
    text: `${JSON.stringify({ model: 'qwen', message: { role: 'assistant', content: 'Hi' }, done: false })}\n${JSON.stringify({ model: 'qwen', done: true, done_reason: 'stop', total_duration: 5_000_000, prompt_eval_count: 26, eval_count: 298 })}\n`,
    usage: used({ input: 26, output: 298 }),
  },
  {
    name: 'Ollama, older: a missing prompt count is unknown, not zero',
    type: 'application/x-ndjson',
    text: `${JSON.stringify({ model: 'qwen', response: 'Hi', done: true, eval_count: 7 })}\n`,
    usage: used({ output: 7 }),
    final: false,
  },
  {
    name: 'a stream under the wrong name',
    type: JSON_TYPE,
    text: sse(stop({ usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 } }), DONE),
    usage: used({ input: 8, output: 2 }),
  },
  {
    name: 'carriage returns and several data lines',
    type: EVENTS,
    text: 'id: 1\r\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}],\r\ndata: "usage":{"prompt_tokens":4,"completion_tokens":1}}\r\n\r\n',
    usage: used({ input: 4, output: 1 }),
  },
]
