import type { Box } from '../camera.ts'
import type { Layout } from '../layout.ts'
import { COLUMN_PITCH, eachVisible, HALF_ROW_PITCH, NODE_HEIGHT, NODE_WIDTH, xOf, yOf } from './geometry.ts'

export type EdgeMarks = { readonly layout: Layout; readonly critical: ReadonlySet<number>; readonly selected: number | undefined }
/** Lines in world units, weakest first; to be stroked under the camera's transform. */
export type EdgePaths = { readonly plain: readonly Path2D[]; readonly strong: Path2D; readonly chosen: Path2D }

/** A plan with no more edges than this is one path, always drawn whole. */
const SMALL = 750
/** Half rows of a column that share one path. */
const BAND = 24
/** More lines than this from one place are a grey area, and cost as much as a whole screen. */
const MAX_IN_TILE = 400

/**
 * Lines are gathered once for each piece of the plan and kept: a frame of a pan needs few new ones. A line belongs to the
 * pieces of both its ends; drawn twice it looks the same. What is marked is drawn on top and kept until the mark moves.
 */
export function createEdges() {
  let laidOut: Layout | undefined
  let tiles = new Map<number, Path2D>()
  let strong: { readonly of: ReadonlySet<number>; readonly path: Path2D; readonly curved: boolean } | undefined
  let chosen: { readonly of: number | undefined; readonly path: Path2D; readonly curved: boolean } | undefined

  return (marks: EdgeMarks, box: Box, curved: boolean): EdgePaths => {
    const { layout } = marks
    if (laidOut !== layout) {
      laidOut = layout
      tiles = new Map()
      strong = undefined
      chosen = undefined
    }
    if (strong?.of !== marks.critical || strong.curved !== curved) strong = { of: marks.critical, path: toStrong(layout, marks.critical, curved), curved }
    if (!chosen || chosen.of !== marks.selected || chosen.curved !== curved)
      chosen = { of: marks.selected, path: toChosen(layout, marks.selected, curved), curved }
    return { plain: toPlain(layout, box, curved), strong: strong.path, chosen: chosen.path }
  }

  function toPlain(layout: Layout, box: Box, curved: boolean): Path2D[] {
    const count = layout.edges.from.length
    if (count <= SMALL) {
      const key = curved ? -1 : -2
      const path =
        tiles.get(key) ??
        traceAll(
          layout,
          Array.from({ length: count }, (_, edge) => edge),
          curved,
        )
      tiles.set(key, path)
      return [path]
    }
    // Too many and too small: only what is marked is drawn.
    if (!curved) return []
    const first = Math.max(0, Math.floor(box.left / COLUMN_PITCH))
    const last = Math.min(layout.columns.length - 1, Math.floor(box.right / COLUMN_PITCH))
    const top = Math.floor((box.top - NODE_HEIGHT) / HALF_ROW_PITCH / BAND)
    const bottom = Math.floor(box.bottom / HALF_ROW_PITCH / BAND)
    const paths: Path2D[] = []
    for (let column = first; column <= last; column++)
      for (let band = top; band <= bottom; band++) {
        const key = column * 2 ** 20 + (band + 2 ** 19)
        const path = tiles.get(key) ?? toTile(layout, column, band)
        tiles.set(key, path)
        paths.push(path)
      }
    return paths
  }
}

function toTile(layout: Layout, column: number, band: number): Path2D {
  const edges: number[] = []
  const x = column * COLUMN_PITCH + 1
  const y = band * BAND * HALF_ROW_PITCH
  eachVisible(layout, { left: x, right: x, top: y + NODE_HEIGHT, bottom: y + (BAND - 1) * HALF_ROW_PITCH }, (i) => edges.push(...edgesOf(layout, i)))
  return traceAll(layout, edges.length > MAX_IN_TILE ? edges.slice(0, MAX_IN_TILE) : edges, true)
}

function toStrong(layout: Layout, critical: ReadonlySet<number>, curved: boolean): Path2D {
  const isStrong = (edge: number) => critical.has(layout.edges.from[edge] ?? -1) && critical.has(layout.edges.to[edge] ?? -1)
  return traceAll(
    layout,
    [...critical].flatMap((i) => edgesOf(layout, i).filter(isStrong)),
    curved,
  )
}

const toChosen = (layout: Layout, selected: number | undefined, curved: boolean): Path2D =>
  traceAll(layout, selected === undefined ? [] : edgesOf(layout, selected), curved)

function edgesOf(layout: Layout, i: number): number[] {
  const of = ({ start, list }: Layout['into']) => [...list.subarray(start[i] ?? 0, start[i + 1] ?? 0)]
  return [...of(layout.into), ...of(layout.out)]
}

function traceAll(layout: Layout, edges: readonly number[], curved: boolean): Path2D {
  const path = new Path2D()
  for (const edge of edges) trace(path, layout, layout.edges.from[edge] ?? 0, layout.edges.to[edge] ?? 0, curved)
  return path
}

function trace(path: Path2D, layout: Layout, from: number, to: number, curved: boolean): void {
  const x1 = xOf(layout, from) + NODE_WIDTH
  const y1 = yOf(layout, from) + NODE_HEIGHT / 2
  const x2 = xOf(layout, to)
  const y2 = yOf(layout, to) + NODE_HEIGHT / 2
  path.moveTo(x1, y1)
  if (!curved) {
    path.lineTo(x2, y2)
    return
  }
  // Turns in the gap beside its target, so that a long line does not run through the nodes between.
  const gap = (COLUMN_PITCH - NODE_WIDTH) * 0.9
  const bend = Math.max(x1 + gap / 2, x2 - gap)
  path.bezierCurveTo(bend, y1, bend, y2, x2, y2)
}
