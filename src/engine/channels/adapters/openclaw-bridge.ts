import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Instant, OpenclawConfig } from '../../../contract/index.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Arrival, TransportEvents } from '../channel.ts'
import { readPairing } from '../pairing.ts'

export type BridgeDeps = {
  readonly config: OpenclawConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Pick<TransportEvents, 'arrived' | 'isOurs'>
  readonly secret: () => string | undefined
}

const MOST_BODY = 64 * 1024
const MOST_SKEW_S = 60
const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

const text = z.string().nullish()
const Posted = z.object({
  /** Why the bridge thinks that it is for REEF: it says so, it carries a code, or it quotes something that may be REEF's. */
  why: z.enum(['named', 'code', 'quoted']),
  event: z.object({
    messageId: text,
    content: z.string(),
    channel: text,
    senderId: text,
    isGroup: z.boolean().nullish(),
    replyToId: text,
    timestamp: z.number().nullish(),
    forwarded: z.boolean().nullish(),
    edited: z.boolean().nullish(),
  }),
  context: z.object({ channelId: text, accountId: text, conversationId: text }),
})
type Posted = z.infer<typeof Posted>

/**
 * Takes what the plugin in OpenClaw hands over: POST, signed over its time and its bytes with a secret that only the two know. The code in
 * a message is no authority: any program with the gateway's token can speak in the gateway's own chat, so only WhatsApp counts, one to one, on the
 * account that REEF sends from; whose number it is, the inbox checks.
 */
export function createBridge({ config, clock, logger, events, secret }: BridgeDeps) {
  return async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, claimed: boolean, because?: string): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ claimed, ...(because && { because }) }))
    }
    if (!loopback.test(request.headers.host ?? '')) return answer(403, false, 'REEF answers only on this machine.')
    if (request.method !== 'POST') return answer(405, false, 'Only POST here.')
    const key = secret()
    if (!key) return answer(503, false, 'REEF has no secret for this bridge.')
    const body = await readBody(request)
    if (body === undefined) return answer(413, false, 'Too long.')
    const refusal = findForgery(request, body, key, clock.now())
    if (refusal) {
      logger.warn({ refusal }, 'the bridge was refused')
      return answer(401, false, refusal)
    }
    const posted = Posted.safeParse(parse(body.toString('utf8')))
    if (!posted.success) return answer(400, false, 'Not understood.')
    const { event, why } = posted.data
    // A quotation that is not of REEF's words is none of REEF's business, and is not kept.
    if (why === 'quoted' && !(event.replyToId && events.isOurs(event.replyToId))) return answer(200, false)
    const reception = events.arrived(toArrival(posted.data, config, clock.now()))
    return answer(200, reception !== 'dropped')
  }
}

function findForgery(request: IncomingMessage, body: Buffer, key: string, now: number): string | undefined {
  const timestamp = String(request.headers['x-reef-timestamp'] ?? '')
  const given = /^sha256=([0-9a-f]{64})$/.exec(String(request.headers['x-reef-signature'] ?? ''))?.[1]
  if (!/^\d{1,12}$/.test(timestamp) || given === undefined) return 'Not signed.'
  const due = createHmac('sha256', key).update(`${timestamp}.`).update(body).digest()
  if (!timingSafeEqual(Buffer.from(given, 'hex'), due)) return 'The signature is wrong.'
  return Math.abs(now / 1000 - Number(timestamp)) > MOST_SKEW_S ? 'Too old, or the clocks differ.' : undefined
}

/** Undefined when it is longer than anything a phone sends. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    size += piece.length
    if (size > MOST_BODY) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function toArrival({ event, context }: Posted, config: OpenclawConfig, now: Instant): Arrival {
  const sender = event.senderId ?? ''
  const at = event.timestamp ? ((event.timestamp < 1e11 ? event.timestamp * 1000 : Math.floor(event.timestamp)) as Instant) : now
  return {
    // Some surfaces name no id: then the same words of the same sender at the same time are the same message.
    remoteId:
      event.messageId ||
      createHash('sha256')
        .update(JSON.stringify([context.conversationId, sender, event.timestamp, event.content]))
        .digest('hex'),
    sender,
    unsound: findUnsound({ event, context }, config),
    text: withoutAddress(event.content),
    button: null,
    reaction: null,
    repliesTo: event.replyToId ?? null,
    forwarded: event.forwarded === true,
    edited: event.edited === true,
    at,
  }
}

/** In OpenClaw a message for REEF begins with its name, because others listen there too; the rest is what was said. */
const withoutAddress = (words: string): string =>
  readPairing(words) === undefined ? words.replace(/^\s*(?:hey\s+|hi\s+|ok\s+)?reef\b(?!\s*#)[\s,:;.!-]*(?=\S)/i, '') : words

function findUnsound({ event, context }: Pick<Posted, 'event' | 'context'>, config: OpenclawConfig): string | null {
  const channels = [event.channel, context.channelId].filter((name) => typeof name === 'string')
  if (channels.length === 0 || channels.some((name) => name !== 'whatsapp')) return `It came over ${channels[0] ?? 'an unnamed channel'}, not over WhatsApp.`
  // Whatever does not say that it is one to one is not.
  if (event.isGroup !== false || context.conversationId?.endsWith('@g.us')) return 'It came from a group.'
  const account = config.accountId ?? 'default'
  if ((context.accountId ?? 'default') !== account) return `It came over another account than ${account}.`
  return event.senderId ? null : 'It names no sender.'
}
