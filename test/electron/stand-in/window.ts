import type { BrowserWindowConstructorOptions, BrowserWindow as RealWindow, Rectangle } from 'electron'
import { app, noteWindow } from './app.ts'
import { openSession } from './chromium.ts'
import { LoudEmitter, toEvent } from './loud.ts'
import { WebContents } from './web-contents.ts'

type Attached = { sessionId: string; targetInfo: { targetId: string; type: string; openerId?: string; url: string } }
type Names =
  | 'close'
  | 'destroy'
  | 'focus'
  | 'getBounds'
  | 'getNormalBounds'
  | 'hide'
  | 'isDestroyed'
  | 'isMaximized'
  | 'isMinimized'
  | 'isVisible'
  | 'loadURL'
  | 'maximize'
  | 'minimize'
  | 'restore'
  | 'show'

const windows = new Map<string, BrowserWindow>()
/** Pages that Chromium has announced before their window asked for them. */
const announced = new Map<string, string>()
let isListening = false

/** A page of Chromium with a window's face. Position and state are remembered, not shown: there is no window manager. */
export class BrowserWindow extends LoudEmitter implements Pick<RealWindow, Names> {
  readonly webContents = new WebContents()
  private readonly options: BrowserWindowConstructorOptions
  private bounds: Rectangle
  private targetId = ''
  private gone = false
  private state: 'normal' | 'maximized' | 'minimized' = 'normal'
  private visible: boolean

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    refuseWeakSettings(options)
    this.options = options
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 }
    this.visible = options.show ?? true
    noteWindow(this)
    this.webContents.on('close-asked', () => this.close())
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    app.emit('web-contents-created', toEvent({}), this.webContents)
    void this.open()
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows.values()].find((window) => window.webContents === contents) ?? null
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()]
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }

  show(): void {
    this.visible = true
    this.emit('show')
  }

  hide(): void {
    this.visible = false
    this.emit('hide')
  }

  focus(): void {
    void this.webContents.page.send('Page.bringToFront').catch(() => {})
    this.emit('focus')
  }

  maximize(): void {
    this.state = 'maximized'
  }

  minimize(): void {
    this.state = 'minimized'
  }

  restore(): void {
    this.state = 'normal'
  }

  isVisible(): boolean {
    return this.visible && this.state !== 'minimized'
  }

  isMaximized(): boolean {
    return this.state === 'maximized'
  }

  isMinimized(): boolean {
    return this.state === 'minimized'
  }

  isDestroyed(): boolean {
    return this.gone
  }

  getBounds(): Rectangle {
    return this.bounds
  }

  getNormalBounds(): Rectangle {
    return this.bounds
  }

  close(): void {
    if (this.gone) return
    const event = toEvent({})
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }

  destroy(): void {
    if (this.gone) return
    void openSession()
      .send('Target.closeTarget', { targetId: this.targetId })
      .catch(() => {})
    this.end()
  }

  /** Its page is gone, by whosever hand. */
  end(): void {
    if (this.gone) return
    this.gone = true
    windows.delete(this.targetId)
    this.webContents.destroy()
    this.emit('closed')
  }

  private async open(): Promise<void> {
    await listen()
    const { width, height } = this.bounds
    const { targetId } = await openSession().send<{ targetId: string }>('Target.createTarget', { url: 'about:blank', newWindow: true, width, height })
    this.targetId = targetId
    windows.set(targetId, this)
    const sessionId = announced.get(targetId)
    if (sessionId === undefined) throw new Error('Chromium opened a page without announcing it.')
    await this.webContents.attach(targetId, sessionId, this.options.webPreferences?.preload)
  }
}

async function listen(): Promise<void> {
  if (isListening) return
  isListening = true
  const browser = openSession()
  browser.on('Target.attachedToTarget', ({ sessionId, targetInfo: { targetId, type, openerId } }: Attached) => {
    const opener = openerId === undefined ? undefined : windows.get(openerId)
    if (type !== 'page')
      void openSession(sessionId)
        .send('Runtime.runIfWaitingForDebugger')
        .catch(() => {})
    else if (opener) void decideOnPopup(opener.webContents, targetId, sessionId)
    else announced.set(targetId, sessionId)
  })
  browser.on('Target.detachedFromTarget', ({ targetId }: { targetId?: string }) => {
    const window = targetId === undefined ? undefined : windows.get(targetId)
    if (!window || window.isDestroyed()) return
    window.emit('close', toEvent({}))
    window.end()
  })
  await browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true })
}

/** `window.open` and links to new windows: the app's handler hears the address; what it does not allow is closed again. */
async function decideOnPopup(contents: WebContents, targetId: string, sessionId: string): Promise<void> {
  const popup = openSession(sessionId)
  const wanted = new Promise<string>((resolve) => {
    popup.on('Fetch.requestPaused', ({ request }: { request: { url: string } }) => resolve(request.url))
    setTimeout(resolve, 500, 'about:blank')
  })
  await popup.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }).catch(() => {})
  await popup.send('Runtime.runIfWaitingForDebugger').catch(() => {})
  const url = await wanted
  const { action } = contents.openHandler({ url, frameName: '', features: '', disposition: 'new-window', referrer: { url: '', policy: 'no-referrer' } })
  if (action === 'allow') process.stderr.write('The stand-in opens no second windows for a page; this one was closed.\n')
  // Whoever else is attached needs a moment to see the page before it goes.
  await new Promise((resolve) => setTimeout(resolve, 100))
  await openSession()
    .send('Target.closeTarget', { targetId })
    .catch(() => {})
}

/** The stand-in can be no looser than a page in a browser; an app that asks for less safety must not pass here. */
function refuseWeakSettings({ webPreferences = {} }: BrowserWindowConstructorOptions): void {
  const {
    contextIsolation = true,
    sandbox = true,
    nodeIntegration = false,
    webSecurity = true,
    webviewTag = false,
    allowRunningInsecureContent = false,
  } = webPreferences
  if (!contextIsolation || !sandbox || !webSecurity || nodeIntegration || webviewTag || allowRunningInsecureContent)
    throw new Error('The stand-in refuses a window without contextIsolation, sandbox or webSecurity, or with nodeIntegration, webviewTag or insecure content.')
}
