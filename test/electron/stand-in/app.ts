import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { App } from 'electron'
import { stopChromium } from './chromium.ts'
import { commandLine, paths } from './command-line.ts'
import { loud, toEvent } from './loud.ts'
import { takeInstanceLock } from './single-instance.ts'

/** Windows that are open, as `app.quit` closes them. */
type Closable = { close(): void; isDestroyed(): boolean; once(event: 'closed', listener: () => void): unknown }
const windows = new Set<Closable>()

let isReady = false
let quitting = false
let name = 'reef'
const ready = Promise.withResolvers<void>()
const emitter = new EventEmitter()

const methods = {
  commandLine: commandLine as App['commandLine'],
  whenReady: () => ready.promise,
  isReady: () => isReady,
  getName: () => name,
  setName: (wanted: string) => {
    name = wanted
  },
  getVersion: () => (createRequire(import.meta.url)('../../../package.json') as { version: string }).version,
  getPath: (key: Parameters<App['getPath']>[0]) => {
    const path = paths[key]
    if (path === undefined) throw new Error(`The stand-in has no app.getPath('${key}').`)
    return path
  },
  setPath: (key: string, path: string) => {
    paths[key] = path
  },
  enableSandbox: () => {
    if (isReady) throw new Error('app.enableSandbox() must be called before the app is ready.')
  },
  setAsDefaultProtocolClient: () => true,
  requestSingleInstanceLock: () =>
    takeInstanceLock(paths.userData, (argv, folder) => void emitter.emit('second-instance', toEvent({}), argv, folder, undefined)),
  focus: () => {},
  quit: () => void quit(),
  exit,
} satisfies Partial<App>

export const app = loud(Object.assign(emitter, methods), 'app')

export function becomeReady(): void {
  isReady = true
  emitter.emit('ready', toEvent({}), {})
  ready.resolve()
}

export function isQuitting(): boolean {
  return quitting
}

/** As Electron does on Linux. */
export function quitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void quit())
}

/** A window counts as open from here until it says `closed`. */
export function noteWindow(window: Closable): void {
  windows.add(window)
  window.once('closed', () => {
    windows.delete(window)
    if (windows.size > 0 || quitting) return
    if (emitter.listenerCount('window-all-closed') > 0) emitter.emit('window-all-closed')
    else void quit()
  })
}

/** before-quit, every window's close, will-quit, quit: each of the first three may stop it. */
async function quit(): Promise<void> {
  if (!emits('before-quit')) return
  quitting = true
  for (const window of [...windows]) {
    const closed = new Promise<void>((resolve) => window.once('closed', resolve))
    window.close()
    const stays = await Promise.race([closed.then(() => false), new Promise<boolean>((resolve) => setTimeout(resolve, 2000, true))])
    if (!stays) continue
    quitting = false
    return
  }
  if (emits('will-quit')) exit(0)
}

function exit(code = 0): void {
  emitter.emit('quit', toEvent({}), code)
  stopChromium()
  process.exit(code)
}

function emits(event: string): boolean {
  const told = toEvent({})
  emitter.emit(event, told)
  return !told.defaultPrevented
}
