import type { MeteredUsage } from '../../ledger/index.ts'

type Service = MeteredUsage['service']
/** Tokens that are billed with a call and are not in its own figures. */
export type Beside = Pick<MeteredUsage, 'input' | 'cacheRead' | 'cacheWrite' | 'cacheWrite1h' | 'output'>

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
  webSearches?: number
  service?: Service
  beside?: Beside
  usd?: number
}

type Json = Record<string, unknown>

const object = (value: unknown): Json | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined)
/** A whole number of tokens; anything else was not said. */
const count = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined)
const first = (...values: unknown[]): number | undefined => values.map(count).find((value) => value !== undefined)

function merge(said: Said, more: { [K in keyof Said]?: Said[K] | undefined }): void {
  const target: Record<string, unknown> = said
  for (const name of Object.keys(more) as (keyof Said)[]) if (more[name] !== undefined) target[name] = more[name]
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
    reasoning: count(object(usage['output_tokens_details'])?.['thinking_tokens']),
    webSearches: count(object(usage['server_tool_use'])?.['web_search_requests']),
    service: usage['speed'] === 'fast' ? 'priority' : usage['service_tier'] === 'batch' ? 'batch' : undefined,
    beside: toBeside(usage['iterations']),
    usd: toBilled(usage),
  })
  return true
}

/** What Anthropic leaves out of the figures of a call and bills with it: the summary of a long conversation, and an adviser. */
function toBeside(value: unknown): Beside | undefined {
  if (!Array.isArray(value)) return undefined
  const others = value.flatMap((item) => {
    const entry = object(item)
    return entry && (entry['type'] === 'compaction' || entry['type'] === 'advisor_message') ? [entry] : []
  })
  const sum = (figure: (entry: Json) => unknown) => others.reduce((total, entry) => total + (count(figure(entry)) ?? 0), 0)
  return {
    input: sum((entry) => entry['input_tokens']),
    cacheRead: sum((entry) => entry['cache_read_input_tokens']),
    cacheWrite: sum((entry) => entry['cache_creation_input_tokens']),
    cacheWrite1h: sum((entry) => object(entry['cache_creation'])?.['ephemeral_1h_input_tokens']),
    output: sum((entry) => entry['output_tokens']),
  }
}

/** Dollars that a reseller says it charged. With a key of the owner's own at the maker, what the maker charges comes on top. */
function toBilled(usage: Json): number | undefined {
  const fee = dollars(usage['cost'])
  const upstream = usage['is_byok'] === true ? dollars(object(usage['cost_details'])?.['upstream_inference_cost']) : undefined
  return fee === undefined ? undefined : fee + (upstream ?? 0)
}

const dollars = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined)

/** OpenAI Chat Completions and its many relatives, and OpenAI Responses. */
export function readOpenAi(said: Said, value: unknown): boolean {
  const usage = object(value)
  if (!usage) return false
  const input = object(usage['prompt_tokens_details']) ?? object(usage['input_tokens_details'])
  const output = object(usage['completion_tokens_details']) ?? object(usage['output_tokens_details'])
  merge(said, {
    additive: false,
    input: first(usage['prompt_tokens'], usage['input_tokens']),
    // DeepSeek and Kimi have their own names for it.
    cacheRead: first(input?.['cached_tokens'], usage['prompt_cache_hit_tokens'], usage['cached_tokens']),
    cacheWrite: count(input?.['cache_write_tokens']),
    output: first(usage['completion_tokens'], usage['output_tokens']),
    reasoning: count(output?.['reasoning_tokens']),
    total: count(usage['total_tokens']),
    usd: toBilled(usage),
  })
  return true
}

const services: Readonly<Record<string, Service>> = { flex: 'flex', batch: 'batch', priority: 'priority', ultrafast: 'priority' }

/** How fast it was answered, by OpenAI's words: what was used, not what was asked for. */
export function readService(said: Said, tier: unknown): void {
  if (typeof tier === 'string') said.service = services[tier] ?? 'standard'
}

/** OpenAI bills each search of the web by the piece and puts it into no figure; opening a page that was found is free. */
export const isSearch = (item: unknown): boolean => {
  const { type, action } = object(item) ?? {}
  return type === 'web_search_call' && (object(action)?.['type'] ?? 'search') === 'search'
}

/** A list of embeddings: nothing is said, so nothing but the question is billed. */
export function readEmbeddings(said: Said, json: Json): boolean {
  const told = readOpenAi(said, json['usage']) || readOllama(said, json)
  if (told) said.output = 0
  return told
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
  return Object.entries(json).reduce((total, [name, inner]) => total + (labels.has(name) ? 0 : countText(inner)), 0)
}

/** Fields that name things, and what is not billed as output. */
export const labels: ReadonlySet<string> = new Set([
  'type',
  'id',
  'index',
  'role',
  'object',
  'model',
  'signature',
  'encrypted_content',
  'status',
  'item_id',
  'call_id',
  'finish_reason',
  'stop_reason',
])
