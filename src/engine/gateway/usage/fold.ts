import type { MeteredUsage } from '../../ledger/index.ts'
import { createEventFrames, createLineFrames, type Frame } from './frames.ts'
import { type Beside, countText, isSearch, readAnthropic, readEmbeddings, readOllama, readOpenAi, readService, readTimings, type Said } from './read.ts'
import { countPlain, findPlain } from './skim.ts'

/** What an answer has said about its cost so far. */
export type Reading = {
  /** Null until a provider gave a figure for the output. */
  readonly usage: MeteredUsage | null
  /** The provider's last word: the bill is exact. */
  readonly final: boolean
  /** Bytes of text, thinking and tool input seen; nobody counts them all where the figures are final. */
  readonly answerBytes: number
  readonly reportedUsd: number | null
  /** An error that came inside an answer which began well. */
  readonly error: string | null
}

export type Fold = {
  /** The frames that this chunk completed; a whole JSON answer has none. */
  push(chunk: Buffer): readonly Frame[]
  /** The rest that no frame end came for. */
  end(): readonly Frame[]
  read(asked: { hourCache: boolean }): Reading
}

/** An answer that is one JSON object; a longer one is billed by its length. */
const MOST_JSON = 32 * 1024 * 1024

/** Bytes in which what a model said is not counted yet: an answer that ends with its figures is not billed by its length. */
const MOST_UNCOUNTED = 64 * 1024

type State = { said: Said; told: boolean; ended: boolean; isGroq: boolean; answerBytes: number; error: string | null }
type Json = Record<string, unknown>

/**
 * Reads usage on the side of an answer that streams by: server-sent events, JSON lines or one JSON object, of any provider,
 * cut anywhere. The latest cumulative figure wins; nothing is added up. Never throws.
 */
export function createFold(contentType: string | undefined): Fold {
  const state: State = { said: { additive: false }, told: false, ended: false, isGroq: false, answerBytes: 0, error: null }
  const kind = contentType?.includes('event-stream') ? 'events' : contentType?.includes('ndjson') ? 'lines' : 'whole'
  const frames = kind === 'events' ? createEventFrames() : createLineFrames()
  const whole: Buffer[] = []
  let size = 0
  let uncounted: string[] = []
  let countedTo = 0

  return {
    push(chunk) {
      size += chunk.length
      if (kind !== 'whole') {
        const found = frames.push(chunk).map(take)
        if (size - countedTo > MOST_UNCOUNTED) count()
        return found
      }
      if (size <= MOST_JSON) whole.push(chunk)
      else whole.length = 0
      return []
    },
    end() {
      if (kind !== 'whole') return frames.end().map(take)
      const bytes = Buffer.concat(whole)
      const text = bytes.toString('utf8').trimStart()
      // Some servers stream under the wrong name.
      if (/^(data|event|id|:)/.test(text)) {
        const events = createEventFrames()
        for (const frame of [...events.push(bytes), ...events.end()]) take(frame)
        count()
      } else absorbText(state, text)
      if (!state.told && !state.ended) state.answerBytes = Math.max(state.answerBytes, size)
      return []
    },
    read({ hourCache }) {
      const final = state.told && state.ended && state.said.output !== undefined && (state.said.input !== undefined || state.said.cacheRead !== undefined)
      if (!final) count()
      return {
        usage: state.told ? toUsage(state.said, hourCache) : null,
        final,
        answerBytes: state.answerBytes,
        reportedUsd: state.said.usd ?? null,
        error: state.error,
      }
    },
  }

  function take(frame: Frame): Frame {
    const { latin1 } = frame
    if (findPlain(latin1) !== undefined) uncounted.push(latin1)
    else if (frame.data === '[DONE]') state.ended = true
    else absorbText(state, frame.data)
    return frame
  }

  function count(): void {
    for (const frame of uncounted) state.answerBytes += countPlain(frame, findPlain(frame) ?? 0)
    uncounted = []
    countedTo = size
  }
}

function absorbText(state: State, text: string): void {
  // Comments, pings and OpenRouter's ": PROCESSING" carry no JSON.
  if (!text.startsWith('{')) return
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    // A malformed frame is the caller's to complain about; the bill goes on with what is known.
    return
  }
  absorb(state, json)
}

function absorb(state: State, json: Json): void {
  const type = typeof json['type'] === 'string' ? json['type'] : ''
  if (json['error'] != null) state.error = toWords(json['error'])
  if (absorbAnthropic(state, type, json)) return
  if (type.startsWith('response.')) absorbResponses(state, type, json)
  else if (json['object'] === 'response') {
    absorbResponse(state, json)
    state.ended = true
  } else if (json['object'] === 'list' || Array.isArray(json['embeddings'])) {
    state.told = readEmbeddings(state.said, json) || state.told
    state.ended = true
  } else if (['choices', 'usage', 'timings'].some((name) => json[name] !== undefined)) absorbChat(state, json)
  else absorbOllama(state, json)
}

/** Anthropic Messages; false for a type that is not one of theirs. */
function absorbAnthropic(state: State, type: string, json: Json): boolean {
  const hear = (usage: unknown) => {
    state.told = readAnthropic(state.said, usage) || state.told
  }
  switch (type) {
    case 'message_start':
      hear((json['message'] as Json | undefined)?.['usage'])
      return true
    case 'content_block_start':
      state.answerBytes += countText(json['content_block'])
      return true
    case 'content_block_delta':
      state.answerBytes += countText(json['delta'])
      return true
    case 'message_delta':
      hear(json['usage'])
      // With a reason to stop, its output figure is the final one; what follows is the full stop.
      if ((json['delta'] as Json | undefined)?.['stop_reason'] != null) state.ended = true
      return true
    case 'message_stop':
      state.ended = true
      return true
    case 'message':
      hear(json['usage'])
      state.ended = true
      return true
    case 'content_block_stop':
    case 'ping':
      return true
    default:
      return false
  }
}

function absorbResponses(state: State, type: string, json: Json): void {
  const response = json['response'] as Json | undefined
  if (typeof json['delta'] === 'string') state.answerBytes += countText(json['delta'])
  if (type === 'response.output_item.done' && isSearch(json['item'])) state.said.webSearches = (state.said.webSearches ?? 0) + 1
  if (response) absorbResponse(state, response)
  if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed') state.ended = true
}

function absorbResponse(state: State, response: Json): void {
  if (response['error'] != null) state.error = toWords(response['error'])
  readService(state.said, response['service_tier'])
  state.told = readOpenAi(state.said, response['usage']) || state.told
  // The list of all there was says it again.
  const searches = Array.isArray(response['output']) ? response['output'].filter(isSearch).length : 0
  if (searches > 0) state.said.webSearches = searches
}

function absorbChat(state: State, json: Json): void {
  const choices = Array.isArray(json['choices']) ? (json['choices'] as Json[]) : []
  for (const choice of choices) {
    state.answerBytes += countText(choice?.['delta'])
    if (choice?.['finish_reason'] != null) state.ended = true
    // Kimi says it inside the last choice.
    state.told = readOpenAi(state.said, choice?.['usage']) || state.told
  }
  // Groq says it twice, in a place of its own and again when asked; the second word replaces the first. Its tiers have one price.
  const groq = json['x_groq'] as Json | undefined
  if (groq) state.isGroq = true
  const told = readOpenAi(state.said, groq?.['usage'])
  const usage = readOpenAi(state.said, json['usage'])
  state.told = told || usage || (!state.told && readTimings(state.said, json['timings'])) || state.told
  readService(state.said, state.isGroq ? 'default' : json['service_tier'])
  if (json['object'] === 'chat.completion') state.ended = true
}

function absorbOllama(state: State, json: Json): void {
  state.answerBytes += countText((json['message'] as Json | undefined)?.['content'] ?? json['response'])
  if (json['done'] !== true) return
  state.told = readOllama(state.said, json) || state.told
  state.ended = true
}

function toUsage(said: Said, hourCache: boolean): MeteredUsage {
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h: split = 0, output = 0, total = 0, beside = nothing } = said
  const { reasoning = 0, webSearches = 0, service = 'standard' } = said
  const cacheWrite = Math.max(said.cacheWrite ?? 0, cacheWrite5m + split)
  const rest = { reasoning, webSearches, service }
  if (said.additive)
    return {
      input: input + beside.input,
      cacheRead: cacheRead + beside.cacheRead,
      cacheWrite: cacheWrite + beside.cacheWrite,
      // What no split was given for is billed at the dearest time that was asked for.
      cacheWrite1h: split + (hourCache ? cacheWrite - cacheWrite5m - split : 0) + beside.cacheWrite1h,
      output: output + beside.output,
      ...rest,
    }
  return {
    input: Math.max(0, input - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    cacheWrite1h: 0,
    // Gemini and xAI leave the thinking out of the completion, not out of the total.
    output: Math.max(output, total - input),
    ...rest,
  }
}

const nothing: Beside = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0 }

const toWords = (error: unknown): string => {
  const message = (error as { message?: unknown } | null)?.message
  return typeof message === 'string' ? message : typeof error === 'string' ? error : 'the provider reported an error'
}
