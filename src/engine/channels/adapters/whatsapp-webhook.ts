import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Instant } from '../../../contract/index.ts'
import type { Arrival, Receipt } from '../channel.ts'
import { isWindowClosed } from './whatsapp-graph.ts'

const Stamp = z.string().regex(/^\d{1,12}$/)
const Message = z.object({
  id: z.string().min(1).max(512),
  from: z.string().min(1).max(64),
  timestamp: Stamp,
  type: z.string(),
  group_id: z.string().optional(),
  text: z.object({ body: z.string() }).optional(),
  interactive: z.object({ button_reply: z.object({ id: z.string(), title: z.string().optional() }).optional() }).optional(),
  button: z.object({ payload: z.string().optional(), text: z.string().optional() }).optional(),
  reaction: z.object({ message_id: z.string(), emoji: z.string().optional() }).optional(),
  context: z.object({ id: z.string().optional(), forwarded: z.boolean().optional(), frequently_forwarded: z.boolean().optional() }).optional(),
})
const Status = z.object({
  id: z.string().min(1).max(512),
  status: z.string(),
  timestamp: Stamp,
  biz_opaque_callback_data: z.string().optional(),
  errors: z.array(z.object({ code: z.int(), title: z.string().optional(), error_data: z.object({ details: z.string().optional() }).optional() })).optional(),
})
const Envelope = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(
    z.object({
      changes: z.array(
        z.object({
          field: z.string(),
          value: z.object({
            metadata: z.object({ phone_number_id: z.string() }).optional(),
            // One that is not understood must not hide those beside it.
            messages: z.array(z.unknown()).optional(),
            statuses: z.array(z.unknown()).optional(),
          }),
        }),
      ),
    }),
  ),
})

/** X-Hub-Signature-256 over the bytes as they came; anything else than exactly this is forged. */
export function isSigned(body: string, header: string | null, appSecret: string): boolean {
  const given = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1]
  if (given === undefined || appSecret === '') return false
  return timingSafeEqual(Buffer.from(given, 'hex'), createHmac('sha256', appSecret).update(body).digest())
}

/** What a webhook of Meta brought, in its order; null when it is none. */
export function readWebhook(body: string, phoneNumberId: string): { arrivals: Arrival[]; receipts: Receipt[] } | null {
  const envelope = Envelope.safeParse(parse(body))
  if (!envelope.success) return null
  const values = envelope.data.entry.flatMap(({ changes }) => changes.flatMap(({ field, value }) => (field === 'messages' ? [value] : [])))
  return {
    arrivals: values.flatMap(({ metadata, messages = [] }) =>
      understood(Message, messages).flatMap((message) => toArrival(message, metadata?.phone_number_id === phoneNumberId)),
    ),
    receipts: values.flatMap(({ statuses = [] }) => understood(Status, statuses).flatMap(toReceipt)),
  }
}

const understood = <T>(schema: z.ZodType<T>, rows: readonly unknown[]): T[] =>
  rows.flatMap((row) => {
    const parsed = schema.safeParse(row)
    return parsed.success ? [parsed.data] : []
  })

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const toInstant = (stamp: string): Instant => (Number(stamp) * 1000) as Instant

function toArrival(message: z.infer<typeof Message>, isOurNumber: boolean): Arrival[] {
  const { id, from, timestamp, type, context, reaction } = message
  // A reaction without a sign was taken back, which answers nothing.
  if (type === 'reaction' && !reaction?.emoji) return []
  const button = message.interactive?.button_reply?.id ?? message.button?.payload ?? null
  return [
    {
      remoteId: id,
      sender: from,
      unsound: !isOurNumber ? 'It came to another number.' : message.group_id !== undefined ? 'It came from a group.' : null,
      text: message.text?.body ?? null,
      button,
      reaction: reaction?.emoji ?? null,
      repliesTo: reaction?.message_id ?? context?.id ?? null,
      forwarded: context?.forwarded === true || context?.frequently_forwarded === true,
      edited: type === 'edit',
      at: toInstant(timestamp),
    },
  ]
}

function toReceipt({ id, status, timestamp, biz_opaque_callback_data: key, errors }: z.infer<typeof Status>): Receipt[] {
  if (status !== 'sent' && status !== 'delivered' && status !== 'read' && status !== 'failed') return []
  const [error] = errors ?? []
  return [
    {
      key: key ?? null,
      remoteId: id,
      state: status,
      at: toInstant(timestamp),
      detail: error ? `Meta did not deliver it, error ${error.code}: ${error.error_data?.details ?? error.title ?? 'no more words'}.` : null,
      windowClosed: error !== undefined && isWindowClosed(error.code),
    },
  ]
}
