import type { Attention } from '../contract/words.ts'

/**
 * Colour travels through strings as private-use characters and becomes escape sequences only where it is written.
 * So everything else that looks like an escape sequence came from outside and is removed there, in one place.
 */
const styles = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36', label: '35' } as const
export type Style = keyof typeof styles

const names = Object.keys(styles) as Style[]
const FIRST = 0xe0f0
const END = '\uE0EF'

export const paint = (style: Style, text: string): string => (text === '' ? '' : `${String.fromCharCode(FIRST + names.indexOf(style))}${text}${END}`)

/** Colour says how much attention is asked for, never which state it is. */
export const paintAttention = (attention: Attention, text: string): string => {
  if (attention === 'alarm') return paint('red', text)
  if (attention === 'waiting') return paint('yellow', text)
  if (attention === 'active') return paint('cyan', text)
  return text
}

export const unpaint = (text: string): string => text.replace(/[\uE0EF-\uE0FF]/g, '')

export const toColour = (text: string): string =>
  text.replace(/[\uE0EF-\uE0FF]/g, (mark) => {
    if (mark === END) return '\x1b[0m'
    const name = names[mark.charCodeAt(0) - FIRST]
    return name ? `\x1b[${styles[name]}m` : ''
  })
