import { expect, test } from 'vitest'
import { decodeClone, encodeClone } from './clone.ts'

const round = (value: unknown) => decodeClone(encodeClone(value))

test('what structured clone carries arrives as it was', () => {
  const value = {
    text: 'Ω "',
    list: [1, undefined, null, -0, Number.NaN, Number.POSITIVE_INFINITY, 10n],
    date: new Date(5),
    map: new Map([[{ key: 1 }, new Set(['a'])]]),
    bytes: new Uint8Array([0, 128, 255]),
    floats: new Float64Array([1.5]),
    buffer: new Uint8Array([1, 2]).buffer,
    ['__proto__']: 'a key like any other',
  }
  expect(round(value)).toEqual(value)
  expect(round(new RangeError('far'))).toMatchObject({ name: 'RangeError', message: 'far' })
})

test('circles and shared references stay what they are', () => {
  const circle: { self?: unknown; twice: object[] } = { twice: [] }
  circle.self = circle
  circle.twice.push(circle.twice, circle)
  const copy = round(circle) as typeof circle
  expect(copy.self).toBe(copy)
  expect(copy.twice[0]).toBe(copy.twice)
  expect(copy.twice[1]).toBe(copy)
})

test.each([() => 1, Symbol('s'), Promise.resolve(), { deep: [() => 1] }, new WeakMap()])(
  'what cannot be cloned is refused in the words of Electron (%#)',
  (value) => {
    expect(() => encodeClone(value)).toThrow('An object could not be cloned.')
  },
)
