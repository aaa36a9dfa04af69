import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './node-version.mjs'

const dist = join(root, 'dist')
const stamp = join(dist, '.built')
const lock = join(dist, '.building')
const watched = ['src', 'migrations', 'assets', 'package.json', 'vite.node.config.ts', 'vite.preload.config.ts', 'vite.renderer.config.ts']
const aDay = 24 * 60 * 60 * 1000

/**
 * Brings dist/ up to date and returns one line that says what was done. Two starts at once build once.
 * Old hashed files stay for a day: an engine that is running may still load a part of itself.
 */
export async function build({ force = false } = {}) {
  if (!existsSync(join(root, 'node_modules', 'vite'))) throw new Error(`REEF's packages are not installed: run "npm ci" in ${root}.`)
  mkdirSync(dist, { recursive: true })
  const started = Date.now()
  await takeLock()
  try {
    if (!force && !isStale()) return 'Build is up to date.'
    const missing = await buildAll()
    dropOldFiles(started)
    writeFileSync(stamp, '')
    utimesSync(stamp, new Date(started), new Date(started))
    const without = missing.length > 0 ? `; not there yet: ${missing.join(', ')}` : ''
    return `Built in ${((Date.now() - started) / 1000).toFixed(1)} s${without}.`
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** True when anything that goes into dist/ is newer than dist/. */
export function isStale() {
  if (!existsSync(stamp)) return true
  const builtAt = statSync(stamp).mtimeMs
  return watched.some((name) => newest(join(root, name)) > builtAt)
}

/** Vite takes the kind of build from NODE_ENV, and reading a config sets it. It must not stay: what is started later inherits the environment. */
async function buildAll() {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    return await buildEach(await import('vite'))
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

async function buildEach(vite) {
  const run = (configFile) => vite.build({ configFile: join(root, configFile), logLevel: 'error' })
  const pageEntry = 'src/renderer/index.html'
  const hasPage = existsSync(join(root, pageEntry))
  const { module } = await vite.runnerImport(join(root, 'vite.node.config.ts'), { logLevel: 'error' })
  await run('vite.node.config.ts')
  await run('vite.preload.config.ts')
  if (hasPage) await run('vite.renderer.config.ts')
  return hasPage ? module.missingEntries : [...module.missingEntries, pageEntry]
}

/** A lock whose holder died is taken over after two minutes. */
async function takeLock() {
  for (;;) {
    try {
      mkdirSync(lock)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0
      if (Date.now() - since > 2 * 60 * 1000) rmSync(lock, { recursive: true, force: true })
      else await sleep(100)
    }
  }
}

function dropOldFiles(started) {
  for (const folder of ['chunks', 'agents', join('renderer', 'assets')].map((name) => join(dist, name))) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (statSync(join(folder, name)).mtimeMs < started - aDay) rmSync(join(folder, name))
    }
  }
}

function newest(path) {
  const info = statSync(path, { throwIfNoEntry: false })
  if (!info) return 0
  if (!info.isDirectory()) return info.mtimeMs
  return readdirSync(path, { withFileTypes: true }).reduce((latest, entry) => Math.max(latest, newest(join(path, entry.name))), info.mtimeMs)
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  try {
    process.stdout.write(`${await build({ force: process.argv.includes('--force') })}\n`)
  } catch (error) {
    process.stderr.write(`REEF could not be built: ${error.message}\n`)
    process.exit(1)
  }
}
