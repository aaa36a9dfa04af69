import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type ChannelSecretName, minutes, type OpenclawConfig, seconds } from '../../../contract/index.ts'
import { type Clock, isDue } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChannelTransport, Every, Health, Outcome, TransportEvents } from '../channel.ts'
import { createBridge } from './openclaw-bridge.ts'
import { type GatewayAnswer, type GatewaySocket, openGatewaySocket, type SocketEnd } from './openclaw-socket.ts'

export type OpenclawDeps = {
  readonly config: OpenclawConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly every: Every
  readonly events: TransportEvents
  readonly secret: (name: ChannelSecretName) => string | undefined
}

const BEAT_MS = seconds(1)
const STATUS_MS = seconds(15)
const CALL_MS = 10_000
const SEND_MS = 30_000
const LONGEST_RETRY_MS = minutes(1)
/** The gateway knows a repetition by its key, so waiting only gives it time to come back. */
const REPEAT_MS = seconds(15)
/** OpenClaw cuts longer ones into pieces. */
const MOST_TEXT = 4000

const Account = z.object({ accountId: z.string().optional(), linked: z.boolean().optional(), connected: z.boolean().optional() })
const Status = z.object({
  channels: z.object({ whatsapp: Account.optional() }),
  channelAccounts: z.object({ whatsapp: z.array(Account).optional() }).optional(),
})
const Sent = z.object({ messageId: z.string().min(1) })

const settingToken = 'store the token of the gateway: reef channel set openclaw --secrets'
const bridgeMissing = 'install the bridge, so that answers come back: docs/channels.md'

/**
 * The owner's OpenClaw on this machine, over its WebSocket; what the phone says comes back through the plugin `reef-bridge` by HTTP.
 * A failed send is not a failed send here: OpenClaw keeps it and tries again, so nothing is handed over unless WhatsApp is linked and
 * connected at that moment, and what was handed over is never given a second key.
 */
export function createOpenclaw({ config, clock, logger, every, events, secret }: OpenclawDeps): ChannelTransport & {
  receive(request: IncomingMessage, response: ServerResponse): Promise<void>
} {
  const receive = createBridge({ config, clock, logger, events, secret: () => secret('signingSecret') })
  const stops: Array<() => void> = []
  let socket: GatewaySocket | undefined
  let isAsking = false
  let isDisposed = false
  let failures = 0
  let connectAt = 0
  let statusAt = 0
  let health: Health = { state: 'connecting', detail: 'Connecting to OpenClaw.', remedy: null, sends: false }

  function note(next: Omit<Health, 'sends'>): void {
    health = { ...next, sends: next.state === 'up' }
    if (!isDisposed) events.changed()
  }

  function connect(): void {
    socket = openGatewaySocket({ url: config.url, token: secret('token') ?? '', onOpen: () => void ask(), onEnd: lose })
  }

  function lose({ kind, detail }: SocketEnd): void {
    socket = undefined
    failures += 1
    connectAt = clock.now() + (kind === 'closed' ? Math.min(LONGEST_RETRY_MS, seconds(1) * 2 ** (failures - 1)) : LONGEST_RETRY_MS)
    if (kind === 'closed') note({ state: 'down', detail, remedy: 'start it: openclaw gateway run' })
    else if (kind === 'mismatch') note({ state: 'refused', detail, remedy: 'use a version of OpenClaw that does, such as 2026.9' })
    else note({ state: 'refused', detail: `OpenClaw refuses REEF: ${detail}`, remedy: settingToken })
  }

  /** Whether WhatsApp is linked and connected now. */
  async function ask(signal?: AbortSignal): Promise<void> {
    if (!socket) return
    isAsking = true
    const answer = await socket.call('channels.status', {}, CALL_MS, signal)
    isAsking = false
    statusAt = clock.now() + STATUS_MS
    if (answer.kind === 'ok') {
      failures = 0
      const told = toHealth(answer.payload, config)
      note(told.state === 'up' && !secret('signingSecret') ? { ...told, remedy: bridgeMissing } : told)
    } else if (answer.kind === 'error') note({ state: 'refused', detail: `OpenClaw does not tell its state: ${answer.message}`, remedy: settingToken })
    else if (socket) note({ state: 'down', detail: 'OpenClaw does not answer.', remedy: 'restart it: openclaw gateway run' })
  }

  function beat(): void {
    const now = clock.now()
    if (!socket && isDue(connectAt, now, LONGEST_RETRY_MS)) connect()
    else if (socket?.isOpen() && !isAsking && isDue(statusAt, now, STATUS_MS)) void ask()
  }

  return {
    receive,
    receipts: false,
    repeatAfter: REPEAT_MS,
    health: () => health,

    start(): void {
      stops.push(every(BEAT_MS, beat))
      beat()
    },

    async send(parcel, signal): Promise<Outcome> {
      // A minute-old answer would let a message into OpenClaw's own queue, from where it might go out hours later.
      await ask(signal)
      if (!health.sends || !socket) return { kind: 'retry', detail: health.detail }
      const answer = await socket.call(
        'send',
        {
          to: parcel.to,
          message: parcel.text.length <= MOST_TEXT ? parcel.text : `${parcel.text.slice(0, MOST_TEXT - 1).trimEnd()}…`,
          channel: 'whatsapp',
          ...(config.accountId && { accountId: config.accountId }),
          ...(parcel.replyTo && { replyToId: parcel.replyTo }),
          idempotencyKey: parcel.key,
        },
        SEND_MS,
        signal,
      )
      return toOutcome(answer)
    },

    async [Symbol.asyncDispose](): Promise<void> {
      isDisposed = true
      for (const stop of stops.splice(0)) stop()
      socket?.close()
    },
  }
}

function toHealth(payload: unknown, { accountId }: OpenclawConfig): Omit<Health, 'sends'> {
  const status = Status.safeParse(payload)
  if (!status.success) return { state: 'down', detail: 'OpenClaw tells its state in words that REEF does not know.', remedy: 'use OpenClaw 2026.9' }
  const accounts = status.data.channelAccounts?.whatsapp ?? []
  const account = accountId === undefined ? status.data.channels.whatsapp : accounts.find((one) => one.accountId === accountId)
  if (!account) {
    const missing = accountId === undefined ? 'OpenClaw has no WhatsApp.' : `OpenClaw has no WhatsApp account ${accountId}.`
    return { state: 'not_linked', detail: missing, remedy: 'openclaw plugins install npm:@openclaw/whatsapp, then openclaw channels login' }
  }
  if (account.linked !== true) return { state: 'not_linked', detail: 'No phone is linked with OpenClaw.', remedy: 'openclaw channels login --channel whatsapp' }
  if (account.connected !== true)
    return { state: 'not_linked', detail: 'The phone is linked, but WhatsApp is not connected.', remedy: 'wait, or restart OpenClaw' }
  return { state: 'up', detail: 'WhatsApp is linked and connected. OpenClaw does not tell what was delivered.', remedy: null }
}

function toOutcome(answer: GatewayAnswer): Outcome {
  if (answer.kind === 'unsent') return { kind: 'retry', detail: 'The connection to OpenClaw was lost.' }
  if (answer.kind === 'silent') return { kind: 'unknown', detail: 'OpenClaw did not answer.' }
  if (answer.kind === 'ok') {
    const sent = Sent.safeParse(answer.payload)
    return { kind: 'accepted', remoteId: sent.success ? sent.data.messageId : null }
  }
  const detail = `OpenClaw answered ${answer.code}: ${answer.message}`
  if (answer.detail === 'OUTBOUND_DELIVERY_QUEUED') return { kind: 'queued_remote', detail: `${detail} It keeps the message and may still send it.` }
  // Refused before anything was queued; whatever else went wrong may have gone wrong after it.
  return answer.code === 'INVALID_REQUEST' || answer.code === 'FORBIDDEN' ? { kind: 'refused', detail } : { kind: 'unknown', detail }
}
