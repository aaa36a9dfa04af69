import type { ChannelView } from '../../contract/channels.ts'
import { wordOf } from './state-mark.tsx'

const lostStates: ReadonlySet<ChannelView['state']> = new Set(['down', 'not_linked', 'refused'])

/** What is written for it waits: nobody there takes it. */
export const cannotSend = ({ state }: ChannelView): boolean => lostStates.has(state)

/** Carried words to a phone once, and does not any more. One that was never proven is not lost: nobody relied on it. */
export const isLost = (channel: ChannelView): boolean =>
  channel.name !== 'desktop' && cannotSend(channel) && (channel.pairedSender !== null || (channel.name === 'webhook' && channel.lastSentAt !== null))

/** "WhatsApp is down", and over what the owner is reached meanwhile. */
export function toLossText(lost: ChannelView, channels: readonly ChannelView[]): { readonly what: string; readonly meanwhile: string } {
  const other = channels.find(({ decides, state }) => decides && state === 'ready')
  const where = other ? `approvals are decided here or over ${other.title}` : 'approvals are decided here'
  return { what: `${lost.title}: ${wordOf('channel', lost.state).word}`, meanwhile: `${where}; nothing is approved by silence.` }
}

/** The phone in a word, for a place that every screen has (U-15): what is lost, else the best of what carries. Null where none is set up. */
export function toGlance(
  channels: readonly ChannelView[],
): { readonly of: string; readonly word: string; readonly glyph: string; readonly lost: boolean } | null {
  const setUp = channels.filter(({ name, state }) => name !== 'desktop' && state !== 'off')
  const shown = setUp.find(isLost) ?? setUp.find(({ state }) => state === 'ready') ?? setUp[0]
  if (!shown) return null
  const { word, glyph } = wordOf('channel', shown.state)
  const lost = isLost(shown)
  return {
    of: shown.name === 'webhook' ? 'webhook' : 'WA',
    word: lost ? 'lost' : shown.state === 'unproven' ? 'sends only' : word,
    glyph: lost ? '▲' : glyph,
    lost,
  }
}
