import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../src/engine/kernel/marked.ts'

/** The versions whose behaviour REEF's drivers are written against; a newer one is tried by changing these two. */
const CLAUDE = '2.1.329'
const CODEX = '0.169.0'

export type Programs = { readonly claude: string; readonly codex: string }

/**
 * The real Claude Code and Codex, installed once into a cache outside the repository (about 800 MB) with npm and without
 * install scripts. Several test processes may ask at once: one installs, the others wait. Rejects with one sentence when
 * npm cannot deliver them.
 */
export async function fetchPrograms(): Promise<Programs> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'reef', 'programs')
  const dir = join(cache, `claude-${CLAUDE}-codex-${CODEX}`)
  const programs = locate(dir)
  if (existsSync(join(dir, 'complete'))) return programs
  mkdirSync(cache, { recursive: true })
  const release = await takeLock(join(cache, 'lock'))
  try {
    if (!existsSync(join(dir, 'complete'))) await install(cache, dir)
  } finally {
    release()
  }
  return programs
}

/** Says whether the owner of this run asked for it to go without the real programs; anything else runs them. */
export const programsWaived = process.env['REEF_SKIP_PROGRAMS'] === '1'

function locate(dir: string): Programs {
  const platform = `${process.platform}-${process.arch}`
  const triple = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl`
  return {
    claude: join(dir, 'node_modules', '@anthropic-ai', `claude-code-${platform}`, 'claude'),
    codex: join(dir, 'node_modules', '@openai', `codex-${platform}`, 'vendor', triple, 'bin', 'codex'),
  }
}

async function install(cache: string, dir: string): Promise<void> {
  const fresh = `${dir}.installing`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  writeFileSync(join(fresh, 'package.json'), '{"private":true}\n')
  const { code, output } = await npm(
    // npm's own patience with a registry that is not there is longer than a test's.
    [
      'install',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=3000',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      `@anthropic-ai/claude-code@${CLAUDE}`,
      `@openai/codex@${CODEX}`,
    ],
    fresh,
  )
  const missing = code === 0 ? Object.values(locate(fresh)).filter((file) => !existsSync(file)) : []
  if (code !== 0 || missing.length > 0)
    throw new Error(
      `The real Claude Code ${CLAUDE} and Codex ${CODEX} could not be installed into ${cache} with npm (${missing.length > 0 ? `${missing.join(', ')} is missing` : `exit code ${code}`}). Connect to the npm registry, or set REEF_SKIP_PROGRAMS=1 to test without them.\n${output.slice(-2000)}`,
    )
  rmSync(dir, { recursive: true, force: true })
  renameSync(fresh, dir)
  writeFileSync(join(dir, 'complete'), `${CLAUDE} ${CODEX}\n`)
}

/** npm under the Node that runs this: on an older one the registry's `engines` would quietly choose older programs. */
function npm(args: string[], cwd: string): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` }
  return new Promise((resolve) => {
    let output = ''
    const child = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => resolve({ code: null, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** A lock whose holder is gone is taken over. */
async function takeLock(lock: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
      if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true })
      else await pause(250)
    }
  }
}
