import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { MessagePortMain } from 'electron'
import { app, dialog, Menu, session } from 'electron'
import { defaultDataDir, prepareDataDir } from './data-dir.ts'
import { brokerPorts } from './ipc.ts'
import type { Notice } from './notice.ts'
import { createNotices } from './notices.ts'
import { packageRoot, packageVersion } from './package-root.ts'
import { denyPermissions } from './permissions.ts'
import { watchPower } from './power.ts'
import { registerAppScheme, serveRenderer } from './protocol.ts'
import { findOption, findPagePath, toPagePath } from './start-arguments.ts'
import { createTray } from './tray.ts'
import { createMainWindow } from './window.ts'

/** What the desktop shell asks of the engine's host. Declared here so that the shell can be driven without an engine. */
export type DesktopHost = AsyncDisposable & {
  /** Calls are answered from then on: a port has no one to wait for it, so the window does. */
  readonly started: Promise<void>
  connectPort(port: MessagePortMain): void
  onNotice(listener: (notice: Notice) => void): () => void
  noteSuspend(): void
  noteResume(): void
}

export type DesktopDeps = {
  readonly createHost: (options: { dataDir: string; port: number; version: string }) => Promise<DesktopHost>
  readonly rendererRoot?: string
}

/**
 * Runs the desktop shell until the owner quits. The engine is opened before the window and closed after it;
 * closing the window leaves the factory running.
 */
export async function runDesktop({ createHost, rendererRoot = join(packageRoot, 'dist', 'renderer') }: DesktopDeps): Promise<void> {
  const dataDir = findOption(process.argv, 'data-dir') ?? defaultDataDir(process.env, homedir())
  app.setName('REEF')
  if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', profileFor(dataDir))
  registerAppScheme()
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  if (!app.requestSingleInstanceLock()) return app.quit()

  const window = createMainWindow({
    preload: join(packageRoot, 'dist', 'preload', 'preload.cjs'),
    icon: join(packageRoot, 'assets', 'icon.png'),
    boundsFile: join(app.getPath('userData'), 'window.json'),
  })
  app.setAsDefaultProtocolClient('reef')
  app.on('second-instance', (_event, argv) => window.open(findPagePath(argv)))
  app.on('open-url', (_event, url) => window.open(toPagePath(url)))
  app.on('activate', () => window.open())
  app.on('web-contents-created', (_event, contents) => contents.on('will-attach-webview', (event) => event.preventDefault()))

  await app.whenReady()
  const prepared = prepareDataDir(dataDir)
  if (prepared.kind === 'refused') return refuse(prepared.sentence)
  const host = await createHost({ dataDir: prepared.dir, port: Number(findOption(process.argv, 'port') ?? 0), version: packageVersion }).catch(
    (error: unknown) => {
      refuse(error instanceof Error ? error.message : String(error))
    },
  )
  if (!host) return

  closeHostOnQuit(host)
  try {
    await host.started
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  const notify = createNotices((link) => window.open(link.startsWith('/') ? link : toPagePath(link)))
  host.onNotice(notify)
  app.on('window-all-closed', () =>
    notify({ title: 'REEF keeps running', body: 'The factory goes on. Start REEF again to open the window; Quit in its menu stops it.', link: '/' }),
  )
  denyPermissions(session.defaultSession)
  serveRenderer(rendererRoot)
  brokerPorts((port) => host.connectPort(port))
  watchPower(host)
  setMenu()
  createTray(join(packageRoot, 'assets'), { open: () => window.open(), quit: () => app.quit() })
  window.open(findPagePath(process.argv))
}

/** One Chromium profile, and so one instance, per data directory. */
function profileFor(dataDir: string): string {
  const usual = join(app.getPath('appData'), 'reef')
  const isUsual = dataDir === defaultDataDir(process.env, homedir())
  const profile = isUsual ? usual : `${usual}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}`
  mkdirSync(profile, { recursive: true, mode: 0o700 })
  return profile
}

function refuse(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
  dialog.showErrorBox('REEF cannot start', sentence)
  app.exit(1)
}

/** Quitting waits for the engine to write down what it was doing. */
function closeHostOnQuit(host: AsyncDisposable): void {
  let closing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (closing) return
    closing = true
    void host[Symbol.asyncDispose]().then(
      () => app.exit(0),
      (error: unknown) => {
        process.stderr.write(`REEF did not close cleanly: ${String(error)}\n`)
        app.exit(1)
      },
    )
  })
}

function setMenu(): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: 'REEF',
        submenu: [
          { role: 'close', label: 'Close window' },
          { label: 'Quit REEF and stop the factory', accelerator: 'CommandOrControl+Q', click: () => app.quit() },
        ],
      },
      { role: 'editMenu' },
      { role: 'viewMenu' },
    ]),
  )
}
