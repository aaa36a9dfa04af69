import type { WireFormat } from '../../../contract/index.ts'
import type { DirectOrder } from './direct-order.ts'

/** One piece of a streamed answer, the reason it stopped, or an error that came in the stream. */
export type WireEvent =
  | { readonly kind: 'piece'; readonly text: string }
  | { readonly kind: 'stop'; readonly cut: boolean }
  | { readonly kind: 'error'; readonly message: string }

export type Wire = {
  readonly path: string
  readonly headers: (token: string) => Record<string, string>
  readonly body: (order: DirectOrder, temperature: number | undefined) => Record<string, unknown>
  /** The data of one server-sent event. */
  readonly read: (data: Record<string, unknown>) => WireEvent[]
}

/** Long enough for a whole file, within what every current model allows. */
const MAX_TOKENS = 16_384

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const words = (error: unknown): string => (error as { message?: string } | undefined)?.message ?? JSON.stringify(error)

const anthropic: Wire = {
  path: '/v1/messages',
  headers: (token) => ({ 'x-api-key': token, 'anthropic-version': '2023-06-01' }),
  body: ({ model, prompt, system }, temperature) => ({
    model,
    system,
    max_tokens: MAX_TOKENS,
    stream: true,
    ...(temperature !== undefined && { temperature }),
    messages: [{ role: 'user', content: prompt }],
  }),
  read(data) {
    const delta = data['delta'] as { type?: string; text?: string; stop_reason?: string | null } | undefined
    if (data['type'] === 'content_block_delta' && delta?.type === 'text_delta') return [{ kind: 'piece', text: delta.text ?? '' }]
    if (data['type'] === 'message_delta' && delta?.stop_reason) return [{ kind: 'stop', cut: delta.stop_reason === 'max_tokens' }]
    if (data['type'] === 'error') return [{ kind: 'error', message: words(data['error']) }]
    return []
  },
}

const responses: Wire = {
  path: '/v1/responses',
  headers: bearer,
  body: ({ model, prompt, system }, temperature) => ({
    model,
    instructions: system,
    input: [{ role: 'user', content: [{ type: 'input_text', text: prompt }] }],
    max_output_tokens: MAX_TOKENS,
    stream: true,
    store: false,
    ...(temperature !== undefined && { temperature }),
  }),
  read(data) {
    const response = data['response'] as { error?: unknown } | undefined
    switch (data['type']) {
      case 'response.output_text.delta':
        return [{ kind: 'piece', text: String(data['delta'] ?? '') }]
      case 'response.completed':
        return [{ kind: 'stop', cut: false }]
      case 'response.incomplete':
        return [{ kind: 'stop', cut: true }]
      case 'response.failed':
        return [{ kind: 'error', message: words(response?.error) }]
      case 'error':
        return [{ kind: 'error', message: String(data['message'] ?? words(data['error'])) }]
      default:
        return []
    }
  },
}

const chat: Wire = {
  path: '/v1/chat/completions',
  headers: bearer,
  body: ({ model, prompt, system }, temperature) => ({
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature !== undefined && { temperature }),
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: prompt },
    ],
  }),
  read(data) {
    if (data['error']) return [{ kind: 'error', message: words(data['error']) }]
    const choice = (data['choices'] as Array<{ delta?: { content?: string | null }; finish_reason?: string | null }> | undefined)?.[0]
    return [
      ...(choice?.delta?.content ? [{ kind: 'piece', text: choice.delta.content } as const] : []),
      ...(choice?.finish_reason ? [{ kind: 'stop', cut: choice.finish_reason === 'length' } as const] : []),
    ]
  },
}

export const wires: Record<WireFormat, Wire> = { anthropic, 'openai-responses': responses, 'openai-chat': chat, ollama: chat }
