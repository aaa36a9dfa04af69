import type { MeteredUsage } from '../../../src/engine/ledger/index.ts'

/** How a provider says what a call used, in the words of its public documents, and what that comes to. */
export type Golden = {
  readonly name: string
  /** Where the shape was read. */
  readonly source: string
  readonly type: string
  readonly text: string
  /** Null where nothing was told. */
  readonly usage: MeteredUsage | null
  readonly final?: false
  readonly usd?: number
  /** PROVIDER/MODEL and its bill in nanodollars, worked out by hand from the price list. */
  readonly bill?: readonly [model: string, cost: number]
}

export const EVENTS = 'text/event-stream; charset=utf-8'
export const LINES = 'application/x-ndjson'
export const JSON_TYPE = 'application/json'
export const DONE = 'data: [DONE]\n\n'

type Json = Readonly<Record<string, unknown>>
export const sse = (...frames: readonly (Json | string)[]): string =>
  frames.map((frame) => (typeof frame === 'string' ? frame : `data: ${JSON.stringify(frame)}\n\n`)).join('')
export const events = (...frames: readonly Json[]): string => frames.map((frame) => `event: ${frame['type']}\ndata: ${JSON.stringify(frame)}\n\n`).join('')
export const lines = (...frames: readonly Json[]): string => frames.map((frame) => `${JSON.stringify(frame)}\n`).join('')

export const chunk = (delta: Json, more: Json = {}): Json => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }], ...more })
export const stop = (more: Json = {}): Json => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...more })
export const last = (usage: Json, more: Json = {}): Json => ({ object: 'chat.completion.chunk', choices: [], usage, ...more })
export const whole = (usage: Json, more: Json = {}): string =>
  JSON.stringify({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, logprobs: null, finish_reason: 'stop' }],
    usage,
    ...more,
  })

export const used = (usage: Partial<MeteredUsage>): MeteredUsage => ({
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
