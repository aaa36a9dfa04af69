import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../src/renderer/styles/tokens.css'), 'utf8')
const [normal = '', more = ''] = css.split('@media (prefers-contrast: more)')

/** Token → [light, dark], as `#rrggbb`. */
const read = (text: string) =>
  new Map([...text.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name = '', light = '', dark = '']) => [name, [light, dark]]))
const tokens = read(normal)
const strong = new Map([...tokens, ...read(more)])

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
function contrast(a: string, b: string): number {
  const [bright = 0, dim = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (bright + 0.05) / (dim + 0.05)
}

/** `text on ground, theme: ratio` for every pair that is too weak. */
function tooWeak(of: typeof tokens, texts: readonly string[], grounds: readonly string[], least: number): string[] {
  return texts.flatMap((text) =>
    grounds.flatMap((ground) =>
      [0, 1].flatMap((theme) => {
        const ratio = contrast(of.get(text)?.[theme] ?? '#000000', of.get(ground)?.[theme] ?? '#000000')
        return ratio >= least ? [] : [`${text} on ${ground}, ${theme === 0 ? 'light' : 'dark'}: ${ratio.toFixed(2)}`]
      }),
    ),
  )
}

it('words can be read on every ground they stand on, in both themes (U-20, U-21, U-115)', () => {
  const grounds = ['bg', 'surface', 'raised', 'sunken', 'selected-bg']
  expect(tooWeak(tokens, ['text', 'muted'], grounds, 4.5)).toEqual([])
  expect(tooWeak(tokens, ['state-alarm', 'state-high', 'state-ok', 'info'], ['bg', 'surface', 'sunken'], 4.5)).toEqual([])
  expect(tooWeak(tokens, ['text', 'muted', 'state-alarm'], ['alarm-bg'], 4.5)).toEqual([])
  expect(tooWeak(tokens, ['text'], ['added-bg', 'removed-bg', 'high-bg'], 4.5)).toEqual([])
  expect(tooWeak(tokens, ['state-waiting-fg'], ['state-waiting-bg'], 4.5)).toEqual([])
  expect(tooWeak(tokens, ['added-fg', 'removed-fg'], ['surface', 'sunken'], 4.5)).toEqual([])
})

it('borders of controls, the focus and series of charts stand out from what is around them (WCAG 1.4.11)', () => {
  const series = [1, 2, 3, 4, 5, 6, 7].map((n) => `series-${n}`)
  expect(tooWeak(tokens, ['control', 'focus', 'fill', ...series], ['surface'], 3)).toEqual([])
})

it('more contrast, where the owner asks for it, is more: text 7:1, lines 3:1 (U-21)', () => {
  expect(tooWeak(strong, ['text', 'muted'], ['bg', 'surface', 'sunken'], 7)).toEqual([])
  expect(tooWeak(strong, ['line', 'control'], ['bg', 'surface'], 3)).toEqual([])
})

it('gives every colour in both themes, and reads all of them', () => {
  const all = [...normal.matchAll(/--([\w-]+): light-dark\(/g)].map((match) => match[1] ?? '')
  expect(all.filter((name) => !tokens.has(name))).toEqual(['shade'])
  expect([...normal.matchAll(/--[\w-]+: (#|rgb)/g)].length).toBe(0)
})
