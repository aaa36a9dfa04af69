import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ChannelSecretName, OpenclawConfig, WebhookConfig, WhatsappConfig } from '../../contract/index.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { createOpenclaw } from './adapters/openclaw.ts'
import { createWebhook } from './adapters/webhook.ts'
import { createWhatsapp } from './adapters/whatsapp.ts'
import type { ChannelTransport, Every, PhoneChannel, TransportEvents } from './channel.ts'

export type LinksDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly every: Every
  readonly secret: (channel: PhoneChannel, name: ChannelSecretName) => string | undefined
  readonly eventsOf: (channel: PhoneChannel) => TransportEvents
}

/** The live transports, one for each channel that is set up; made anew when its settings change. */
export function createLinks({ clock, logger, every, secret, eventsOf }: LinksDeps) {
  const open = new Map<PhoneChannel, ChannelTransport>()
  let openclaw: ReturnType<typeof createOpenclaw> | undefined

  function make(name: PhoneChannel, config: unknown): ChannelTransport {
    const base = { clock, logger, every, events: eventsOf(name), secret: (wanted: ChannelSecretName) => secret(name, wanted) }
    if (name === 'whatsapp') return createWhatsapp({ ...base, config: WhatsappConfig.parse(config) })
    if (name === 'webhook') return createWebhook({ ...base, config: WebhookConfig.parse(config) })
    openclaw = createOpenclaw({ ...base, config: OpenclawConfig.parse(config) })
    return openclaw
  }

  async function dispose(transport: ChannelTransport): Promise<void> {
    await transport[Symbol.asyncDispose]().catch((error: unknown) => logger.error({ err: error }, 'a transport did not close'))
  }

  function close(name: PhoneChannel): void {
    const transport = open.get(name)
    open.delete(name)
    if (name === 'openclaw') openclaw = undefined
    if (transport) void dispose(transport)
  }

  return {
    get: (name: PhoneChannel): ChannelTransport | undefined => open.get(name),
    open(name: PhoneChannel, config: unknown): void {
      close(name)
      open.set(name, make(name, config))
    },
    close,
    async receiveFromBridge(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (openclaw) return openclaw.receive(request, response)
      response.writeHead(503, { 'Content-Type': 'application/json' }).end('{"claimed":false,"because":"OpenClaw is not set up in REEF."}')
    },
    async [Symbol.asyncDispose](): Promise<void> {
      openclaw = undefined
      await Promise.all([...open.values()].map(dispose))
      open.clear()
    },
  }
}
