import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'

/** `npm start` and `npx reef` as somebody meets them whose machine is not as it should be: one sentence, and nothing is left behind. */
const root = join(import.meta.dirname, '..', '..')
const start = join(root, 'scripts', 'start.mjs')
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reef-start-'))
  await build()
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Run = { code: number | null; out: string; err: string }
type Options = { env?: NodeJS.ProcessEnv; before?: readonly string[] }

function open(args: readonly string[], { env = {}, before = [] }: Options = {}): ChildProcess {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = process.env
  return spawn(process.execPath, [...before, ...args], { cwd: folder, env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(args: readonly string[], options?: Options): Promise<Run> {
  const child = open(args, options)
  const text = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk))
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...text }
}

/** Makes Node say that it is another one; the binding that would crash is never reached. */
const asNode = (version: string) => ['--import', `data:text/javascript,Object.defineProperty(process,'version',{value:'${version}'})`]

test('R-007 a headless start says where to open it and that Ctrl+C stops it, and one signal ends it', async () => {
  const child = open([start, '--headless', '--data-dir', join(folder, 'data'), '--port', '0'])
  let out = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
    if (/Ctrl\+C stops it/.test(out) && !child.killed) child.kill('SIGINT')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(out).toMatch(/^REEF runs at http:\/\/127\.0\.0\.1:\d+\. Open http:\/\/127\.0\.0\.1:\d+\/open\/\S+ once to sign in\. Ctrl\+C stops it\.$/m)
  expect(out).toMatch(/REEF stopped\.\n$/)
  expect(code).toBe(0)
})

test('a taken port is said in one sentence', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const { code, err } = await run([start, '--headless', '--data-dir', join(folder, 'other'), '--port', String(port)])
  taken.close()
  expect(err.trim().split('\n')).toHaveLength(1)
  expect(err).toContain(String(port))
  expect(code).toBe(1)
})

test('a data directory that cannot be used is said in one sentence, and nothing is put into it', async () => {
  const photos = join(folder, 'photos')
  mkdirSync(photos)
  writeFileSync(join(photos, 'cat.jpg'), '')
  const foreign = await run([start, '--headless', '--data-dir', photos])
  expect(foreign).toMatchObject({ code: 1, err: `The directory ${photos} holds files that are not REEF's: choose an empty one with --data-dir.\n` })
  expect(readdirSync(photos)).toEqual(['cat.jpg'])
  const impossible = await run([start, '--headless', '--data-dir', '/proc/reef'])
  expect(impossible).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^The data directory \/proc\/reef cannot be made \(\w+\): choose another with --data-dir\.\n$/),
  })
})

test('a machine without git is told how to get it', async () => {
  const bare = join(folder, 'bin')
  mkdirSync(bare)
  symlinkSync(process.execPath, join(bare, 'node'))
  const { code, err } = await run([start, '--headless'], { env: { PATH: bare } })
  expect({ code, err }).toEqual({
    code: 1,
    err: 'REEF needs git, which was not found: install it with your package manager, for example "sudo apt install git".\n',
  })
})

test('an old Node without the packages beside it is told what is needed', async () => {
  const lonely = join(folder, 'lonely', 'scripts')
  mkdirSync(lonely, { recursive: true })
  for (const name of readdirSync(join(root, 'scripts')).filter((one) => one.endsWith('.mjs'))) copyFileSync(join(root, 'scripts', name), join(lonely, name))
  const { code, err } = await run([join(lonely, 'start.mjs')], { before: asNode('v20.20.0') })
  expect(code).toBe(1)
  expect(err).toMatch(/^REEF needs Node 22\.19 or newer and found v20\.20\.0: run "npm ci" in .+, or install a newer Node\.\n$/)
  const ready = await run([join(lonely, 'start.mjs'), '--headless'])
  expect(ready).toMatchObject({ code: 1, err: expect.stringMatching(/^REEF could not be built: REEF's packages are not installed: run "npm ci" in .+\.\n$/) })
})

test('an old Node with the packages beside it hands over to the Node that came with them', async () => {
  const { code, out } = await run([join(root, 'bin', 'reef.mjs'), '--help'], { before: asNode('v20.20.0') })
  expect(code).toBe(0)
  expect(out).toContain('Usage: reef')
})

test.each([
  [['--shell', 'tv'], 'There is no shell "tv": choose electron, browser or headless.'],
  [['--port', '99999'], '"99999" is not a port: give a number from 0 to 65535.'],
  [['--shell', 'browser'], 'There is no screen to open the browser window on: set DISPLAY, or start with --headless.'],
])('%s is refused in one sentence', async (args, sentence) => {
  expect(await run([start, ...args])).toMatchObject({ code: 1, err: `${sentence}\n` })
})

test('an unknown option is named, with those there are', async () => {
  const { code, err } = await run([start, '--colour'])
  expect(code).toBe(1)
  expect(err).toMatch(/^Unknown option '--colour'/)
  expect(err).toContain('--data-dir DIR')
})
