/** What the two scripts below need of a page. This project knows no DOM. */
type Port = {
  postMessage(data: unknown): void
  close(): void
  onmessage: ((event: { data: unknown }) => void) | null
  addEventListener(type: string, listener: () => void): void
}
type PageGlobal = {
  top: unknown
  self: unknown
  Object: ObjectConstructor
  MessageChannel: new () => { port1: Port; port2: Port }
  CustomEvent: new (type: string, options: { detail: string }) => { detail: string }
  dispatchEvent(event: unknown): void
  addEventListener(type: string, listener: (event: { detail: string }) => void, options?: { once: boolean }): void
  removeEventListener(type: string, listener: (event: { detail: string }) => void): void
  reefStandIn(message: string): void
  reefStandInReceive?: (message: string) => void
}
type Clone = { encode(value: unknown): string; decode(text: string): unknown }
type Preload = (require: (name: string) => unknown, process: object, module: { exports: object }, exports: object) => void
type FromMain =
  | { kind: 'message'; channel: string; args: string; ports: number[] }
  | { kind: 'port'; id: number; data: string }
  | { kind: 'port-closed'; id: number }
  | { kind: 'answer'; id: number; ok: boolean; value: string }

/**
 * Runs in the isolated world of every page, before its own scripts: the few names a sandboxed preload has, the preload itself,
 * and the way to main and back. Self-contained, because only its source gets there.
 */
export function isolatedWorld(page: PageGlobal, clone: Clone, versions: object, preload: Preload): void {
  if (page.top !== page.self) return
  const tell = (message: object) => page.reefStandIn(JSON.stringify(message))
  const heard = new Map<string, Array<(event: object, ...args: unknown[]) => void>>()
  const ports = new Map<number, Port>()
  const asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let lastAsk = 0

  const takePort = (id: number) => {
    const { port1, port2 } = new page.MessageChannel()
    port1.onmessage = ({ data }) => tell({ kind: 'port', id, data: clone.encode(data) })
    port1.addEventListener('close', () => tell({ kind: 'port-closed', id }))
    ports.set(id, port1)
    return port2
  }
  page.reefStandInReceive = (text) => {
    const message = JSON.parse(text) as FromMain
    if (message.kind === 'port') ports.get(message.id)?.postMessage(clone.decode(message.data))
    else if (message.kind === 'port-closed') ports.get(message.id)?.close()
    else if (message.kind === 'answer') {
      const call = asked.get(message.id)
      asked.delete(message.id)
      if (message.ok) call?.resolve(clone.decode(message.value))
      else call?.reject(new Error(String(clone.decode(message.value))))
    } else {
      const event = { sender: ipcRenderer, ports: message.ports.map(takePort) }
      for (const listener of heard.get(message.channel) ?? []) listener(event, ...(clone.decode(message.args) as unknown[]))
    }
  }

  const ipcRenderer = {
    on: (channel: string, listener: (event: object, ...args: unknown[]) => void) => {
      heard.set(channel, [...(heard.get(channel) ?? []), listener])
      return ipcRenderer
    },
    removeListener: (channel: string, listener: unknown) => {
      heard.set(
        channel,
        (heard.get(channel) ?? []).filter((one) => one !== listener),
      )
      return ipcRenderer
    },
    send: (channel: string, ...args: unknown[]) => tell({ kind: 'send', channel, args: clone.encode(args) }),
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        lastAsk += 1
        asked.set(lastAsk, { resolve, reject })
        tell({ kind: 'invoke', id: lastAsk, channel, args: clone.encode(args) })
      }),
  }
  const contextBridge = {
    exposeInMainWorld: (key: string, value: unknown) =>
      page.dispatchEvent(new page.CustomEvent('reef-stand-in:expose', { detail: JSON.stringify({ key, value: clone.encode(value) }) })),
  }
  const missing = (name: string) => (target: object, key: string | symbol) => {
    if (typeof key === 'string' && !(key in target)) throw new Error(`The stand-in has no ${name}.${key} in the preload.`)
    return Reflect.get(target, key)
  }
  const electron = Object.fromEntries(Object.entries({ ipcRenderer, contextBridge }).map(([name, value]) => [name, new Proxy(value, { get: missing(name) })]))
  const require = (name: string) => {
    if (name === 'electron') return new Proxy(electron, { get: missing('electron') })
    throw new Error(`module not found: ${name}`)
  }
  const module = { exports: {} }
  try {
    preload(
      require,
      Object.freeze({ versions, platform: 'linux', sandboxed: true, contextIsolated: true, type: 'renderer', argv: [], env: {} }),
      module,
      module.exports,
    )
  } catch (error) {
    tell({ kind: 'preload-error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  page.dispatchEvent(new page.CustomEvent('reef-stand-in:sealed', { detail: '' }))
}

/** Runs in the page's own world before any script of the page: puts there what the preload exposes, frozen, and is gone before the page starts. */
export function mainWorld(page: PageGlobal, clone: Clone): void {
  if (page.top !== page.self) return
  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    Object.values(value).forEach(freeze)
    return Object.freeze(value)
  }
  const expose = ({ detail }: { detail: string }) => {
    const { key, value } = JSON.parse(detail) as { key: string; value: string }
    Object.defineProperty(page, key, { value: freeze(clone.decode(value)), enumerable: true })
  }
  page.addEventListener('reef-stand-in:expose', expose)
  page.addEventListener('reef-stand-in:sealed', () => page.removeEventListener('reef-stand-in:expose', expose), { once: true })
}
