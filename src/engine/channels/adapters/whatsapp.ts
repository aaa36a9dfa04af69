import { z } from 'zod'
import { type ChannelSecretName, minutes, seconds, type WhatsappConfig } from '../../../contract/index.ts'
import { type Clock, isDue } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChannelTransport, Every, Health, Outcome, TransportEvents } from '../channel.ts'
import { isUnsent } from '../reach.ts'
import { GraphAccepted, toGraphBody, toVerdict } from './whatsapp-graph.ts'
import { isSigned, readWebhook } from './whatsapp-webhook.ts'

export type WhatsappDeps = {
  readonly config: WhatsappConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly every: Every
  readonly events: TransportEvents
  readonly secret: (name: ChannelSecretName) => string | undefined
}

const TIMEOUT_MS = 15_000
const PULL_MS = seconds(2)
const LONGEST_PULL_PAUSE_MS = minutes(1)
const PROBE_MS = seconds(30)
/** After a refusal that only the owner can end, Meta is asked so often whether he did. */
const REFUSED_PROBE_MS = minutes(10)
/** Meta knows no repetition by a key of ours, so a status that names the key gets time to come first. */
const REPEAT_MS = seconds(60)
const PULL_AT_ONCE = 50

const Pulled = z.object({ items: z.array(z.object({ seq: z.int(), signature: z.string(), body: z.string() })) })

/**
 * Meta's Graph API outward; inward a relay that holds what Meta's webhook brought until it is fetched, because nothing listens here for
 * the outside. The relay is not believed: every signature is checked again with the app's secret.
 */
export function createWhatsapp({ config, clock, logger, every, events, secret }: WhatsappDeps): ChannelTransport {
  const relayUrl = config.relayUrl?.replace(/\/+$/, '')
  const stops: Array<() => void> = []
  const stopping = new AbortController()
  let outward: Omit<Health, 'sends'> = { state: 'connecting', detail: 'Asking Meta.', remedy: null }
  let relayFailure: string | null = null
  let probeAt = 0
  let pullAt = 0
  let pullFailures = 0
  let probing: Promise<void> | undefined
  let pulling: Promise<void> | undefined

  const signal = (other = stopping.signal): AbortSignal => AbortSignal.any([stopping.signal, other, AbortSignal.timeout(TIMEOUT_MS)])
  const messagesUrl = `${config.graphUrl.replace(/\/+$/, '')}/${config.phoneNumberId}`
  const authorization = () => ({ Authorization: `Bearer ${secret('accessToken') ?? ''}` })

  function toHealth(): Health {
    const sends = outward.state === 'up'
    if (!sends || relayFailure === null) return { ...outward, sends }
    return {
      state: 'down',
      detail: `Messages go out, but no answer comes in: ${relayFailure}`,
      remedy: 'check the relay: reef channel set whatsapp relayUrl=…',
      sends,
    }
  }

  function noteOutward(next: Omit<Health, 'sends'>): void {
    outward = next
    probeAt = clock.now() + (next.state === 'refused' ? REFUSED_PROBE_MS : PROBE_MS)
    events.changed()
  }

  function noteRelay(failure: string | null): void {
    pullFailures = failure === null ? 0 : pullFailures + 1
    pullAt = clock.now() + Math.min(LONGEST_PULL_PAUSE_MS, PULL_MS * 2 ** pullFailures - PULL_MS)
    relayFailure = failure
    events.changed()
  }

  const up = relayUrl
    ? ({ state: 'up', detail: 'Meta takes messages.', remedy: null } as const)
    : ({ state: 'up', detail: 'Meta takes messages; without a relay no answer comes back.', remedy: 'set up the relay: docs/channels.md' } as const)

  /** Whether the number and the token are good. */
  async function probe(): Promise<void> {
    try {
      const response = await fetch(`${messagesUrl}?fields=display_phone_number`, { headers: authorization(), redirect: 'error', signal: signal() })
      const body: unknown = await response.json().catch(() => undefined)
      if (response.ok) return noteOutward(up)
      const { outcome, stop } = toVerdict(response.status, body, 0)
      if (stop || outcome.kind === 'refused')
        noteOutward({
          state: 'refused',
          detail: stop?.detail ?? ('detail' in outcome ? outcome.detail : ''),
          remedy: stop?.remedy ?? 'check the phone number id',
        })
      else noteOutward({ state: 'down', detail: `Meta answered ${response.status}.`, remedy: null })
    } catch {
      if (!stopping.signal.aborted) noteOutward({ state: 'down', detail: 'Meta cannot be reached.', remedy: 'check the connection of this machine' })
    }
  }

  /** Fetches what waits, writes it down, and only then lets the relay forget it. */
  async function pull(): Promise<void> {
    const headers = { Authorization: `Bearer ${secret('relayToken') ?? ''}` }
    try {
      const response = await fetch(`${relayUrl}/pull?limit=${PULL_AT_ONCE}`, { headers, redirect: 'error', signal: signal() })
      if (!response.ok) return noteRelay(`the relay answered ${response.status}.`)
      const { items } = Pulled.parse(await response.json())
      for (const item of items) take(item)
      const last = items.at(-1)
      if (last) {
        const acknowledged = await fetch(`${relayUrl}/ack`, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify({ upTo: last.seq }),
          redirect: 'error',
          signal: signal(),
        })
        if (!acknowledged.ok) return noteRelay(`the relay answered ${acknowledged.status}.`)
      }
      if (relayFailure !== null || pullFailures > 0) noteRelay(null)
    } catch (error) {
      if (stopping.signal.aborted) return
      logger.warn({ err: error }, 'the relay was not read')
      noteRelay('the relay cannot be read.')
    }
  }

  function take({ seq, signature, body }: z.infer<typeof Pulled>['items'][number]): void {
    if (!isSigned(body, signature, secret('appSecret') ?? '')) {
      logger.warn({ seq }, 'the relay handed over what Meta did not sign')
      return
    }
    const read = readWebhook(body, config.phoneNumberId)
    if (!read) {
      logger.warn({ seq }, 'a webhook of Meta was not understood')
      return
    }
    for (const arrival of read.arrivals) events.arrived(arrival)
    for (const receipt of read.receipts) events.receipt(receipt)
  }

  function beat(): void {
    const now = clock.now()
    if (outward.state !== 'up' && isDue(probeAt, now, REFUSED_PROBE_MS) && !probing) probing = probe().finally(() => (probing = undefined))
    if (relayUrl && isDue(pullAt, now, LONGEST_PULL_PAUSE_MS) && !pulling) pulling = pull().finally(() => (pulling = undefined))
  }

  return {
    receipts: relayUrl !== undefined,
    repeatAfter: REPEAT_MS,
    health: toHealth,

    start(): void {
      stops.push(every(PULL_MS, beat))
      beat()
    },

    async send(parcel, given): Promise<Outcome> {
      let response: Response
      try {
        response = await fetch(`${messagesUrl}/messages`, {
          method: 'POST',
          headers: { ...authorization(), 'Content-Type': 'application/json' },
          body: JSON.stringify(toGraphBody(parcel, config, clock.now())),
          redirect: 'error',
          signal: signal(given),
        })
      } catch (error) {
        if (!isUnsent(error)) return { kind: 'unknown', detail: 'Meta did not answer.' }
        noteOutward({ state: 'down', detail: 'Meta cannot be reached.', remedy: 'check the connection of this machine' })
        return { kind: 'retry', detail: 'Meta cannot be reached.' }
      }
      const body: unknown = await response.json().catch(() => undefined)
      if (response.ok) {
        const accepted = GraphAccepted.safeParse(body)
        const [message] = accepted.success ? accepted.data.messages : []
        return message ? { kind: 'accepted', remoteId: message.id } : { kind: 'unknown', detail: 'Meta answered without an id.' }
      }
      const { outcome, stop } = toVerdict(response.status, body, Number(response.headers.get('retry-after') ?? 0) * 1000 || 0)
      if (stop) noteOutward({ state: 'refused', ...stop })
      return outcome
    },

    async [Symbol.asyncDispose](): Promise<void> {
      for (const stop of stops.splice(0)) stop()
      stopping.abort()
      await Promise.all([probing, pulling])
    },
  }
}
