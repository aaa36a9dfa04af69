import { expect, it } from 'vitest'
import { noUsage } from '../ledger/index.ts'
import { createCounts } from './counted.ts'

it('takes what a session’s longest request came to, cached tokens included, and a token for each byte that is new; nothing of a session that was not counted', () => {
  const counts = createCounts()
  counts.learn('s model', 8191, { ...noUsage, input: 8191 })
  expect(counts.guess('s model', 100_000)).toBeNull()
  counts.learn('s model', 100_000, { ...noUsage, input: 5000, cacheRead: 15_000, cacheWrite: 5000 })
  const guesses = () => [100_000, 130_000, 60_000, 10_000].map((bytes) => counts.guess('s model', bytes))
  expect([guesses(), counts.guess('s other', 100_000)]).toEqual([[25_000, 55_000, 25_000, 10_000], null])
  // A shorter one says nothing of the long one; of the same length the denser one counts.
  counts.learn('s model', 50_000, { ...noUsage, input: 1000 })
  counts.learn('s model', 100_000, { ...noUsage, input: 24_000 })
  expect(guesses()).toEqual([25_000, 55_000, 25_000, 10_000])
  counts.learn('s model', 100_000, { ...noUsage, input: 26_000 })
  expect(guesses()).toEqual([26_000, 56_000, 26_000, 10_000])
})
