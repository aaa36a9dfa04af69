import { describe, expect, it } from 'vitest'
import type { CallSize } from '../ledger/index.ts'
import { scanBody } from './request-body.ts'
import { toCallSize, toLimitNames } from './size.ts'
import { type Endpoint, findEndpoint } from './wire.ts'

const at = (path: string) => findEndpoint('POST', path) as Endpoint
const messages = at('/v1/messages')
const chat = at('/v1/chat/completions')
const responses = at('/v1/responses')
function size(body: object | string, endpoint = messages): CallSize {
  return toCallSize(scanBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))), endpoint, null)
}
const plain = {
  counted: null,
  refersOutside: false,
  askedOutput: null,
  leastOutput: 1,
  choices: 1,
  hourCache: false,
  webSearches: 0,
  service: 'standard',
  writes: true,
}

describe('what a call can cost at most is seen before it is made (R-198)', () => {
  it('by its bytes, the longest answer that it asks for in any of its fields, and how many answers', () => {
    expect(size({ model: 'm' })).toEqual({ ...plain, bytes: 13 })
    expect(size({ max_tokens: 64 })).toMatchObject({ askedOutput: 64 })
    expect(size({ max_tokens: 64, max_completion_tokens: 4096, n: 3 }, chat)).toMatchObject({ askedOutput: 4096, choices: 3 })
    expect(size({ max_output_tokens: 7 }, responses)).toMatchObject({ askedOutput: 7 })
    // Of another wire: the provider does not heed it.
    expect(size({ max_tokens: 7 }, responses)).toMatchObject({ askedOutput: null })
  })

  it('and no figure that is none makes it smaller', () => {
    for (const bad of [-5, 1.5, '64', null, true, {}, 1e300]) expect(size({ max_tokens: bad, n: bad }, chat)).toMatchObject({ askedOutput: null, choices: 1 })
    expect(size({ n: 0 }, chat)).toMatchObject({ choices: 1 })
  })

  it('never shorter than its thinking, with room for a word after it', () => {
    expect(size({ max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 10_000 } })).toMatchObject({ leastOutput: 11_024 })
    for (const thinking of [null, { type: 'disabled' }, { budget_tokens: -1 }, 'adaptive', 7]) expect(size({ thinking })).toMatchObject({ leastOutput: 1 })
  })

  it('by what it points to outside of itself, and by pages that become pictures, but not by what is only written about', () => {
    const image = (source: object) => ({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] })
    const outside: Array<[object, Endpoint]> = [
      [image({ type: 'url', url: 'https://example.com/a.png' }), messages],
      [image({ type: 'file', file_id: 'file_1' }), messages],
      [{ messages: [{ content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0' } }] }] }, messages],
      [{ previous_response_id: 'resp_1' }, responses],
      [{ conversation: { id: 'conv_1' } }, responses],
      [{ input: [{ content: [{ type: 'input_image', image_url: 'https://example.com/a.png' }] }] }, responses],
      [{ input: [{ content: [{ type: 'input_file', file_id: 'file-1' }] }] }, responses],
      [{ messages: [{ content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }] }, chat],
      [{ messages: [{ content: [{ type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0' } }] }] }, chat],
    ]
    for (const [body, endpoint] of outside) {
      expect(size(body, endpoint), JSON.stringify(body)).toMatchObject({ refersOutside: true })
      // As Python writes it.
      expect(size(JSON.stringify(body).replaceAll('":', '": '), endpoint).refersOutside).toBe(true)
      expect(size({ messages: [{ content: JSON.stringify(body) }] }, endpoint).refersOutside).toBe(false)
    }
    expect(size({ messages: [{ content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }] }, chat).refersOutside).toBe(false)
    expect(size({ previous_response_id: null }, responses).refersOutside).toBe(false)
  })

  it('by the searches that it allows, a cache for an hour, and how fast it wants to be', () => {
    expect(size({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] })).toMatchObject({ webSearches: 5 })
    expect(size({ system: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] })).toMatchObject({ hourCache: true })
    expect(size({ messages: [{ content: '{"ttl":"1h"}' }] })).toMatchObject({ hourCache: false })
    expect(['priority', 'flex', 'auto', 'default', 7].map((service_tier) => size({ service_tier }, chat).service)).toEqual([
      'priority',
      'flex',
      'standard',
      'standard',
      'standard',
    ])
  })

  it('an embedding writes nothing', () => {
    expect(size({ model: 'm', input: 'x' }, at('/v1/embeddings'))).toMatchObject({ writes: false, askedOutput: null })
  })
})

it('names the limit of an answer as its provider knows it', () => {
  expect(toLimitNames('openai-chat', 'https://api.openai.com/v1')[0]).toBe('max_completion_tokens')
  expect(toLimitNames('openai-chat', 'https://notopenai.com/v1')[0]).toBe('max_tokens')
  expect(toLimitNames('openai-chat', 'http://127.0.0.1:8000/v1')[0]).toBe('max_tokens')
  expect(toLimitNames('openai-responses', 'https://api.openai.com/v1')).toEqual(['max_output_tokens'])
})
