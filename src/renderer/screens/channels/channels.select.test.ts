import { describe, expect, it } from 'vitest'
import type { ChannelView, IncomingView, MessageView } from '../../../contract/channels.ts'
import { checkConfig, inOrder, type Passed, setups, toLine, toMarks, toPassed, toResult, toTyped } from './channels.select.ts'

const out = (id: string, change: Partial<MessageView> = {}) => ({ id, createdAt: 1, text: 'REEF', state: 'delivered', error: null, ...change }) as MessageView
const came = (id: string, change: Partial<IncomingView> = {}) =>
  ({
    id,
    receivedAt: 1,
    allowed: true,
    text: 'yes',
    button: null,
    reaction: null,
    forwarded: false,
    edited: false,
    state: 'answered',
    outcome: null,
    ...change,
  }) as IncomingView
const passed = (message: MessageView | IncomingView): Passed =>
  'createdAt' in message ? { id: message.id, at: 1, way: 'out', message } : { id: message.id, at: 1, way: 'in', message }

describe('what passed both ways', () => {
  it('stands in one list, newest first', () => {
    expect(toPassed({ sent: [out('msg_4'), out('msg_1')], received: [came('msg_3'), came('msg_2')] }, 100).map(({ id, way }) => `${id} ${way}`)).toEqual([
      'msg_4 out',
      'msg_3 in',
      'msg_2 in',
      'msg_1 out',
    ])
  })

  it('leaves nothing out when one side fills its page long before the other: what lies beyond waits for the next page', () => {
    const all = [...Array.from({ length: 40 }, (_, i) => out(`msg_${900 - i}`)), out('msg_100')]
    const replies = [came('msg_890'), came('msg_500'), came('msg_100a'), came('msg_099')]
    const pageAfter = (last: string | undefined, limit: number) => {
      const older = <Row extends { id: string }>(rows: readonly Row[]) => rows.filter(({ id }) => last === undefined || id < last).slice(0, limit)
      return toPassed({ sent: older(all), received: older(replies) }, limit)
    }
    const seen: string[] = []
    for (let page = pageAfter(undefined, 10); page.length > 0; page = pageAfter(seen.at(-1), 10)) seen.push(...page.map(({ id }) => id))
    expect(seen).toEqual([...all, ...replies].map(({ id }) => id as string).sort((a, b) => (a < b ? 1 : -1)))
  })

  it('U-26: shows the hidden characters of what came from outside', () => {
    expect(toLine(passed(came('msg_1', { text: 'K7Q2 yes\u202Eon' })))).not.toContain('\u202E')
    expect(toLine(passed(came('msg_1', { text: null, reaction: '👍' })))).toBe('reacted 👍')
    expect(toLine(passed(came('msg_1', { text: 'ok\nthen', button: 'Approve' })))).toBe('pressed “Approve” · ok then')
  })

  it('U-68: says of one that was sent what is wrong or open, and of one that came what was made of it', () => {
    expect(
      [
        out('msg_1'),
        out('msg_1', { state: 'queued_remote' }),
        out('msg_1', { state: 'failed', error: 'no such number' }),
        came('msg_1', { outcome: 'Approved.' }),
        came('msg_1', { allowed: false, outcome: 'x' }),
        came('msg_1', { state: 'received' }),
      ].map((message) => toResult(passed(message))),
    ).toEqual(['', 'held by the gateway, may still arrive', 'no such number', 'Approved.', 'not from you: written down and dropped', 'received'])
  })

  it('U-67: names everything odd about a reply', () => {
    expect(toMarks({ allowed: false, forwarded: true, edited: true })).toEqual(['a stranger', 'forwarded', 'edited afterwards'])
    expect(toMarks({ allowed: true, forwarded: false, edited: false })).toEqual([])
  })
})

describe('setting a channel up', () => {
  it('begins with what is stored, else with the default of the contract', () => {
    expect(toTyped({ name: 'openclaw', config: { to: '+64211234567' } })).toEqual({ url: 'ws://127.0.0.1:18789', to: '+64211234567', accountId: '' })
    expect(toTyped({ name: 'whatsapp', config: {} })['graphUrl']).toMatch(/^https:\/\/graph\.facebook\.com\//)
  })

  it('leaves out what is optional and empty', () => {
    expect(checkConfig('openclaw', { url: ' ws://localhost:1 ', to: '+64211234567', accountId: '' })).toEqual({
      config: { url: 'ws://localhost:1', to: '+64211234567' },
      errors: {},
    })
  })

  it.each([
    ['openclaw', { url: 'ws://example.com:1', to: '+64211234567' }, 'url'],
    ['openclaw', { url: 'ws://127.0.0.1:1', to: '0211234567' }, 'to'],
    ['whatsapp', { ...toTyped({ name: 'whatsapp', config: {} }), phoneNumberId: '12345', to: '+64211234567' }, 'to'],
    ['webhook', { url: 'example' }, 'url'],
  ] as const)('says of %s with %j which field is wrong', (name, typed, field) => {
    const { config, errors } = checkConfig(name, typed)
    expect([config, Object.keys(errors)]).toEqual([undefined, [field]])
    expect(errors[field]).toMatch(/^It must be .{5,}\.$/)
  })

  it('does not blame what is still empty, and does not send it', () => {
    expect(checkConfig('openclaw', toTyped({ name: 'openclaw', config: {} }))).toEqual({ config: undefined, errors: {} })
  })

  it('asks no secret in the clear: none of them is a field', () => {
    for (const { fields, secrets } of Object.values(setups)) expect(fields.filter(({ key }) => secrets.some((secret) => secret.key === key))).toEqual([])
  })
})

it('phones come first', () => {
  const of = (name: ChannelView['name']) => ({ name }) as ChannelView
  expect(inOrder([of('desktop'), of('webhook'), of('openclaw'), of('whatsapp')]).map(({ name }) => name)).toEqual([
    'whatsapp',
    'openclaw',
    'webhook',
    'desktop',
  ])
})
