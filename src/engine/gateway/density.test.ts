import { expect, it } from 'vitest'
import { noUsage } from '../ledger/index.ts'
import { createDensities } from './density.ts'

it('says what bytes of a session come to by its last long request, cached ones included, and nothing of a session that was not counted', () => {
  const densities = createDensities()
  densities.learn('s model', 8191, { ...noUsage, input: 8191 })
  expect(densities.guess('s model', 100_000)).toBeNull()
  densities.learn('s model', 100_000, { ...noUsage, input: 5000, cacheRead: 15_000, cacheWrite: 5000 })
  expect([densities.guess('s model', 200_000), densities.guess('s other', 200_000)]).toEqual([50_000, null])
})
