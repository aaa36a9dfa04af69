import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'

export const gatewayToken = 'gateway-token-of-the-test'

/** What the next `send` meets. */
export type SendMood = 'deliver' | 'queue' | 'invalid' | 'forbidden' | 'silence' | 'close' | 'unavailable'

const Request = z.object({ type: z.literal('req'), id: z.string(), method: z.string(), params: z.record(z.string(), z.unknown()) })
/** As the schema of the protocol has them: an unknown field is refused. */
const Connect = z.strictObject({
  minProtocol: z.int(),
  maxProtocol: z.int(),
  client: z.strictObject({
    id: z.enum(['gateway-client', 'cli', 'webchat', 'openclaw-tui', 'test']),
    displayName: z.string().min(1).optional(),
    version: z.string().min(1),
    platform: z.string().min(1),
    mode: z.enum(['webchat', 'cli', 'ui', 'backend', 'node', 'probe', 'test']),
  }),
  caps: z.array(z.string()).optional(),
  role: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  auth: z.strictObject({ token: z.string() }).optional(),
  userAgent: z.string().optional(),
})
const Send = z.strictObject({
  to: z.string().regex(/^\+[1-9]\d{6,14}$/),
  message: z.string().optional(),
  channel: z.string().optional(),
  accountId: z.string().optional(),
  replyToId: z.string().optional(),
  idempotencyKey: z.string().min(1),
})
type Sent = z.infer<typeof Send>

/**
 * OpenClaw's gateway with the frames that the real one of 2026.9.6 was seen to send. The answer to a message that WhatsApp took is the one part
 * that nobody has seen, because no phone was linked.
 */
export async function openGateway({ protocol = 4 } = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const sent: Sent[] = []
  const moods: SendMood[] = []
  const whatsapp = { installed: true, linked: true, connected: true }
  const scopes: unknown[] = []
  let serial = 0

  server.on('connection', (socket) => {
    let isOpen = false
    socket.send(
      JSON.stringify({ type: 'event', event: 'connect.challenge', payload: { nonce: '3ed2', ts: 1795208665967, capabilities: ['model-catalog-snapshot'] } }),
    )
    socket.on('message', (data) => {
      const { id, method, params } = Request.parse(JSON.parse(String(data)))
      const ok = (payload: object): void => socket.send(JSON.stringify({ type: 'res', id, ok: true, payload }))
      const fail = (code: string, message: string, detail?: string) =>
        socket.send(JSON.stringify({ type: 'res', id, ok: false, error: { code, message, ...(detail && { details: { code: detail } }) } }))
      if (!isOpen) {
        const connect = Connect.safeParse(params)
        if (method !== 'connect' || !connect.success) return refuse(socket, fail, 'must be equal to one of the allowed values', 'INVALID_REQUEST')
        if (connect.data.auth?.token !== gatewayToken) return refuse(socket, fail, 'unauthorized: gateway token mismatch', 'AUTH_TOKEN_MISMATCH')
        isOpen = true
        scopes.push(connect.data.scopes)
        return ok({ type: 'hello-ok', protocol, server: { version: '2026.9.6' }, features: { methods: [], events: [] }, policy: { tickIntervalMs: 30_000 } })
      }
      if (method === 'channels.status') return ok(toStatus())
      if (method !== 'send') return fail('FORBIDDEN', 'missing scope: operator.admin', 'MISSING_SCOPE')
      const answer = answerSend(params)
      if (answer === 'hang up') socket.terminate()
      else if (answer && 'payload' in answer) ok(answer.payload)
      else if (answer) fail(...answer.error)
    })
  })

  const toStatus = () => {
    const { installed, linked, connected } = whatsapp
    const account = {
      configured: true,
      statusState: linked ? 'linked' : 'not-linked',
      linked,
      running: connected,
      connected,
      reconnectAttempts: 0,
      lastError: null,
    }
    return {
      ts: 1795208670000,
      channelOrder: installed ? ['whatsapp'] : [],
      channelLabels: installed ? { whatsapp: 'WhatsApp' } : {},
      channels: installed ? { whatsapp: account } : {},
      channelAccounts: installed ? { whatsapp: [{ accountId: 'default', ...account }] } : {},
      channelDefaultAccountId: installed ? { whatsapp: 'default' } : {},
    }
  }

  /** What comes back for a `send`; null where nothing does. */
  function answerSend(params: object): { payload: object } | { error: [code: string, message: string, detail?: string] } | null | 'hang up' {
    const send = Send.safeParse(params)
    if (!send.success) return { error: ['INVALID_REQUEST', z.prettifyError(send.error)] }
    sent.push(send.data)
    const mood = moods.shift() ?? 'deliver'
    if (mood === 'queue' || !whatsapp.linked)
      return { error: ['UNAVAILABLE', 'OutboundDeliveryError: No active WhatsApp Web listener (account: default).', 'OUTBOUND_DELIVERY_QUEUED'] }
    if (mood === 'invalid') return { error: ['INVALID_REQUEST', 'requires target <E.164|group JID|newsletter JID>'] }
    if (mood === 'forbidden') return { error: ['FORBIDDEN', 'missing scope: operator.write', 'MISSING_SCOPE'] }
    if (mood === 'unavailable') return { error: ['UNAVAILABLE', 'internal'] }
    if (mood === 'close') return 'hang up'
    if (mood === 'silence') return null
    serial += 1
    return { payload: { runId: send.data.idempotencyKey, messageId: `3EB0${serial}`, channel: 'whatsapp' } }
  }

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    scopes,
    whatsapp,
    expect: (...next: SendMood[]): void => void moods.push(...next),
    hangUp(): void {
      for (const socket of server.clients) socket.terminate()
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function refuse(socket: WebSocket, fail: (code: string, message: string, detail?: string) => void, message: string, detail: string): void {
  fail('INVALID_REQUEST', message, detail)
  socket.close(1008, message)
}
