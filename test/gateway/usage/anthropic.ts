import { EVENTS, events, type Golden, JSON_TYPE, used } from './golden.ts'

const STREAMING = 'https://platform.claude.com/docs/en/build-with-claude/streaming'
const CACHING = 'https://platform.claude.com/docs/en/build-with-claude/prompt-caching'
const SDK = 'node_modules/@anthropic-ai/sdk/resources/beta/messages/messages.d.ts'

const start = (usage: object) => ({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content: [], stop_reason: null, usage },
})
const says = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße, 世界' } }
const delta = (usage: object, reason: string | null = 'end_turn') => ({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage })
const end = { type: 'message_stop' }
const message = (usage: object) => JSON.stringify({ id: 'msg_1', type: 'message', role: 'assistant', content: [], stop_reason: 'end_turn', usage })

export const anthropic: readonly Golden[] = [
  {
    name: 'Anthropic: cache tokens come on top of the input, and the last cumulative output wins over those before',
    source: STREAMING,
    type: EVENTS,
    text: events(
      start({
        input_tokens: 3,
        cache_creation_input_tokens: 12304,
        cache_read_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 12304, ephemeral_1h_input_tokens: 0 },
        output_tokens: 1,
        service_tier: 'standard',
      }),
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      says,
      { type: 'content_block_stop', index: 0 },
      delta({ output_tokens: 210 }, null),
      delta({ input_tokens: 3, cache_creation_input_tokens: 12304, cache_read_input_tokens: 0, output_tokens: 550 }),
      end,
    ),
    usage: used({ input: 3, cacheWrite: 12304, output: 550 }),
    bill: ['anthropic/claude-sonnet-4-5', 54_399_000],
  },
  {
    name: 'Anthropic: what was written for an hour is told apart, and costs twice the input',
    source: CACHING,
    type: EVENTS,
    text: events(
      start({
        input_tokens: 10,
        cache_creation_input_tokens: 3000,
        cache_read_input_tokens: 500,
        cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 2000 },
        output_tokens: 1,
      }),
      delta({ output_tokens: 20 }),
      end,
    ),
    usage: used({ input: 10, cacheRead: 500, cacheWrite: 3000, cacheWrite1h: 2000, output: 20 }),
    bill: ['anthropic/claude-sonnet-4-5', 16_230_000],
  },
  {
    name: 'Anthropic, searching the web: the searches are billed by the piece, what they found is input that comes to light at the end',
    source: STREAMING,
    type: EVENTS,
    text: events(
      start({ input_tokens: 2679, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 3 }),
      { type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"query": "weather NYC today"}' } },
      { type: 'content_block_stop', index: 0 },
      says,
      delta({
        input_tokens: 10682,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 510,
        server_tool_use: { web_search_requests: 1 },
      }),
      end,
    ),
    usage: used({ input: 10682, output: 510, webSearches: 1 }),
    bill: ['anthropic/claude-sonnet-4-5', 49_696_000],
  },
  {
    name: 'Anthropic, not streamed, with thinking in the output',
    source: SDK,
    type: JSON_TYPE,
    text: message({
      input_tokens: 25,
      cache_creation: null,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 100,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 5 },
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 2 },
      service_tier: 'standard',
    }),
    usage: used({ input: 25, cacheRead: 100, output: 7, reasoning: 5 }),
    bill: ['anthropic/claude-sonnet-4-5', 210_000],
  },
  {
    name: 'Anthropic, in a batch: half the price',
    source: 'https://platform.claude.com/docs/en/build-with-claude/batch-processing',
    type: JSON_TYPE,
    text: message({ input_tokens: 1000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 100, service_tier: 'batch' }),
    usage: used({ input: 1000, output: 100, service: 'batch' }),
    bill: ['anthropic/claude-sonnet-4-5', 2_250_000],
  },
  {
    name: 'Anthropic, with priority that was paid beforehand: the list price',
    source: SDK,
    type: JSON_TYPE,
    text: message({ input_tokens: 1000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 100, service_tier: 'priority' }),
    usage: used({ input: 1000, output: 100 }),
    bill: ['anthropic/claude-sonnet-4-5', 4_500_000],
  },
  {
    name: 'Anthropic, in its fast mode: dearer than the list, so it is not told as standard',
    source: SDK,
    type: JSON_TYPE,
    text: message({ input_tokens: 1000, output_tokens: 100, service_tier: 'standard', speed: 'fast' }),
    usage: used({ input: 1000, output: 100, service: 'priority' }),
  },
  {
    name: 'Anthropic, summing up a long conversation on its own: the work on it is billed beside the figures of the call',
    source: 'https://platform.claude.com/docs/en/build-with-claude/compaction',
    type: EVENTS,
    text: events(
      start({ input_tokens: 23000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 }),
      says,
      delta({
        input_tokens: 23000,
        output_tokens: 1000,
        iterations: [
          { type: 'compaction', input_tokens: 180000, output_tokens: 3500, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: null },
          { type: 'message', input_tokens: 23000, output_tokens: 1000, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: null },
        ],
      }),
      end,
    ),
    usage: used({ input: 203_000, output: 4500 }),
    bill: ['anthropic/claude-opus-4-6', 1_127_500_000],
  },
  {
    name: 'Anthropic over 200,000 tokens, cached ones included: the dearer tier for all of it',
    source: 'https://platform.claude.com/docs/en/build-with-claude/context-windows',
    type: JSON_TYPE,
    text: message({ input_tokens: 50_000, cache_creation_input_tokens: 0, cache_read_input_tokens: 160_000, output_tokens: 1000 }),
    usage: used({ input: 50_000, cacheRead: 160_000, output: 1000 }),
    bill: ['long/claude-sonnet-4-5', 418_500_000],
  },
]
