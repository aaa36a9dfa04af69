import { expect, it } from 'vitest'
import { parsePlace, placeHref, withQuery } from './place.ts'

it('writes an address that reads back as the same place, whatever is in it (U-25)', () => {
  for (const params of [[], ['plan_1'], ['plan_1', 'task_2'], ['a/b', 'ü%'], ['..']])
    expect(parsePlace(placeHref('plans', ...params))).toEqual({ screen: 'plans', params, query: {} })
})

it('takes what nobody knows for the overview, and never fails', () => {
  expect(['', '#', '#/', '#/nowhere/x', '#/%E0%A4%A', '/inbox/apr_1', '#/plan/p', '#/approval/apr_1', '#/toString/x'].map((hash) => parsePlace(hash))).toEqual([
    { screen: 'overview', params: [], query: {} },
    { screen: 'overview', params: [], query: {} },
    { screen: 'overview', params: [], query: {} },
    { screen: 'overview', params: [], query: {} },
    { screen: 'overview', params: [], query: {} },
    { screen: 'inbox', params: ['apr_1'], query: {} },
    { screen: 'plans', params: ['p'], query: {} },
    { screen: 'inbox', params: ['apr_1'], query: {} },
    { screen: 'overview', params: [], query: {} },
  ])
})

it('leaves out pieces that are not there', () => {
  expect(placeHref('plans', 'plan_1', null)).toBe('#/plans/plan_1')
})

it('carries what narrows a place behind it, whatever characters that has, and reads it back', () => {
  const query = { agent: 'Rex & Co', model: 'meta/llama 3?#', since: '1' }
  expect(parsePlace(withQuery(placeHref('spend', 'calls'), { ...query, until: undefined }))).toEqual({ screen: 'spend', params: ['calls'], query })
  expect(withQuery('#/spend', { agent: undefined })).toBe('#/spend')
})
