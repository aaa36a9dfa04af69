import { expect, it } from 'vitest'
import { parsePlace, placeHref } from './place.ts'

it('writes an address that reads back as the same place, whatever is in it (U-25)', () => {
  for (const params of [[], ['plan_1'], ['plan_1', 'task_2'], ['a/b', 'ü%'], ['..']])
    expect(parsePlace(placeHref('plans', ...params))).toEqual({ screen: 'plans', params })
})

it('takes what nobody knows for the overview, and never fails', () => {
  expect(['', '#', '#/', '#/nowhere/x', '#/%E0%A4%A', '/inbox/apr_1', '#/plan/p', '#/approval/apr_1', '#/toString/x'].map((hash) => parsePlace(hash))).toEqual([
    { screen: 'overview', params: [] },
    { screen: 'overview', params: [] },
    { screen: 'overview', params: [] },
    { screen: 'overview', params: [] },
    { screen: 'overview', params: [] },
    { screen: 'inbox', params: ['apr_1'] },
    { screen: 'plans', params: ['p'] },
    { screen: 'inbox', params: ['apr_1'] },
    { screen: 'overview', params: [] },
  ])
})

it('leaves out pieces that are not there', () => {
  expect(placeHref('plans', 'plan_1', null)).toBe('#/plans/plan_1')
})
