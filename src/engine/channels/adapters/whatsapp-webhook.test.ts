import { describe, expect, it } from 'vitest'
import { isSigned, readWebhook } from './whatsapp-webhook.ts'

const envelope = (value: object, field = 'messages') =>
  JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field, value: { messaging_product: 'whatsapp', metadata: { phone_number_id: '12345678' }, ...value } }] }],
  })
const base = { from: '64211234567', id: 'wamid.a', timestamp: '1700000000' }
const arrivals = (...messages: object[]) => readWebhook(envelope({ messages }), '12345678')?.arrivals

describe('a signature of Meta', () => {
  const body = '{"object":"whatsapp_business_account","entry":[]}'
  const header = 'sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f'

  it('holds for exactly these bytes and this secret (vector of the facts file)', () => {
    expect(isSigned(body, header, 'app-secret')).toBe(true)
    expect(isSigned(body, header, 'app-secreT')).toBe(false)
    expect(isSigned(`${body} `, header, 'app-secret')).toBe(false)
  })

  it('is never there by being left out or empty', () => {
    for (const forged of [null, '', 'sha256=', `sha1=${'0'.repeat(40)}`, header.toUpperCase(), `${header}0`])
      expect(isSigned(body, forged, 'app-secret')).toBe(false)
    expect(isSigned(body, header, '')).toBe(false)
  })
})

describe('what a webhook brings', () => {
  it('is words, a tapped button of either kind, or a reaction, with what it answers', () => {
    expect(
      arrivals(
        { ...base, type: 'text', text: { body: 'K7Q2 yes' }, context: { from: '1', id: 'wamid.p' } },
        { ...base, type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'ok:K7Q2', title: 'Approve' } }, context: { id: 'wamid.p' } },
        { ...base, type: 'button', button: { payload: 'ok:K7Q2', text: 'Approve' } },
        { ...base, type: 'reaction', reaction: { message_id: 'wamid.p', emoji: '👍' } },
      )?.map(({ text, button, reaction, repliesTo }) => [text, button, reaction, repliesTo]),
    ).toEqual([
      ['K7Q2 yes', null, null, 'wamid.p'],
      [null, 'ok:K7Q2', null, 'wamid.p'],
      [null, 'ok:K7Q2', null, null],
      [null, null, '👍', 'wamid.p'],
    ])
  })

  it('is marked when it was forwarded, edited, sent in a group, or sent to another number (U-67)', () => {
    expect(arrivals({ ...base, type: 'text', context: { forwarded: true } })).toMatchObject([{ forwarded: true }])
    expect(arrivals({ ...base, type: 'text', context: { frequently_forwarded: true } })).toMatchObject([{ forwarded: true }])
    expect(arrivals({ ...base, type: 'edit' })).toMatchObject([{ edited: true }])
    expect(arrivals({ ...base, type: 'text', group_id: 'g' })).toMatchObject([{ unsound: 'It came from a group.' }])
    expect(readWebhook(envelope({ messages: [{ ...base, type: 'text' }] }), '87654321')?.arrivals).toMatchObject([{ unsound: 'It came to another number.' }])
  })

  it('is nothing where a reaction was taken back', () => {
    expect(arrivals({ ...base, type: 'reaction', reaction: { message_id: 'wamid.p' } })).toEqual([])
  })

  it('is read whole, also when something in it is not understood', () => {
    expect(arrivals({ nonsense: true }, { ...base, type: 'text', text: { body: 'hi' } })).toMatchObject([{ text: 'hi' }])
    expect(readWebhook('{', '1')).toBeNull()
    expect(readWebhook('{"object":"page","entry":[]}', '1')).toBeNull()
    expect(readWebhook(envelope({ messages: [base] }, 'account_update'), '12345678')).toEqual({ arrivals: [], receipts: [] })
  })

  it('tells what became of a message by its id and its key', () => {
    const status = { id: 'wamid.p', timestamp: '1700000000', recipient_id: '64211234567', biz_opaque_callback_data: 'reef:msg_1' }
    const failed = { ...status, status: 'failed', errors: [{ code: 131047, title: 'Re-engagement message' }] }
    expect(readWebhook(envelope({ statuses: [{ ...status, status: 'delivered' }, failed, { ...status, status: 'deleted' }] }), '12345678')?.receipts).toEqual([
      { key: 'reef:msg_1', remoteId: 'wamid.p', state: 'delivered', at: 1_700_000_000_000, detail: null, windowClosed: false },
      {
        key: 'reef:msg_1',
        remoteId: 'wamid.p',
        state: 'failed',
        at: 1_700_000_000_000,
        detail: 'Meta did not deliver it, error 131047: Re-engagement message.',
        windowClosed: true,
      },
    ])
  })
})
