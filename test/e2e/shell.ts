import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type ElectronApplication, type Page } from '@playwright/test'
import { findBrowser } from '../../scripts/browser-window.mjs'
import { launchDesktop } from '../electron/launch.ts'

const root = join(import.meta.dirname, '..', '..')
const readyLine = /^REEF ready at (\S+) open (\S+)$/

/** The built app with a data directory of its own, in one of its two shells. */
export type Shell = {
  page: Page
  readonly dataDir: string
  /** As the owner closes the window; what runs behind it goes on. */
  closeWindow(): Promise<void>
  /** A new window on what goes on. */
  openWindow(): Promise<Page>
  end(): Promise<void>
}

export async function openShell(kind: string): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), `reef-e2e-${kind}-`))
  try {
    return kind === 'electron' ? await openDesktop(folder) : await openBrowser(folder)
  } catch (error) {
    clear(folder)
    throw error
  }
}

async function openDesktop(folder: string): Promise<Shell> {
  const dataDir = join(folder, 'data')
  const app: ElectronApplication = await launchDesktop(root, join(folder, 'profile'), ['--data-dir', dataDir])
  const shell: Shell = {
    page: await app.firstWindow(),
    dataDir,
    async closeWindow() {
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    },
    async openWindow() {
      const opened = app.waitForEvent('window')
      await app.evaluate(({ app: own }) => void own.emit('activate'))
      shell.page = await opened
      return shell.page
    },
    async end() {
      await app.close()
      clear(folder)
    },
  }
  return shell
}

async function openBrowser(folder: string): Promise<Shell> {
  const dataDir = join(folder, 'data')
  const engine = spawn(process.execPath, [join(root, 'dist', 'main', 'server.js'), '--data-dir', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, REEF_ATTENDED: '1' },
  })
  const { url, open } = await ready(engine)
  const executablePath = findBrowser()
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(open)
  const shell: Shell = {
    page,
    dataDir,
    closeWindow() {
      return shell.page.close()
    },
    async openWindow() {
      shell.page = await context.newPage()
      await shell.page.goto(url)
      return shell.page
    },
    async end() {
      await browser.close()
      const gone = once(engine, 'exit')
      engine.kill('SIGTERM')
      await gone
      clear(folder)
    },
  }
  return shell
}

/** The product that was deployed outlives the app, as it should; not the test. */
function clear(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (argumentsOf(pid).includes(folder)) endProcess(Number(pid))
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went by itself.
  }
}

function ready(engine: ChildProcess): Promise<{ url: string; open: string }> {
  return new Promise((resolve, reject) => {
    engine.once('error', reject)
    engine.once('exit', (code) => reject(new Error(`The engine ended with ${code} before it was ready.`)))
    if (!engine.stdout) return
    createInterface({ input: engine.stdout }).on('line', (line) => {
      const [, url, open] = readyLine.exec(line) ?? []
      if (url && open) resolve({ url, open })
    })
  })
}
