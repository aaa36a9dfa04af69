import type { Step, Usage } from './scripted-model.ts'

export type Call = { readonly n: number; readonly model: string; readonly usage: Usage; readonly tools: unknown }
type Said = Extract<Step, { kind: 'text' | 'shell' | 'tool' }>

const event = (type: string, data: Record<string, unknown>): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const data = (value: unknown): string => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

/** The agent's own shell tool and its arguments, found among the tools that the request declares. */
function shellCall(tools: unknown, command: string): { name: string; input: Record<string, unknown> } {
  const names = (Array.isArray(tools) ? tools : []).map((tool: { name?: string; function?: { name?: string } }) => tool.name ?? tool.function?.name)
  if (names.includes('exec_command')) return { name: 'exec_command', input: { cmd: command } }
  if (names.includes('shell_command')) return { name: 'shell_command', input: { command } }
  if (names.includes('shell')) return { name: 'shell', input: { command: ['sh', '-c', command] } }
  if (names.includes('Bash')) return { name: 'Bash', input: { command, description: 'as scripted' } }
  return { name: 'bash', input: { command } }
}

type Called = { readonly name: string; readonly input: Record<string, unknown>; readonly namespace?: string }

/** Codex offers the tools of a server in a namespace, and hears of a call only with it. */
function toCall(tools: unknown, said: Said): Called | undefined {
  if (said.kind === 'shell') return shellCall(tools, said.command)
  if (said.kind !== 'tool') return undefined
  const { name, input } = said
  const spaces = (Array.isArray(tools) ? tools : []).filter((tool: { type?: string }) => tool.type === 'namespace') as Array<{ name: string }>
  const space = spaces.find((one) => name.startsWith(`${one.name}__`))
  return space ? { name: name.slice(space.name.length + 2), input, namespace: space.name } : { name, input }
}

/** Anthropic Messages, https://docs.anthropic.com/en/api/messages-streaming */
export function anthropicAnswer({ n, model, usage, tools }: Call, said: Said): string[] {
  const call = toCall(tools, said)
  const block = call ? { type: 'tool_use', id: `toolu_${n}`, name: call.name, input: {} } : { type: 'text', text: '' }
  const delta = call
    ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) }
    : { type: 'text_delta', text: said.kind === 'text' ? said.text : '' }
  return [
    event('message_start', {
      message: {
        id: `msg_${n}`,
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: usage.input, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 },
      },
    }),
    event('content_block_start', { index: 0, content_block: block }),
    event('content_block_delta', { index: 0, delta }),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: usage.output } }),
    event('message_stop', {}),
  ]
}

/** OpenAI Responses, https://platform.openai.com/docs/api-reference/responses-streaming */
export function responsesAnswer({ n, model, usage, tools }: Call, said: Said): string[] {
  const call = toCall(tools, said)
  const text = said.kind === 'text' ? said.text : ''
  const item = call
    ? {
        type: 'function_call',
        id: `fc_${n}`,
        call_id: `call_${n}`,
        name: call.name,
        namespace: call.namespace,
        arguments: JSON.stringify(call.input),
        status: 'completed',
      }
    : { type: 'message', id: `msg_${n}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
  const started = call ? { ...item, arguments: '', status: 'in_progress' } : { ...item, content: [], status: 'in_progress' }
  const response = { id: `resp_${n}`, object: 'response', created_at: 0, model, status: 'in_progress', output: [] as unknown[], usage: null as unknown }
  const body = call
    ? [
        event('response.function_call_arguments.delta', { item_id: item.id, output_index: 0, delta: JSON.stringify(call.input) }),
        event('response.function_call_arguments.done', { item_id: item.id, output_index: 0, arguments: JSON.stringify(call.input) }),
      ]
    : [
        event('response.content_part.added', { item_id: item.id, output_index: 0, content_index: 0, part: { type: 'output_text', text: '', annotations: [] } }),
        event('response.output_text.delta', { item_id: item.id, output_index: 0, content_index: 0, delta: text }),
        event('response.output_text.done', { item_id: item.id, output_index: 0, content_index: 0, text }),
        event('response.content_part.done', { item_id: item.id, output_index: 0, content_index: 0, part: { type: 'output_text', text, annotations: [] } }),
      ]
  const counted = {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  }
  return [
    event('response.created', { response }),
    event('response.output_item.added', { output_index: 0, item: started }),
    ...body,
    event('response.output_item.done', { output_index: 0, item }),
    event('response.completed', { response: { ...response, status: 'completed', output: [item], usage: counted } }),
  ]
}

/** OpenAI Chat Completions, https://platform.openai.com/docs/api-reference/chat-streaming */
export function chatAnswer({ n, model, usage, tools }: Call, said: Said): string[] {
  const call = toCall(tools, said)
  const chunk = (delta: unknown, finish: string | null, more: Record<string, unknown> = {}) =>
    data({ id: `chatcmpl_${n}`, object: 'chat.completion.chunk', created: 0, model, choices: [{ index: 0, delta, finish_reason: finish }], ...more })
  const delta = call
    ? { tool_calls: [{ index: 0, id: `call_${n}`, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } }] }
    : { content: said.kind === 'text' ? said.text : '' }
  const counted = { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: usage.input + usage.output }
  return [
    chunk({ role: 'assistant', content: '' }, null),
    chunk(delta, null),
    chunk({}, call ? 'tool_calls' : 'stop'),
    data({ id: `chatcmpl_${n}`, object: 'chat.completion.chunk', created: 0, model, choices: [], usage: counted }),
    data('[DONE]'),
  ]
}
