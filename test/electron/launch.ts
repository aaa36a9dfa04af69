import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { _electron } from '@playwright/test'

export const standInProgram = join(import.meta.dirname, 'stand-in', 'electron')
export const isRealElectron = process.env['REEF_REAL_ELECTRON'] === '1'

/** Starts an app folder as Electron does, with a Chromium profile of its own: on the stand-in, or on Electron itself where that is asked for. */
export function launchDesktop(appFolder: string, profile: string, args: readonly string[]): Promise<ElectronApplication> {
  return _electron.launch({
    executablePath: isRealElectron ? realElectron() : standInProgram,
    args: [appFolder, `--user-data-dir=${profile}`, ...args],
    timeout: 30_000,
  })
}

/** Looked up as a file: asking the package for it would start a download. */
function realElectron(): string {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(import.meta.dirname, '..', '..', 'node_modules', 'electron', 'dist')
  const program = join(folder, 'electron')
  if (!existsSync(program)) throw new Error(`REEF_REAL_ELECTRON is set, but there is no Electron at ${program}: run "npm run electron:install".`)
  return program
}
