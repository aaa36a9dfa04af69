import styles from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'
import { showHidden } from './visible-text.ts'

/** Text as it is, in a scrollable box, with a way to take it along. Characters that hide or reorder text are made visible (U-26). */
export function CodeBlock({ text, label, copy = true }: { text: string; label: string; copy?: boolean }) {
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className={styles.text} tabIndex={0} aria-label={label}>
        {copy ? (
          <div className={styles.copy}>
            <CopyButton text={text} />
          </div>
        ) : null}
        <pre>{showHidden(text)}</pre>
      </section>
    </div>
  )
}
