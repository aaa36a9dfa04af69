import { type Driver, parseLine, toVerdict } from '../driver.ts'
import type { DirectOrder } from './direct-order.ts'

/** One model call without tools, made by a program of ours; for reviews, plans and tasks that are one answer. */
export const direct: Driver = {
  name: 'direct',
  wires: ['anthropic', 'openai-responses', 'openai-chat', 'ollama'],
  plan(order, paths) {
    const input: DirectOrder = {
      wire: order.wire ?? 'anthropic',
      gatewayUrl: order.gatewayUrl,
      model: order.model ?? 'default',
      system: order.systemPrompt,
      prompt: order.prompt,
      temperature: order.temperature,
      cwd: order.cwd,
      writes: order.role === 'builder',
      outputs: [...order.outputs],
    }
    return { argv: [paths.node, paths.program], env: { REEF_TOKEN: order.token }, files: [], stdin: JSON.stringify(input), pty: false }
  },
  read(line) {
    const event = parseLine(line)
    switch (event?.['type']) {
      case 'piece':
        return [{ kind: 'piece', text: String(event['text']) }]
      case 'said':
        return [{ kind: 'said', text: String(event['text']) }]
      case 'file':
        return [
          { kind: 'tool-start', id: String(event['path']), line: `✎ ${event['path']}` },
          { kind: 'tool-end', id: String(event['path']), output: '', failed: false },
        ]
      case 'notice':
        return [{ kind: 'notice', level: 'warn', text: String(event['text']) }]
      case 'failed':
        return [{ kind: 'result', ok: false, text: '', error: String(event['error']) }]
      case 'done':
        return [{ kind: 'result', ok: true, text: '', error: null }]
      default:
        return []
    }
  },
  judge: (ending, heard) => toVerdict(ending, heard, heard.result?.ok === true && ending.exitCode === 0),
}
