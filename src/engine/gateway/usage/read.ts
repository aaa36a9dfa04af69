/**
 * What the providers say about usage, in the words of each, gathered as it comes: a later figure replaces an earlier one of
 * the same name, because all of them are cumulative. Facts and traps: Anthropic's cache tokens come on top of its input,
 * everyone else's are part of it.
 */
export type Said = {
  additive: boolean
  input?: number
  cacheRead?: number
  cacheWrite?: number
  cacheWrite5m?: number
  cacheWrite1h?: number
  output?: number
  reasoning?: number
  total?: number
  usd?: number
}

type Json = Record<string, unknown>

const object = (value: unknown): Json | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined)
/** A whole number of tokens; anything else was not said. */
const count = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined)
const first = (...values: unknown[]): number | undefined => values.map(count).find((value) => value !== undefined)

function merge(said: Said, more: { [K in keyof Said]?: Said[K] | undefined }): void {
  for (const [name, value] of Object.entries(more)) if (value !== undefined) Object.assign(said, { [name]: value })
}

/** Anthropic Messages, and the Messages doors of others. */
export function readAnthropic(said: Said, value: unknown): boolean {
  const usage = object(value)
  if (!usage) return false
  const written = object(usage['cache_creation'])
  merge(said, {
    additive: true,
    input: count(usage['input_tokens']),
    cacheRead: count(usage['cache_read_input_tokens']),
    cacheWrite: count(usage['cache_creation_input_tokens']),
    cacheWrite5m: count(written?.['ephemeral_5m_input_tokens']),
    cacheWrite1h: count(written?.['ephemeral_1h_input_tokens']),
    output: count(usage['output_tokens']),
  })
  return true
}

/** OpenAI Chat Completions and its many relatives, and OpenAI Responses. */
export function readOpenAi(said: Said, value: unknown): boolean {
  const usage = object(value)
  if (!usage) return false
  const input = object(usage['prompt_tokens_details']) ?? object(usage['input_tokens_details'])
  const output = object(usage['completion_tokens_details']) ?? object(usage['output_tokens_details'])
  const usd = usage['cost']
  merge(said, {
    additive: false,
    input: first(usage['prompt_tokens'], usage['input_tokens']),
    // DeepSeek and Kimi have their own names for it.
    cacheRead: first(input?.['cached_tokens'], usage['prompt_cache_hit_tokens'], usage['cached_tokens']),
    cacheWrite: count(input?.['cache_write_tokens']),
    output: first(usage['completion_tokens'], usage['output_tokens']),
    reasoning: count(output?.['reasoning_tokens']),
    total: count(usage['total_tokens']),
    usd: typeof usd === 'number' && Number.isFinite(usd) && usd >= 0 ? usd : undefined,
  })
  return true
}

/** Ollama's own last line. A missing prompt count means unknown, not zero. */
export function readOllama(said: Said, line: Json): boolean {
  if (count(line['eval_count']) === undefined && count(line['prompt_eval_count']) === undefined) return false
  merge(said, { additive: false, input: count(line['prompt_eval_count']), output: count(line['eval_count']) })
  return true
}

/** llama-server's timings, for a caller that did not ask for usage. */
export function readTimings(said: Said, value: unknown): boolean {
  const timings = object(value)
  const fresh = count(timings?.['prompt_n'])
  if (!timings || fresh === undefined) return false
  const cached = count(timings['cache_n']) ?? 0
  merge(said, { additive: false, input: fresh + cached, cacheRead: cached, output: count(timings['predicted_n']) })
  return true
}

/** Everything in a piece of JSON that a model said, in bytes: what an answer without figures is billed by. */
export function countText(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + countText(item), 0)
  const json = object(value)
  if (!json) return 0
  return Object.entries(json).reduce((total, [name, inner]) => total + (isLabel(name) ? 0 : countText(inner)), 0)
}

/** Fields that name things, and what is not billed as output. */
const isLabel = (name: string): boolean =>
  ['type', 'id', 'index', 'role', 'object', 'model', 'signature', 'encrypted_content', 'status', 'item_id', 'call_id', 'finish_reason', 'stop_reason'].includes(
    name,
  )
