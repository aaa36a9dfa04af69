import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from '@playwright/test'
import { startFixtureServer } from './fixture-server.ts'
import { startBrowser } from './page.ts'
import { NOW } from './rows.ts'
import { worldNames } from './worlds.ts'

/**
 * Pictures of every screen, in every world and both themes:
 * `node test/renderer/look.ts --into DIR [--root dist/renderer] [--world full,empty] [--theme dark] [--size 1440x860] [screen …]`.
 * A screen may carry its own path: `plans/plan_…`. Says what the page complained about.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    into: { type: 'string' },
    root: { type: 'string' },
    world: { type: 'string', default: worldNames.join(',') },
    theme: { type: 'string', default: 'dark,light' },
    size: { type: 'string', default: '1440x860' },
    keys: { type: 'string' },
  },
})
if (!values.into) throw new Error('--into DIR: where the pictures go')
const into = values.into
const screens =
  positionals.length > 0 ? positionals : ['overview', 'plans', 'inbox', 'sessions', 'spend', 'agents', 'rules', 'channels', 'audit', 'settings', 'parts']
const [width = 1440, height = 860] = values.size.split('x').map(Number)
mkdirSync(into, { recursive: true })
await using server = await startFixtureServer(values.root ? { root: values.root } : {})
const browser = await startBrowser()
try {
  for (const world of values.world.split(',')) for (const theme of values.theme.split(',')) await photograph(browser, world, theme as 'dark' | 'light')
} finally {
  await browser.close()
}

async function photograph(from: Browser, world: string, theme: 'dark' | 'light'): Promise<void> {
  const context = await from.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale: 'en-NZ',
    timezoneId: 'Pacific/Auckland',
  })
  const page = await context.newPage()
  await page.clock.install({ time: NOW })
  page.on('console', (message) =>
    message.type() === 'error' || message.type() === 'warning' ? console.log(`${world}/${theme}: ${message.text()}`) : undefined,
  )
  page.on('pageerror', (error) => console.log(`${world}/${theme}: ${error.message}`))
  for (const screen of screens) {
    await page.goto(`${server.url}/?world=${world}#/${screen}`)
    await page.reload()
    await page.waitForSelector('[data-feed="live"]', { timeout: 15_000 })
    await settle(page)
    for (const key of values.keys?.split(' ') ?? []) {
      await page.keyboard.press(key)
      await settle(page)
    }
    await page.screenshot({ path: join(into, `${screen.replaceAll('/', '-').replace(/_0+/g, '')}-${world}-${theme}.png`) })
  }
  await context.close()
}

/** Skeletons come after 200 ms, charts measure themselves first. */
async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(100)
  await page.clock.runFor(1200)
  await page.waitForTimeout(250)
}
