import type { ClientLink } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { Refusal } from '../../contract/index.ts'
import { connectionLost, notSignedIn, RefusalError } from './refusal.ts'

type NoContext = Record<never, never>
export type Line = {
  readonly link: ClientLink<NoContext>
  /** Resolves when the line is gone; never rejects. */
  readonly gone: Promise<void>
  /** Why it went, where another try would not help. */
  refusal(): Refusal | undefined
  close(): void
}

const CONNECT_MS = 8000
/** Close code of the engine for a socket without a session. */
const NOT_SIGNED_IN = 4401

/** Opens a line to the engine: the port of the desktop shell, or else a WebSocket to the page's own origin. Throws a RefusalError. */
export function openLine(signal: AbortSignal): Promise<Line> {
  return 'reefShell' in window ? openPort(signal) : openSocket(signal)
}

function openPort(signal: AbortSignal): Promise<Line> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      window.removeEventListener('message', take)
      clearInterval(asking)
    }
    const take = (event: MessageEvent) => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== 'reef:port' || !port) return
      stop()
      const gone = new Promise<void>((done) => port.addEventListener('close', () => done(), { once: true }))
      port.start()
      resolve({ link: new PortLink<NoContext>({ port }), gone, refusal: () => undefined, close: () => port.close() })
    }
    window.addEventListener('message', take)
    // The shell sends a port by itself once; asking again covers every later line, and a shell that was not ready.
    const ask = () => window.postMessage('reef:port?', location.origin)
    const asking = setInterval(ask, 1000)
    if (document.readyState === 'complete') ask()
    const abandon = () => {
      stop()
      reject(signal.reason)
    }
    signal.addEventListener('abort', abandon, { once: true })
  })
}

async function openSocket(signal: AbortSignal): Promise<Line> {
  const address = new URL('/rpc/ws', location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(address)
  let signedOut = false
  const gone = new Promise<void>((done) =>
    socket.addEventListener('close', (event) => {
      signedOut = event.code === NOT_SIGNED_IN
      done()
    }),
  )
  const isOpen = await new Promise<boolean>((done) => {
    socket.addEventListener('open', () => done(true), { once: true })
    void gone.then(() => done(false))
    signal.addEventListener('abort', () => done(false), { once: true })
    setTimeout(() => done(false), CONNECT_MS)
  })
  if (!isOpen) {
    socket.close()
    throw new RefusalError(connectionLost)
  }
  return {
    link: new SocketLink<NoContext>({ websocket: socket }),
    gone,
    // The engine opens the door to say that nobody may come in: a refused upgrade would not tell the page why.
    refusal: () => (signedOut ? notSignedIn : undefined),
    close: () => socket.close(),
  }
}
