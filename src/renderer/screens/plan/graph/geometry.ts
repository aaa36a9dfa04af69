import type { Box } from '../camera.ts'
import type { Layout } from '../layout.ts'

/** World units are CSS pixels at zoom 1. Fixed sizes: what can be seen is found by division, not by measuring. */
export const NODE_WIDTH = 240
export const NODE_HEIGHT = 72
export const COLUMN_PITCH = 292
export const HALF_ROW_PITCH = 48

export const xOf = (layout: Layout, i: number): number => (layout.column[i] ?? 0) * COLUMN_PITCH
export const yOf = (layout: Layout, i: number): number => (layout.row[i] ?? 0) * HALF_ROW_PITCH

export function nodeBox(layout: Layout, i: number): Box {
  const left = xOf(layout, i)
  const top = yOf(layout, i)
  return { left, top, right: left + NODE_WIDTH, bottom: top + NODE_HEIGHT }
}

export function worldBox({ bounds }: Layout): Box {
  return {
    left: 0,
    top: bounds.top * HALF_ROW_PITCH,
    right: Math.max(1, bounds.columns) * COLUMN_PITCH - (COLUMN_PITCH - NODE_WIDTH),
    bottom: bounds.bottom * HALF_ROW_PITCH + NODE_HEIGHT,
  }
}

/** Calls with every task that touches `box`: a division for the columns, a binary search in each. */
export function eachVisible(layout: Layout, box: Box, call: (index: number) => void): void {
  const first = Math.max(0, Math.ceil((box.left - NODE_WIDTH) / COLUMN_PITCH))
  const last = Math.min(layout.columns.length - 1, Math.floor(box.right / COLUMN_PITCH))
  const low = (box.top - NODE_HEIGHT) / HALF_ROW_PITCH
  const high = box.bottom / HALF_ROW_PITCH
  for (let c = first; c <= last; c++) {
    const column = layout.columns[c]
    if (!column) continue
    for (let k = firstAtOrBelow(column, layout.row, low); k < column.length; k++) {
      const i = column[k] ?? 0
      if ((layout.row[i] ?? 0) > high) break
      call(i)
    }
  }
}

/** Place in a column of its first task that lies at `low` half rows or below. */
export function firstAtOrBelow(column: Int32Array, row: Int32Array, low: number): number {
  let from = 0
  let to = column.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((row[column[middle] ?? 0] ?? 0) < low) from = middle + 1
    else to = middle
  }
  return from
}

/** The task under a point of the world. */
export function taskAt(layout: Layout, point: { readonly x: number; readonly y: number }): number | undefined {
  let found: number | undefined
  eachVisible(layout, { left: point.x, right: point.x, top: point.y, bottom: point.y }, (i) => {
    found = i
  })
  return found
}

export type Step = 'left' | 'right' | 'up' | 'down'

/** Where an arrow key leads (U-111): along edges to the nearest neighbour in height, up and down within the column. */
export function stepFrom(layout: Layout, i: number, step: Step): number | undefined {
  if (step === 'up' || step === 'down') {
    const column = layout.columns[layout.column[i] ?? 0]
    return column?.[column.indexOf(i) + (step === 'down' ? 1 : -1)]
  }
  const { start, list } = step === 'right' ? layout.out : layout.into
  const ends = step === 'right' ? layout.edges.to : layout.edges.from
  let best: number | undefined
  for (let e = start[i] ?? 0; e < (start[i + 1] ?? 0); e++) {
    const other = ends[list[e] ?? 0] ?? 0
    if (best === undefined || Math.abs(yOf(layout, other) - yOf(layout, i)) < Math.abs(yOf(layout, best) - yOf(layout, i))) best = other
  }
  return best
}
