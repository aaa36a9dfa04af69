import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { build } from 'vite'
import { type FixtureServer, startFixtureServer } from './fixture-server.ts'
import { NOW } from './rows.ts'
import type { WorldName } from './worlds.ts'

export type Stage = AsyncDisposable & {
  readonly root: string
  readonly server: FixtureServer
  /** A page in a browser context of its own, at the fixture's present, on a live screen. */
  open(where: {
    world?: WorldName
    theme?: 'dark' | 'light'
    place?: string
  }): Promise<{ page: Page; context: BrowserContext; complaints: string[]; scripts: ReadonlySet<string> }>
}

/** Builds the page as it is now into a folder of its own, serves it with the fixture, and starts a browser. */
export async function createStage(): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'reef-page-'))
  // The test runner names its own environment; the page is to be what the owner gets, React's production build included.
  process.env['NODE_ENV'] = 'production'
  await build({ configFile: join(import.meta.dirname, '../../vite.renderer.config.ts'), logLevel: 'error', build: { outDir: root } })
  const server = await startFixtureServer({ root })
  const browser = await startBrowser()
  return {
    root,
    server,
    async open({ world = 'full', theme = 'dark', place = '' }) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 860 },
        colorScheme: theme,
        reducedMotion: 'reduce',
        locale: 'en-NZ',
        timezoneId: 'Pacific/Auckland',
      })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => (message.type() === 'error' ? complaints.push(message.text()) : undefined))
      const scripts = new Set<string>()
      page.on('response', (response) => (response.url().endsWith('.js') ? scripts.add(new URL(response.url()).pathname) : undefined))
      await page.clock.install({ time: NOW })
      await page.goto(`${server.url}/?world=${world}#/${place}`)
      await page.waitForSelector('[data-feed="live"]')
      return { page, context, complaints, scripts }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The machine's own Chromium; a root user has no sandbox to run it in. */
export function startBrowser(): Promise<Browser> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const executablePath = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
  if (!executablePath) throw new Error('These tests need Chromium: install it with "sudo apt install chromium".')
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
