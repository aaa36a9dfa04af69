// Pictures of the real app for the documentation: starts it on a data directory of its own, lets the rehearsal run, and photographs
// each screen in both themes. `node scripts/screenshots.mjs [screen …]`
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { findBrowser } from './browser-window.mjs'
import { build } from './build.mjs'
import { findNode, root } from './node-version.mjs'

const names = ['overview', 'plans', 'plan', 'inbox', 'sessions', 'spend', 'agents', 'rules', 'channels', 'audit', 'settings']
const size = { width: 1440, height: 860 }
const readyLine = /^REEF ready at (\S+) open (\S+)$/
const REHEARSAL_MS = 300_000

const unknown = process.argv.slice(2).filter((name) => !names.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no screen ${unknown.join(', ')}: choose from ${names.join(', ')}.\n`)
  process.exit(2)
}
const wanted = process.argv.length > 2 ? process.argv.slice(2) : names
const into = join(root, 'docs', 'screenshots')
const dataDir = mkdtempSync(join(tmpdir(), 'reef-screenshots-'))
const node = findNode()

await build()
const engine = spawn(node, [join(root, 'dist', 'main', 'server.js'), '--data-dir', dataDir, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  // Somebody is there to answer: this script.
  env: { ...process.env, REEF_ATTENDED: '1' },
})
const exited = new Promise((resolve) => engine.once('exit', resolve))
const executablePath = findBrowser()
let browser
try {
  const { address, open } = await ready()
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  const context = await browser.newContext({ viewport: size, locale: 'en-NZ', timezoneId: 'Pacific/Auckland', reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(open)
  await live(page)
  mkdirSync(into, { recursive: true })

  // The inbox is worth a picture while something waits in it; everything else once there is something to see.
  await until((status) => status.approvalsOpen > 0 || ended(status))
  const { approvals } = await reef('approval', 'list')
  const early = wanted.filter((name) => name === 'inbox' && approvals.length > 0)
  await photograph(page, address, early)
  for (const { id } of approvals) await reef('approval', 'approve', id)
  await until(ended)
  await photograph(
    page,
    address,
    wanted.filter((name) => !early.includes(name)),
  )
  // What was deployed outlives the engine, and would keep its folder alive.
  const { releases } = await reef('release', 'list')
  for (const { id } of releases.filter((release) => ['starting', 'healthy', 'unhealthy'].includes(release.state))) await reef('release', 'stop', id)
} finally {
  await browser?.close()
  engine.kill('SIGTERM')
  const killer = setTimeout(() => engine.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(killer)
  rmSync(dataDir, { recursive: true, force: true })
}

async function photograph(page, address, screens) {
  for (const name of screens)
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.goto(new URL(await placeOf(name), address).href)
      await live(page)
      const file = join(into, `${name}-${theme}.png`)
      await page.screenshot({ path: file, animations: 'disabled' })
      process.stdout.write(`docs/screenshots/${name}-${theme}.png\n`)
    }
}

/** The page's place of a picture; the plan is the one that was rehearsed. */
async function placeOf(name) {
  if (name !== 'plan') return `#/${name}`
  const { plans } = await reef('plan', 'list')
  return `#/plans/${plans[0].id}`
}

/** Connected, fonts there, drawn. */
async function live(page) {
  await page.waitForSelector('[data-feed="live"]', { timeout: 30_000 })
  await page.evaluate('document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))')
  // Charts and terminals draw themselves once after they know their size.
  await sleep(600)
}

function ended(status) {
  return status.rehearsal === 'done' || status.rehearsal === 'skipped'
}

/** Asks the engine until it answers as wanted; after the time limit takes what there is. */
async function until(isSo) {
  const deadline = Date.now() + REHEARSAL_MS
  for (;;) {
    const status = await reef('status')
    if (isSo(status) || Date.now() > deadline) return
    await sleep(500)
  }
}

/** The engine's own command line, and what it answered. */
function reef(...words) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(root, 'dist', 'cli', 'reef.js'), '--json', '--data-dir', dataDir, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`reef ${words.join(' ')} ended with ${code}`))))
  })
}

function ready() {
  return new Promise((resolve, reject) => {
    engine.once('exit', (code) => reject(new Error(`the engine ended with ${code} before it was ready`)))
    createInterface({ input: engine.stdout }).on('line', (line) => {
      const [, address, open] = readyLine.exec(line) ?? []
      if (address) resolve({ address, open })
    })
  })
}
