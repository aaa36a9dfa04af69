import { chunk, DONE, EVENTS, events, type Golden, JSON_TYPE, last, sse, stop, used, whole } from './golden.ts'

const CHAT = 'https://platform.openai.com/docs/api-reference/chat-streaming'
const RESPONSES = 'https://platform.openai.com/docs/api-reference/responses-streaming'
const PRIORITY = 'https://platform.openai.com/docs/guides/priority-processing'
const SDK = 'node_modules/openai/resources/responses/responses.d.ts'

const figures = (input: number, cached: number, output: number, reasoning: number) => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
})
const search = (id: string, action: object) => ({ id, type: 'web_search_call', status: 'completed', action })
const created = { type: 'response.created', response: { id: 'resp_1', object: 'response', status: 'in_progress', usage: null } }
const says = {
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta: 'Hi, "世界"\n',
  sequence_number: 4,
  obfuscation: 'q1Zx',
}
const searches = [
  search('ws_1', { type: 'search', query: 'reef' }),
  search('ws_2', { type: 'open_page', url: 'https://reef.example' }),
  search('ws_3', { type: 'search' }),
]

export const openai: readonly Golden[] = [
  {
    name: 'OpenAI Chat: the last chunk has no choices, cached tokens are part of the prompt, reasoning of the completion',
    source: CHAT,
    type: EVENTS,
    text: sse(
      chunk({ role: 'assistant', content: '', refusal: null }, { service_tier: 'default', system_fingerprint: 'fp_1', usage: null, obfuscation: 'EqbeT' }),
      chunk({ content: 'Hi' }, { service_tier: 'default', system_fingerprint: 'fp_1', usage: null, obfuscation: 'ZP' }),
      stop({ service_tier: 'default', usage: null }),
      last(
        {
          prompt_tokens: 1200,
          completion_tokens: 90,
          total_tokens: 1290,
          prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
        },
        { service_tier: 'default' },
      ),
      DONE,
    ),
    usage: used({ input: 176, cacheRead: 1024, output: 90, reasoning: 64 }),
    bill: ['openai/gpt-5', 1_248_000],
  },
  {
    name: 'OpenAI Chat, not streamed',
    source: 'https://platform.openai.com/docs/api-reference/chat/object',
    type: JSON_TYPE,
    text: whole({ prompt_tokens: 20, completion_tokens: 4, total_tokens: 24 }, { service_tier: 'default' }),
    usage: used({ input: 20, output: 4 }),
    bill: ['openai/gpt-5', 65_000],
  },
  {
    name: 'OpenAI Chat, with priority: twice the price',
    source: PRIORITY,
    type: EVENTS,
    text: sse(
      chunk({ content: 'Hi' }, { service_tier: 'priority', usage: null }),
      stop({ service_tier: 'priority', usage: null }),
      last({ prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }, { service_tier: 'priority' }),
      DONE,
    ),
    usage: used({ input: 1000, output: 100, service: 'priority' }),
    bill: ['openai/gpt-5', 4_500_000],
  },
  {
    name: 'OpenAI Responses: the terminal event carries the figures',
    source: RESPONSES,
    type: EVENTS,
    text: events(created, says, {
      type: 'response.completed',
      response: { id: 'resp_1', status: 'completed', error: null, service_tier: 'default', output: [], usage: figures(1000, 800, 500, 320) },
    }),
    usage: used({ input: 200, cacheRead: 800, output: 500, reasoning: 320 }),
    bill: ['openai/gpt-5', 5_350_000],
  },
  {
    name: 'OpenAI Responses, incomplete: billed all the same',
    source: RESPONSES,
    type: EVENTS,
    text: events(created, says, {
      type: 'response.incomplete',
      response: { id: 'resp_1', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage: figures(5, 0, 16, 0) },
    }),
    usage: used({ input: 5, output: 16 }),
    bill: ['openai/gpt-5', 166_250],
  },
  {
    name: 'OpenAI Responses, failed: no figures, so the bill is not the provider’s',
    source: RESPONSES,
    type: EVENTS,
    text: events(created, says, {
      type: 'response.failed',
      response: { id: 'resp_1', status: 'failed', error: { code: 'server_error', message: 'The model failed to generate a response.' }, usage: null },
    }),
    usage: null,
    final: false,
  },
  {
    name: 'OpenAI Responses, not streamed',
    source: SDK,
    type: JSON_TYPE,
    text: JSON.stringify({ id: 'resp_1', object: 'response', error: null, output: [], usage: figures(11, 0, 2, 0) }),
    usage: used({ input: 11, output: 2 }),
    bill: ['openai/gpt-5', 33_750],
  },
  {
    name: 'OpenAI Responses, flexible: half the price, by what was used and not by what was asked',
    source: 'https://platform.openai.com/docs/guides/flex-processing',
    type: EVENTS,
    text: events(
      { type: 'response.created', response: { id: 'resp_1', service_tier: 'auto', usage: null } },
      { type: 'response.completed', response: { id: 'resp_1', service_tier: 'flex', output: [], usage: figures(1000, 0, 100, 0) } },
    ),
    usage: used({ input: 1000, output: 100, service: 'flex' }),
    bill: ['openai/gpt-5', 1_125_000],
  },
  {
    name: 'OpenAI Responses, searching the web: every search counts once, a page that is opened does not',
    source: SDK,
    type: EVENTS,
    text: events(created, ...searches.map((item, i) => ({ type: 'response.output_item.done', output_index: i, item })), says, {
      type: 'response.completed',
      response: { id: 'resp_1', service_tier: 'default', output: [...searches, { id: 'msg_1', type: 'message' }], usage: figures(9000, 0, 500, 0) },
    }),
    usage: used({ input: 9000, output: 500, webSearches: 2 }),
    bill: ['openai/gpt-5', 36_250_000],
  },
  {
    name: 'OpenAI Responses: tokens written to the cache are part of the input and have a price of their own',
    source: SDK,
    type: JSON_TYPE,
    text: JSON.stringify({
      id: 'resp_1',
      object: 'response',
      usage: {
        ...figures(10_000, 0, 200, 0),
        input_tokens_details: { cached_tokens: 6000, cache_write_tokens: 3000, cache_write_tokens_details: { ttl_30m_tokens: 3000, ttl_12h_tokens: 0 } },
      },
    }),
    usage: used({ input: 1000, cacheRead: 6000, cacheWrite: 3000, output: 200 }),
    bill: ['openai/gpt-5.6-terra', 13_100_000],
  },
  {
    name: 'OpenAI over 272,000 tokens: the dearer tier',
    source: 'https://platform.openai.com/docs/pricing',
    type: JSON_TYPE,
    text: JSON.stringify({ id: 'resp_1', object: 'response', usage: figures(300_000, 0, 1000, 0) }),
    usage: used({ input: 300_000, output: 1000 }),
    bill: ['openai/gpt-5.6-terra', 1_218_000_000],
  },
  {
    name: 'OpenAI Embeddings, which cost by what goes in',
    source: 'https://platform.openai.com/docs/api-reference/embeddings/create',
    type: JSON_TYPE,
    text: JSON.stringify({
      object: 'list',
      data: [{ object: 'embedding', embedding: [0.0023064255, -0.009327292], index: 0 }],
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 8, total_tokens: 8 },
    }),
    usage: used({ input: 8 }),
    bill: ['openai/text-embedding-3-small', 160],
  },
]
