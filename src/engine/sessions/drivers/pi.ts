import { join } from 'node:path'
import type { WireFormat } from '../../../contract/index.ts'
import { type Driver, parseLine, type SessionEvent, toToolLine, toVerdict } from '../driver.ts'

type Part = { type?: string; text?: string }
type Message = { role?: string; content?: Part[] | string; stopReason?: string; errorMessage?: string }

/** Ollama is reached by its OpenAI-shaped door: that is the one that calls tools in a stream. */
const apis: Record<WireFormat, string> = {
  anthropic: 'anthropic-messages',
  'openai-responses': 'openai-responses',
  'openai-chat': 'openai-completions',
  ollama: 'openai-completions',
}

/** Pi, the agent that comes with REEF: its own command line under REEF's Node, with the gateway as its only provider. It exits 0 whatever happened, so only its last message counts. */
export const pi: Driver = {
  name: 'pi',
  wires: ['anthropic', 'openai-responses', 'openai-chat', 'ollama'],
  plan(order, paths) {
    const home = join(paths.home, '.pi')
    const system = join(paths.home, 'system-prompt.md')
    const wire = order.wire ?? 'anthropic'
    const model = order.model ?? 'default'
    const provider = {
      baseUrl: wire === 'anthropic' ? order.gatewayUrl : `${order.gatewayUrl}/v1`,
      api: apis[wire],
      apiKey: '$REEF_TOKEN',
      models: [
        {
          id: model,
          name: model,
          reasoning: false,
          input: ['text'],
          contextWindow: 128_000,
          maxTokens: 16_384,
          cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        },
      ],
    }
    const settings = {
      enableInstallTelemetry: false,
      cacheWarming: 'off',
      defaultProjectTrust: 'never',
      retry: { enabled: true, maxRetries: 2, baseDelayMs: 1000 },
    }
    return {
      argv: [
        paths.node,
        paths.program,
        '--mode',
        'json',
        '-p',
        '--no-session',
        '--offline',
        '--no-approve',
        '--no-extensions',
        '--no-skills',
        '--no-prompt-templates',
        '--no-themes',
        '--provider',
        'reef',
        '--model',
        model,
        '--append-system-prompt',
        system,
      ],
      env: { PI_OFFLINE: '1', PI_TELEMETRY: '0', PI_CODING_AGENT_DIR: home, REEF_TOKEN: order.token },
      files: [
        { path: join(home, 'models.json'), text: JSON.stringify({ providers: { reef: provider } }, null, 2) },
        { path: join(home, 'settings.json'), text: JSON.stringify(settings, null, 2) },
        { path: system, text: order.systemPrompt },
      ],
      stdin: order.prompt,
      pty: false,
    }
  },
  read(line) {
    const event = parseLine(line)
    switch (event?.['type']) {
      case 'message_update':
        return readUpdate(event['assistantMessageEvent'] as { type?: string; delta?: string })
      case 'message_end':
        return readMessage(event['message'] as Message)
      case 'tool_execution_start':
        return [
          {
            kind: 'tool-start',
            id: String(event['toolCallId']),
            line: toToolLine(String(event['toolName']), (event['args'] ?? {}) as Record<string, unknown>),
          },
        ]
      case 'tool_execution_end':
        return [
          {
            kind: 'tool-end',
            id: String(event['toolCallId']),
            output: toText((event['result'] as Message | undefined)?.content),
            failed: event['isError'] === true,
          },
        ]
      case 'auto_retry_start':
        return [{ kind: 'notice', level: 'warn', text: `model call failed (${event['errorMessage']}), try ${event['attempt']} of ${event['maxAttempts']}` }]
      case 'agent_end':
        return readEnd(event['messages'] as Message[])
      default:
        return []
    }
  },
  judge: (ending, heard) => toVerdict(ending, heard, heard.result?.ok === true && ending.exitCode === 0),
}

function readUpdate(update: { type?: string; delta?: string }): SessionEvent[] {
  if (update.type === 'text_delta' && update.delta) return [{ kind: 'piece', text: update.delta }]
  return []
}

function readMessage(message: Message): SessionEvent[] {
  if (message.role !== 'assistant') return []
  const text = toText(message.content)
  if (message.stopReason === 'error') return [{ kind: 'notice', level: 'error', text: message.errorMessage ?? 'the model call failed' }]
  return text ? [{ kind: 'said', text }] : []
}

function readEnd(messages: Message[]): SessionEvent[] {
  const last = messages.findLast((message) => message.role === 'assistant')
  const ok = last?.stopReason === 'stop'
  const error = ok ? null : (last?.errorMessage ?? `the model stopped with "${last?.stopReason ?? 'no answer'}"`)
  return [{ kind: 'result', ok, text: ok ? toText(last.content) : '', error }]
}

function toText(content: Message['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).flatMap((part) => (part.type === 'text' && part.text ? [part.text] : [])).join('\n')
}
