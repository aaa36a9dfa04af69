import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Camera, centre, frameAll, panBy, reveal, toBox, zoomAt } from '../camera.ts'
import { layOut } from '../layout.ts'
import { placeOf, toScale } from '../timeline-scale.ts'
import { eachVisible, nodeBox, stepFrom, taskAt, worldBox } from './geometry.ts'

const layout = layOut([
  { key: 'T1', dependsOn: [] },
  { key: 'T2', dependsOn: ['T1'] },
  { key: 'T3', dependsOn: ['T1'] },
  { key: 'T4', dependsOn: ['T2', 'T3'] },
])
const many = layOut(Array.from({ length: 300 }, (_, i) => ({ key: `T${i}`, dependsOn: i < 20 ? [] : [`T${i - 20}`] })))
const screen = { width: 1000, height: 600 }
const cameras = fc.record({
  x: fc.integer({ min: -5000, max: 8000 }),
  y: fc.integer({ min: -5000, max: 5000 }),
  zoom: fc.double({ min: 0.05, max: 2, noNaN: true }),
})

describe('what a camera sees', () => {
  it('D2: is found without looking at every task, and nothing of it is missed', () => {
    fc.assert(
      fc.property(cameras, (camera) => {
        const box = toBox(camera, screen)
        const found: number[] = []
        eachVisible(many, box, (i) => found.push(i))
        const expected = Array.from({ length: 300 }, (_, i) => i).filter((i) => {
          const node = nodeBox(many, i)
          return node.right >= box.left && node.left <= box.right && node.bottom >= box.top && node.top <= box.bottom
        })
        expect(found.sort((a, b) => a - b)).toEqual(expected)
      }),
    )
  })

  it('a task is found under any point of it, and none beside it', () => {
    const box = nodeBox(layout, 3)
    expect(taskAt(layout, { x: box.left + 1, y: box.bottom - 1 })).toBe(3)
    expect(taskAt(layout, { x: box.right + 5, y: box.top })).toBe(undefined)
  })

  it('fits all of a plan, and never larger than life', () => {
    const whole = frameAll(worldBox(many), screen)
    const [seen, world] = [toBox(whole, screen), worldBox(many)]
    expect(seen.left <= world.left && seen.right >= world.right && seen.top <= world.top && seen.bottom >= world.bottom).toBe(true)
    expect(frameAll(nodeBox(layout, 0), screen).zoom).toBe(1)
  })

  it('zooming keeps what is under the pointer, panning moves by screen pixels', () => {
    const camera: Camera = { x: 100, y: 50, zoom: 1 }
    const near = zoomAt(camera, 2, { x: 300, y: 200 })
    expect([near.x + 300 / near.zoom, near.y + 200 / near.zoom]).toEqual([400, 250])
    expect(panBy(near, 10, 0).x - near.x).toBe(5)
  })

  it('moves no more than is needed to show a task', () => {
    const camera = centre({ x: 0, y: 0 }, 1, screen)
    const inside = { left: 0, top: 0, right: 10, bottom: 10 }
    expect(reveal(camera, inside, screen)).toBe(camera)
    const moved = reveal(camera, { left: 600, top: 0, right: 700, bottom: 10 }, screen)
    expect(moved.x - camera.x).toBe(224)
    expect(moved.y).toBe(camera.y)
  })
})

describe('arrow keys in the graph (U-111)', () => {
  it('follow the edges sideways and the column up and down, and stop at the ends', () => {
    const upper = layout.columns[1]?.[0] ?? -1
    const lower = layout.columns[1]?.[1] ?? -1
    expect([stepFrom(layout, 0, 'right'), stepFrom(layout, 3, 'left')].every((i) => i === upper || i === lower)).toBe(true)
    expect([stepFrom(layout, upper, 'down'), stepFrom(layout, lower, 'up')]).toEqual([lower, upper])
    expect([stepFrom(layout, 0, 'left'), stepFrom(layout, 3, 'right'), stepFrom(layout, upper, 'up')]).toEqual([undefined, undefined, undefined])
  })
})

describe('the scale of the timeline (U-80)', () => {
  it('has round steps, room for their labels, and both ends in it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000_000 }), fc.integer({ min: 120, max: 2000 }), (span, width) => {
        const from = 1_800_000_000_000
        const scale = toScale(from, from + span, width)
        expect(scale.ticks.length).toBeLessThanOrEqual(width / 90 + 2)
        expect(scale.ticks.every((tick) => tick % scale.stepMs === 0 && tick >= from)).toBe(true)
        expect([placeOf(scale, from), placeOf(scale, from + span) <= 1, placeOf(scale, from - 5)]).toEqual([0, true, 0])
      }),
    )
  })
})
