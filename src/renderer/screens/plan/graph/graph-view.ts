import { type Camera, centre, frameAll, panBy, reveal, type Size, zoomAt } from '../camera.ts'
import type { PlanStore } from '../plan-store.ts'
import { shades, toShade } from '../words.ts'
import { nodeBox, taskAt, worldBox } from './geometry.ts'
import { createMinimap } from './minimap.ts'
import { createNodeLayer } from './node-layer.ts'
import { createPainter, HTML_ZOOM, type Scene } from './paint.ts'
import { type Palette, readPalette } from './palette.ts'

export type GraphParts = { readonly host: HTMLElement; readonly canvas: HTMLCanvasElement; readonly layer: HTMLElement; readonly map: HTMLElement }

/** A plan with more tasks than this gets the small map (U-85). */
const MAP_FROM = 20
/** From so many changes in one frame on, drawing everything is cheaper. */
const MAX_TOUCHED = 300
const START_ZOOM = 0.8
/** A plan that would be smaller than this when it is shown whole is shown where something happens. */
const READABLE_ZOOM = 0.58

/**
 * The picture of a plan: canvas for lines and for nodes that are far away, HTML for nodes that can be read. Outside of
 * React: a change of one task touches one node (D3), a frame costs what can be seen (D2). Draws at most once a frame.
 */
export function createGraphView({ host, canvas, layer, map }: GraphParts, store: PlanStore) {
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser cannot draw.')
  let camera: Camera = { x: 0, y: 0, zoom: 1 }
  let screen: Size = { width: 0, height: 0 }
  let ratio = 1
  let palette: Palette = readPalette(host)
  let scene: Scene = toScene(new Set(), undefined)
  let frame = 0
  let placed = false
  let onCamera: (camera: Camera) => void = () => {}
  const nodes = createNodeLayer(layer, { taskOf: (i) => store.tasks()[i], now: () => Date.now() })
  const minimap = createMinimap(map)
  const painter = createPainter()
  /** Nodes that changed since the last frame, as long as nothing else did. */
  let touched: Set<number> | undefined = new Set()
  let corner = { left: 0, top: 0 }

  function toScene(critical: ReadonlySet<number>, selected: number | undefined): Scene {
    const tasks = store.tasks()
    return {
      layout: store.layout(),
      shade: Uint8Array.from(tasks, (task) => shades.indexOf(toShade(task))),
      nameOf: (i) => `${store.tasks()[i]?.key ?? ''} ${store.tasks()[i]?.title ?? ''}`,
      critical,
      selected,
    }
  }

  function draw(): void {
    frame = 0
    if (!context || screen.width === 0) return
    const canvasScreen = { context, ratio, ...screen }
    const only = touched
    touched = new Set()
    if (only && only.size < MAX_TOUCHED) {
      for (const i of only) painter.one(canvasScreen, scene, camera, palette, i)
      return
    }
    painter.all(canvasScreen, scene, camera, palette)
    const html = camera.zoom >= HTML_ZOOM
    layer.hidden = !html
    if (html && !nodes.show(scene.layout, camera, screen, scene.critical, scene.selected)) redraw()
    minimap.look(camera, screen)
  }
  const redraw = () => {
    touched = undefined
    request()
  }
  const request = () => {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }
  function move(next: Camera): void {
    if (next === camera) return
    camera = next
    onCamera(camera)
    redraw()
  }

  /** The whole plan where it can be read, otherwise the place where something happens. */
  function start(): void {
    placed = true
    const whole = frameAll(worldBox(scene.layout), screen)
    const readable = whole.zoom >= READABLE_ZOOM
    if (readable || (scene.selected === undefined && scene.layout.size > 100)) {
      move(whole)
      return
    }
    const most = scene.shade.reduce((best, shade, i) => (shade > (scene.shade[best] ?? 0) && shade >= shades.indexOf('active') ? i : best), 0)
    move(lookAt(scene.selected ?? most))
  }
  function lookAt(index: number, zoom = START_ZOOM): Camera {
    const box = nodeBox(scene.layout, index)
    return centre({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }, zoom, screen)
  }

  const resize = new ResizeObserver(() => {
    ratio = window.devicePixelRatio || 1
    screen = { width: host.clientWidth, height: host.clientHeight }
    canvas.width = Math.round(screen.width * ratio)
    canvas.height = Math.round(screen.height * ratio)
    corner = host.getBoundingClientRect()
    if (screen.width === 0) return
    if (!placed) start()
    // The panel that opens beside the graph must not cover the task it is about.
    else if (scene.selected !== undefined) move(reveal(camera, nodeBox(scene.layout, scene.selected), screen))
    // A canvas that was sized anew is empty until it is drawn: not a frame later.
    cancelAnimationFrame(frame)
    touched = undefined
    draw()
  })
  resize.observe(host)

  const repaint = () => {
    palette = readPalette(host)
    minimap.draw(scene, palette)
    redraw()
  }
  const themes = new MutationObserver(repaint)
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', repaint)

  const stopTasks = store.onAnyTask((i) => {
    const task = store.tasks()[i]
    if (!task || i >= scene.shade.length) return
    const shade = shades.indexOf(toShade(task))
    if (camera.zoom >= HTML_ZOOM) nodes.update(i)
    if (scene.shade[i] === shade) return
    scene.shade[i] = shade
    minimap.soon(scene, palette)
    if (camera.zoom >= HTML_ZOOM) return
    touched?.add(i)
    request()
  })
  const stopStructure = store.onStructure(() => {
    scene = toScene(scene.critical, scene.selected)
    nodes.clear()
    showMap()
    redraw()
  })
  const clock = setInterval(() => {
    if (camera.zoom >= HTML_ZOOM) nodes.tick()
  }, 1000)

  function showMap(): void {
    map.hidden = scene.layout.size <= MAP_FROM
    if (!map.hidden) minimap.draw(scene, palette)
  }
  showMap()
  minimap.onMove((point) => move(centre(point, camera.zoom, screen)))

  const toWorld = (x: number, y: number) => ({ x: camera.x + x / camera.zoom, y: camera.y + y / camera.zoom })
  return {
    camera: () => camera,
    pan: (dx: number, dy: number) => move(panBy(camera, dx, dy)),
    zoom: (factor: number) => move(zoomAt(camera, factor, { x: screen.width / 2, y: screen.height / 2 })),
    /** Zooms at a point of the window, without asking the browser where things stand: it would lay the page out for each turn of the wheel. */
    zoomAtPointer: (factor: number, x: number, y: number) => move(zoomAt(camera, factor, { x: x - corner.left, y: y - corner.top })),
    fit: () => move(frameAll(worldBox(scene.layout), screen)),
    /** Brings a task to the middle, near enough to be read. */
    focus(index: number): void {
      move(lookAt(index, Math.max(camera.zoom, START_ZOOM)))
    },
    /** Marks a task and moves just enough that it can be seen. */
    select(index: number | undefined): void {
      if (scene.selected === index) return
      scene = { ...scene, selected: index }
      nodes.mark(scene.critical, index)
      if (index !== undefined && placed) move(reveal(camera, nodeBox(scene.layout, index), screen))
      redraw()
    },
    setCritical(path: readonly number[]): void {
      if (path.length === scene.critical.size && path.every((i) => scene.critical.has(i))) return
      scene = { ...scene, critical: new Set(path) }
      nodes.mark(scene.critical, scene.selected)
      redraw()
    },
    /** The task at a point of the host, in pixels from its corner. */
    taskAt(x: number, y: number, target: EventTarget | null): number | undefined {
      return nodes.indexOf(target) ?? taskAt(scene.layout, toWorld(x, y))
    },
    /** Whether a task has an element, so that it can be pointed at for screen readers. */
    isInDocument: (index: number) => camera.zoom >= HTML_ZOOM && nodes.has(index),
    onCamera(call: (camera: Camera) => void): void {
      onCamera = call
      call(camera)
    },
    dispose(): void {
      cancelAnimationFrame(frame)
      clearInterval(clock)
      resize.disconnect()
      themes.disconnect()
      dark.removeEventListener('change', repaint)
      stopTasks()
      stopStructure()
      minimap.dispose()
      layer.replaceChildren()
    },
  }
}
export type GraphView = ReturnType<typeof createGraphView>
