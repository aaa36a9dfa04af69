/** What of the world is on the screen: its top left corner in world units, and screen pixels for each unit. */
export type Camera = { readonly x: number; readonly y: number; readonly zoom: number }
export type Size = { readonly width: number; readonly height: number }
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

export const MIN_ZOOM = 0.002
export const MAX_ZOOM = 2

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Zooms by `factor`; what is under the screen point stays there. */
export function zoomAt(camera: Camera, factor: number, point: { readonly x: number; readonly y: number }): Camera {
  const zoom = clamp(camera.zoom * factor, MIN_ZOOM, MAX_ZOOM)
  return { zoom, x: camera.x + point.x / camera.zoom - point.x / zoom, y: camera.y + point.y / camera.zoom - point.y / zoom }
}

/** Moves by screen pixels. */
export const panBy = (camera: Camera, dx: number, dy: number): Camera => ({ ...camera, x: camera.x + dx / camera.zoom, y: camera.y + dy / camera.zoom })

/** All of `box` in the middle of the screen, never larger than life. */
export function frameAll(box: Box, screen: Size, margin = 32): Camera {
  const width = Math.max(1, box.right - box.left)
  const height = Math.max(1, box.bottom - box.top)
  const zoom = clamp(Math.min((screen.width - 2 * margin) / width, (screen.height - 2 * margin) / height, 1), MIN_ZOOM, MAX_ZOOM)
  return centre({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }, zoom, screen)
}

export function centre(point: { readonly x: number; readonly y: number }, zoom: number, screen: Size): Camera {
  return { zoom, x: point.x - screen.width / zoom / 2, y: point.y - screen.height / zoom / 2 }
}

export function toBox(camera: Camera, screen: Size): Box {
  return { left: camera.x, top: camera.y, right: camera.x + screen.width / camera.zoom, bottom: camera.y + screen.height / camera.zoom }
}

/** The least move that shows all of `box`; the same camera when it can be seen already. */
export function reveal(camera: Camera, box: Box, screen: Size, margin = 24): Camera {
  const shown = toBox(camera, screen)
  const edge = margin / camera.zoom
  const x = box.left < shown.left + edge ? box.left - edge : box.right > shown.right - edge ? camera.x + box.right - shown.right + edge : camera.x
  const y = box.top < shown.top + edge ? box.top - edge : box.bottom > shown.bottom - edge ? camera.y + box.bottom - shown.bottom + edge : camera.y
  return x === camera.x && y === camera.y ? camera : { ...camera, x, y }
}
