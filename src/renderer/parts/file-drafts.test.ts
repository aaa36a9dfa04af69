import { expect, it } from 'vitest'
import { spanOfLine } from './file-drafts.ts'

it('finds the place of a line in a text, and the last one when there are fewer', () => {
  expect(spanOfLine('ab\ncde\nf', 2)).toEqual([3, 6])
  expect(spanOfLine('ab\ncde', 9)).toEqual([3, 6])
})
