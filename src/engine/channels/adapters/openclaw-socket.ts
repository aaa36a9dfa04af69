import { WebSocket } from 'ws'
import { z } from 'zod'

/** How a call over the socket ended. */
export type GatewayAnswer =
  | { readonly kind: 'ok'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly detail: string | null }
  /** It was never written. */
  | { readonly kind: 'unsent' }
  /** It was written, and nothing came back. */
  | { readonly kind: 'silent' }

export type SocketEnd = { readonly kind: 'closed' | 'refused' | 'mismatch'; readonly detail: string }

export type SocketDeps = {
  readonly url: string
  readonly token: string
  readonly onOpen: () => void
  /** Once, and nothing after it. */
  readonly onEnd: (end: SocketEnd) => void
}

const PROTOCOL = 4
const HANDSHAKE_MS = 10_000
const MOST_FRAME = 25 * 1024 * 1024

const Frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), event: z.string() }),
  z.object({
    type: z.literal('res'),
    id: z.string(),
    ok: z.boolean(),
    payload: z.unknown().optional(),
    error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }).optional(),
  }),
])
const Hello = z.object({ type: z.literal('hello-ok'), protocol: z.int() })
const Details = z.object({ code: z.string() })

/**
 * One connection to OpenClaw's gateway, wire protocol 4. Four kinds of frames are all that is needed here, and what became of one that was
 * written has to be known exactly; the official client is 14 MB and hides it behind its own reconnecting.
 */
export function openGatewaySocket({ url, token, onOpen, onEnd }: SocketDeps) {
  const socket = new WebSocket(url, { maxPayload: MOST_FRAME, handshakeTimeout: HANDSHAKE_MS, followRedirects: false })
  const waiting = new Map<string, (answer: GatewayAnswer) => void>()
  let isOpen = false
  let hasEnded = false
  let lastId = 0
  const timer = setTimeout(() => end({ kind: 'closed', detail: 'OpenClaw did not greet.' }), HANDSHAKE_MS)

  function end(reason: SocketEnd): void {
    if (hasEnded) return
    hasEnded = true
    isOpen = false
    clearTimeout(timer)
    for (const answer of [...waiting.values()]) answer({ kind: 'silent' })
    // Not closed politely: that would wait half a minute for one that hangs.
    socket.terminate()
    onEnd(reason)
  }

  socket.on('error', () => end({ kind: 'closed', detail: 'OpenClaw cannot be reached.' }))
  socket.on('close', () => end({ kind: 'closed', detail: 'OpenClaw closed the connection.' }))
  socket.on('message', (data) => {
    const frame = Frame.safeParse(parse(String(data)))
    if (!frame.success) return
    if (frame.data.type === 'event') {
      if (frame.data.event === 'connect.challenge' && lastId === 0) void greet()
      return
    }
    const { id, ok, payload, error } = frame.data
    const details = Details.safeParse(error?.details)
    waiting.get(id)?.(
      ok
        ? { kind: 'ok', payload }
        : { kind: 'error', code: error?.code ?? '', message: error?.message ?? 'no more words', detail: details.success ? details.data.code : null },
    )
  })

  async function greet(): Promise<void> {
    const answer = await call('connect', {
      minProtocol: PROTOCOL,
      maxProtocol: PROTOCOL,
      // A closed list on their side; this is the name for programs.
      client: { id: 'gateway-client', displayName: 'REEF', version: '1', platform: process.platform, mode: 'backend' },
      role: 'operator',
      scopes: ['operator.read', 'operator.write'],
      caps: [],
      auth: { token },
      userAgent: 'reef',
    })
    if (answer.kind === 'error') return end({ kind: 'refused', detail: `${answer.message}${answer.detail ? ` (${answer.detail})` : ''}` })
    if (answer.kind !== 'ok') return end({ kind: 'closed', detail: 'OpenClaw did not greet.' })
    const hello = Hello.safeParse(answer.payload)
    if (!hello.success || hello.data.protocol !== PROTOCOL)
      return end({ kind: 'mismatch', detail: `OpenClaw does not speak version ${PROTOCOL} of its protocol.` })
    clearTimeout(timer)
    isOpen = true
    onOpen()
  }

  function call(method: string, params: object, timeoutMs = HANDSHAKE_MS, signal?: AbortSignal): Promise<GatewayAnswer> {
    if (hasEnded || signal?.aborted || socket.readyState !== WebSocket.OPEN) return Promise.resolve({ kind: 'unsent' })
    lastId += 1
    const id = `r${lastId}`
    return new Promise((resolve) => {
      const settle = (answer: GatewayAnswer): void => {
        waiting.delete(id)
        clearTimeout(patience)
        signal?.removeEventListener('abort', giveUp)
        resolve(answer)
      }
      const giveUp = (): void => settle({ kind: 'silent' })
      const patience = setTimeout(giveUp, timeoutMs)
      signal?.addEventListener('abort', giveUp)
      waiting.set(id, settle)
      socket.send(JSON.stringify({ type: 'req', id, method, params }))
    })
  }

  return {
    isOpen: (): boolean => isOpen,
    /** Answers always, within `timeoutMs`. */
    call: (method: string, params: object, timeoutMs: number, signal?: AbortSignal): Promise<GatewayAnswer> =>
      isOpen ? call(method, params, timeoutMs, signal) : Promise.resolve({ kind: 'unsent' }),
    close: (): void => end({ kind: 'closed', detail: 'Closed.' }),
  }
}
export type GatewaySocket = ReturnType<typeof openGatewaySocket>

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
