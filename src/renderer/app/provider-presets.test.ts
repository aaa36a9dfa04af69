import { expect, it } from 'vitest'
import { contract } from '../../contract/index.ts'
import { presets, toProvider, wireNames } from './provider-presets.ts'

it('offers only what the engine takes: names, formats and addresses', () => {
  const input = contract.provider.add['~orpc'].inputSchema
  const given = presets.filter((preset) => preset.id !== 'other').map((preset) => toProvider({ ...preset.form, key: ' sk-1 ' }))
  expect(given.map((provider) => input?.safeParse(provider).success)).toEqual([true, true, true, true])
  expect(given.map((provider) => provider.key)).toEqual(['sk-1', 'sk-1', 'sk-1', 'sk-1'])
  expect(presets.every((preset) => wireNames.some(([wire]) => wire === preset.form.wire))).toBe(true)
})

it('sends no key at all when none was typed, so that a stored one stays', () => {
  expect(toProvider({ name: 'anthropic', wire: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', key: ' ' })).toEqual({
    name: 'anthropic',
    wire: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
  })
})
