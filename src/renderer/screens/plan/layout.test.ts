import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LayoutNode, layOut, ROW_STEP, spread } from './layout.ts'

/** A plan without circles: each task may wait for earlier ones only, in any order of the list. */
const plans = fc
  .array(fc.array(fc.nat({ max: 60 }), { maxLength: 5 }), { maxLength: 60 })
  .map((lists) => lists.map((list, i): LayoutNode => ({ key: `T${i}`, dependsOn: i === 0 ? [] : list.map((n) => `T${n % i}`) })))
  .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length }))

describe('the layout of a plan (U-85)', () => {
  it('puts every task to the right of everything it waits for', () => {
    fc.assert(
      fc.property(plans, (nodes) => {
        const layout = layOut(nodes)
        for (let e = 0; e < layout.edges.from.length; e++) {
          const from = layout.edges.from[e] ?? -1
          const to = layout.edges.to[e] ?? -1
          expect(layout.column[from]).toBeLessThan(layout.column[to] ?? -1)
        }
      }),
    )
  })

  it('gives every task exactly one place, a full row away from its neighbours', () => {
    fc.assert(
      fc.property(plans, (nodes) => {
        const layout = layOut(nodes)
        expect(layout.columns.reduce((sum, column) => sum + column.length, 0)).toBe(nodes.length)
        layout.columns.forEach((column, c) => {
          expect(column.length).toBeGreaterThan(0)
          column.forEach((node, i) => {
            expect(layout.column[node]).toBe(c)
            const above = i > 0 ? layout.row[column[i - 1] ?? 0] : undefined
            if (above !== undefined) expect((layout.row[node] ?? 0) - above).toBeGreaterThanOrEqual(ROW_STEP)
          })
        })
      }),
    )
  })

  it('moves nothing when the same plan is laid out again', () => {
    fc.assert(
      fc.property(plans, (nodes) => {
        expect(layOut(nodes)).toEqual(layOut(structuredClone(nodes)))
      }),
    )
  })

  it('draws the brief’s six tasks as a line that forks and joins', () => {
    const nodes: LayoutNode[] = [
      { key: 'T1', dependsOn: [] },
      { key: 'T2', dependsOn: ['T1'] },
      { key: 'T3', dependsOn: ['T2'] },
      { key: 'T4', dependsOn: ['T2'] },
      { key: 'T5', dependsOn: ['T3', 'T4'] },
      { key: 'T6', dependsOn: ['T5'] },
    ]
    const { column, row } = layOut(nodes)
    expect([...column]).toEqual([0, 1, 2, 2, 3, 4])
    const [t1, t2, t3 = 0, t4 = 0, t5, t6] = row
    expect(new Set([t1, t2, t5, t6])).toEqual(new Set([(t3 + t4) / 2]))
    expect(Math.abs(t3 - t4)).toBe(ROW_STEP)
  })

  it('passes over names that are not in the plan and survives a circle', () => {
    expect(layOut([{ key: 'T1', dependsOn: ['gone', 'T1'] }]).edges.from).toHaveLength(0)
    const circle = layOut([
      { key: 'A', dependsOn: ['B'] },
      { key: 'B', dependsOn: ['A'] },
      { key: 'C', dependsOn: [] },
    ])
    expect(circle.size).toBe(3)
    expect(layOut([]).columns).toEqual([])
  })

  it('folds ten thousand independent tasks instead of drawing one endless column', () => {
    const layout = layOut(Array.from({ length: 10_000 }, (_, i) => ({ key: `T${i}`, dependsOn: [] })))
    expect(layout.columns.length).toBeGreaterThan(20)
    expect(Math.max(...layout.columns.map((column) => column.length))).toBeLessThanOrEqual(300)
  })

  it('keeps the order of the wishes and the distance, and nothing moves that has room', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { maxLength: 50 }), (wishes) => {
        const placed = spread(wishes)
        expect(placed).toHaveLength(wishes.length)
        placed.forEach((value, i) => {
          expect(Number.isInteger(value)).toBe(true)
          if (i > 0) expect(value - (placed[i - 1] ?? 0)).toBeGreaterThanOrEqual(ROW_STEP)
        })
      }),
    )
    expect(spread([-10, 0, 10])).toEqual([-10, 0, 10])
    expect(spread([0, 0, 0])).toEqual([-2, 0, 2])
  })
})
