// An engine that only launches one command and then lives until it is killed: `engine-process.ts DATA_DIR CWD SCRIPT`.
// Prints the session's id.
import type { LaunchOrder } from '../../src/engine/sessions/index.ts'
import { openSessions } from './workshop.ts'

const [dataDir = '', cwd = '', script = ''] = process.argv.slice(2)
const { sessions } = openSessions(dataDir)
await sessions.recover()
const order: LaunchOrder = {
  role: 'builder',
  title: 'outlives its engine',
  agent: 'Rex',
  driver: 'command',
  model: null,
  provider: null,
  taskId: null,
  attemptId: null,
  planId: null,
  cwd,
  systemPrompt: '',
  prompt: '',
  gatewayUrl: '',
  token: '',
  argv: ['bash', '-c', script],
  outputs: [],
  timeoutMs: 60_000,
  budgetUsd: null,
  temperature: 0,
}
process.stdout.write(`${await sessions.launch(order)}\n`)
setInterval(() => {}, 60_000)
