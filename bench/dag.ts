import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { delimiter, extname, join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { busyNote, median, quantile } from './measure.ts'
import { type BenchRow, toRow } from './row.ts'

const ROUNDS = 4
const FRAMES = 80
const zooms = [1, 0.5, 0.3, 0.1, 0]
const page = join(import.meta.dirname, '..', 'src', 'renderer', 'screens', 'plan', 'plan.bench.tsx')

/** The plan screen itself, built as for the app, over plans that are made up; every figure beside one of a bare page of the same browser. */
export async function benchDag(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'reef-bench-dag-'))
  try {
    await buildPage(dir)
    const browser = await launch()
    try {
      return await measure(browser, dir)
    } finally {
      await browser.close()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(browser: Browser, dir: string): Promise<BenchRow[]> {
  const bench = await openPage(browser, dir)
  const idle = await bench.idle(FRAMES)
  await bench.prepare(10_000, 24)
  const bare = await repeat(() => bench.bare(10_000))
  const opened = await repeat(() => bench.open())
  const pans: Pan[] = []
  for (const zoom of zooms) pans.push(await move(bench, zoom, false))
  pans.push(await move(bench, 0.5, true))
  await bench.zoomTo(1)
  const near = await bench.change(100)
  const flood = await bench.flood(1000, 3000)
  await bench.zoomTo(0)
  const far = await bench.change(100)
  await bench.prepare(100_000, 24)
  const bareHuge = await bench.bare(100_000)
  const openedHuge = await bench.open()
  const huge = await move(bench, 0, false)

  const worst = pans.reduce((a, b) => (a.script > b.script ? a : b))
  const each = (what: (pan: Pan) => number) => pans.map((pan) => `${pan.name} ${what(pan).toFixed(1)}`).join(', ')
  const rows: Array<Parameters<typeof toRow>[0]> = [
    {
      id: 'D1',
      goal: '10,000 tasks: from data to the first picture, against as many rectangles on a bare canvas',
      value: median(opened),
      unit: 'ms',
      floor: median(bare),
      gate: 1500,
      moonshot: 250,
      judge: 'value',
      better: 'lower',
      note: `the whole screen with its layout; runs ${opened.map((ms) => ms.toFixed(0)).join(', ')} ms`,
    },
    {
      id: 'D2',
      goal: '10,000 tasks: script of a frame while panning or zooming: p95 of the quietest rounds, worst of all zooms',
      value: worst.script,
      unit: 'ms',
      floor: null,
      gate: 8,
      moonshot: 4,
      judge: 'value',
      better: 'lower',
      note: `p95 ${each((pan) => pan.script)} ms; median ${each((pan) => pan.half)} ms; median frame ${each((pan) => pan.frame)} ms, of an idle page ${median(idle).toFixed(1)} ms; no GPU${busyNote(availableParallelism())}`,
    },
    {
      id: 'D3',
      goal: '10,000 tasks: one task changes, from the event to the end of its frame, median',
      value: Math.max(median(near), median(far)),
      unit: 'ms',
      floor: null,
      gate: 8,
      moonshot: 1,
      judge: 'value',
      better: 'lower',
      note: `near ${median(near).toFixed(2)} (p95 ${quantile(near, 0.95).toFixed(2)}), overview ${median(far).toFixed(2)} (p95 ${quantile(far, 0.95).toFixed(2)}); at 1,000 changes/s ${(flood.frames / 3).toFixed(0)} frames/s, at most ${flood.worst.toFixed(1)} ms of script in one`,
    },
    {
      id: 'D4',
      goal: '100,000 tasks: script of a frame while panning over all of them: p95 of the quietest rounds',
      value: huge.script,
      unit: 'ms',
      floor: null,
      gate: 16,
      moonshot: 4,
      judge: 'value',
      better: 'lower',
      note: `median ${huge.half.toFixed(1)} ms; opens in ${openedHuge.toFixed(0)} ms (bare canvas ${bareHuge.toFixed(0)} ms); median frame ${huge.frame.toFixed(1)} ms`,
    },
  ]
  return rows.map(toRow)
}

type Pan = { readonly name: string; readonly script: number; readonly half: number; readonly frame: number }

/** The same movement over a plan opened anew, some times over; of each frame the least. What a neighbour on the machine takes is never negative. */
async function move(bench: PlanBench, zoom: number, zooming: boolean): Promise<Pan> {
  const rounds: Move[] = []
  for (let i = 0; i < ROUNDS; i++) {
    await bench.open()
    await bench.zoomTo(zoom)
    rounds.push(await bench.pan(FRAMES, zooming))
  }
  const script = Array.from({ length: FRAMES }, (_, k) => Math.min(...rounds.map((round) => round.script[k] ?? Number.POSITIVE_INFINITY)))
  const name = zooming ? 'zooming' : zoom === 0 ? 'all' : `${zoom * 100} %`
  return { name, script: quantile(script, 0.95), half: median(script), frame: Math.min(...rounds.map((round) => median(round.frame))) }
}

const repeat = async (take: () => Promise<number>): Promise<number[]> => {
  const figures: number[] = []
  for (let i = 0; i < ROUNDS; i++) figures.push(await take())
  return figures
}

async function buildPage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    build: {
      outDir,
      target: 'chrome132',
      minify: true,
      cssCodeSplit: false,
      rollupOptions: { input: page, output: { entryFileNames: 'bench.js', assetFileNames: 'bench[extname]' } },
    },
  })
}

type Move = { script: number[]; frame: number[] }
/** What plan.bench.tsx puts on its window. */
type PlanBench = {
  prepare(count: number, depth: number): Promise<void>
  open(): Promise<number>
  bare(count: number): Promise<number>
  idle(frames: number): Promise<number[]>
  zoomTo(zoom: number): Promise<void>
  pan(frames: number, zooming: boolean): Promise<Move>
  change(count: number): Promise<number[]>
  flood(perSecond: number, ms: number): Promise<{ frames: number; worst: number; longest: number }>
}

const html =
  '<!doctype html><title>bench</title><link rel="stylesheet" href="/bench.css"><style>#root{height:100vh}</style><div id="root"></div><script type="module" src="/bench.js"></script>'
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css' }

async function openPage(browser: Browser, dir: string): Promise<PlanBench> {
  const tab = await browser.newPage({ viewport: { width: 1440, height: 860 } })
  const failed = new Promise<never>((_, reject) => tab.on('pageerror', reject))
  failed.catch(() => undefined)
  await tab.route('http://bench.test/**', (route) => {
    const path = new URL(route.request().url()).pathname
    if (path === '/') return route.fulfill({ contentType: 'text/html', body: html })
    const file = join(dir, path)
    return existsSync(file) ? route.fulfill({ contentType: types[extname(file)] ?? 'text/plain', body: readFileSync(file) }) : route.fulfill({ status: 404 })
  })
  await tab.goto('http://bench.test/')
  await tab.waitForFunction('"planBench" in window')
  return toBench(tab, failed)
}

/** Calls go to the page by name; a mistake in the page ends the bench. */
function toBench(tab: Page, failed: Promise<never>): PlanBench {
  const call = (name: keyof PlanBench, ...given: readonly unknown[]) =>
    Promise.race([tab.evaluate(`window.planBench.${name}(...${JSON.stringify(given)})`), failed]) as Promise<never>
  return {
    prepare: (...given) => call('prepare', ...given),
    open: () => call('open'),
    bare: (...given) => call('bare', ...given),
    idle: (...given) => call('idle', ...given),
    zoomTo: (...given) => call('zoomTo', ...given),
    pan: (...given) => call('pan', ...given),
    change: (...given) => call('change', ...given),
    flood: (...given) => call('flood', ...given),
  }
}

function launch(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const executablePath = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
  return chromium.launch({ ...(executablePath && { executablePath }), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}
