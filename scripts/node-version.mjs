import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's root, for every script in this folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const needed = [22, 19]

/** True for a version like `v24.21.0` that may run REEF. Older ones crash in the SQLite binding instead of failing. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}

/** A Node that may run REEF: this one, or the one that `npm ci` brought. Ends the process with one sentence if there is none. */
export function findNode() {
  if (isNewEnough(process.version)) return process.execPath
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const places = [join(root, 'node_modules', '.bin', name), join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name)]
  const found = places.find((file) => existsSync(file) && isNewEnough(versionOf(file)))
  if (found) return found
  process.stderr.write(`REEF needs Node ${needed.join('.')} or newer and found ${process.version}: run "npm ci" in ${root}, or install a newer Node.\n`)
  process.exit(1)
}

function versionOf(file) {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8' }).trim()
  } catch {
    return 'v0.0'
  }
}
