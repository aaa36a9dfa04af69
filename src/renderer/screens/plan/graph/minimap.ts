import { type Camera, frameAll, type Size, toBox } from '../camera.ts'
import { worldBox } from './geometry.ts'
import styles from './graph.module.css'
import { paintPixels, type Scene } from './paint.ts'
import type { Palette } from './palette.ts'

const WIDTH = 168
const HEIGHT = 104
/** The map may be a moment behind: it is drawn anew at most this often. Milliseconds. */
const PACE_MS = 500

/** The whole plan, small, with a frame around what can be seen. Pressing it goes there. Owned by the graph view. */
export function createMinimap(host: HTMLElement) {
  const canvas = document.createElement('canvas')
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(WIDTH * ratio)
  canvas.height = Math.round(HEIGHT * ratio)
  canvas.style.width = `${WIDTH}px`
  canvas.style.height = `${HEIGHT}px`
  const frame = document.createElement('div')
  frame.className = styles['frame'] ?? ''
  host.replaceChildren(canvas, frame)
  const context = canvas.getContext('2d')
  let view: Camera = { x: 0, y: 0, zoom: 1 }
  let timer: ReturnType<typeof setTimeout> | undefined
  let onMove: (point: { x: number; y: number }) => void = () => {}

  function draw(scene: Scene, palette: Palette): void {
    if (!context) return
    const screen = { width: WIDTH, height: HEIGHT }
    view = frameAll(worldBox(scene.layout), screen, 6)
    paintPixels({ context, ratio, ...screen }, scene, view, palette)
  }
  const go = (event: PointerEvent) => {
    if (event.buttons !== 1) return
    const box = canvas.getBoundingClientRect()
    onMove({ x: view.x + (event.clientX - box.left) / view.zoom, y: view.y + (event.clientY - box.top) / view.zoom })
    event.preventDefault()
    event.stopPropagation()
  }
  host.addEventListener('pointerdown', go)
  host.addEventListener('pointermove', go)
  return {
    draw,
    /** Draws anew, but not for every change of a busy plan. */
    soon(scene: Scene, palette: Palette): void {
      if (host.hidden || timer !== undefined) return
      timer = setTimeout(() => {
        timer = undefined
        draw(scene, palette)
      }, PACE_MS)
    },
    look(camera: Camera, screen: Size): void {
      if (host.hidden) return
      const box = toBox(camera, screen)
      const left = Math.max(0, (box.left - view.x) * view.zoom)
      const top = Math.max(0, (box.top - view.y) * view.zoom)
      frame.style.translate = `${left}px ${top}px`
      frame.style.width = `${Math.max(4, Math.min(WIDTH, (box.right - view.x) * view.zoom) - left)}px`
      frame.style.height = `${Math.max(4, Math.min(HEIGHT, (box.bottom - view.y) * view.zoom) - top)}px`
    },
    onMove(call: (point: { x: number; y: number }) => void): void {
      onMove = call
    },
    dispose(): void {
      clearTimeout(timer)
      host.removeEventListener('pointerdown', go)
      host.removeEventListener('pointermove', go)
      host.replaceChildren()
    },
  }
}
