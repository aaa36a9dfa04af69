import { expect, it } from 'vitest'
import { TaskId } from '../../contract/index.ts'
import { createManualClock } from './clock.ts'
import { newId } from './id.ts'

it('ids are well-formed, never repeat, and sort by birth, within a millisecond and across (R-046)', () => {
  const clock = createManualClock()
  const ids = Array.from({ length: 20_000 }, (_, i) => {
    if (i % 7 === 0) clock.advance(1)
    return newId('task', clock)
  })
  expect(ids.filter((id) => !TaskId.safeParse(id).success)).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual([...ids].sort())
  // Also when the machine's clock is set back.
  expect(newId('task', createManualClock(1)) > (ids.at(-1) ?? '')).toBe(true)
})

it('ids cannot be guessed: the random part uses every letter of the alphabet about equally', () => {
  const clock = createManualClock(1_800_000_000_000)
  const counts = new Map<string, number>()
  for (let i = 0; i < 4000; i++) {
    clock.advance(1)
    for (const letter of newId('task', clock).slice(-16)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  const expected = (4000 * 16) / 32
  expect(counts.size).toBe(32)
  expect([...counts.values()].filter((n) => n < expected * 0.85 || n > expected * 1.15)).toEqual([])
})
