import type { Attention } from '../contract/words.ts'
import { paint, paintAttention } from './paint.ts'

export const REHEARSAL = 'REHEARSAL'

/** Whatever a rehearsal made says so, everywhere. */
export const labelled = (text: string, rehearsal: boolean): string => (rehearsal ? `${paint('label', REHEARSAL)} ${text}` : text)

/** A state in the words of every face. */
export const stateWord = ({ glyph, word, attention }: { glyph: string; word: string; attention: Attention }): string =>
  paintAttention(attention, `${glyph} ${word}`)
