import { expect, it } from 'vitest'
import { contract, type ModelView, type ProviderPreset } from '../../contract/index.ts'
import { cheapest, findPresets, hasGap, hostOf, other, toForm, wireNames } from './connect.select.ts'

const preset = (name: string, change: Partial<ProviderPreset> = {}): ProviderPreset => ({
  ...other,
  name,
  title: name,
  baseUrl: `https://api.${name}.com/v1`,
  note: 'with a key',
  ...change,
})

it('sends a preset as the engine takes it, and knows every format that the engine speaks', () => {
  const input = contract.provider.add['~orpc'].inputSchema
  expect(input?.safeParse(toForm(preset('groq'))).success).toBe(true)
  for (const [wire] of wireNames) expect(input?.safeParse({ ...toForm(preset('groq')), wire }).success).toBe(true)
  expect(wireNames.length).toBe(4)
})

it('finds a provider by every word of its name or note, and always offers an address of one’s own', () => {
  const presets = [preset('openrouter', { note: 'many models, one key' }), preset('groq')]
  expect(findPresets(presets, 'MODELS open').map(({ name }) => name)).toEqual(['openrouter', 'other'])
  expect(findPresets(presets, 'nothing like it')).toEqual([other])
})

it('sees that an address is not finished', () => {
  expect([hasGap({ baseUrl: 'http://{host}:{port}/v1' }), hasGap({ baseUrl: 'http://127.0.0.1:4000/v1' })]).toEqual([true, false])
})

it('shows where a link leads, and nothing for what is no link', () => {
  expect([hostOf('https://console.anthropic.com/settings/keys'), hostOf('not a link')]).toEqual(['console.anthropic.com', undefined])
})

it('tries the cheapest of the models that are offered, and the first where no price is known', () => {
  const known = [
    { ref: 'a/big', outputUsdPerMTok: 25 },
    { ref: 'a/small', outputUsdPerMTok: 2 },
  ] as ModelView[]
  expect([cheapest('a', ['big', 'small', 'unheard'], known), cheapest('a', ['x', 'y'], known), cheapest('a', [], known)]).toEqual(['small', 'x', undefined])
})
