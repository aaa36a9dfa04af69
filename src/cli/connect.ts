import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../contract/index.ts'
import { CliFailure, notRunning } from './failure.ts'

export type Client = ContractRouterClient<Contract>

/** What a running engine writes beside its data, readable by the owner only. */
export type EngineFile = { readonly pid: number; readonly url: string; readonly token: string; readonly startedAt: number }

export const engineFilePath = (dataDir: string): string => join(dataDir, 'run', 'engine.json')

/** The engine of this data directory, or a failure with exit code 3 that says why there is none. Reaches nothing over the network. */
export function readEngineFile(dataDir: string): EngineFile {
  const file = parseEngineFile(readText(dataDir), dataDir)
  if (!isAlive(file.pid)) throw notRunning(dataDir, `process ${file.pid} is gone`)
  return file
}

export function createClient(file: EngineFile): Client {
  const link = new RPCLink({ url: `${file.url.replace(/\/$/, '')}/rpc`, headers: { authorization: `Bearer ${file.token}` } })
  return createORPCClient(link)
}

function readText(dataDir: string): string {
  try {
    return readFileSync(engineFilePath(dataDir), 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') throw notRunning(dataDir, 'it has not been started')
    throw new CliFailure(1, {
      code: 'auth/refused',
      message: `${engineFilePath(dataDir)} cannot be read (${String(code)}).`,
      remedy: 'run reef as the user who started the engine',
    })
  }
}

/** The token goes nowhere but to this machine, whatever the file says. */
function parseEngineFile(text: string, dataDir: string): EngineFile {
  const value = parseJson(text)
  const at = typeof value?.['url'] === 'string' && URL.canParse(value['url']) ? new URL(value['url']) : undefined
  if (!value || !at || typeof value['pid'] !== 'number' || typeof value['token'] !== 'string') throw notRunning(dataDir, 'its run/engine.json is incomplete')
  if (at.protocol !== 'http:' || !['127.0.0.1', '[::1]', 'localhost'].includes(at.hostname)) {
    throw new CliFailure(1, {
      code: 'auth/refused',
      message: `${engineFilePath(dataDir)} names an address that is not this machine.`,
      remedy: 'restart the engine',
    })
  }
  return { pid: value['pid'], url: at.href, token: value['token'], startedAt: Number(value['startedAt'] ?? 0) }
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** EPERM means alive and not ours. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
