import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatMoney, type Nanodollars, toNanodollars, toUsd } from './money.ts'

it.each([
  [0, '$0'],
  [1, '<$0.01'],
  [-1, '>-$0.01'],
  [9_999_999, '<$0.01'],
  [10_000_000, '$0.01'],
  [2_050_000_000, '$2.05'],
  [-2_050_000_000, '−$2.05'],
  [3_000_000_000_000, '$3,000.00'],
])('writes %i nanodollars as %s (U-24)', (amount, text) => {
  expect(formatMoney(amount as Nanodollars)).toBe(text)
})

it('adds up without losing a nanodollar, where dollars as doubles do lose them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000_000_000 }), { maxLength: 1000 }), (amounts) => {
      const sum = amounts.reduce((total, amount) => total + amount, 0)
      const backwards = amounts.reduceRight((total, amount) => total + amount, 0)
      return sum === backwards && Number.isSafeInteger(sum)
    }),
  )
})

it('survives the trip to dollars and back', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000 }), (cents) => toUsd(toNanodollars(cents / 100)) === cents / 100))
})
