import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { type Browser, chromium, type Page } from '@playwright/test'
import { median } from './measure.ts'
import { type BenchRow, toRow } from './row.ts'
import { makeDir, openWorld, seed } from './world.ts'

const ROUNDS = 5
const TASKS = 10_000
const server = join(import.meta.dirname, '..', 'dist', 'main', 'server.js')
/** How src/main/server.ts says that it can be reached, and where to open it once signed in. */
const readyLine = /^REEF ready at (\S+) open (\S+)$/

/** From the start of the processes to a first screen that shows the factory and answers, beside a blank page in the same browser. */
export async function benchStart(): Promise<BenchRow[]> {
  if (!existsSync(server)) throw new Error('there is no build: run npm run build first')
  const rounds: Array<{ blank: number; reef: number; listening: number; script: number }> = []
  for (let i = 0; i < ROUNDS; i++) {
    const blank = await startBlank()
    rounds.push({ blank, ...(await startReef()) })
  }
  const middle = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick))
  return [
    toRow({
      id: 'S1',
      goal: `cold start with ${TASKS.toLocaleString('en-US')} tasks → first screen live, browser shell, against a blank page`,
      value: middle((round) => round.reef),
      unit: 'ms',
      floor: middle((round) => round.blank),
      gate: 3,
      moonshot: 1.7,
      judge: 'ratio',
      better: 'lower',
      note: `engine listening after ${middle((round) => round.listening).toFixed(0)} ms; new browser profile each time; headless, no GPU`,
    }),
    toRow({
      id: 'S1b',
      goal: 'script that the first screen loads',
      value: middle((round) => round.script) / 1000,
      unit: 'kB',
      floor: null,
      gate: 500,
      moonshot: 300,
      judge: 'value',
      better: 'lower',
      note: 'decoded size of everything fetched before the screen is live',
    }),
  ]
}

function launch(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const executablePath = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
  return chromium.launch({ ...(executablePath && { executablePath }), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}

/** Two frames: what was asked for has been drawn. */
const drawn = (page: Page) => page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))')

async function startBlank(): Promise<number> {
  const start = performance.now()
  const browser = await launch()
  const page = await browser.newPage({ viewport: { width: 1440, height: 860 } })
  await page.goto('data:text/html,<!doctype html><title>blank</title><p>blank</p>')
  await drawn(page)
  const ms = performance.now() - start
  await browser.close()
  return ms
}

async function startReef() {
  const { dir, remove } = makeDir()
  const world = openWorld(dir, 'NORMAL')
  seed(world.db, { tasks: TASKS / 2, perPlan: 50, state: 'done' })
  // Pending behind an owner who never comes: nothing may run while this is measured.
  seed(world.db, { tasks: TASKS / 2, perPlan: 50, state: 'pending', from: TASKS, waitUntil: Date.now() + 86_400_000 })
  world.close()

  const start = performance.now()
  const engine = spawn(process.execPath, [server, '--data-dir', dir, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const opened = ready(engine).then((url) => ({ url, listening: performance.now() - start }))
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 860 } })
    const { url, listening } = await opened
    await page.goto(url)
    await page.waitForSelector('[data-feed="live"]', { timeout: 30_000 })
    await drawn(page)
    const reef = performance.now() - start
    const script = await page.evaluate<number>(
      "performance.getEntriesByType('resource').filter((entry) => /\\.js($|\\?)/.test(entry.name)).reduce((sum, entry) => sum + entry.decodedBodySize, 0)",
    )
    return { reef, listening, script }
  } finally {
    await browser.close()
    await stop(engine)
    remove()
  }
}

function ready(engine: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    engine.once('exit', (code) => reject(new Error(`the engine ended with ${code} before it was ready`)))
    if (engine.stdout)
      createInterface({ input: engine.stdout }).on('line', (line) => {
        const open = readyLine.exec(line)?.[2]
        if (open) resolve(open)
      })
  })
}

function stop(engine: ChildProcess): Promise<unknown> {
  const exited = new Promise((resolve) => engine.once('exit', resolve))
  if (engine.exitCode !== null) return Promise.resolve()
  engine.kill('SIGTERM')
  setTimeout(() => engine.kill('SIGKILL'), 10_000).unref()
  return exited
}
