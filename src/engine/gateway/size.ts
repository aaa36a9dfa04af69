import type { CallSize } from '../ledger/index.ts'
import type { ScannedBody } from './request-body.ts'
import type { CallerWire, Endpoint } from './wire.ts'

/** The fields that bound an answer, by wire. Ollama's are nested, and its models cost no cash. */
const limitNames: Record<CallerWire, readonly string[]> = {
  anthropic: ['max_tokens'],
  'openai-responses': ['max_output_tokens'],
  'openai-chat': ['max_completion_tokens', 'max_tokens'],
  ollama: [],
}

/**
 * The same for one provider, the first being the one to add where none is: OpenAI's own thinking models refuse `max_tokens`, and
 * of those who copy its wire not everybody knows the newer name.
 */
export function toLimitNames(wire: CallerWire, baseUrl: string): readonly string[] {
  const names = limitNames[wire]
  return wire !== 'openai-chat' || /(^|\.)openai\.(com|azure\.com)$/.test(new URL(baseUrl).hostname) ? names : [...names].reverse()
}

/**
 * Marks of a request that costs more than its length shows: a file or an address that the provider fetches, pages that it turns
 * into pictures. Inside a text the quotes would have backslashes before them, so a conversation about these does not count.
 */
const outside: Record<CallerWire, readonly Mark[]> = {
  anthropic: ['"type":"url"', '"file_id":"', '"application/pdf"'].map(toMark),
  'openai-responses': ['"file_id":"', '"file_url":"', '"file_data":"', '"image_url":"http'].map(toMark),
  'openai-chat': ['"file_id":"', '"file_data":"', '"image_url":{"url":"http'].map(toMark),
  ollama: [],
}
/** An earlier answer that the provider kept. */
const earlier = ['previous_response_id', 'conversation']
const searchTool = toMark('"type":"web_search')
const hourCache = toMark('"ttl":"1h"')
/** Searches that a model makes at most where its caller sets no limit; no provider lists one. */
const USUAL_SEARCHES = 5

/** What can be known of a call's cost before it is made; `counted` by what its session sent before. */
export function toCallSize(body: ScannedBody, { wire, writes }: Endpoint, counted: number | null): CallSize {
  const { bytes, fields } = body
  const number = (name: string): number | null => {
    const value = fields.get(name)?.value
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
  }
  const asked = limitNames[wire].map(number).filter((value) => value !== null)
  const service = fields.get('service_tier')?.value
  return {
    bytes: bytes.length,
    counted,
    refersOutside: earlier.some((name) => fields.get(name)?.value != null) || outside[wire].some((mark) => has(bytes, mark)),
    askedOutput: asked.length > 0 ? Math.max(...asked) : null,
    leastOutput: toThinking(fields.get('thinking')?.value),
    choices: Math.max(1, number('n') ?? 1),
    hourCache: has(bytes, hourCache),
    webSearches: has(bytes, searchTool) ? USUAL_SEARCHES : 0,
    service: service === 'priority' || service === 'flex' ? service : 'standard',
    writes,
  }
}

/** Anthropic refuses an answer shorter than its thinking; room for a word after it. */
function toThinking(thinking: unknown): number {
  const budget = (thinking as { budget_tokens?: unknown } | null | undefined)?.budget_tokens
  return typeof budget === 'number' && budget > 0 ? Math.ceil(budget) + 1024 : 1
}

/** As compact writers spell it, and with the space that Python puts after a colon. */
type Mark = readonly Buffer[]
function toMark(text: string): Mark {
  return [...new Set([text, text.replaceAll('":', '": ')])].map((spelling) => Buffer.from(spelling))
}
const has = (bytes: Buffer, mark: Mark): boolean => mark.some((spelling) => bytes.includes(spelling))
