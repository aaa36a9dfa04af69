import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The program: makes this Node look like Electron's main process, gives whoever imports `electron` the stand-in, runs
 * the app's main module and only then starts Chromium, because Electron too is ready only after that module.
 */
const standIn = new URL('./electron.ts', import.meta.url).href
registerHooks({
  resolve: (name, context, next) => (name === 'electron' ? { url: standIn, format: 'module-typescript', shortCircuit: true } : next(name, context)),
})

const { version } = createRequire(import.meta.url)('electron/package.json') as { version: string }
Object.defineProperty(process.versions, 'electron', { value: version, enumerable: true })
Object.defineProperty(process, 'type', { value: 'browser' })
process.argv.splice(1, 1)

const appFolder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
const manifest = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8')) as { main?: string }

const { startChromium } = await import('./chromium.ts')
const { becomeReady, isQuitting, quitOnSignals } = await import('./app.ts')
quitOnSignals()
await import(pathToFileURL(join(appFolder, manifest.main ?? 'index.js')).href)
if (!isQuitting()) {
  await startChromium()
  becomeReady()
}
