import { readFileSync } from 'node:fs'
import type { WebContents as RealContents, WebFrameMain } from 'electron'
import type { Session } from './chromium.ts'
import { openSession } from './chromium.ts'
import { decodeClone, encodeClone } from './clone.ts'
import { answerInvoke, hearSend } from './ipc-main.ts'
import { LoudEmitter, toEvent } from './loud.ts'
import { isolatedWorld, mainWorld } from './page-world.ts'
import type { MessagePortMain } from './ports.ts'
import { fromChromium, originOf, toChromium } from './protocol.ts'
import { serveRequests } from './requests.ts'
import { applyPermissions } from './session.ts'

const worldName = 'Electron Isolated Context'
const all = new Map<string, WebContents>()
type OpenHandler = Parameters<RealContents['setWindowOpenHandler']>[0]
type FromPage = { kind: 'send' | 'invoke' | 'port' | 'port-closed' | 'preload-error'; id: number; channel: string; args: string; data: string; message: string }

/** One document of the page: what `event.senderFrame` is. After the next navigation it answers nothing any more. */
export class Frame implements Pick<WebFrameMain, 'origin' | 'parent' | 'url'> {
  readonly parent = null
  readonly contents: WebContents
  readonly context: number
  private readonly ports = new Map<number, MessagePortMain>()

  constructor(contents: WebContents, context: number) {
    this.contents = contents
    this.context = context
  }

  get url(): string {
    return this.contents.getURL()
  }

  get origin(): string {
    return originOf(this.url)
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const ids = transfer.map((port) => this.takePort(port))
    this.tell({ kind: 'message', channel, args: encodeClone([message]), ports: ids })
  }

  send(channel: string, ...args: unknown[]): void {
    this.tell({ kind: 'message', channel, args: encodeClone(args), ports: [] })
  }

  tell(message: object): void {
    void this.contents.page
      .send('Runtime.evaluate', { contextId: this.context, expression: `reefStandInReceive(${JSON.stringify(JSON.stringify(message))})` })
      .catch(() => {})
  }

  hearPort(id: number, data: string): void {
    this.ports.get(id)?.postMessage(decodeClone(data))
  }

  closePort(id: number): void {
    this.ports.get(id)?.close()
    this.ports.delete(id)
  }

  /** Its document is gone, and with it every port that lived there. */
  end(): void {
    for (const id of [...this.ports.keys()]) this.closePort(id)
  }

  private takePort(port: MessagePortMain): number {
    const id = this.ports.size + 1
    this.ports.set(id, port)
    port.on('message', ({ data }: { data: unknown }) => this.tell({ kind: 'port', id, data: encodeClone(data) }))
    port.on('close', () => this.tell({ kind: 'port-closed', id }))
    port.start()
    return id
  }
}

export class WebContents
  extends LoudEmitter
  implements Pick<RealContents, 'getURL' | 'id' | 'isDestroyed' | 'loadURL' | 'reload' | 'send' | 'setWindowOpenHandler'>
{
  readonly id = all.size + 1
  page: Session = openSession()
  frame: Frame | undefined
  openHandler: OpenHandler = () => ({ action: 'allow' })
  /** The address that main itself asked for: it is no navigation of the page's. */
  loading = ''
  private url = ''
  private targetId = ''
  private gone = false
  readonly attached = Promise.withResolvers<void>()

  static fromDevToolsTargetId(targetId: string): WebContents | undefined {
    return all.get(targetId)
  }

  getURL(): string {
    return this.url
  }

  isDestroyed(): boolean {
    return this.gone
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }

  send(channel: string, ...args: unknown[]): void {
    this.frame?.send(channel, ...args)
  }

  reload(): void {
    void this.page.send('Page.reload').catch(() => {})
  }

  async loadURL(url: string): Promise<void> {
    await this.attached.promise
    this.loading = url
    const loaded = new Promise<void>((resolve) => this.once('did-finish-load', resolve))
    const { errorText } = await this.page.send<{ errorText?: string }>('Page.navigate', { url: toChromium(url) })
    if (errorText) throw new Error(`${errorText} loading '${url}'`)
    await loaded
  }

  close(): void {
    this.emit('close-asked')
  }

  /** Ties this to a page of Chromium that waits to be let go. */
  async attach(targetId: string, sessionId: string, preload: string | undefined): Promise<void> {
    this.targetId = targetId
    all.set(targetId, this)
    this.page = openSession(sessionId)
    this.listen()
    const clone = `{ encode: ${encodeClone}, decode: ${decodeClone} }`
    const script = preload === undefined ? '' : readFileSync(preload, 'utf8')
    const versions = JSON.stringify({ electron: process.versions['electron'] })
    await Promise.all([
      this.page.send('Page.enable'),
      this.page.send('Runtime.enable'),
      this.page.send('Runtime.addBinding', { name: 'reefStandIn', executionContextName: worldName }),
      this.page.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${mainWorld})(globalThis, ${clone})` }),
      this.page.send('Page.addScriptToEvaluateOnNewDocument', {
        worldName,
        source: `(${isolatedWorld})(globalThis, ${clone}, ${versions}, function (require, process, module, exports) {\n${script}\n})`,
      }),
      serveRequests(this),
      this.page.send('Runtime.runIfWaitingForDebugger'),
    ])
    this.attached.resolve()
  }

  destroy(): void {
    this.gone = true
    all.delete(this.targetId)
    this.frame?.end()
    this.emit('destroyed')
  }

  /** `will-navigate` as the page's own wish; false when the app prevents it. */
  mayNavigate(url: string): boolean {
    if (url === this.loading) return true
    const event = toEvent({ url, isMainFrame: true, isSameDocument: false, frame: this.frame ?? null })
    this.emit('will-navigate', event, url)
    return !event.defaultPrevented
  }

  private listen(): void {
    this.page.on('Page.frameNavigated', ({ frame }: { frame: { parentId?: string; url: string; urlFragment?: string } }) => {
      if (frame.parentId) return
      this.url = fromChromium(`${frame.url}${frame.urlFragment ?? ''}`)
      this.loading = ''
      if (this.url !== frame.url) void applyPermissions(this, originOf(this.url), new URL(frame.url).origin).catch(() => {})
    })
    this.page.on('Page.navigatedWithinDocument', ({ url }: { url: string }) => {
      this.url = fromChromium(url)
    })
    this.page.on('Page.loadEventFired', () => this.emit('did-finish-load'))
    this.page.on('Runtime.executionContextCreated', ({ context }: { context: { id: number; name: string } }) => {
      if (context.name !== worldName || this.frame?.context === context.id) return
      this.frame?.end()
      this.frame = new Frame(this, context.id)
    })
    this.page.on('Runtime.bindingCalled', ({ payload, executionContextId }: { payload: string; executionContextId: number }) => {
      const frame = this.frame?.context === executionContextId ? this.frame : undefined
      if (frame) void this.hear(frame, JSON.parse(payload) as FromPage)
    })
  }

  private async hear(frame: Frame, message: FromPage): Promise<void> {
    if (message.kind === 'port') return frame.hearPort(message.id, message.data)
    if (message.kind === 'port-closed') return frame.closePort(message.id)
    if (message.kind === 'preload-error') {
      process.stderr.write(`Unable to load preload script: ${message.message}\n`)
      this.emit('preload-error', toEvent({}), '', new Error(message.message))
      return
    }
    const event = toEvent({ sender: this, senderFrame: frame, processId: 1, frameId: 1, ports: [] })
    const args = decodeClone(message.args) as unknown[]
    if (message.kind === 'send') return hearSend(event, message.channel, args)
    const { ok, value } = await answerInvoke(event, message.channel, args)
    frame.tell({ kind: 'answer', id: message.id, ok, value: encodeClone(value) })
  }
}
