import type { CircuitState } from '../contract/router.ts'
import type { Attention } from '../contract/words.ts'
import { stateWord } from './label.ts'

/** Whether calls get through: an open circuit sounds like the opposite of what it is. */
export const circuitWords: Readonly<Record<CircuitState, { word: string; glyph: string; attention: Attention }>> = {
  closed: { word: 'lets calls through', glyph: '●', attention: 'quiet' },
  half_open: { word: 'tries one call', glyph: '◔', attention: 'active' },
  open: { word: 'breaker open', glyph: '▲', attention: 'alarm' },
  quota: { word: 'quota reached', glyph: '◷', attention: 'waiting' },
  refused: { word: 'refuses the key', glyph: '✕', attention: 'alarm' },
}

export const circuitWord = (state: CircuitState): string => stateWord(circuitWords[state])
