import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** What the next message meets; without a word it is accepted, or refused where the documentation says that it must be. */
export type Mood =
  | 'accept'
  | 'cold-later'
  | 'throttled'
  | 'http-429'
  | 'expired-token'
  | 'hang'
  | 'drop-before-accept'
  | 'drop-after-accept'
  | 'no-id'
  | { readonly error: number; readonly status?: number }

export const meta = { phoneNumberId: '106540352242922', owner: '64211234567', accessToken: 'EAAtest-token-of-meta', appSecret: 'app-secret-of-the-test' }

const DAY_S = 86_400
const Reply = z.strictObject({ type: z.literal('reply'), reply: z.strictObject({ id: z.string().min(1).max(256), title: z.string().min(1).max(20) }) })
const base = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: z.string().regex(/^\+?\d{7,15}$/),
  context: z.strictObject({ message_id: z.string().min(1) }).optional(),
  biz_opaque_callback_data: z.string().min(1).max(512).optional(),
}
const isUnique = (values: string[]) => new Set(values).size === values.length
/** Bodies of POST /messages, with every documented limit; an unknown field is an error here, so that a slip shows. */
const Message = z.discriminatedUnion('type', [
  z.strictObject({ ...base, type: z.literal('text'), text: z.strictObject({ preview_url: z.boolean().optional(), body: z.string().min(1).max(4096) }) }),
  z.strictObject({
    ...base,
    type: z.literal('interactive'),
    interactive: z.strictObject({
      type: z.literal('button'),
      body: z.strictObject({ text: z.string().min(1).max(1024) }),
      footer: z.strictObject({ text: z.string().min(1).max(60) }).optional(),
      action: z.strictObject({
        buttons: z
          .array(Reply)
          .min(1)
          .max(3)
          .refine((buttons) => isUnique(buttons.map(({ reply }) => reply.id)) && isUnique(buttons.map(({ reply }) => reply.title)), 'buttons must differ'),
      }),
    }),
  }),
  z.strictObject({
    ...base,
    type: z.literal('template'),
    template: z.strictObject({
      name: z.string().regex(/^[a-z0-9_]{1,512}$/),
      language: z.strictObject({ code: z.string().regex(/^[a-z]{2}(_[A-Z]{2})?$/) }),
      components: z.array(
        z.strictObject({
          type: z.literal('body'),
          parameters: z
            .array(
              z.strictObject({
                type: z.literal('text'),
                text: z
                  .string()
                  .min(1)
                  .max(1024)
                  .refine((text) => !/[\n\t]| {4}/.test(text), 'no line break, tab or run of spaces in a parameter'),
              }),
            )
            .length(1),
        }),
      ),
    }),
  }),
])
type Taken = z.infer<typeof Message> & { readonly wamid: string }

/** Meta's Graph API and its webhook, on loopback: takes messages as documented, answers as it is told, signs what it delivers. */
export async function openMeta({ now }: { now: () => number }) {
  const taken: Taken[] = []
  const refused: string[] = []
  const moods: Mood[] = []
  const templates = new Set(['reef_approval'])
  const held = new Set<ServerResponse>()
  let lastHeardS: number | undefined
  let tries = 0

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v25.0`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const send = (status: number, body: object, headers = {}): void => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
    }
    const fail = (status: number, code: number, details: string, headers = {}) => {
      refused.push(`${code}: ${details}`)
      send(
        status,
        { error: { message: `(#${code}) ${details}`, type: 'OAuthException', code, error_data: { messaging_product: 'whatsapp', details } } },
        headers,
      )
    }
    if (request.headers.authorization !== `Bearer ${meta.accessToken}`) return fail(401, 190, 'Error validating access token')
    const path = (request.url ?? '').replace(/\?.*$/, '')
    if (request.method === 'GET' && path === `/v25.0/${meta.phoneNumberId}`) {
      if (moods[0] === 'expired-token') return fail(401, 190, 'Error validating access token')
      return send(200, { id: meta.phoneNumberId, display_phone_number: '+1 555-000' })
    }
    if (request.method !== 'POST' || path !== `/v25.0/${meta.phoneNumberId}/messages`) return fail(400, 100, `Unsupported ${request.method} request: ${path}`)
    tries += 1
    if (!/^application\/json/.test(request.headers['content-type'] ?? '')) return fail(400, 100, 'content type')
    const mood = moods.shift() ?? 'accept'
    if (mood === 'http-429') return fail(429, 130429, 'Rate limit hit', { 'Retry-After': '40' })
    if (mood === 'throttled') return fail(400, 130429, 'Rate limit hit')
    if (mood === 'expired-token') {
      moods.unshift(mood)
      return fail(401, 190, 'Error validating access token')
    }
    if (mood === 'drop-before-accept') return void request.socket.destroy()
    if (typeof mood === 'object') return fail(mood.status ?? 400, mood.error, 'as told')
    const message = Message.safeParse(JSON.parse(Buffer.concat(pieces).toString('utf8')))
    if (!message.success) return fail(400, 100, z.prettifyError(message.error))
    const { type, context } = message.data
    if (context && !known.has(context.message_id)) return fail(400, 131009, 'context.message_id is not known')
    if (type === 'template' && !templates.has(message.data.template.name)) return fail(404, 132001, 'Template name does not exist in the translation')
    const isCold = lastHeardS === undefined || now() / 1000 - lastHeardS > DAY_S
    if (type !== 'template' && isCold && mood !== 'cold-later') return fail(400, 131047, 'More than 24 hours have passed since the recipient last replied')
    const wamid = `wamid.${randomUUID()}`
    taken.push({ ...message.data, wamid })
    if (mood === 'hang') return void held.add(response)
    if (mood === 'drop-after-accept') return void request.socket.destroy()
    if (mood === 'no-id') return void send(200, { messaging_product: 'whatsapp' })
    send(200, {
      messaging_product: 'whatsapp',
      contacts: [{ input: message.data.to, wa_id: message.data.to.replace('+', '') }],
      messages: [{ id: wamid, message_status: 'accepted' }],
    })
  }

  const known = new Set<string>()
  let serial = 0

  function toBody(values: object[], phoneNumberId = meta.phoneNumberId): string {
    const changes = values.map((value) => ({
      field: 'messages',
      value: { messaging_product: 'whatsapp', metadata: { phone_number_id: phoneNumberId }, ...value },
    }))
    return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] })
  }

  const sign = (body: string, secret = meta.appSecret): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

  return {
    url,
    taken,
    refused,
    tries: (): number => tries,
    /** What the next messages meet, in this order. */
    expect: (...next: Mood[]): void => void moods.push(...next),
    /** An expired token was replaced. */
    relent: (): void => void moods.splice(0),
    sign,
    toBody,

    /** A message of somebody's phone as Meta words it. Answers with its id. */
    message(words: object, { from = meta.owner, id = `wamid.in${++serial}` } = {}): { id: string; value: object } {
      known.add(id)
      if (from === meta.owner) lastHeardS = Math.floor(now() / 1000)
      return { id, value: { contacts: [{ wa_id: from }], messages: [{ from, id, timestamp: String(Math.floor(now() / 1000)), ...words }] } }
    },
    /** A status of a message that was taken. */
    status(message: Taken, status: 'sent' | 'delivered' | 'read' | 'failed', error?: number): object {
      const { wamid: id, to: recipient_id, biz_opaque_callback_data } = message
      const errors = error === undefined ? {} : { errors: [{ code: error, title: 'as told', error_data: { details: 'as told' } }] }
      return { statuses: [{ id, status, timestamp: String(Math.floor(now() / 1000)), recipient_id, biz_opaque_callback_data, ...errors }] }
    },
    /** Delivers to the webhook, signed; answers with its HTTP status. */
    async deliver(relayUrl: string, values: object[], { signature, phoneNumberId }: { signature?: string; phoneNumberId?: string } = {}): Promise<number> {
      const body = toBody(values, phoneNumberId)
      const answered = await fetch(`${relayUrl}/webhook`, { method: 'POST', body, headers: { 'X-Hub-Signature-256': signature ?? sign(body) } })
      await answered.body?.cancel()
      return answered.status
    },

    async [Symbol.asyncDispose](): Promise<void> {
      for (const response of held) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
export type Meta = Awaited<ReturnType<typeof openMeta>>
