import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A unix socket's path has room for 107 bytes; a deep data directory gets a short one elsewhere. */
const LONGEST_SOCKET_PATH = 100

export function toSocketPath(dataDir: string): string {
  const own = join(dataDir, 'run', 'session-host.sock')
  if (Buffer.byteLength(own) <= LONGEST_SOCKET_PATH) return own
  return join(tmpdir(), `reef-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`, 'session-host.sock')
}

export const toSessionDir = (dataDir: string, id: string): string => join(dataDir, 'sessions', id)
export const toHome = (dataDir: string, id: string): string => join(toSessionDir(dataDir, id), 'home')
