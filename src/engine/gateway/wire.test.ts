import { describe, expect, it } from 'vitest'
import type { BudgetRefusal } from '../../contract/index.ts'
import { toCredentials } from './credentials.ts'
import { findEndpoint, fits, guessWire, toCallerHeaders, toErrorBody, toErrorFrame, toUpstreamHeaders, toUrl, toUsageWish } from './wire.ts'

describe('a refusal in the words of the caller’s own provider', () => {
  it('of Anthropic', () => {
    const types = [400, 401, 402, 403, 404, 413, 415, 502].map((status) => toErrorBody('anthropic', { status, message: 'no.' }))
    expect(types).toEqual(
      [
        'invalid_request_error',
        'authentication_error',
        'billing_error',
        'permission_error',
        'not_found_error',
        'request_too_large',
        'api_error',
        'api_error',
      ].map((type) => ({ type: 'error', error: { type, message: 'REEF: no.' } })),
    )
  })

  it('of OpenAI, on both of its doors', () => {
    for (const wire of ['openai-responses', 'openai-chat'] as const) {
      const types = [400, 401, 402, 403, 404, 413, 415, 502].map((status) => toErrorBody(wire, { status, message: 'no.' }))
      expect(types).toEqual(
        [
          'invalid_request_error',
          'authentication_error',
          'insufficient_quota',
          'permission_error',
          'invalid_request_error',
          'invalid_request_error',
          'invalid_request_error',
          'server_error',
        ].map((type) => ({ error: { message: 'REEF: no.', type, param: null, code: type } })),
      )
    }
  })

  it('of Ollama', () => {
    expect(toErrorBody('ollama', { status: 402, message: 'no.' })).toEqual({ error: 'REEF: no.' })
    expect(toErrorFrame('ollama', { status: 502, message: 'a\nb.' })).toBe('{"error":"REEF: a\\nb."}\n')
  })

  it('for want of money carries the limit beside the words, for a program that can do more than show them (R-219)', () => {
    const budget = { needed: 5, passing: false } as BudgetRefusal
    for (const wire of ['anthropic', 'openai-responses', 'openai-chat', 'ollama'] as const)
      expect(toErrorBody(wire, { status: 402, message: 'no.', budget })).toEqual({ ...toErrorBody(wire, { status: 402, message: 'no.' }), reef: { budget } })
  })

  it('inside a stream is one whole frame', () => {
    for (const wire of ['anthropic', 'openai-responses', 'openai-chat'] as const) {
      const frame = toErrorFrame(wire, { status: 502, message: 'a\n\nb.' })
      expect(frame).toMatch(/^(event: error\n)?data: \{[^\n]+\}\n\n$/)
      expect(frame).toContain('REEF: a\\n\\nb.')
    }
  })
})

describe('what passes', () => {
  it('are the calls that programs make, and only models are billed', () => {
    const endpoint = (method: string, path: string) => {
      const found = findEndpoint(method, path)
      return found && [found.wire, found.path, found.billed, found.writes]
    }
    expect([
      endpoint('POST', '/v1/messages'),
      endpoint('POST', '/v1/messages/count_tokens'),
      endpoint('POST', '/v1/responses'),
      endpoint('POST', '/v1/chat/completions'),
      endpoint('POST', '/v1/embeddings'),
      endpoint('POST', '/api/chat'),
      endpoint('POST', '/api/generate'),
      endpoint('POST', '/api/embed'),
      endpoint('GET', '/api/tags'),
      endpoint('POST', '/api/show'),
    ]).toEqual([
      ['anthropic', '/messages', true, true],
      ['anthropic', '/messages/count_tokens', false, false],
      ['openai-responses', '/responses', true, true],
      ['openai-chat', '/chat/completions', true, true],
      ['openai-chat', '/embeddings', true, false],
      ['ollama', '/api/chat', true, true],
      ['ollama', '/api/generate', true, true],
      ['ollama', '/api/embed', true, false],
      ['ollama', '/api/tags', false, false],
      ['ollama', '/api/show', false, false],
    ])
    for (const [method, path] of [
      ['GET', '/v1/messages'],
      ['POST', '/v1/files'],
      ['POST', '/v1/messages/batches'],
      ['POST', '/v1/../v1/messages'],
      ['DELETE', '/v1/responses'],
      ['POST', '/api/pull'],
      ['DELETE', '/api/delete'],
      ['GET', 'toString'],
    ] as const)
      expect(findEndpoint(method, path), path).toBeUndefined()
    expect([
      fits('openai-chat', 'ollama'),
      fits('anthropic', 'ollama'),
      fits('anthropic', 'openai-chat'),
      fits('openai-responses', 'openai-responses'),
    ]).toEqual([true, false, false, true])
  })

  it('go below the provider’s address, and Ollama’s own beside its /v1', () => {
    const chat = findEndpoint('POST', '/v1/chat/completions')
    const own = findEndpoint('POST', '/api/chat')
    expect(chat && own && [toUrl('http://127.0.0.1:11434/v1', chat), toUrl('http://127.0.0.1:11434/v1', own)]).toEqual([
      'http://127.0.0.1:11434/v1/chat/completions',
      'http://127.0.0.1:11434/api/chat',
    ])
  })

  it('are answered in the words of whoever seems to ask, also where there is nothing', () => {
    expect([
      guessWire('/v1/messages/batches', {}),
      guessWire('/v1/models', { 'anthropic-version': '2023-06-01' }),
      guessWire('/v1/models', {}),
      guessWire('/v1/responses/resp_1', {}),
      guessWire('/api/pull', {}),
    ]).toEqual(['anthropic', 'anthropic', 'openai-chat', 'openai-responses', 'ollama'])
  })

  it('is asked for its usage where that is no error: Mistral sends it without', () => {
    expect([
      toUsageWish('openai-chat', 'https://api.openai.com/v1'),
      toUsageWish('openai-chat', 'http://127.0.0.1:11434/v1'),
      toUsageWish('openai-chat', 'https://api.mistral.ai/v1'),
      toUsageWish('openai-chat', 'https://notmistral.ai/v1'),
      toUsageWish('openai-responses', 'https://api.mistral.ai/v1'),
      toUsageWish('anthropic', 'https://api.anthropic.com/v1'),
    ]).toEqual(['ask', 'ask', 'never', 'ask', 'leave', 'leave'])
  })

  it('are the caller’s headers but those of this hop and those that say who he is', () => {
    const raw = [
      'Host',
      'a',
      'Connection',
      'keep-alive, X-Hop',
      'X-Hop',
      '1',
      'Authorization',
      'Bearer t',
      'X-Api-Key',
      't',
      'Cookie',
      'c',
      'api-key',
      't',
      'Anthropic-Beta',
      'b',
      'anthropic-version',
      'v',
      'Transfer-Encoding',
      'chunked',
      'X-Stainless-Timeout',
      '600',
    ]
    const passed = (wire: 'anthropic' | 'openai-chat', key?: string) =>
      toUpstreamHeaders(raw, { wire, credentials: toCredentials({ key, wire }, 'b'), callId: 'call_1', length: 7, connection: 'keep-alive, X-Hop' })
    const kept = [
      'Anthropic-Beta',
      'b',
      'anthropic-version',
      'v',
      'X-Stainless-Timeout',
      '600',
      'accept-encoding',
      'identity',
      'x-request-id',
      'call_1',
      'content-length',
      '7',
    ]
    expect([passed('anthropic', 'sk'), passed('openai-chat', 'sk'), passed('openai-chat')]).toEqual([
      [...kept, 'x-api-key', 'sk'],
      [...kept, 'authorization', 'Bearer sk'],
      kept,
    ])
    expect(toUpstreamHeaders([], { wire: 'anthropic', credentials: [], callId: 'c', length: undefined, connection: undefined })).toEqual([
      'accept-encoding',
      'identity',
      'x-request-id',
      'c',
      'anthropic-version',
      '2023-06-01',
    ])
  })

  it('with the login of a subscription, keep the betas that the caller asked for beside the one that it needs', () => {
    const credentials = toCredentials({ key: 'sk-ant-oat01-login', wire: 'anthropic' }, 'mine')
    const sent = toUpstreamHeaders(['anthropic-beta', 'mine', 'x-api-key', 'reef_token'], {
      wire: 'anthropic',
      credentials,
      callId: 'c',
      length: undefined,
      connection: undefined,
    })
    const value = (name: string) => sent.filter((_, i) => sent[i - 1] === name && i % 2 === 1)
    expect([value('authorization'), value('x-api-key')]).toEqual([['Bearer sk-ant-oat01-login'], []])
    expect(value('anthropic-beta')).toEqual([expect.stringMatching(/^mine,oauth-/)])
  })

  it('back to the caller are the provider’s headers but its cookies and those of its hop', () => {
    expect(
      toCallerHeaders(
        {
          'set-cookie': ['a=b'],
          connection: 'close',
          'transfer-encoding': 'chunked',
          'retry-after': '7',
          'anthropic-ratelimit-tokens-remaining': '5',
          'content-length': '9',
        },
        ['content-length'],
      ),
    ).toEqual({
      'retry-after': '7',
      'anthropic-ratelimit-tokens-remaining': '5',
    })
  })
})
