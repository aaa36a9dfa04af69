import type { ChannelName, ChannelView, MessageState, MessageView } from '../../../contract/channels.ts'
import type { Attention } from '../../../contract/words.ts'
import { cannotSend } from '../../parts/lost-channel.ts'
import { wordOf } from '../../parts/state-mark.tsx'

/** How far one channel took the news of a card. */
export type Told = {
  readonly name: string
  /** The message that got farthest. */
  readonly messageId: string
  readonly words: string
  /** When it got there, or will be tried next. */
  readonly at: number | null
  readonly attention: Attention
  /** Messages about the card that failed beside it. */
  readonly failed: number
}

const names: Record<ChannelName, string> = { desktop: 'this machine', openclaw: 'WhatsApp (OpenClaw)', whatsapp: 'WhatsApp', webhook: 'your webhook' }

/** From what surely did not reach the owner to what surely did. */
const reaches: Record<MessageState, number> = {
  withdrawn: 0,
  expired: 1,
  failed: 2,
  pending: 3,
  unknown: 4,
  queued_remote: 5,
  sending: 6,
  accepted: 7,
  delivered: 8,
  read: 9,
}

/** Where else a card was told: for each channel the one of its messages and reminders that got farthest (U-55, U-68). */
export function toTold(messages: readonly MessageView[], channels: Readonly<Record<string, ChannelView>>): readonly Told[] {
  const about = Map.groupBy(
    messages.filter(({ kind }) => kind === 'approval' || kind === 'reminder'),
    ({ channel }) => channel,
  )
  return [...about].map(([channel, those]) => {
    const best = those.reduce((a, b) => (reaches[b.state] > reaches[a.state] ? b : a))
    return {
      name: names[channel],
      messageId: best.id,
      ...toWords(best, channels[channel]),
      failed: those.filter((one) => one !== best && one.state === 'failed').length,
    }
  })
}

function toWords(best: MessageView, channel: ChannelView | undefined): Pick<Told, 'words' | 'at' | 'attention'> {
  const { state, error } = best
  const { word, attention } = wordOf('message', state)
  if (state === 'pending' && channel && cannotSend(channel))
    return { words: `not sent: ${wordOf('channel', channel.state).word}`, at: null, attention: 'alarm' }
  const at = state === 'read' ? best.readAt : state === 'delivered' ? best.deliveredAt : state === 'accepted' ? best.sentAt : best.nextAttemptAt
  return { words: state === 'failed' && error !== null ? `${word}: ${error}` : word, at: state === 'unknown' ? null : at, attention }
}
