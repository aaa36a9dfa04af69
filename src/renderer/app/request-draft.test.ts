import { expect, it } from 'vitest'
import { SubmitInput } from '../../contract/index.ts'
import { toSubmitInput } from './request-draft.ts'

const draft = { text: 'a small shop', project: '', budget: '', review: false, key: 'key-1' }

it('sends what was typed and leaves out what was not, so that the engine’s defaults hold', () => {
  expect(toSubmitInput(draft)).toEqual({ text: 'a small shop', review: false, idempotencyKey: 'key-1' })
  expect(toSubmitInput({ ...draft, project: ' shop ', budget: '$2,50', review: true })).toEqual({
    text: 'a small shop',
    review: true,
    idempotencyKey: 'key-1',
    project: 'shop',
    budgetUsd: 2.5,
  })
})

it('lets the engine refuse a budget that is no number, at its own field', () => {
  const parsed = SubmitInput.safeParse(JSON.parse(JSON.stringify(toSubmitInput({ ...draft, budget: 'ten' }))))
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['budgetUsd'])
})
