import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir } from './cache-dir.mjs'
import { findNode, root } from './node-version.mjs'

const folder = join(root, 'node_modules', 'electron')
const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
const binary = names[process.platform] ?? 'electron'
const installLimit = 60_000

/**
 * Electron's program file, or undefined. Looks at files only: `require('electron')` starts a download when
 * there is no binary, and would hang the start for minutes on a machine without a network.
 */
export function findElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return existing(join(override, binary))
  const version = readIfThere(join(folder, 'dist', 'version'))
    .trim()
    .replace(/^v/, '')
  return version !== '' && version === wantedVersion() ? existing(join(folder, 'dist', binary)) : undefined
}

/** Tries the download once a day, for at most a minute. Answers the program file, or undefined. */
export function installElectron({ retry = false, visible = false } = {}) {
  if (!existsSync(join(folder, 'install.js'))) return undefined
  const note = join(cacheDir(), 'electron-not-available')
  const today = `${new Date().toISOString().slice(0, 10)} ${wantedVersion()}`
  if (!retry && readIfThere(note) === today) return undefined
  spawnSync(findNode(), [join(folder, 'install.js')], { stdio: visible ? 'inherit' : 'ignore', timeout: installLimit, killSignal: 'SIGKILL' })
  const found = findElectron()
  if (found) rmSync(note, { force: true })
  else writeFileSync(note, today)
  return found
}

function wantedVersion() {
  const manifest = readIfThere(join(folder, 'package.json'))
  return manifest === '' ? '' : JSON.parse(manifest).version
}

function existing(file) {
  return existsSync(file) ? file : undefined
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const found = findElectron() ?? installElectron({ retry: true, visible: true })
  process.stdout.write(found ? `Electron is at ${found}.\n` : 'Electron could not be downloaded: check that github.com can be reached, then try again.\n')
  process.exit(found ? 0 : 1)
}
