import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../src/contract/index.ts'
import { nodePath } from './node-path.ts'

export type EngineProcess = {
  readonly child: ChildProcess
  readonly client: ContractRouterClient<Contract>
  /** What it printed so far. */
  readonly lines: string[]
  kill(signal: NodeJS.Signals): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')
const READY_MS = 30_000

/** The built program as the owner runs it, with a client that speaks the contract as the CLI does. */
export async function startEngine(dataDir: string, { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {}): Promise<EngineProcess> {
  const child = spawn(nodePath, ['--enable-source-maps', join(root, 'dist', 'main', 'server.js'), '--data-dir', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, REEF_ATTENDED: '0', REEF_REHEARSAL_PACE: '0', ...env },
  })
  const lines: string[] = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    errors += piece
  })
  const ended = once(child, 'close')
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready: ${errors}`)), READY_MS)
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (!line.startsWith('REEF ready')) return
      clearTimeout(timer)
      resolve()
    })
    void ended.then(() => reject(new Error(`ended before it was ready: ${errors}`)))
  })
  const { url, token } = JSON.parse(readFileSync(join(dataDir, 'run', 'engine.json'), 'utf8')) as { url: string; token: string }
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ url: `${url}/rpc`, headers: { authorization: `Bearer ${token}` } }))
  return {
    child,
    client,
    lines,
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}
