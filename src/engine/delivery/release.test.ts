import fc from 'fast-check'
import { expect, it } from 'vitest'
import { releaseStates } from '../../contract/index.ts'
import { isEnded, isLive, releaseMoves, toBackOff } from './release.ts'

it('knows every state of a release, and none comes back from its end (R-242)', () => {
  expect(Object.keys(releaseMoves)).toEqual([...releaseStates])
  expect(releaseStates.filter(isEnded)).toEqual(['stopped', 'failed'])
  expect(releaseStates.filter(isLive)).toEqual(['healthy', 'unhealthy'])
})

it('waits longer with each restart and gives up after three within a minute, whatever happened before (R-242)', () => {
  expect([[], [0], [0, 1000], [0, 1000, 2000]].map((earlier) => toBackOff(earlier, 3000))).toEqual([1000, 2000, 4000, 'give up'])
  fc.assert(
    fc.property(fc.array(fc.nat(10_000_000), { maxLength: 8 }), fc.nat(10_000_000), (earlier, later) => {
      const recent = earlier.filter((at) => at > later - 60_000 && at <= later).length
      const past = earlier.filter((at) => at <= later)
      expect(toBackOff(past, later)).toBe(recent >= 3 ? 'give up' : 1000 * 2 ** recent)
    }),
  )
})
