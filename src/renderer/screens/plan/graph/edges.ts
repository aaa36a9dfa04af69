import type { Box, Camera } from '../camera.ts'
import type { Layout } from '../layout.ts'
import { COLUMN_PITCH, eachVisible, NODE_HEIGHT, NODE_WIDTH, xOf, yOf } from './geometry.ts'

export type EdgeMarks = { readonly layout: Layout; readonly critical: ReadonlySet<number>; readonly selected: number | undefined }
/** Lines in world units, ready to be stroked under any camera that sees no more than `covered`. */
export type EdgePaths = {
  readonly marks: EdgeMarks
  readonly covered: Box
  readonly zoom: number
  readonly plain: Path2D
  readonly strong: Path2D
  readonly chosen: Path2D
}

/** More lines than this are a grey area: only those that mean something are drawn. */
const MAX_EDGES = 3000
/** So much more than the screen is prepared, in parts of it: most frames of a pan need no new lines. */
const MARGIN = 0.4

/** The lines that `box` shows: the last ones where they still hold, else new ones. `curved` is false where a line is only a few pixels long. */
export function toEdgePaths(last: EdgePaths | undefined, marks: EdgeMarks, box: Box, camera: Camera, curved: boolean): EdgePaths {
  if (last && isSame(last.marks, marks) && contains(last.covered, box) && isNear(last.zoom, camera.zoom)) return last
  const dx = (box.right - box.left) * MARGIN
  const dy = (box.bottom - box.top) * MARGIN
  return build(marks, { left: box.left - dx, right: box.right + dx, top: box.top - dy, bottom: box.bottom + dy }, camera.zoom, curved)
}

const isSame = (a: EdgeMarks, b: EdgeMarks) => a.layout === b.layout && a.critical === b.critical && a.selected === b.selected
const contains = (outer: Box, inner: Box) => inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
/** Near in size: what was left out for being too much would still be too much. */
const isNear = (a: number, b: number) => a / b < 1.6 && b / a < 1.6

function build(marks: EdgeMarks, covered: Box, zoom: number, curved: boolean): EdgePaths {
  const { layout, critical, selected } = marks
  const paths = { marks, covered, zoom, plain: new Path2D(), strong: new Path2D(), chosen: new Path2D() }
  const drawn = new Set<number>()
  let room = curved ? MAX_EDGES : MAX_EDGES / 4
  const draw = (edge: number) => {
    if (drawn.has(edge)) return
    const from = layout.edges.from[edge] ?? 0
    const to = layout.edges.to[edge] ?? 0
    const isChosen = from === selected || to === selected
    const isStrong = critical.has(from) && critical.has(to)
    if (!isChosen && !isStrong && room-- <= 0) return
    drawn.add(edge)
    trace(isChosen ? paths.chosen : isStrong ? paths.strong : paths.plain, layout, from, to, curved)
  }
  if (layout.edges.from.length <= MAX_EDGES / 4) {
    for (let e = 0; e < layout.edges.from.length; e++) if (crosses(layout, e, covered)) draw(e)
  } else if (curved) {
    eachVisible(layout, covered, (i) => {
      for (let e = layout.into.start[i] ?? 0; e < (layout.into.start[i + 1] ?? 0); e++) draw(layout.into.list[e] ?? 0)
      for (let e = layout.out.start[i] ?? 0; e < (layout.out.start[i + 1] ?? 0); e++) draw(layout.out.list[e] ?? 0)
    })
  } else {
    // Too many and too small: the way that decides, and what hangs on the chosen task.
    for (const i of critical) eachInto(layout, i, draw, (from) => critical.has(from))
    if (selected !== undefined) {
      eachInto(layout, selected, draw)
      for (let e = layout.out.start[selected] ?? 0; e < (layout.out.start[selected + 1] ?? 0); e++) draw(layout.out.list[e] ?? 0)
    }
  }
  return paths
}

function eachInto(layout: Layout, i: number, draw: (edge: number) => void, wanted: (from: number) => boolean = () => true): void {
  for (let e = layout.into.start[i] ?? 0; e < (layout.into.start[i + 1] ?? 0); e++) {
    const edge = layout.into.list[e] ?? 0
    if (wanted(layout.edges.from[edge] ?? 0)) draw(edge)
  }
}

function crosses(layout: Layout, edge: number, box: Box): boolean {
  const from = layout.edges.from[edge] ?? 0
  const to = layout.edges.to[edge] ?? 0
  const [y1, y2] = [yOf(layout, from), yOf(layout, to)]
  return xOf(layout, to) >= box.left && xOf(layout, from) <= box.right && Math.max(y1, y2) + NODE_HEIGHT >= box.top && Math.min(y1, y2) <= box.bottom
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
