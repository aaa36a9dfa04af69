// Makes the installable app: `npm run package`. Without Electron's program it goes through the same steps up to the unpacked folder with
// a stand-in for it, so that what is packed and how it is locked can be checked; that folder cannot start.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from './build.mjs'
import { findElectron, installElectron } from './electron-binary.mjs'
import { lockFuses, placeholderProgram, readFuses } from './fuses.mjs'
import { root } from './node-version.mjs'

const say = (line) => process.stdout.write(`${line}\n`)

if (process.platform !== 'linux') stop('Packages are made on Linux only.')
try {
  say(await build({ force: true }))
} catch (error) {
  stop(`REEF could not be built: ${error.message}`)
}
const program = process.argv.includes('--rehearse') ? undefined : (findElectron() ?? installElectron())
// A rehearsal never takes the place of real packages.
const output = program ? 'release' : '.cache/package-rehearsal'
const unpacked = join(root, output, process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked')
const temporary = program ? undefined : mkdtempSync(join(tmpdir(), 'reef-package-'))
try {
  if (!program) say("Electron's program is not here (npm run electron:install): this is a packaging rehearsal, and its result cannot start.")
  rmSync(unpacked, { recursive: true, force: true })
  pack('dir', program ? dirname(program) : makePlaceholder(temporary))
  await lockFuses(join(unpacked, 'reef'))
  for (const { name, state } of await readFuses(join(unpacked, 'reef'))) say(`  ${state.padEnd(8)} ${name}`)
  checkContents()
  if (program) pack('AppImage', undefined, ['deb'])
  say(
    program
      ? 'The packages are in release/.'
      : 'Packaging rehearsed in .cache/package-rehearsal: contents and fuses are right. It cannot start, because Electron is not in it.',
  )
} finally {
  if (temporary) rmSync(temporary, { recursive: true, force: true })
}

/** `dir` is made from Electron's files; packages are made from that folder, so that they carry the fuses set in between. */
function pack(target, electronDist, more = []) {
  const from = electronDist ? [`--config.electronDist=${electronDist}`] : ['--prepackaged', unpacked]
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [builder, '--linux', target, ...more, '--publish', 'never', `--config.directories.output=${output}`, ...from],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  if (status !== 0) process.stderr.write(stdout + stderr)
  if (status !== 0)
    stop(
      target === 'dir'
        ? 'The app could not be packed: see above.'
        : 'The packages could not be made: their tools come from github.com at the first use. The app itself is in release/linux-unpacked.',
    )
}

/** The shape of Electron's folder with a program that holds its fuses and nothing else. */
function makePlaceholder(folder) {
  const version = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')).version
  const files = { version: `v${version}`, LICENSE: '', 'LICENSES.chromium.html': '', electron: placeholderProgram() }
  mkdirSync(join(folder, 'resources'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  chmodSync(join(folder, 'electron'), 0o755)
  return folder
}

/** What a child process opens must lie beside the archive. */
function checkContents() {
  const beside = join(unpacked, 'resources', 'app.asar.unpacked')
  const needed = [
    'dist/main/session-host.js',
    'dist/renderer/index.html',
    'dist/preload/preload.cjs',
    'migrations',
    `node_modules/node-linux-${process.arch}/bin/node`,
    'node_modules/better-sqlite3',
    'node_modules/node-pty',
  ]
  const missing = [...needed.filter((name) => !existsSync(join(beside, name))), ...(existsSync(join(unpacked, 'resources', 'app.asar')) ? [] : ['app.asar'])]
  if (missing.length > 0) stop(`The packed app lacks ${missing.join(', ')}.`)
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
