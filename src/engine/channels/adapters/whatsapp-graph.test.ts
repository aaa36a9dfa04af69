import { describe, expect, it } from 'vitest'
import { hours, type Instant, type MessageId, WhatsappConfig } from '../../../contract/index.ts'
import type { Parcel } from '../channel.ts'
import { toGraphBody, toVerdict } from './whatsapp-graph.ts'

const config = WhatsappConfig.parse({ phoneNumberId: '12345678', to: '64211234567' })
const now = 1_700_000_000_000
const parcel: Parcel = {
  id: 'msg_01JC0000000000000000000000' as MessageId,
  key: 'reef:msg_01JC0000000000000000000000',
  kind: 'approval',
  to: '64211234567',
  text: 'REEF #K7Q2\nDeploy',
  buttons: [{ id: 'ok:K7Q2', title: 'Approve' }],
  replyTo: 'wamid.1',
  form: 'plain',
  lastHeardAt: null,
}

describe('a message for Meta', () => {
  it('has its buttons while it is short, quotes what it answers, and carries its key (U-66)', () => {
    expect(toGraphBody(parcel, config, now)).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '64211234567',
      biz_opaque_callback_data: parcel.key,
      context: { message_id: 'wamid.1' },
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'REEF #K7Q2\nDeploy' },
        action: { buttons: [{ type: 'reply', reply: { id: 'ok:K7Q2', title: 'Approve' } }] },
      },
    })
  })

  it('is plain text when it is too long for buttons, and cut when it is too long for anything', () => {
    expect(toGraphBody({ ...parcel, text: 'x'.repeat(1025) }, config, now)).toMatchObject({
      type: 'text',
      text: { preview_url: false, body: 'x'.repeat(1025) },
    })
    expect(toGraphBody({ ...parcel, text: 'x'.repeat(5000) }, config, now)).toMatchObject({ text: { body: `${'x'.repeat(4095)}…` } })
  })

  it('is a template, in one line, once the owner was silent for a day, or when Meta asked for one (U-66)', () => {
    const template = {
      type: 'template',
      template: {
        name: 'reef_approval',
        language: { code: 'en_US' },
        components: [{ type: 'body', parameters: [{ type: 'text', text: 'REEF #K7Q2 · Deploy' }] }],
      },
    }
    const heard = (ago: number) => ({ ...parcel, lastHeardAt: (now - ago) as Instant })
    expect(toGraphBody(heard(hours(24)), config, now)).toMatchObject(template)
    expect(toGraphBody(heard(hours(23)), config, now)).toMatchObject({ type: 'interactive' })
    expect(toGraphBody({ ...heard(0), form: 'template' }, config, now)).toMatchObject(template)
  })
})

describe('an error of Meta', () => {
  const verdict = (code: number, status = 400) => {
    const { outcome, stop } = toVerdict(status, { error: { code, message: 'no' } }, 0)
    return `${outcome.kind}${'as' in outcome ? ` as ${outcome.as}` : ''}${'after' in outcome ? ` after ${outcome.after}` : ''}${stop ? ', stop' : ''}`
  }

  it('means what the table of the error codes says', () => {
    expect(Object.fromEntries([0, 190, 3, 10, 200, 299, 131048, 368].map((code) => [code, verdict(code)]))).toEqual(
      Object.fromEntries([0, 190, 3, 10, 200, 299, 131048, 368].map((code) => [code, 'retry, stop'])),
    )
    expect([4, 80007, 130429, 131056].map((code) => verdict(code))).toEqual(Array(4).fill('retry after 30000'))
    expect([1, 2].map((code) => verdict(code, 500))).toEqual(['retry after 0', 'retry after 0'])
    expect([33, 100, 131026, 131030, 132000, 132001].map((code) => verdict(code))).toEqual(Array(6).fill('refused'))
    expect(verdict(131047)).toBe('retry as template')
  })

  it('without words is not taken for a message that was not sent', () => {
    expect(toVerdict(502, undefined, 0).outcome.kind).toBe('unknown')
    expect(toVerdict(429, undefined, 90_000).outcome).toMatchObject({ kind: 'retry', after: 90_000 })
    expect(toVerdict(401, undefined, 0).stop).not.toBeNull()
  })
})
