import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Changes, changeBody, scanBody, UnreadableBody } from './request-body.ts'

const scan = (text: string) => scanBody(Buffer.from(text))
function change(text: string, changes: Partial<Changes>) {
  const { body, asksUsage } = changeBody(scan(text), { usage: 'leave', ...changes })
  return { text: body.toString('utf8'), asksUsage }
}
const limit = { names: ['max_completion_tokens', 'max_tokens'], value: 500 } as const

describe('a request body', () => {
  it('is read at its outermost level alone: what stands deeper is somebody’s text', () => {
    const text =
      '{ "model" : "claude-x", "messages":[{"role":"user","content":"a \\"model\\": \\"no\\" {[ü","max_tokens":1}],"stream":true,"max_tokens" : 64 , "n":null }'
    const { fields, model } = scan(text)
    expect([model, Object.fromEntries([...fields].map(([name, { value }]) => [name, value]))]).toEqual([
      'claude-x',
      { model: 'claude-x', stream: true, max_tokens: 64, n: null },
    ])
    expect(scan('{"a":{"model":"inner"}}').model).toBeUndefined()
  })

  it('of which nothing is to be changed is sent byte for byte, the very same bytes', () => {
    const text = ' {"model":"m",\n\t"max_tokens": 500, "stream":true} \n'
    const scanned = scan(text)
    expect(changeBody(scanned, { model: 'm', usage: 'leave' }).body).toBe(scanned.bytes)
  })

  it('that is any JSON object at all keeps everything but what is changed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 0, max: 4 }), fc.boolean(), (more, indent, isFirst) => {
        const { model: _, stream: __, stream_options: ___, max_tokens: ____, max_completion_tokens: _____, ...rest } = more
        const ours = { model: 'm/1', stream: true }
        for (const name of ['max_output_tokens', 'n', 'service_tier', 'thinking', 'previous_response_id', 'conversation']) delete rest[name]
        const text = JSON.stringify(isFirst ? { ...ours, ...rest } : { ...rest, ...ours }, undefined, indent)
        expect(JSON.parse(change(text, { model: 'other', usage: 'ask', limit }).text)).toEqual({
          ...JSON.parse(text),
          model: 'other',
          stream_options: { include_usage: true },
          max_completion_tokens: 500,
        })
      }),
      { numRuns: 300 },
    )
  })

  it('that is nearly JSON is either read as JSON reads it, or refused', () => {
    const seeds = ['{"model":"m","max_tokens":64,"a":[{"b":"c\\\\"}]}', '{"model":"m\\"","n":2}', '{ }', '{"stream":true,"stream_options":{"a":"}"}}']
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(60), fc.constantFrom('"', '\\', '{', '}', ',', ':', '[', ']', 'n', '1', ''), (seed, at, put) => {
        const text = seed.slice(0, at % seed.length) + put + seed.slice((at % seed.length) + 1)
        let read: ReturnType<typeof scan>
        try {
          read = scan(text)
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableBody)
          return
        }
        let json: Record<string, unknown>
        try {
          json = JSON.parse(text) as Record<string, unknown>
        } catch {
          // It is the provider's to refuse; what is billed by was read from one place.
          return
        }
        for (const [name, { value }] of read.fields) expect(value).toEqual(json[name])
        for (const name of ['model', 'max_tokens', 'n', 'stream']) expect(read.fields.has(name)).toBe(Object.hasOwn(json, name))
      }),
      { numRuns: 2000 },
    )
  })

  it('gets the limit that was reserved for: in the field that is there, or in the first that may be', () => {
    const sent = (text: string) => change(text, { limit }).text
    expect(sent('{"model":"m","max_tokens": 9000}')).toBe('{"model":"m","max_tokens": 500}')
    expect(sent('{"model":"m","max_tokens":9000,"max_completion_tokens":8000}')).toBe('{"model":"m","max_tokens":500,"max_completion_tokens":500}')
    expect(sent('{"model":"m"}')).toBe('{"model":"m","max_completion_tokens":500}')
    expect(sent('{"model":"m","max_completion_tokens":null}')).toBe('{"model":"m","max_completion_tokens":500}')
    expect(sent('{}')).toBe('{"max_completion_tokens":500}')
  })

  it('asks an OpenAI chat stream for its usage when the caller did not, and only then', () => {
    const ask = (text: string) => {
      const { text: sent, asksUsage } = change(text, { usage: 'ask' })
      return [JSON.parse(sent).stream_options, asksUsage]
    }
    expect(ask('{"model":"m","stream":true}')).toEqual([{ include_usage: true }, true])
    expect(ask('{"model":"m","stream":true,"stream_options":{"include_usage":false,"other":1}}')).toEqual([{ include_usage: true, other: 1 }, true])
    expect(ask('{"model":"m","stream_options": null ,"stream":true}')).toEqual([{ include_usage: true }, true])
    expect(ask('{"stream_options":{ "include_usage" : true },"model":"m","stream":true}')).toEqual([{ include_usage: true }, false])
    expect(ask('{"model":"m","stream":false}')).toEqual([undefined, false])
    expect(ask('{"model":"m"}')).toEqual([undefined, false])
  })

  it('never asks where asking is an error: what the caller asked for is taken out, the rest stays', () => {
    const sent = (text: string) => change(text, { usage: 'never' }).text
    expect(sent('{"model":"m","stream":true, "stream_options": {"include_usage":true,"other":[1]} ,"n":1}')).toBe(
      '{"model":"m","stream":true, "stream_options": {"other":[1]} ,"n":1}',
    )
    for (const same of ['{"model":"m","stream":true}', '{"model":"m","stream_options":null}', '{"model":"m","stream_options":7}']) expect(sent(same)).toBe(same)
    expect(change('{"model":"m","stream":true}', { usage: 'never' }).asksUsage).toBe(false)
  })

  it('cannot name one thing for the price and another for the provider', () => {
    const bad = [
      '{"model":"cheap","model":"dear"}',
      '{"model":"cheap","mod\\u0065l":"dear"}',
      '{"model":"cheap"}{"model":"dear"}',
      '{"model":"m","max_tokens":1,"max_tokens":100000}',
      '{"model":"m","n":1,"\\u006e":50}',
      '{"model":"m","service_tier":"flex","service_tier":"priority"}',
      '{"model":{"a":1}}',
      '{"model":""}',
      '{"model":"a model"}',
      `{"model":"${'x'.repeat(201)}"}`,
      `{"model":"m","thinking":"${'x'.repeat(9000)}"}`,
      '["model"]',
      '"model"',
      '',
      '{"model":"m"',
      '{"model":"m',
      '{"model":"m","a":[{}',
      '{"model":"m","a":}',
      '{model:"m"}',
    ]
    for (const text of bad) expect(() => scan(text), text).toThrow(UnreadableBody)
  })

  it('of twenty megabytes takes a moment, not minutes, also one that is nothing but backslashes', () => {
    const started = performance.now()
    for (const filling of ['x', '\\\\', '\\"']) scan(`{"model":"m","image":"${filling.repeat((20 * 2 ** 20) / filling.length)}","stream":true}`)
    scan(`{"model":"m","a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)
    expect(performance.now() - started).toBeLessThan(4000)
  })
})
