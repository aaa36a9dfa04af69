import { type Box, type Camera, type Size, toBox } from '../camera.ts'
import { shades } from '../words.ts'
import { createEdges, type EdgeMarks, type EdgePaths } from './edges.ts'
import { COLUMN_PITCH, eachVisible, firstAtOrBelow, HALF_ROW_PITCH, NODE_HEIGHT, NODE_WIDTH, xOf, yOf } from './geometry.ts'
import type { Palette } from './palette.ts'

/** Below this a node is too small for HTML with words; the canvas draws it. */
export const HTML_ZOOM = 0.5
/** Below this a node is a few pixels: they are written straight into the image. */
const PIXEL_ZOOM = 0.2
/** Below this not even a short name can be read. */
const NAME_ZOOM = 0.35
/** What needs the owner is never drawn smaller than this. CSS pixels. */
const LEAST_URGENT = 3
const urgent = shades.indexOf('waiting')

export type Scene = EdgeMarks & {
  /** Index into `shades` for each task. */
  readonly shade: Uint8Array
  readonly nameOf: (index: number) => string
}
export type Screen = Size & { readonly context: CanvasRenderingContext2D; readonly ratio: number }

/** Draws what a camera sees: lines always, nodes only where HTML does not stand. Costs what can be seen, not what there is. */
export function createPainter() {
  const edges = createEdges()
  return { all, one }

  function all(screen: Screen, scene: Scene, camera: Camera, palette: Palette): void {
    const { context, ratio } = screen
    const box = toBox(camera, screen)
    const tiny = camera.zoom < PIXEL_ZOOM
    context.setTransform(1, 0, 0, 1, 0, 0)
    if (tiny) paintPixels(screen, scene, camera, palette)
    else context.clearRect(0, 0, context.canvas.width, context.canvas.height)
    const scale = camera.zoom * ratio
    context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale)
    // Pixels are there already: lines go under them, so what goes on top comes first.
    context.globalCompositeOperation = tiny ? 'destination-over' : 'source-over'
    const layers = toLayers(edges(scene, box, !tiny), palette)
    for (const { path, colour, width } of tiny ? layers.toReversed() : layers) {
      context.strokeStyle = colour
      context.lineWidth = Math.max(width, 0.75 / camera.zoom)
      context.stroke(path)
    }
    context.globalCompositeOperation = 'source-over'
    if (!tiny && camera.zoom < HTML_ZOOM) paintBlocks(context, scene, camera, palette, box)
    if (camera.zoom < HTML_ZOOM) paintSelected(context, scene, camera, palette)
  }
}

/** Draws one node anew, with what lies under its largest mark; O(1) in the size of the plan (D3). */
function one({ context, ratio }: Screen, scene: Scene, camera: Camera, palette: Palette, i: number): void {
  const scale = camera.zoom * ratio
  if (camera.zoom >= PIXEL_ZOOM) {
    context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale)
    prepareBlocks(context, camera, palette)
    paintBlock(context, scene, camera, palette, i)
    return
  }
  context.setTransform(1, 0, 0, 1, 0, 0)
  const least = Math.ceil(LEAST_URGENT * ratio)
  const [wide, tall] = [Math.max(1, Math.round(NODE_WIDTH * scale)), Math.max(1, Math.round(NODE_HEIGHT * scale))]
  const fill = (node: number) => {
    const kind = scene.shade[node] ?? 0
    const grown = kind >= urgent ? least : 1
    context.fillStyle = palette.fills[kind] ?? palette.line
    const left = Math.round((xOf(scene.layout, node) - camera.x) * scale)
    const top = Math.round((yOf(scene.layout, node) - camera.y) * scale)
    context.fillRect(left, top, Math.max(grown, wide), Math.max(grown, tall))
  }
  const left = xOf(scene.layout, i)
  const top = yOf(scene.layout, i)
  const box = { left, top, right: left + least / scale, bottom: top + least / scale }
  if (wide < least || tall < least) {
    context.clearRect(Math.round((left - camera.x) * scale), Math.round((top - camera.y) * scale), Math.max(least, wide), Math.max(least, tall))
    const near: number[] = []
    eachVisible(scene.layout, box, (node) => near.push(node))
    near.sort((a, b) => (scene.shade[a] ?? 0) - (scene.shade[b] ?? 0))
    for (const node of near) fill(node)
  }
  fill(i)
}

const toLayers = ({ plain, strong, chosen }: EdgePaths, palette: Palette) => [
  ...plain.map((path) => ({ path, colour: palette.edge, width: 1.25 })),
  { path: strong, colour: palette.strong, width: 2.25 },
  { path: chosen, colour: palette.selected, width: 2 },
]

function paintBlocks(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, palette: Palette, box: Box): void {
  prepareBlocks(context, camera, palette)
  eachVisible(scene.layout, box, (i) => paintBlock(context, scene, camera, palette, i))
}

function prepareBlocks(context: CanvasRenderingContext2D, camera: Camera, palette: Palette): void {
  context.lineWidth = 1 / camera.zoom
  context.font = `600 ${Math.round(13 / camera.zoom)}px ${palette.font}`
  context.textBaseline = 'middle'
}

function paintBlock(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, palette: Palette, i: number): void {
  const shade = scene.shade[i] ?? 0
  const colour = palette.fills[shade] ?? palette.line
  const x = xOf(scene.layout, i)
  const y = yOf(scene.layout, i)
  const named = camera.zoom >= NAME_ZOOM
  context.fillStyle = named ? palette.surface : colour
  context.fillRect(x, y, NODE_WIDTH, NODE_HEIGHT)
  if (!named) return
  context.fillStyle = colour
  context.fillRect(x, y, 16, NODE_HEIGHT)
  context.strokeStyle = shade >= urgent ? colour : palette.edge
  context.strokeRect(x, y, NODE_WIDTH, NODE_HEIGHT)
  // Cut by counting: letting the canvas squeeze a text costs ten times as much as drawing it.
  const letters = Math.floor(((NODE_WIDTH - 36) * camera.zoom) / 8.2)
  const name = scene.nameOf(i)
  context.fillStyle = palette.text
  context.fillText(name.length > letters ? `${name.slice(0, letters - 1)}…` : name, x + 28, y + NODE_HEIGHT / 2)
}

function paintSelected(context: CanvasRenderingContext2D, { layout, selected }: Scene, camera: Camera, palette: Palette): void {
  if (selected === undefined) return
  const grow = 3 / camera.zoom
  context.lineWidth = 2 / camera.zoom
  context.strokeStyle = palette.selected
  context.strokeRect(xOf(layout, selected) - grow, yOf(layout, selected) - grow, NODE_WIDTH + 2 * grow, NODE_HEIGHT + 2 * grow)
}

const images = new WeakMap<CanvasRenderingContext2D, ImageData>()

/**
 * A hundred thousand nodes in a millisecond or two: no path, no fill, only pixels, column by column. What needs the owner
 * is written last and never smaller than 3 x 3, so it can be seen however far away.
 */
export function paintPixels({ context, ratio, ...size }: Screen, { layout, shade }: Scene, camera: Camera, palette: Palette): void {
  const { width, height } = context.canvas
  if (width === 0 || height === 0) return
  const image = imageOf(context, width, height)
  const pixels = new Uint32Array(image.data.buffer)
  pixels.fill(0)
  const box = toBox(camera, size)
  const scale = camera.zoom * ratio
  const nodeWidth = Math.max(1, Math.round(NODE_WIDTH * scale))
  const nodeHeight = Math.max(1, Math.round(NODE_HEIGHT * scale))
  const low = (box.top - NODE_HEIGHT) / HALF_ROW_PITCH
  const high = box.bottom / HALF_ROW_PITCH
  const late: number[] = []
  const block = (x: number, y: number, wide: number, tall: number, colour: number) => {
    const from = Math.max(0, x)
    const to = Math.min(width, x + wide)
    const bottom = Math.min(height, y + tall)
    if (from >= to) return
    for (let line = Math.max(0, y) * width; line < bottom * width; line += width) {
      // For a handful of pixels the call would cost more than the filling.
      if (to - from > 32) pixels.fill(colour, line + from, line + to)
      else for (let at = line + from; at < line + to; at++) pixels[at] = colour
    }
  }
  const first = Math.max(0, Math.ceil((box.left - NODE_WIDTH) / COLUMN_PITCH))
  const last = Math.min(layout.columns.length - 1, Math.floor(box.right / COLUMN_PITCH))
  for (let c = first; c <= last; c++) {
    const column = layout.columns[c]
    if (!column) continue
    const left = Math.round((c * COLUMN_PITCH - camera.x) * scale)
    let lastTop = Number.NaN
    for (let k = firstAtOrBelow(column, layout.row, low); k < column.length; k++) {
      const i = column[k] ?? 0
      const row = layout.row[i] ?? 0
      if (row > high) break
      const kind = shade[i] ?? 0
      const top = Math.round((row * HALF_ROW_PITCH - camera.y) * scale)
      if (kind >= urgent) late.push(i)
      // Two nodes on one line of pixels: the eye could not tell them apart.
      else if (top !== lastTop) block(left, top, nodeWidth, nodeHeight, palette.pixels[kind] ?? 0)
      lastTop = top
    }
  }
  late.sort((a, b) => (shade[a] ?? 0) - (shade[b] ?? 0))
  const least = Math.ceil(LEAST_URGENT * ratio)
  for (const i of late) {
    const x = Math.round((xOf(layout, i) - camera.x) * scale)
    const y = Math.round((yOf(layout, i) - camera.y) * scale)
    block(x, y, Math.max(least, nodeWidth), Math.max(least, nodeHeight), palette.pixels[shade[i] ?? 0] ?? 0)
  }
  context.putImageData(image, 0, 0)
}

/** Kept for the next frame: a fresh one would cost more than the painting. */
function imageOf(context: CanvasRenderingContext2D, width: number, height: number): ImageData {
  const known = images.get(context)
  if (known?.width === width && known.height === height) return known
  const image = new ImageData(width, height)
  images.set(context, image)
  return image
}
