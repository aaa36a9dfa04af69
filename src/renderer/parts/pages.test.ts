import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPaging, noPages, type Pages } from './pages.ts'

const paging = createPaging((row: number) => row)
/** What an engine with rows 1 to `length` answers. */
const page = (length: number, limit: number, before = length + 1): number[] =>
  Array.from({ length: Math.max(0, Math.min(limit, before - 1)) }, (_, i) => before - 1 - i)

describe('a long list read page by page', () => {
  it('never shows a gap, however reading older rows and new ones mix', () => {
    const acts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 7 }), acts, (start, limit, steps) => {
        let length = start
        let known: Pages<number> = paging.addNewest(noPages, page(length, limit), limit)
        for (const step of steps) {
          if (step === 0) known = paging.addOlder(known, page(length, limit, known.rows.at(-1)), limit)
          else {
            length += step - 1
            known = paging.addNewest(known, page(length, limit), limit)
          }
          expect(known.rows).toEqual(known.rows.map((_, i) => length - i))
          if (known.complete) expect(known.rows.length).toBe(length)
        }
      }),
    )
  })

  it('keeps what was read when the newest page touches it, and starts over when it does not', () => {
    const known = paging.addOlder(paging.addNewest(noPages, page(5, 2), 2), page(5, 2, 4), 2)
    expect(paging.addNewest(known, page(6, 2), 2)).toEqual({ rows: [6, 5, 4, 3, 2], complete: false })
    expect(paging.addNewest(known, page(20, 2), 2)).toEqual({ rows: [20, 19], complete: false })
  })
})
