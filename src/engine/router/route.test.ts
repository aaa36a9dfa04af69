import { describe, expect, it } from 'vitest'
import { isReefError } from '../kernel/errors.ts'
import { findEnvironmentKey, isLoopback, isPrivateHost, toBaseUrl } from './route.ts'

const refusal = (text: string) => {
  try {
    return toBaseUrl(text)
  } catch (error) {
    return isReefError(error, 'provider/invalid') ? error.message : error
  }
}

describe('the address of a provider', () => {
  it('has one spelling, whatever was typed', () => {
    const typed = {
      'https://api.anthropic.com': 'https://api.anthropic.com/v1',
      'https://api.anthropic.com/': 'https://api.anthropic.com/v1',
      'https://api.anthropic.com/v1/messages': 'https://api.anthropic.com/v1',
      'https://api.openai.com/v1/': 'https://api.openai.com/v1',
      'https://api.openai.com/v1/chat/completions': 'https://api.openai.com/v1',
      'https://api.openai.com/v1/responses': 'https://api.openai.com/v1',
      'https://openrouter.ai/api/v1': 'https://openrouter.ai/api/v1',
      'https://generativelanguage.googleapis.com/v1beta/openai/': 'https://generativelanguage.googleapis.com/v1beta/openai',
      'https://api.z.ai/api/paas/v4': 'https://api.z.ai/api/paas/v4',
      'http://127.0.0.1:11434': 'http://127.0.0.1:11434/v1',
      'HTTP://LocalHost:4000/': 'http://localhost:4000/v1',
    }
    expect(Object.fromEntries(Object.keys(typed).map((text) => [text, toBaseUrl(text)]))).toEqual(typed)
  })

  it('sends neither a key nor code in the clear: http is for this machine alone', () => {
    for (const host of [
      'api.example.com',
      '192.168.1.10',
      '10.0.0.1',
      'nas',
      'gpu.local',
      '128.0.0.1',
      '127.0.0.1.example.com',
      'localhost.example.com',
      '[fd00::1]',
      '0.0.0.0',
    ])
      expect(refusal(`http://${host}:8080/v1`), host).toContain('in the clear')
    for (const host of ['127.0.0.1', '127.8.9.10', 'localhost', 'models.localhost', '[::1]'])
      expect(toBaseUrl(`http://${host}:8080/v1`)).toBe(`http://${host}:8080/v1`)
  })

  it('is refused, not guessed, when it is none', () => {
    expect(refusal('api.anthropic.com')).toContain('is not an address')
    expect(refusal('ftp://example.com')).toContain('not a way to reach a model')
    expect(refusal('file:///etc/passwd')).toContain('not a way')
    expect(refusal('https://key:secret@example.com')).toContain('password')
    expect(refusal('https://example.com/v1?key=abc')).toContain('before any ?')
    expect(refusal('https://example.com/v1#part')).toContain('before any ?')
  })

  it('needs no key in a network of one’s own', () => {
    const own = [
      '127.0.0.1',
      '::1',
      '[::1]',
      '10.1.2.3',
      '192.168.0.9',
      '172.16.0.1',
      '172.31.255.1',
      '100.64.0.1',
      'fd00::1',
      'localhost',
      'nas',
      'gpu.local',
      'models.lan',
      'x.internal',
    ]
    const strange = ['172.32.0.1', '100.128.0.1', '8.8.8.8', '2001:db8::1', 'api.openai.com', 'local.example.com', '11.0.0.1']
    expect(own.filter((host) => !isPrivateHost(host))).toEqual([])
    expect(strange.filter(isPrivateHost)).toEqual([])
    expect(own.filter(isLoopback)).toEqual(['127.0.0.1', '::1', '[::1]', 'localhost'])
  })
})

describe('a key in the environment', () => {
  it('is found under REEF’s own name first, then under the one that people use', () => {
    const env = { ANTHROPIC_API_KEY: ' well-known ', REEF_PROVIDER_MY_PROXY_KEY: 'own', OPENAI_API_KEY: '' }
    expect(['anthropic', 'my-proxy', 'openai', 'other'].map((name) => findEnvironmentKey(name, env))).toEqual(['well-known', 'own', undefined, undefined])
    expect(findEnvironmentKey('anthropic', { ...env, REEF_PROVIDER_ANTHROPIC_KEY: 'mine' })).toBe('mine')
  })
})
