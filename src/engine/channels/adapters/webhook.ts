import { createHmac } from 'node:crypto'
import type { ChannelSecretName, WebhookConfig } from '../../../contract/index.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { ChannelTransport, Health, Outcome, Parcel, TransportEvents } from '../channel.ts'
import { isUnsent } from '../reach.ts'

export type WebhookDeps = {
  readonly config: WebhookConfig
  readonly clock: Clock
  readonly events: TransportEvents
  readonly secret: (name: ChannelSecretName) => string | undefined
}

const TIMEOUT_MS = 15_000
const REPEAT_MS = 15_000

/** Outward only: POST of JSON, signed as Standard Webhooks says (standardwebhooks.com), so that receivers need no code of ours. */
export function createWebhook({ config, clock, events, secret }: WebhookDeps): ChannelTransport {
  let health: Health = { state: 'up', detail: 'Nothing was sent yet.', remedy: null, sends: true }

  function note(next: Health): void {
    health = next
    events.changed()
  }

  return {
    receipts: false,
    repeatAfter: REPEAT_MS,
    health: () => health,
    start() {},

    async send(parcel, signal) {
      const body = JSON.stringify(toBody(parcel))
      let response: Response
      try {
        response = await fetch(config.url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...sign(parcel.key, Math.floor(clock.now() / 1000), body, secret('signingSecret') ?? '') },
          body,
          redirect: 'manual',
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        })
      } catch (error) {
        const detail = isUnsent(error) ? 'The webhook cannot be reached.' : 'The webhook did not answer.'
        note({ state: 'down', detail, remedy: 'check its address', sends: true })
        return { kind: isUnsent(error) ? 'retry' : 'unknown', detail }
      }
      await response.body?.cancel()
      const outcome = toOutcome(response, parcel.key)
      note(
        outcome.kind === 'accepted'
          ? { state: 'up', detail: 'The last message was accepted.', remedy: null, sends: true }
          : { state: 'down', detail: outcome.detail, remedy: 'look at what receives it', sends: true },
      )
      return outcome
    },

    async [Symbol.asyncDispose]() {},
  }
}

const toBody = ({ id, kind, text, buttons }: Parcel) => ({ type: `reef.${kind}`, id, text, buttons })

/** A secret such as `whsec_<base64>` stands for its bytes, any other for its letters. */
function sign(id: string, timestamp: number, body: string, secret: string): Record<string, string> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` }
}

function toOutcome({ ok, status, headers }: Response, key: string): Exclude<Outcome, { kind: 'queued_remote' }> {
  if (ok) return { kind: 'accepted', remoteId: key }
  const detail = `The webhook answered ${status}.`
  // It may have taken the message before it broke; it knows a repetition by its id.
  if (status >= 500) return { kind: 'unknown', detail }
  if (status !== 408 && status !== 429) return { kind: 'refused', detail }
  const after = Number(headers.get('retry-after')) * 1000
  return { kind: 'retry', detail, ...(after > 0 && { after }) }
}
