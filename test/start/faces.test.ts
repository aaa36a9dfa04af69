import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { endSessionHost } from '../crash/processes.ts'

/** `npm start` where there is a screen: which face it opens, and what one Ctrl+C ends. */
const root = join(import.meta.dirname, '..', '..')
let folder: string
let data: string
let started: ChildProcess[]

beforeAll(() => build().then(() => {}), 120_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reef-faces-'))
  data = join(folder, 'data')
  started = []
})
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL')
  await endSessionHost(data)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

function start(env: NodeJS.ProcessEnv, args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs'), '--data-dir', data, ...args], {
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      said.text += chunk
    })
  return { child, said }
}

async function until<T>(look: () => T | undefined | false, what: string): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const found = look()
    if (found) return found
  }
  throw new Error(`${what} did not come to pass within 30 seconds`)
}

const engineFile = () => join(data, 'run', 'engine.json')
const isUp = () => existsSync(engineFile())

/** A screen that nobody sees. */
async function openScreen(): Promise<string> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  started.push(server)
  const [number] = (await once(server.stdio[3] as Readable, 'data')) as [Buffer]
  return `:${String(number).trim()}`
}

/** The browser of this test's window, found by its profile. */
function findWindow(): { pid: number; address: string } | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let words: string[] = []
    try {
      words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      continue
    }
    const address = words.find((word) => word.startsWith('--app='))
    if (address && words.some((word) => word.startsWith(`--user-data-dir=${folder}`))) return { pid: Number(pid), address: address.slice(6) }
  }
  return undefined
}

/** The day's try has been made: nothing is downloaded by a test. */
function noteThatElectronIsOutOfReach(): void {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')) as { version: string }
  mkdirSync(join(folder, 'cache', 'reef'), { recursive: true })
  writeFileSync(join(folder, 'cache', 'reef', 'electron-not-available'), `${new Date().toISOString().slice(0, 10)} ${version}`)
}

test('with Electron there, one command starts the desktop app, and Ctrl+C lets it write down what it was doing', async () => {
  const { child, said } = start({ DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: join(root, 'test', 'electron', 'stand-in') }, ['--shell', 'electron'])
  await until(isUp, 'the engine')
  await until(() => said.text.includes('DevTools listening'), 'the window')
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number]
  expect({ code, isUp: isUp() }).toEqual({ code: 0, isUp: false })
})

test('without Electron it says so in one line and opens a window of the browser; closing that stops nothing, Ctrl+C does', async () => {
  const display = await openScreen()
  const nothing = { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'no-electron'), WAYLAND_DISPLAY: '' }
  noteThatElectronIsOutOfReach()
  const { child, said } = start({ DISPLAY: display, ...nothing }, [])
  const window = await until(findWindow, 'the window')
  expect(window.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\//)
  await until(isUp, 'the engine')
  const { url } = JSON.parse(readFileSync(engineFile(), 'utf8')) as { url: string }
  expect(said.text.match(/Electron/g)).toHaveLength(1)
  expect(said.text).toContain('Electron could not be downloaded: opening REEF in a browser window instead.')
  expect(said.text).toContain(`REEF runs at ${url}. Ctrl+C stops it.`)
  // A window that closes at once is taken for one that joined another.
  await sleep(2000)
  process.kill(window.pid, 'SIGTERM')
  await until(() => said.text.includes(`Window closed; REEF keeps running at ${url}.`), 'the end of the window')
  expect((await fetch(url, { redirect: 'manual' })).status).toBeLessThan(500)
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number]
  expect({ code, isUp: isUp() }).toEqual({ code: 0, isUp: false })
})
