import { describe, expect, it } from 'vitest'
import type { CircuitView, Instant } from '../../contract/index.ts'
import { answerHealth } from './health.ts'

const circuit = (change: Partial<CircuitView>): CircuitView => ({
  provider: 'anthropic',
  model: null,
  state: 'open',
  until: 1000 as Instant,
  detail: 'anthropic failed 3 times in a row',
  since: 1 as Instant,
  ...change,
})
const names: Record<string, readonly string[]> = { anthropic: ['claude-a', 'claude-b'], openrouter: ['meta/llama'] }
const ask = (path: string, circuits: readonly CircuitView[] = []) => answerHealth(path, { circuits: () => circuits, models: (provider) => names[provider] })

describe('the state of models, for agents that ask first (R-125)', () => {
  it('is a list of everything that rests', () => {
    expect(ask('/reef/health')).toEqual({ status: 200, body: [] })
    expect(ask('/reef/health', [circuit({})])).toEqual({ status: 200, body: [circuit({})] })
  })

  it('says of a model that nothing rests of that calls get through', () => {
    const elsewhere = [circuit({ provider: 'openai' }), circuit({ model: 'claude-b' })]
    expect(ask('/reef/health/anthropic/claude-a', elsewhere)).toEqual({
      status: 200,
      body: { model: 'anthropic/claude-a', state: 'closed', words: 'lets calls through', until: null, circuits: [] },
    })
  })

  it('says of a model the worst of its own state and of its provider’s, in words and until when', () => {
    const quota = circuit({ model: 'claude-a', state: 'quota', until: 9000 as Instant, detail: 'used up' })
    expect(ask('/reef/health/anthropic/claude-a', [quota, circuit({})])).toEqual({
      status: 200,
      body: {
        model: 'anthropic/claude-a',
        state: 'open',
        words: 'breaker open: anthropic failed 3 times in a row',
        until: 1000,
        circuits: [quota, circuit({})],
      },
    })
    const refused = circuit({ state: 'refused', until: null, detail: 'no key' })
    expect(ask('/reef/health/anthropic/claude-a', [quota, refused])).toMatchObject({
      body: { state: 'refused', until: null, words: 'refuses the key: no key' },
    })
  })

  it('of a provider leaves out what only one of its models is at', () => {
    expect(ask('/reef/health/anthropic', [circuit({ model: 'claude-a' })])).toMatchObject({ status: 200, body: { state: 'closed', circuits: [] } })
  })

  it('is asked for names with slashes, encoded or not', () => {
    for (const path of ['/reef/health/openrouter/meta/llama', '/reef/health/openrouter/meta%2Fllama'])
      expect(ask(path)).toMatchObject({ status: 200, body: { model: 'openrouter/meta/llama' } })
  })

  it('is refused for what nobody knows, but not for a model that is unlisted and rests', () => {
    for (const ref of ['nobody', 'nobody/x', 'anthropic/claude-z', '%E0%A4%A', ''])
      expect(ask(`/reef/health/${ref}`)).toEqual({ status: 404, message: `nobody here knows a model ${ref}.` })
    expect(ask('/reef/health/anthropic/claude-z', [circuit({ model: 'claude-z' })])).toMatchObject({ status: 200, body: { state: 'open' } })
  })

  it('leaves every other path to others', () => {
    expect([ask('/reef/healthy'), ask('/v1/models')]).toEqual([undefined, undefined])
  })
})
