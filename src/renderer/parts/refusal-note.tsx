import type { Refusal } from '../../contract/index.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import styles from './refusal-note.module.css'

/** What went wrong, what to do about it, and a way to try again or to hand it on (U-23). Renders nothing when nothing was refused. */
export function RefusalNote({ refusal, again }: { refusal: Refusal | undefined; again?: (() => void) | undefined }) {
  if (!refusal) return null
  return (
    <div className={styles.note} role="alert">
      <span aria-hidden="true" className={styles.glyph}>
        ▲
      </span>
      <div className={styles.text}>
        <p>{refusal.message}</p>
        {refusal.remedy ? <p className={styles.remedy}>{refusal.remedy}</p> : null}
      </div>
      {again ? (
        <Button kind="quiet" onClick={again}>
          Try again
        </Button>
      ) : null}
      <CopyButton text={JSON.stringify(refusal, null, 2)} label="Copy details" />
    </div>
  )
}
