import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { commandLine, paths } from './command-line.ts'

type Params = Record<string, unknown>
type Listener = (params: never) => void
type Answer = { id?: number; method?: string; params?: Params; result?: unknown; error?: { message: string }; sessionId?: string }

/** One conversation with Chromium: the browser itself, or one page of it. */
export type Session = {
  send<T = unknown>(method: string, params?: Params): Promise<T>
  on(method: string, listener: Listener): void
}

let child: ChildProcess | undefined
let toBrowser: Writable | undefined
let lastId = 0
const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void; method: string }>()
const listeners = new Map<string, Listener[]>()

/** The page's session, or the browser's own without an id. A call fails when the page has gone. */
export function openSession(sessionId = ''): Session {
  return {
    send: <T>(method: string, params: Params = {}) =>
      new Promise<T>((resolve, reject) => {
        lastId += 1
        waiting.set(lastId, { resolve: resolve as (result: unknown) => void, reject, method })
        toBrowser?.write(`${JSON.stringify({ id: lastId, method, params, ...(sessionId && { sessionId }) })}\0`)
      }),
    on: (method, listener) => void listeners.set(`${sessionId} ${method}`, [...(listeners.get(`${sessionId} ${method}`) ?? []), listener]),
  }
}

/**
 * Starts Chromium without a window. This process speaks to it through a pipe, so Chromium ends when this process does, however it
 * dies; whoever drives the test speaks to it through the port that it prints as Electron does.
 */
export async function startChromium(): Promise<void> {
  const profile = join(paths.userData, 'chromium')
  mkdirSync(profile, { recursive: true })
  const flags = [
    '--headless=new',
    '--remote-debugging-pipe',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--no-startup-window',
    '--no-first-run',
  ]
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--password-store=basic',
    '--force-color-profile=srgb',
  ]
  const closed = [
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
    '--disable-extensions',
    ...(commandLine.hasSwitch('no-sandbox') || process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ]
  child = spawn(findChromium(), [...flags, ...quiet, ...closed], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] })
  toBrowser = child.stdio[3] as Writable
  toBrowser.on('error', () => {})
  listen(child.stdio[4] as Readable)
  passOnAddress(child.stderr as Readable)
  await openSession().send('Browser.getVersion')
}

/** Ends Chromium at once. */
export function stopChromium(): void {
  child?.kill('SIGKILL')
}

function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(existsSync)
  if (!found) throw new Error('The stand-in needs Chromium: install it with "sudo apt install chromium".')
  return found
}

function listen(fromBrowser: Readable): void {
  let rest = ''
  fromBrowser.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0')
    rest = messages.pop() ?? ''
    for (const message of messages) take(JSON.parse(message) as Answer)
  })
}

function take({ id, method, params, result, error, sessionId = '' }: Answer): void {
  if (id === undefined) {
    for (const listener of listeners.get(`${sessionId} ${method}`) ?? []) listener(params as never)
    return
  }
  const call = waiting.get(id)
  waiting.delete(id)
  if (error) call?.reject(new Error(`${call.method}: ${error.message}`))
  else call?.resolve(result)
}

/** Playwright waits for this line; the rest of what Chromium says is about its own services. */
function passOnAddress(stderr: Readable): void {
  let text = ''
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-4096)
    const line = /^DevTools listening on ws:\/\/\S+$/m.exec(text)?.[0]
    if (!line) return
    process.stderr.write(`${line}\n`)
    text = ''
  })
}
