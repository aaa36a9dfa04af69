import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findBrowser } from './browser-window.mjs'

/** What the tests drive beside Node and git, and the Debian package that brings it. */
const tools = [
  { name: 'Chromium', packages: ['chromium'], isThere: () => findBrowser() !== undefined },
  { name: 'bubblewrap', packages: ['bubblewrap'], isThere: () => onPath('bwrap') },
  { name: 'Xvfb', packages: ['xvfb', 'xauth'], isThere: () => onPath('xvfb-run') },
]

/** Installs missing programs where apt and the right to use it are there; otherwise says in one sentence what to install. */
export function provideTools() {
  const missing = tools.filter((tool) => !tool.isThere())
  if (missing.length === 0 || process.platform !== 'linux') return
  const names = missing.map((tool) => tool.name).join(', ')
  const packages = missing.flatMap((tool) => tool.packages)
  const rights = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const mayInstall = onPath('apt-get') && (rights.length === 0 || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0)
  if (mayInstall) {
    process.stdout.write(`Installing ${names} with apt-get.\n`)
    apt(rights, ['update', '-qq'])
    apt(rights, ['install', '-y', '-qq', '--no-install-recommends', ...packages])
  }
  const still = missing.filter((tool) => !tool.isThere())
  if (still.length === 0) return
  const command = `sudo apt install ${still.flatMap((tool) => tool.packages).join(' ')}`
  process.stderr.write(
    `The tests need ${still.map((tool) => tool.name).join(', ')}, which could not be installed: run "${command}". What needs it fails below.\n`,
  )
}

function apt(rights, args) {
  const [program = 'apt-get', ...before] = [...rights, 'apt-get']
  spawnSync(program, [...before, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 300_000,
  })
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)))
}
