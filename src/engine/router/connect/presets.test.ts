import { describe, expect, it } from 'vitest'
import { ProviderPreset } from '../../../contract/index.ts'
import { findEnvironmentKey, isLoopback, toBaseUrl } from '../route.ts'
import { keyVariables, providerPresets } from './presets.ts'
import { isSubscriptionKey, subscriptionHeaders } from './subscription.ts'

const presets = providerPresets({})

describe('the providers that REEF knows how to connect', () => {
  it('are well formed, each under a name of its own', () => {
    expect(presets.map((preset) => ProviderPreset.safeParse(preset).error?.issues ?? [])).toEqual(presets.map(() => []))
    expect(new Set(presets.map((preset) => preset.name)).size).toBe(presets.length)
  })

  it('have addresses that REEF takes as they are, but for what the owner has to fill in', () => {
    const ready = presets.filter((preset) => !/[{}]/.test(preset.baseUrl))
    expect(presets.filter((preset) => !ready.includes(preset)).map((preset) => preset.name)).toEqual(['openai-compatible'])
    const withVersion = (preset: ProviderPreset) => (preset.wire === 'ollama' ? `${preset.baseUrl}/v1` : preset.baseUrl)
    expect(ready.map((preset) => toBaseUrl(preset.baseUrl))).toEqual(ready.map(withVersion))
  })

  it('run on this machine exactly where no token of theirs is paid for, LiteLLM apart, which may stand for anything', () => {
    const local = presets.filter((preset) => URL.canParse(preset.baseUrl) && isLoopback(new URL(preset.baseUrl).hostname))
    expect(local.map((preset) => [preset.name, preset.billing])).toEqual([
      ['ollama', 'local'],
      ['litellm', 'metered'],
      ['vllm', 'local'],
      ['llama-cpp', 'local'],
    ])
  })

  it('name the variable that holds a key, and the router finds the key there; the key itself is never said', () => {
    for (const { name } of presets) {
      for (const variable of keyVariables(name)) {
        const env = { [variable]: ' sk-secret ' }
        const found = providerPresets(env)
        expect(found.find((preset) => preset.name === name)?.environment).toBe(variable)
        expect({ name, variable, key: findEnvironmentKey(name, env) }).toEqual({ name, variable, key: 'sk-secret' })
        expect(JSON.stringify(found)).not.toContain('sk-secret')
      }
    }
    expect(providerPresets({ GROQ_API_KEY: '  ' }).find((preset) => preset.name === 'groq')?.environment).toBeNull()
  })

  it('prefer the variable that is REEF’s own', () => {
    const env = { GROQ_API_KEY: 'a', REEF_PROVIDER_GROQ_KEY: 'b' }
    expect(providerPresets(env).find((preset) => preset.name === 'groq')?.environment).toBe('REEF_PROVIDER_GROQ_KEY')
  })
})

describe('a token of a Claude subscription', () => {
  it('is told from a key of an account, and travels as a bearer with its beta', () => {
    expect(['sk-ant-oat01-x', 'sk-ant-api03-x', 'sk-proj-sk-ant-oat', ''].map(isSubscriptionKey)).toEqual([true, false, false, false])
    expect(subscriptionHeaders('sk-ant-oat01-x')).toEqual(['authorization', 'Bearer sk-ant-oat01-x', 'anthropic-beta', 'oauth-2025-04-20'])
  })
})
