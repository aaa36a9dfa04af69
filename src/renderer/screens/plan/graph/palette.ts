import { shades } from '../words.ts'

/** Colours of the canvas, read from the page's tokens, so that both themes and high contrast hold there too. */
export type Palette = {
  readonly surface: string
  readonly line: string
  readonly edge: string
  readonly strong: string
  readonly selected: string
  readonly text: string
  readonly muted: string
  readonly font: string
  /** For each shade of words.ts: the fill of a node that is too small for words. */
  readonly fills: readonly string[]
  /** The same as pixels of an ImageData. */
  readonly pixels: readonly number[]
}

const fillTokens: Record<(typeof shades)[number], string> = {
  idle: '--line',
  ready: '--control',
  done: '--fill',
  active: '--muted',
  waiting: '--state-waiting-bg',
  alarm: '--state-alarm',
}

/** Reads the tokens as they are in force at `host`. Costs a style calculation: once for each theme, not for each frame. */
export function readPalette(host: HTMLElement): Palette {
  const probe = host.ownerDocument.createElement('i')
  host.append(probe)
  const colour = (token: string) => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  }
  const fills = shades.map((shade) => colour(fillTokens[shade]))
  const palette = {
    surface: colour('--surface'),
    line: colour('--line'),
    edge: colour('--control'),
    strong: colour('--text'),
    selected: colour('--info'),
    text: colour('--text'),
    muted: colour('--muted'),
    font: getComputedStyle(probe).fontFamily,
    fills,
    pixels: fills.map(toPixel),
  }
  probe.remove()
  return palette
}

/** Little-endian RGBA, as ImageData holds it on every machine that Chromium runs on. */
function toPixel(colour: string): number {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (!context) return 0xff808080
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0xff808080
}
