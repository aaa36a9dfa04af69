import type { CircuitState } from '../contract/router.ts'
import { circuitWords } from '../contract/words.ts'
import { stateWord } from './label.ts'

export const circuitWord = (state: CircuitState): string => stateWord(circuitWords[state])
