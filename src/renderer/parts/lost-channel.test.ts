import { expect, it } from 'vitest'
import { type ChannelView, channelStates } from '../../contract/channels.ts'
import { isLost, toGlance, toLossText } from './lost-channel.ts'

const channel = (change: Partial<ChannelView>) =>
  ({ name: 'openclaw', title: 'OpenClaw', state: 'ready', pairedSender: '+64211234567', decides: true, lastSentAt: null, ...change }) as ChannelView

it('R-026: a phone that was proven and does not answer any more is lost, one that never was is not', () => {
  expect(channelStates.filter((state) => isLost(channel({ state })))).toEqual(['not_linked', 'refused', 'down'])
  expect(channelStates.filter((state) => isLost(channel({ state, pairedSender: null })))).toEqual([])
  expect(isLost(channel({ name: 'desktop', state: 'down' }))).toBe(false)
  expect([null, 1].map((lastSentAt) => isLost(channel({ name: 'webhook', state: 'down', pairedSender: null, lastSentAt: lastSentAt as never })))).toEqual([
    false,
    true,
  ])
})

it('R-026: says that nothing is approved by silence, and over what the owner is reached meanwhile', () => {
  const lost = channel({ state: 'down', decides: false })
  expect(toLossText(lost, [lost])).toEqual({ what: 'OpenClaw: down', meanwhile: 'approvals are decided here; nothing is approved by silence.' })
  const other = channel({ name: 'whatsapp', title: 'WhatsApp' })
  expect(toLossText(lost, [lost, other]).meanwhile).toBe('approvals are decided here or over WhatsApp; nothing is approved by silence.')
})

it('U-15: says in a word whether words reach the phone, the loss first, and nothing where no phone is set up', () => {
  const inWords = (...channels: ChannelView[]) => {
    const glance = toGlance(channels)
    return glance && `${glance.glyph} ${glance.of} ${glance.word}${glance.lost ? '!' : ''}`
  }
  const desktop = channel({ name: 'desktop' })
  const fresh = channel({ name: 'whatsapp', state: 'unproven', pairedSender: null })
  expect([inWords(), inWords(desktop, channel({ state: 'off' }))]).toEqual([null, null])
  expect(inWords(desktop, fresh, channel({}))).toBe('● WA ready')
  expect(inWords(desktop, fresh)).toBe('◑ WA sends only')
  expect(inWords(channel({}), channel({ name: 'whatsapp', state: 'not_linked' }))).toBe('▲ WA lost!')
  expect(inWords(channel({ state: 'down', pairedSender: null }))).toBe('✕ WA down')
  expect(inWords(channel({ name: 'webhook', pairedSender: null }))).toBe('● webhook ready')
  expect(inWords(channel({}), channel({ name: 'webhook', state: 'refused', pairedSender: null, lastSentAt: 1 as never }))).toBe('▲ webhook lost!')
})
