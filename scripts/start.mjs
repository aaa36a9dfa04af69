import { spawn, spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { findBrowser, hasScreen, openWindow } from './browser-window.mjs'
import { build } from './build.mjs'
import { findElectron, installElectron } from './electron-binary.mjs'
import { findNode, root } from './node-version.mjs'

const usage = `npm start -- [options]
  --shell electron|browser|headless   which face to open (default: Electron, else a browser window)
  --headless                          no window: print the address
  --port N                            port on 127.0.0.1 (default: a free one, kept for next time)
  --data-dir DIR                      where REEF keeps its data
`
/** The line by which the engine's process says that it can be reached. src/main/server.ts prints it. */
const readyLine = /^REEF ready at (\S+) open (\S+)$/

const isRoot = process.getuid?.() === 0
const say = (line) => process.stdout.write(`${line}\n`)

await start()

async function start() {
  const options = readOptions()
  const node = findNode()
  if (spawnSync('git', ['--version'], { stdio: 'ignore' }).status !== 0)
    stop('REEF needs git, which was not found: install it with your package manager, for example "sudo apt install git".')
  try {
    const line = await build()
    if (line !== 'Build is up to date.') say(line)
  } catch (error) {
    stop(`REEF could not be built: ${error.message}`)
  }
  const face = chooseFace(options)
  if (isRoot && face.kind !== 'headless') say('Running as root: the window opens without its sandbox. Prefer an ordinary user.')
  if (face.kind === 'electron') runElectron(face.binary, options)
  else runServer(node, options, face)
}

function chooseFace({ shell }) {
  if (shell === 'headless') return { kind: 'headless' }
  if (!hasScreen()) {
    if (shell) stop(`There is no screen to open the ${shell} window on: set DISPLAY, or start with --headless.`)
    return { kind: 'headless' }
  }
  if (shell !== 'browser') {
    const binary = findElectron() ?? installElectron({ retry: shell === 'electron' })
    if (binary) return { kind: 'electron', binary }
    if (shell === 'electron')
      stop('Electron is not installed and could not be downloaded: run "npm run electron:install" with a network, or start with --shell browser.')
    say('Electron could not be downloaded: opening REEF in a browser window instead. Try again with "npm run electron:install".')
  }
  const browser = findBrowser()
  if (!browser) say('No Chromium, Chrome or Edge was found: open the address below in your browser.')
  return browser ? { kind: 'browser', browser } : { kind: 'headless' }
}

function runElectron(binary, { port, dataDir }) {
  const child = spawn(binary, [...(isRoot ? ['--no-sandbox'] : []), root, ...engineArguments(port, dataDir)], { stdio: 'inherit', detached: true })
  forwardSignals(child)
  child.on('error', (error) => stop(`Electron could not be started: ${error.message}`))
  child.on('exit', (code) => process.exit(code ?? 1))
}

/** The engine in a process of its own, which the window may come and go beside. */
function runServer(node, { port, dataDir }, face) {
  const server = spawn(node, ['--enable-source-maps', join(root, 'dist', 'main', 'server.js'), ...engineArguments(port, dataDir)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // The engine's own output is a pipe: only this process knows whether somebody is there to answer.
    env: { REEF_ATTENDED: process.stdout.isTTY || hasScreen() ? '1' : '0', ...process.env },
    detached: true,
  })
  let url
  let closeWindow = () => {}
  const isStopping = forwardSignals(server, () => closeWindow())
  createInterface({ input: server.stdout }).on('line', (line) => {
    const [, address, open] = readyLine.exec(line) ?? []
    if (!address || url) return say(line)
    url = address
    closeWindow = showFace(face, { url, open, dataDir })
  })
  server.on('error', (error) => stop(`REEF's engine could not be started: ${error.message}`))
  server.on('close', (code) => {
    if (url && code === 0 && !isStopping()) {
      say(`REEF was already running at ${url}.`)
      process.exit(0)
    }
    closeWindow()
    if (isStopping()) say('REEF stopped.')
    else if (url) process.stderr.write(`REEF's engine stopped by itself (exit code ${code}): its log is in the data directory.\n`)
    process.exit(isStopping() ? 0 : code || 1)
  })
}

/** Answers how to close the face again. */
function showFace(face, { url, open, dataDir }) {
  if (face.kind === 'headless') {
    say(`REEF runs at ${url}. Open ${open} once to sign in. Ctrl+C stops it.`)
    return () => {}
  }
  say(`REEF runs at ${url}. Ctrl+C stops it.`)
  const endings = {
    closed: `Window closed; REEF keeps running at ${url}. Ctrl+C stops it.`,
    joined: 'Opened in the REEF window that was already there.',
    failed: `The window could not be opened: open ${open} in your browser.`,
  }
  return openWindow({ browser: face.browser, url: open, dataDir, noSandbox: isRoot, onClosed: (how) => say(endings[how]) })
}

/**
 * The child has its own process group, so Ctrl+C reaches it once, from here, as a request to close.
 * A second one does not wait any longer.
 */
function forwardSignals(child, also = () => {}) {
  let count = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      count += 1
      also()
      child.kill(count > 1 ? 'SIGKILL' : 'SIGTERM')
    })
  }
  return () => count > 0
}

function engineArguments(port, dataDir) {
  return [...(port ? ['--port', port] : []), ...(dataDir ? ['--data-dir', dataDir] : [])]
}

function readOptions() {
  let values
  try {
    values = parseArgs({
      options: {
        shell: { type: 'string' },
        headless: { type: 'boolean' },
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    stop(`${error.message.split('\n')[0].replace(/\.?$/, '.')}\n${usage}`)
  }
  if (values.help) {
    process.stdout.write(usage)
    process.exit(0)
  }
  const shell = values.headless ? 'headless' : (values.shell ?? process.env.REEF_SHELL)
  if (shell && !['electron', 'browser', 'headless'].includes(shell)) stop(`There is no shell "${shell}": choose electron, browser or headless.`)
  const port = values.port
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65_536)) stop(`"${port}" is not a port: give a number from 0 to 65535.`)
  return { shell, port, dataDir: values['data-dir'] && resolve(values['data-dir']) }
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
