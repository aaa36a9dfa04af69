import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Rectangle } from 'electron'

export type WindowBounds = Rectangle & { readonly maximized: boolean }

const smallest = { width: 720, height: 480 }

/** What was saved, if it is whole and still touches a screen; a window on an unplugged monitor is not restored. */
export function readBounds(file: string, screens: readonly Rectangle[]): WindowBounds | undefined {
  const saved = parseBounds(file)
  if (!saved || saved.width < smallest.width || saved.height < smallest.height) return undefined
  return screens.some((area) => overlap(saved, area) >= 100 * 100) ? saved : undefined
}

/** Replaces the file in one step, so that a crash leaves the old bounds. */
export function writeBounds(file: string, bounds: WindowBounds): void {
  writeFileSync(`${file}.new`, JSON.stringify(bounds))
  renameSync(`${file}.new`, file)
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return Math.max(0, width) * Math.max(0, height)
}

function parseBounds(file: string): WindowBounds | undefined {
  try {
    const { x, y, width, height, maximized } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    if (typeof x !== 'number' || typeof y !== 'number' || typeof width !== 'number' || typeof height !== 'number') return undefined
    return { x, y, width, height, maximized: maximized === true }
  } catch {
    return undefined
  }
}
