import { join } from 'node:path'
import { type Driver, parseLine, type SessionEvent, toToolLine, toVerdict } from '../driver.ts'

/** Far above what a task needs: the budget ends a loop, this is the second line. */
const MAX_TURNS = '250'
/** The program's own price table is not ours, so its limit stands a little higher than the gateway's. */
const BUDGET_MARGIN = 1.25

type Block = {
  type?: string
  text?: string
  id?: string
  name?: string
  input?: Record<string, unknown>
  tool_use_id?: string
  content?: unknown
  is_error?: boolean
}
type Message = { content?: Block[] | string; model?: string }

/** Claude Code in print mode with stream-json. Success is `is_error` and the exit code, never `subtype`, which says "success" for a refused call. */
export const claudeCode: Driver = {
  name: 'claude-code',
  wires: ['anthropic'],
  door: true,
  plan(order, paths) {
    const system = join(paths.home, 'system-prompt.md')
    const servers = join(paths.home, 'mcp.json')
    const mayAsk = order.role === 'builder'
    return {
      argv: [
        paths.program,
        '-p',
        '--output-format',
        'stream-json',
        '--verbose',
        '--permission-mode',
        'acceptEdits',
        '--allowedTools',
        `Bash,Edit,Write,NotebookEdit,Read,Task${mayAsk ? ',mcp__reef__approval_request' : ''}`,
        // The worktree is somebody else's text: its settings and servers must not configure the program that reads it.
        '--setting-sources',
        'user',
        '--strict-mcp-config',
        ...(mayAsk ? ['--mcp-config', servers] : []),
        '--max-turns',
        MAX_TURNS,
        ...(order.budgetUsd === null ? [] : ['--max-budget-usd', (order.budgetUsd * BUDGET_MARGIN).toFixed(2)]),
        ...(order.model ? ['--model', order.model] : []),
        '--append-system-prompt-file',
        system,
      ],
      env: {
        ANTHROPIC_BASE_URL: order.gatewayUrl,
        ANTHROPIC_API_KEY: order.token,
        ...(mayAsk && { REEF_TOKEN: order.token }),
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        CLAUDE_CODE_MAX_RETRIES: '2',
        DISABLE_AUTOUPDATER: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_TELEMETRY: '1',
      },
      files: [{ path: system, text: order.systemPrompt }, ...(mayAsk ? [{ path: servers, text: toServers(order.gatewayUrl) }] : [])],
      stdin: order.prompt,
      pty: false,
    }
  },
  read(line) {
    const event = parseLine(line)
    if (!event) return []
    if (event['type'] === 'assistant') return readAssistant(event['message'] as Message)
    if (event['type'] === 'user') return readToolResults(event['message'] as Message)
    if (event['type'] === 'result') return [readResult(event)]
    if (event['type'] === 'system' && event['subtype'] === 'init')
      return [{ kind: 'notice', level: 'info', text: `Claude Code ${event['claude_code_version']} with ${event['model']}` }]
    if (event['type'] === 'system' && event['subtype'] === 'api_retry')
      return [
        {
          kind: 'notice',
          level: 'warn',
          text: `model call failed (${event['error_status'] ?? event['error']}), try ${event['attempt']} of ${event['max_retries']}`,
        },
      ]
    return []
  },
  judge: (ending, heard) => toVerdict(ending, heard, heard.result?.ok === true && ending.exitCode === 0),
}

/** The program puts the variable in, so that the token is in no file. */
const toServers = (gatewayUrl: string): string =>
  JSON.stringify({ mcpServers: { reef: { type: 'http', alwaysLoad: true, url: `${gatewayUrl}/mcp`, headers: { Authorization: `Bearer \${REEF_TOKEN}` } } } })

function readAssistant({ content, model }: Message): SessionEvent[] {
  return blocks(content).flatMap((block): SessionEvent[] => {
    if (block.type === 'text' && model === '<synthetic>') return [{ kind: 'notice', level: 'error', text: block.text ?? '' }]
    if (block.type === 'text' && block.text) return [{ kind: 'said', text: block.text }]
    if (block.type === 'tool_use') return [{ kind: 'tool-start', id: block.id ?? '', line: toToolLine(block.name ?? 'tool', block.input ?? {}) }]
    return []
  })
}

function readToolResults({ content }: Message): SessionEvent[] {
  return blocks(content).flatMap((block): SessionEvent[] =>
    block.type === 'tool_result' ? [{ kind: 'tool-end', id: block.tool_use_id ?? '', output: toText(block.content), failed: block.is_error === true }] : [],
  )
}

function readResult(event: Record<string, unknown>): SessionEvent {
  const ok = event['is_error'] === false
  const text = typeof event['result'] === 'string' ? event['result'] : ''
  const errors = Array.isArray(event['errors']) ? event['errors'].join('; ') : ''
  return { kind: 'result', ok, text: ok ? text : '', error: ok ? null : text || errors || String(event['subtype'] ?? 'no reason given') }
}

const blocks = (content: Message['content']): Block[] => (Array.isArray(content) ? content : [])

function toText(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map((part: Block) => part.text ?? '').join('\n') : ''
}
