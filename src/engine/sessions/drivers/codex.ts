import { join } from 'node:path'
import { type Driver, type DriverOrder, parseLine, type SessionEvent, toToolLine, toVerdict } from '../driver.ts'

type Item = {
  id?: string
  type?: string
  text?: string
  command?: string
  aggregated_output?: string
  exit_code?: number | null
  changes?: Array<{ path?: string; kind?: string }>
  message?: string
  server?: string
  tool?: string
  arguments?: Record<string, unknown>
  result?: { content?: Array<{ text?: string }> } | null
  error?: { message?: string } | null
  status?: string
}

/** Codex with `exec --json`. It speaks the Responses wire only; its own state and settings live in the session's home. */
export const codex: Driver = {
  name: 'codex',
  wires: ['openai-responses'],
  door: true,
  plan(order, paths) {
    const home = join(paths.home, '.codex')
    return {
      argv: [
        paths.program,
        'exec',
        '--json',
        '--strict-config',
        // Its sandbox is bubblewrap too and does not nest; inside the cage the cage is the sandbox.
        '-s',
        order.caged ? 'danger-full-access' : 'workspace-write',
        '--skip-git-repo-check',
        // Both look up hosts that REEF never allowed.
        '--disable',
        'plugins',
        '--disable',
        'apps',
        '-',
      ],
      env: { CODEX_HOME: home, REEF_TOKEN: order.token },
      files: [
        { path: join(home, 'config.toml'), text: toConfig(order) },
        { path: join(home, 'AGENTS.md'), text: order.systemPrompt },
      ],
      stdin: order.prompt,
      pty: false,
    }
  },
  read(line) {
    const event = parseLine(line)
    const item = event?.['item'] as Item | undefined
    switch (event?.['type']) {
      case 'item.started':
        return item ? readStart(item) : []
      case 'item.completed':
        return item ? readItem(item) : []
      case 'turn.completed':
        return [{ kind: 'result', ok: true, text: '', error: null }]
      case 'turn.failed':
        return [{ kind: 'result', ok: false, text: '', error: (event['error'] as { message?: string } | undefined)?.message ?? 'the turn failed' }]
      case 'error':
        return [{ kind: 'notice', level: 'error', text: String(event['message'] ?? 'error') }]
      default:
        return []
    }
  },
  judge: (ending, heard) => toVerdict(ending, heard, heard.result?.ok === true && ending.exitCode === 0),
}

function readStart({ id = '', type, command, server, tool, arguments: input }: Item): SessionEvent[] {
  if (type === 'command_execution') return [{ kind: 'tool-start', id, line: `$ ${unwrap(command ?? '')}` }]
  return type === 'mcp_tool_call' ? [{ kind: 'tool-start', id, line: toToolLine(`${server}/${tool}`, input ?? {}) }] : []
}

function readItem(item: Item): SessionEvent[] {
  const id = item.id ?? ''
  if (item.type === 'agent_message') return [{ kind: 'said', text: item.text ?? '' }]
  if (item.type === 'command_execution') return [{ kind: 'tool-end', id, output: item.aggregated_output ?? '', failed: item.exit_code !== 0 }]
  if (item.type === 'mcp_tool_call') {
    const said = item.result?.content?.map(({ text }) => text ?? '').join('\n')
    return [{ kind: 'tool-end', id, output: item.error?.message ?? said ?? '', failed: item.status !== 'completed' }]
  }
  if (item.type === 'error') return [{ kind: 'notice', level: 'warn', text: item.message ?? 'error' }]
  if (item.type !== 'file_change') return []
  const files = (item.changes ?? []).map((change) => change.path ?? '').join(', ')
  return [
    { kind: 'tool-start', id, line: `✎ ${files}` },
    { kind: 'tool-end', id, output: '', failed: false },
  ]
}

/** `/bin/bash -lc 'npm test'` is `npm test` to a reader. */
function unwrap(command: string): string {
  const script = /^\S*\/(?:ba|z)?sh -l?c ([\s\S]+)$/.exec(command)?.[1]
  return script === undefined ? command : unquote(script)
}

/** One shell word without its quotes: single, double and backslash. */
function unquote(word: string): string {
  return word.replaceAll(/'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])/g, (_, single?: string, double?: string, escaped?: string) =>
    double === undefined ? (single ?? escaped ?? '') : double.replaceAll(/\\(["\\$`])/g, '$1'),
  )
}

function toConfig({ model, gatewayUrl, cwd, role }: DriverOrder): string {
  return `${model ? `model = ${JSON.stringify(model)}\n` : ''}model_provider = "reef"
check_for_update_on_startup = false

[model_providers.reef]
name = "REEF"
base_url = ${JSON.stringify(`${gatewayUrl}/v1`)}
wire_api = "responses"
env_key = "REEF_TOKEN"
request_max_retries = 2
stream_max_retries = 1
supports_websockets = false

${role === 'builder' ? toServer(gatewayUrl) : ''}
[analytics]
enabled = false

[features]
daemon_auto_start = false

[shell_environment_policy]
inherit = "all"
exclude = ["REEF_TOKEN", "*_API_KEY", "*TOKEN*"]

[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
network_access = false

[projects.${JSON.stringify(cwd)}]
trust_level = "trusted"
`
}

/** It asks the owner by itself, so the program need not; without its cage it would refuse to. A command that is allowed beforehand may take ten minutes. */
const toServer = (gatewayUrl: string): string => `
[mcp_servers.reef]
url = ${JSON.stringify(`${gatewayUrl}/mcp`)}
bearer_token_env_var = "REEF_TOKEN"
enabled_tools = ["approval_request"]
default_tools_approval_mode = "approve"
tool_timeout_sec = 660
`
