import { type Box, type Camera, type Size, toBox } from '../camera.ts'
import type { Layout } from '../layout.ts'
import { shades } from '../words.ts'
import { COLUMN_PITCH, eachVisible, NODE_HEIGHT, NODE_WIDTH, xOf, yOf } from './geometry.ts'
import type { Palette } from './palette.ts'

/** Below this a node is too small for HTML with words; the canvas draws it. */
export const HTML_ZOOM = 0.5
/** Below this a node is a few pixels: they are written straight into the image. */
const PIXEL_ZOOM = 0.2
/** Below this not even a short name can be read. */
const NAME_ZOOM = 0.35
/** More lines than this are a grey area: only those that mean something are drawn. */
const MAX_EDGES = 3000
const urgent = shades.indexOf('waiting')

export type Scene = {
  readonly layout: Layout
  /** Index into `shades` for each task. */
  readonly shade: Uint8Array
  readonly nameOf: (index: number) => string
  readonly critical: ReadonlySet<number>
  readonly selected: number | undefined
}
export type Screen = Size & { readonly context: CanvasRenderingContext2D; readonly ratio: number }

/** Draws what `camera` sees: lines always, nodes only where HTML does not stand. Costs what can be seen, not what there is. */
export function paint(screen: Screen, scene: Scene, camera: Camera, palette: Palette): void {
  const { context, ratio } = screen
  const box = toBox(camera, screen)
  context.setTransform(1, 0, 0, 1, 0, 0)
  if (camera.zoom < PIXEL_ZOOM) {
    paintPixels(screen, scene, camera, palette, box)
    // Lines under nodes that are there already.
    context.globalCompositeOperation = 'destination-over'
  } else {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  }
  const scale = camera.zoom * ratio
  context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale)
  paintEdges(context, scene, camera, palette, box)
  context.globalCompositeOperation = 'source-over'
  if (camera.zoom >= PIXEL_ZOOM && camera.zoom < HTML_ZOOM) paintBlocks(context, scene, camera, palette, box)
  if (camera.zoom < HTML_ZOOM) paintSelected(context, scene, camera, palette)
}

function paintEdges(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, palette: Palette, box: Box): void {
  const { layout, critical, selected } = scene
  const plain = new Path2D()
  const strong = new Path2D()
  const chosen = new Path2D()
  const curved = camera.zoom >= PIXEL_ZOOM
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
    trace(isChosen ? chosen : isStrong ? strong : plain, layout, from, to, curved)
  }
  if (layout.edges.from.length <= MAX_EDGES / 4) {
    for (let e = 0; e < layout.edges.from.length; e++) if (crosses(layout, e, box)) draw(e)
  } else if (curved) {
    eachVisible(layout, box, (i) => {
      for (let e = layout.into.start[i] ?? 0; e < (layout.into.start[i + 1] ?? 0); e++) draw(layout.into.list[e] ?? 0)
      for (let e = layout.out.start[i] ?? 0; e < (layout.out.start[i + 1] ?? 0); e++) draw(layout.out.list[e] ?? 0)
    })
  }
  const pixel = 1 / camera.zoom
  const stroke = (path: Path2D, colour: string, width: number) => {
    context.strokeStyle = colour
    context.lineWidth = Math.max(width, pixel * 0.75)
    context.stroke(path)
  }
  stroke(chosen, palette.selected, 2)
  stroke(strong, palette.strong, 2.25)
  stroke(plain, palette.edge, 1.25)
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
  // Turns in the gap beside its target, so that a long line does not run through the nodes between.
  const bend = (COLUMN_PITCH - NODE_WIDTH) * 0.9
  if (curved) path.bezierCurveTo(Math.max(x1 + bend / 2, x2 - bend), y1, Math.max(x1 + bend / 2, x2 - bend), y2, x2, y2)
  else path.lineTo(x2, y2)
}

function paintBlocks(context: CanvasRenderingContext2D, scene: Scene, camera: Camera, palette: Palette, box: Box): void {
  const named = camera.zoom >= NAME_ZOOM
  context.lineWidth = 1 / camera.zoom
  context.font = `600 ${Math.round(13 / camera.zoom)}px ${palette.font}`
  context.textBaseline = 'middle'
  eachVisible(scene.layout, box, (i) => {
    const shade = scene.shade[i] ?? 0
    const x = xOf(scene.layout, i)
    const y = yOf(scene.layout, i)
    context.fillStyle = named ? palette.surface : (palette.fills[shade] ?? palette.line)
    context.fillRect(x, y, NODE_WIDTH, NODE_HEIGHT)
    if (!named) return
    context.fillStyle = palette.fills[shade] ?? palette.line
    context.fillRect(x, y, 16, NODE_HEIGHT)
    context.strokeStyle = shade >= urgent ? (palette.fills[shade] ?? palette.edge) : palette.edge
    context.strokeRect(x, y, NODE_WIDTH, NODE_HEIGHT)
    context.fillStyle = palette.text
    context.fillText(scene.nameOf(i), x + 28, y + NODE_HEIGHT / 2, NODE_WIDTH - 36)
  })
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
 * A hundred thousand nodes in about a millisecond: no path, no fill, only pixels. What needs the owner is written last
 * and never smaller than 3 x 3, so it can be seen however far away.
 */
export function paintPixels({ context, ratio }: Screen, { layout, shade }: Scene, camera: Camera, palette: Palette, box: Box): void {
  const { width, height } = context.canvas
  if (width === 0 || height === 0) return
  const image = imageOf(context, width, height)
  const pixels = new Uint32Array(image.data.buffer)
  pixels.fill(0)
  const scale = camera.zoom * ratio
  const late: number[] = []
  const block = (i: number, least: number) => {
    const colour = palette.pixels[shade[i] ?? 0] ?? 0
    const left = Math.round((xOf(layout, i) - camera.x) * scale)
    const top = Math.round((yOf(layout, i) - camera.y) * scale)
    const right = Math.min(width, left + Math.max(least, Math.round(NODE_WIDTH * scale)))
    const bottom = Math.min(height, top + Math.max(least, Math.round(NODE_HEIGHT * scale)))
    const from = Math.max(0, left)
    if (from >= right) return
    for (let y = Math.max(0, top); y < bottom; y++) {
      const line = y * width
      // A loop, because `fill` costs more than it saves on a handful of pixels.
      for (let x = from; x < right; x++) pixels[line + x] = colour
    }
  }
  eachVisible(layout, box, (i) => {
    if ((shade[i] ?? 0) >= urgent) late.push(i)
    else block(i, 1)
  })
  late.sort((a, b) => (shade[a] ?? 0) - (shade[b] ?? 0))
  for (const i of late) block(i, Math.ceil(3 * ratio))
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
