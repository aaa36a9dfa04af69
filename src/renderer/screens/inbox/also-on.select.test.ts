import { expect, it } from 'vitest'
import { type ChannelView, channelStates, type MessageView, messageStates } from '../../../contract/channels.ts'
import { toTold } from './also-on.select.ts'

const message = (change: Partial<MessageView>) =>
  ({
    id: 'msg_1',
    channel: 'openclaw',
    kind: 'approval',
    state: 'delivered',
    error: null,
    sentAt: 1,
    deliveredAt: 2,
    readAt: 3,
    nextAttemptAt: null,
    ...change,
  }) as MessageView
const channels = (state: ChannelView['state'] = 'ready') => ({ openclaw: { name: 'openclaw', state } as ChannelView })
const inWords = (messages: readonly MessageView[], of = channels()) =>
  toTold(messages, of).map(({ name, words, at, failed }) => [`${name}: ${words}`, at ?? '', failed > 0 ? `, ${failed} more failed` : ''].join(' ').trim())

it('a card says how far it got in the words of its message, with the time where one is known (U-55, U-68)', () => {
  expect(messageStates.map((state) => inWords([message({ state, error: 'gone', nextAttemptAt: state === 'pending' ? (4 as never) : null })])[0])).toEqual([
    'WhatsApp (OpenClaw): to be sent 4',
    'WhatsApp (OpenClaw): being sent',
    'WhatsApp (OpenClaw): sent 1',
    'WhatsApp (OpenClaw): held by the gateway, may still arrive',
    'WhatsApp (OpenClaw): sent, no answer',
    'WhatsApp (OpenClaw): delivered 2',
    'WhatsApp (OpenClaw): read 3',
    'WhatsApp (OpenClaw): failed: gone',
    'WhatsApp (OpenClaw): too late to send',
    'WhatsApp (OpenClaw): not needed any more',
  ])
})

it('what waits for a channel that takes nothing is called not sent, and why (U-68)', () => {
  const waits = [message({ state: 'pending', nextAttemptAt: 4 as never })]
  const told = channelStates.map((state) => [state, inWords(waits, channels(state))[0]?.split(': ').slice(1).join(': ')])
  expect(told.filter(([, words]) => words !== 'to be sent 4')).toEqual([
    ['not_linked', 'not sent: no phone linked'],
    ['refused', 'not sent: refuses'],
    ['down', 'not sent: down'],
  ])
})

it('of several messages over a channel the one that got farthest speaks, and failures beside it are counted', () => {
  const several = [
    message({ id: 'msg_3' as never, kind: 'reminder', state: 'failed' }),
    message({ id: 'msg_2' as never, state: 'read' }),
    message({ channel: 'whatsapp', state: 'accepted' }),
    message({ id: 'msg_1' as never, state: 'failed' }),
  ]
  expect(inWords(several)).toEqual(['WhatsApp (OpenClaw): read 3 , 2 more failed', 'WhatsApp: sent 1'])
  expect(toTold(several, channels())[0]?.messageId).toBe('msg_2')
})

it('what only tells how it ended, or is about no card, tells of no card', () => {
  expect(inWords([message({ kind: 'update' }), message({ kind: 'test' }), message({ kind: 'notice' })])).toEqual([])
})
