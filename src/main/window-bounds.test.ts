import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBounds, writeBounds } from './window-bounds.ts'

const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
const bounds = { x: 100, y: 80, width: 1200, height: 800, maximized: true }
let file: string
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'reef-bounds-')), 'window.json')
})
afterAll(() => rmSync(join(file, '..'), { recursive: true }))

test('bounds come back as they were written', () => {
  writeBounds(file, bounds)
  expect(readBounds(file, screens)).toEqual(bounds)
})

test('a window on a screen that is gone, or with broken bounds, starts afresh', () => {
  writeBounds(file, { ...bounds, x: 5000 })
  expect(readBounds(file, screens)).toBeUndefined()
  writeFileSync(file, '{"x":1')
  expect(readBounds(file, screens)).toBeUndefined()
  expect(readBounds(`${file}.none`, screens)).toBeUndefined()
})
