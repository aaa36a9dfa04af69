import { chunk, DONE, EVENTS, events, type Golden, JSON_TYPE, LINES, last, lines, sse, stop, used, whole } from './golden.ts'

const OLLAMA = 'https://github.com/ollama/ollama/blob/main/docs/api.md'
const COMPATIBLE = 'https://docs.ollama.com/api/openai-compatibility'
const MESSAGES = 'https://docs.ollama.com/api/anthropic-compatibility'
const LLAMA = 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md'

const done = { model: 'qwen3', created_at: '2026-11-01T10:00:00Z', done: true, done_reason: 'stop', total_duration: 4_883_583_458, load_duration: 1_334_875 }
const timings = { cache_n: 18, prompt_n: 1, prompt_ms: 3.2, predicted_n: 40, predicted_ms: 90 }
const start = (usage: object) => ({ type: 'message_start', message: { id: 'msg_1', type: 'message', content: [], usage } })
const says = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße, 世界' } }
const end = (usage: object) => ({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage })

/** Models of one's own; what they cost elsewhere is the ledger's business. */
export const local: readonly Golden[] = [
  {
    name: 'Ollama’s own last line',
    source: OLLAMA,
    type: LINES,
    text: lines(
      { model: 'qwen3', message: { role: 'assistant', content: 'Hi' }, done: false },
      { ...done, message: { role: 'assistant', content: '' }, prompt_eval_count: 26, eval_count: 298, eval_duration: 4_799_921_000 },
    ),
    usage: used({ input: 26, output: 298 }),
  },
  {
    name: 'Ollama’s own, not streamed',
    source: OLLAMA,
    type: JSON_TYPE,
    text: JSON.stringify({ ...done, response: 'Hi', prompt_eval_count: 26, eval_count: 298 }),
    usage: used({ input: 26, output: 298 }),
  },
  {
    name: 'Ollama, older: a missing prompt count is unknown, not zero',
    source: OLLAMA,
    type: LINES,
    text: lines({ ...done, response: 'Hi', eval_count: 7 }),
    usage: used({ output: 7 }),
    final: false,
  },
  {
    name: 'Ollama’s own embeddings',
    source: OLLAMA,
    type: JSON_TYPE,
    text: JSON.stringify({
      model: 'all-minilm',
      embeddings: [[0.010071029, -0.0017594862]],
      total_duration: 14_143_917,
      load_duration: 1_019_500,
      prompt_eval_count: 8,
    }),
    usage: used({ input: 8 }),
  },
  {
    name: 'Ollama’s OpenAI door',
    source: COMPATIBLE,
    type: EVENTS,
    text: sse(chunk({ role: 'assistant', content: 'Hi' }), stop(), last({ prompt_tokens: 26, completion_tokens: 12, total_tokens: 38 }), DONE),
    usage: used({ input: 26, output: 12 }),
  },
  {
    name: 'Ollama’s OpenAI door, embeddings',
    source: COMPATIBLE,
    type: JSON_TYPE,
    text: JSON.stringify({
      object: 'list',
      data: [{ object: 'embedding', embedding: [0.01], index: 0 }],
      model: 'all-minilm',
      usage: { prompt_tokens: 5, total_tokens: 5 },
    }),
    usage: used({ input: 5 }),
  },
  {
    name: 'Ollama’s Messages door',
    source: MESSAGES,
    type: EVENTS,
    text: events(start({ input_tokens: 0, output_tokens: 0 }), says, end({ input_tokens: 26, output_tokens: 9 }), { type: 'message_stop' }),
    usage: used({ input: 26, output: 9 }),
  },
  {
    name: 'Ollama’s Messages door, older: no input at the end',
    source: MESSAGES,
    type: EVENTS,
    text: events(start({ input_tokens: 0, output_tokens: 0 }), says, end({ output_tokens: 9 })),
    usage: used({ output: 9 }),
  },
  {
    name: 'llama-server: usage and its timings say the same',
    source: LLAMA,
    type: EVENTS,
    text: sse(
      chunk({ content: 'Hi' }),
      stop(),
      last({ prompt_tokens: 19, completion_tokens: 40, total_tokens: 59, prompt_tokens_details: { cached_tokens: 18 } }, { timings }),
      DONE,
    ),
    usage: used({ input: 1, cacheRead: 18, output: 40 }),
  },
  {
    name: 'llama-server without being asked: its timings',
    source: LLAMA,
    type: EVENTS,
    text: sse(chunk({ content: 'Hi' }), stop({ timings }), DONE),
    usage: used({ input: 1, cacheRead: 18, output: 40 }),
  },
  {
    name: 'llama-server, not streamed',
    source: LLAMA,
    type: JSON_TYPE,
    text: whole({ prompt_tokens: 19, completion_tokens: 40, total_tokens: 59 }, { timings }),
    usage: used({ input: 19, output: 40 }),
  },
  {
    name: 'a stream under the wrong name',
    source: COMPATIBLE,
    type: JSON_TYPE,
    text: sse(stop({ usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 } }), DONE),
    usage: used({ input: 8, output: 2 }),
  },
  {
    name: 'carriage returns and several data lines',
    source: 'https://html.spec.whatwg.org/multipage/server-sent-events.html',
    type: EVENTS,
    text: 'id: 1\r\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}],\r\ndata: "usage":{"prompt_tokens":4,"completion_tokens":1}}\r\n\r\n',
    usage: used({ input: 4, output: 1 }),
  },
  {
    name: 'JSON with spaces in it',
    source: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
    type: EVENTS,
    text: 'data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 4, "completion_tokens": 1}}\n\ndata: [DONE]\n\n',
    usage: used({ input: 4, output: 1 }),
  },
]
