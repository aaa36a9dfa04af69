import { expect, it } from 'vitest'
import { toShareText, toSignedUsd } from './corrections.select.ts'

it('reads an amount with its sign, and nothing that is none (U-78)', () => {
  expect(['0.14', '-5', '−5', ' $3 ', '-$2.50'].map(toSignedUsd)).toEqual([0.14, -5, -5, 3, -2.5])
  expect(['', '0', '-0', 'ten', '1e3', '1,5', '--5'].map(toSignedUsd)).toEqual(Array(7).fill(undefined))
})

it('gives the difference as a share of the invoice, and says so when there is no invoice to share', () => {
  expect([toShareText(0.00124), toShareText(-0.02), toShareText(null)]).toEqual([
    '0.12 % of the invoice',
    '-2.00 % of the invoice',
    'the invoice is over nothing',
  ])
})
