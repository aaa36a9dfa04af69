import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRequestBody, UnreadableBody, type UsageWish } from './request-body.ts'

function send(text: string, usage: UsageWish = 'leave', size = 7) {
  const body = createRequestBody({ usage })
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  for (let from = 0; from < bytes.length; from += size) out.push(...body.push(bytes.subarray(from, from + size)))
  return { known: body.known(), text: Buffer.concat(out).toString('utf8'), injected: body.injected() }
}

describe('a request on its way through', () => {
  it('comes out byte for byte, and its model is known as soon as it was said', () => {
    const text = '{ "model" : "claude-x", "messages":[{"role":"user","content":"a \\"model\\": \\"no\\" {[ü"}],"stream":true}'
    for (let size = 1; size < 40; size++) expect(send(text, 'leave', size)).toMatchObject({ text, known: { model: 'claude-x', stream: true } })
    const early = createRequestBody({ usage: 'leave' })
    early.push(Buffer.from('{"model":"m","messages":['))
    expect(early.known().model).toBe('m')
  })

  it('is any JSON at all, split anywhere', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 1, max: 50 }), (more, size) => {
        const { model: _, stream: __, stream_options: ___, ...rest } = more
        const text = JSON.stringify({ ...rest, model: 'm/1', stream: true })
        expect(send(text, 'leave', size)).toMatchObject({ text, known: { model: 'm/1', stream: true } })
        expect(JSON.parse(send(text, 'ask', size).text)).toEqual({ ...JSON.parse(text), stream_options: { include_usage: true } })
      }),
      { numRuns: 300 },
    )
  })

  it('asks an OpenAI chat stream for its usage when the caller did not, and only then', () => {
    const ask = (text: string) => {
      const { text: sent, injected } = send(text, 'ask', 3)
      return [JSON.parse(sent).stream_options, injected]
    }
    expect(ask('{"model":"m","stream":true}')).toEqual([{ include_usage: true }, true])
    expect(ask('{"model":"m","stream":true,"stream_options":{"include_usage":false,"other":1}}')).toEqual([{ include_usage: true, other: 1 }, true])
    expect(ask('{"model":"m","stream_options": null ,"stream":true}')).toEqual([{ include_usage: true }, true])
    expect(ask('{"stream_options":{ "include_usage" : true },"model":"m","stream":true}')).toEqual([{ include_usage: true }, false])
    expect(ask('{"model":"m","stream":false}')).toEqual([undefined, false])
    expect(ask('{"model":"m"}')).toEqual([undefined, false])
  })

  it('never asks where asking is an error: what the caller asked for is taken out, the rest stays', () => {
    const sent = (text: string) => send(text, 'never', 3).text
    expect(sent('{"model":"m","stream":true, "stream_options": {"include_usage":true,"other":[1]} ,"n":1}')).toBe(
      '{"model":"m","stream":true, "stream_options": {"other":[1]},"n":1}',
    )
    for (const same of ['{"model":"m","stream":true}', '{"model":"m","stream_options":null}', '{"model":"m","stream_options":7}']) expect(sent(same)).toBe(same)
    expect(send('{"model":"m","stream":true}', 'never').injected).toBe(false)
  })

  it('cannot name one model for the price and another for the provider', () => {
    expect(() => send('{"model":"cheap","model":"dear"}')).toThrow(UnreadableBody)
    expect(() => send('{"model":"cheap","mod\\u0065l":"dear"}')).toThrow(UnreadableBody)
    expect(() => send('{"model":"cheap"}{"model":"dear"}')).toThrow(UnreadableBody)
    expect(() => send('{"model":{"a":1}}')).toThrow(UnreadableBody)
    expect(() => send(`{"model":"${'x'.repeat(5000)}"}`)).toThrow(UnreadableBody)
    expect(() => send('["model"]')).toThrow(UnreadableBody)
    expect(send('{"a":{"model":"inner"}}').known.model).toBeUndefined()
  })

  it('sees that a cache is asked for an hour, wherever the bytes are split, but not where someone only writes about it', () => {
    const text = '{"model":"m","system":[{"cache_control":{"type":"ephemeral","ttl":"1h"}}]}'
    for (let size = 1; size < 40; size++) expect(send(text, 'leave', size).known.asksHourCache).toBe(true)
    expect(send(JSON.stringify({ model: 'm', messages: [{ content: '{"ttl":"1h"}' }] })).known.asksHourCache).toBe(false)
  })

  it('of twenty megabytes takes a moment, not minutes', () => {
    const body = createRequestBody({ usage: 'ask' })
    const chunk = Buffer.alloc(65_536, 'x')
    body.push(Buffer.from('{"model":"m","image":"'))
    const started = performance.now()
    for (let sent = 0; sent < 20 * 2 ** 20; sent += chunk.length) body.push(chunk)
    const ms = performance.now() - started
    expect(body.push(Buffer.from('","stream":true}')).length).toBeGreaterThan(0)
    expect(ms).toBeLessThan(2000)
  })
})
