import {
  type Attention,
  approvalWords,
  attemptWords,
  channelWords,
  circuitWords,
  messageWords,
  planWords,
  playbookWords,
  sessionWords,
  taskWords,
} from '../../contract/index.ts'
import styles from './state-mark.module.css'

type Word = { readonly word: string; readonly glyph: string; readonly attention: Attention }

/** Releases, checks and verdicts have no words in the contract: they are shown here only. */
const releaseWords: Record<string, Word> = {
  starting: { word: 'starting', glyph: '◔', attention: 'active' },
  healthy: { word: 'up', glyph: '●', attention: 'quiet' },
  unhealthy: { word: 'does not answer', glyph: '▲', attention: 'alarm' },
  stopped: { word: 'stopped', glyph: '□', attention: 'quiet' },
  failed: { word: 'failed', glyph: '✕', attention: 'alarm' },
}
const healthWords: Record<string, Word> = {
  ok: { word: 'ok', glyph: '✓', attention: 'quiet' },
  warn: { word: 'look at this', glyph: '▲', attention: 'waiting' },
  bad: { word: 'broken', glyph: '✕', attention: 'alarm' },
  absent: { word: 'not there', glyph: '◌', attention: 'quiet' },
}
const verdictWords: Record<string, Word> = {
  passed: { word: 'passed', glyph: '✓', attention: 'quiet' },
  failed: { word: 'failed', glyph: '✕', attention: 'alarm' },
  waived: { word: 'waived by you', glyph: '↷', attention: 'quiet' },
}
const requestWords: Record<string, Word> = {
  planning: { word: 'planning', glyph: '◔', attention: 'active' },
  planned: { word: 'planned', glyph: '✓', attention: 'quiet' },
  failed: { word: 'could not be planned', glyph: '✕', attention: 'alarm' },
}
const incomingWords: Record<string, Word> = {
  received: { word: 'received', glyph: '◔', attention: 'active' },
  answered: { word: 'answered', glyph: '✓', attention: 'quiet' },
  ignored: { word: 'ignored', glyph: '⊘', attention: 'quiet' },
}

const machines = {
  task: taskWords,
  attempt: attemptWords,
  plan: planWords,
  session: sessionWords,
  approval: approvalWords,
  release: releaseWords,
  health: healthWords,
  verdict: verdictWords,
  request: requestWords,
  circuit: circuitWords,
  playbook: playbookWords,
  channel: channelWords,
  message: messageWords,
  incoming: incomingWords,
} as const
export type Machine = keyof typeof machines

/** Glyph, word and attention of a state; an unknown one is shown by its own name rather than hidden. */
export function wordOf(machine: Machine, state: string): Word {
  return (machines[machine] as Record<string, Word>)[state] ?? { word: state, glyph: '?', attention: 'waiting' }
}

/** A state as shape, word and, only where somebody must look, colour (U-02, U-04). `glyphOnly` keeps the word for screen readers. */
export function StateMark({ machine, state, glyphOnly = false }: { machine: Machine; state: string; glyphOnly?: boolean }) {
  const { word, glyph, attention } = wordOf(machine, state)
  return (
    <span className={styles.mark} data-attention={attention} title={glyphOnly ? word : undefined}>
      <span aria-hidden="true" className={styles.glyph}>
        {glyph}
      </span>
      <span className={glyphOnly ? styles.unseen : styles.word}>{word}</span>
    </span>
  )
}
