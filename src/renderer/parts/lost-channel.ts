import type { ChannelView } from '../../contract/channels.ts'
import { wordOf } from './state-mark.tsx'

const lostStates: ReadonlySet<ChannelView['state']> = new Set(['down', 'not_linked', 'refused'])

/** Carried words to a phone once, and does not any more. One that was never proven is not lost: nobody relied on it. */
export const isLost = ({ name, state, pairedSender, lastSentAt }: ChannelView): boolean =>
  name !== 'desktop' && lostStates.has(state) && (pairedSender !== null || (name === 'webhook' && lastSentAt !== null))

/** "WhatsApp is down", and over what the owner is reached meanwhile. */
export function toLossText(lost: ChannelView, channels: readonly ChannelView[]): { readonly what: string; readonly meanwhile: string } {
  const other = channels.find(({ decides, state }) => decides && state === 'ready')
  const where = other ? `approvals are decided here or over ${other.title}` : 'approvals are decided here'
  return { what: `${lost.title}: ${wordOf('channel', lost.state).word}`, meanwhile: `${where}; nothing is approved by silence.` }
}
