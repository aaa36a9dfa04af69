import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { cacheDir, nameFor } from './cache-dir.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable', 'brave-browser']
const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)

/** True when a window can be shown at all. */
export function hasScreen() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** A browser that has app windows, or undefined. */
export function findBrowser() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...(process.platform === 'darwin' ? macApps : [])]
  return candidates.find((file) => isExecutable(file))
}

/**
 * Opens `url` as an app window with a browser profile of its own. `onClosed` hears how it ended:
 * `closed` by the owner, `joined` a window that was already open on this profile, or `failed`.
 * The returned function closes the window.
 */
export function openWindow({ browser, url, dataDir, noSandbox, onClosed }) {
  const openedAt = Date.now()
  const flags = [`--app=${url}`, `--user-data-dir=${profileFor(browser, dataDir)}`, '--no-first-run', '--no-default-browser-check', '--password-store=basic']
  const child = spawn(browser, [...flags, ...(noSandbox ? ['--no-sandbox', '--test-type'] : [])], { stdio: 'ignore', detached: true })
  let ended = false
  const end = (how) => {
    if (!ended) onClosed(how)
    ended = true
  }
  child.on('error', () => end('failed'))
  child.on('exit', (code) => end(code !== 0 && Date.now() - openedAt < 5000 ? 'failed' : Date.now() - openedAt < 1500 ? 'joined' : 'closed'))
  return () => {
    if (ended) return
    ended = true
    try {
      process.kill(-child.pid, 'SIGTERM')
    } catch {
      child.kill('SIGTERM')
    }
  }
}

/** A browser from a snap may not write to hidden folders of the home directory, so its profile lies in the snap's own. */
function profileFor(browser, dataDir) {
  const isSnap = browser.startsWith('/snap/') || realpathSync(browser).includes('/snap')
  const base = isSnap ? join(homedir(), 'snap', 'chromium', 'common', 'reef') : cacheDir()
  const profile = join(base, `window-${nameFor(dataDir)}`)
  mkdirSync(profile, { recursive: true, mode: 0o700 })
  return profile
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
