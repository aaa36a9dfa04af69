import type { WebContents } from 'electron'
import { BrowserWindow, screen, shell } from 'electron'
import { appOrigin, isAppUrl, isOutwardLink } from './security.ts'
import { readBounds, writeBounds } from './window-bounds.ts'

export type WindowOptions = { readonly preload: string; readonly icon: string; readonly boundsFile: string }

/** One window. `open` shows it, making it again after it was closed, and goes to `path` when one is given. */
export function createMainWindow(options: WindowOptions): { open(path?: string): void } {
  let current: BrowserWindow | undefined
  return {
    open(path) {
      if (current && !current.isDestroyed()) {
        if (path !== undefined) current.webContents.send('reef:open', path)
        if (current.isMinimized()) current.restore()
        current.show()
        current.focus()
        return
      }
      current = makeWindow(options)
      void current.loadURL(`${appOrigin}/${path === undefined ? '' : `#${path}`}`)
    },
  }
}

function makeWindow({ preload, icon, boundsFile }: WindowOptions): BrowserWindow {
  const saved = readBounds(
    boundsFile,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const place = saved ? { x: saved.x, y: saved.y, width: saved.width, height: saved.height } : { width: 1440, height: 900 }
  const window = new BrowserWindow({
    ...place,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'REEF',
    icon,
    backgroundColor: '#14171A',
    autoHideMenuBar: true,
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false, spellcheck: false },
  })
  if (saved?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => writeBounds(boundsFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }))
  guardContents(window.webContents)
  return window
}

/** The page stays the page: it opens no windows, goes nowhere, embeds nothing. Outward links go to the desktop's browser. */
function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isOutwardLink(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}
