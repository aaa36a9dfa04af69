import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** REEF's folder for what can be thrown away, made if missing. */
export function cacheDir() {
  const dir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'reef')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return dir
}

/** A short name for one data directory; the usual one has none given. */
export function nameFor(dataDir) {
  return dataDir ? createHash('sha256').update(dataDir).digest('hex').slice(0, 8) : 'usual'
}
