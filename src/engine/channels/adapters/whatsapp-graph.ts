import { z } from 'zod'
import { hours, minutes, seconds, type WhatsappConfig } from '../../../contract/index.ts'
import type { Outcome, Parcel } from '../channel.ts'

/** Meta takes free words for a day after the owner's last one; a minute less, because the clocks differ. */
const WINDOW_MS = hours(24) - minutes(1)
const MOST_WITH_BUTTONS = 1024
const MOST_IN_TEMPLATE = 1024
const MOST_TEXT = 4096

/** The body of POST /<phone number id>/messages. */
export function toGraphBody(parcel: Parcel, config: WhatsappConfig, now: number): object {
  const base = {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: parcel.to,
    // Comes back with every status of this message, also when its own id never reached us.
    biz_opaque_callback_data: parcel.key,
  }
  const isCold = parcel.lastHeardAt !== null && now - parcel.lastHeardAt >= WINDOW_MS
  if (parcel.form === 'template' || isCold) return { ...base, type: 'template', template: toTemplate(parcel.text, config) }
  const context = parcel.replyTo === null ? {} : { context: { message_id: parcel.replyTo } }
  if (parcel.buttons.length > 0 && parcel.text.length <= MOST_WITH_BUTTONS) {
    const buttons = parcel.buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title } }))
    return { ...base, ...context, type: 'interactive', interactive: { type: 'button', body: { text: parcel.text }, action: { buttons } } }
  }
  return { ...base, ...context, type: 'text', text: { preview_url: false, body: cut(parcel.text, MOST_TEXT) } }
}

/** A parameter of a template may hold no line break, no tab and no run of spaces. */
const toTemplate = (text: string, { template, templateLanguage }: WhatsappConfig) => ({
  name: template,
  language: { code: templateLanguage },
  components: [{ type: 'body', parameters: [{ type: 'text', text: cut(text.replace(/\s*\n\s*/g, ' · ').replace(/\s+/g, ' '), MOST_IN_TEMPLATE) }] }],
})

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`)

const GraphError = z.object({
  error: z.object({ code: z.int(), message: z.string().optional(), error_data: z.object({ details: z.string().optional() }).optional() }),
})
export const GraphAccepted = z.object({ messages: z.array(z.object({ id: z.string().min(1) })).min(1) })

/** What an error of Meta means for the message, and for the channel: `stop` is what the owner has to see to before anything is sent again. */
export type GraphVerdict = { readonly outcome: Outcome; readonly stop: { readonly detail: string; readonly remedy: string } | null }

const token = 'store a new access token: reef channel set whatsapp --secrets'

export function toVerdict(status: number, body: unknown, retryAfterMs: number): GraphVerdict {
  const parsed = GraphError.safeParse(body)
  const error = parsed.success ? parsed.data.error : undefined
  const code = error?.code ?? -1
  const detail = `Meta answered ${status}${error ? `, error ${code}: ${error.error_data?.details ?? error.message ?? 'no more words'}` : ''}.`
  const retry = (after: number): GraphVerdict => ({ outcome: { kind: 'retry', detail, after: Math.max(after, retryAfterMs) }, stop: null })
  const stop = (remedy: string): GraphVerdict => ({ outcome: { kind: 'retry', detail }, stop: { detail, remedy } })

  if (isWindowClosed(code)) return { outcome: { kind: 'retry', detail, as: 'template' }, stop: null }
  if (status === 401 || code === 0 || code === 190) return stop(token)
  if (code === 3 || code === 10 || (code >= 200 && code <= 299)) return stop("give the token's app the permission to send for this number")
  if (code === 131048 || code === 368) return stop("look into WhatsApp Manager: Meta holds this number's messages back")
  if (code === 4 || code === 80007 || code === 130429 || code === 131056 || status === 429) return retry(seconds(30))
  if (code === 1 || code === 2) return retry(0)
  // Whatever else a broken server says, it may have sent the message before it broke.
  return { outcome: status >= 500 ? { kind: 'unknown', detail } : { kind: 'refused', detail }, stop: null }
}

/** More than a day since the owner's last word: only a template is taken. */
export const isWindowClosed = (code: number): boolean => code === 131047
