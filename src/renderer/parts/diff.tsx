import { useMemo, useState } from 'react'
import { Button } from './button.tsx'
import styles from './diff.module.css'
import { byRisk, type DiffFile, type DiffLine, parseDiff } from './diff-parse.ts'
import { showHidden } from './visible-text.ts'

/** Files longer than this open on request only; a browser lays out ten thousand lines in about a second. */
const FOLD_LINES = 300
const STEP_LINES = 2000
const signs: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−', hunk: '', note: '' }

/** A unified diff: one block for each file, as they come or what can do most harm first. Long files are folded. */
export function Diff({ text, truncated = false, riskyFirst = false }: { text: string; truncated?: boolean; riskyFirst?: boolean }) {
  const files = useMemo(() => (riskyFirst ? byRisk(parseDiff(text)) : parseDiff(text)), [text, riskyFirst])
  if (files.length === 0) return <p className={styles.none}>No difference.</p>
  return (
    <div className={styles.diff}>
      {files.length > 1 ? (
        <p className={styles.sum}>
          {files.length} files, <Counts added={sum(files, 'added')} removed={sum(files, 'removed')} />
          {riskyFirst ? ', riskiest first' : ''}
        </p>
      ) : null}
      {files.map((file, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a diff is replaced as a whole; a path may come twice.
        <File key={i} file={file} alone={files.length === 1} />
      ))}
      {truncated ? <p className={styles.none}>The difference is longer than what is shown here.</p> : null}
    </div>
  )
}

function File({ file, alone }: { file: DiffFile; alone: boolean }) {
  const [shown, setShown] = useState(file.lines.length > FOLD_LINES ? 0 : file.lines.length)
  const name = file.path || 'text'
  const rest = file.lines.length - shown
  return (
    <div className={styles.file}>
      <header className={styles.head}>
        <span className={styles.path}>{showHidden(name)}</span>
        <Counts added={file.added} removed={file.removed} />
      </header>
      {shown > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
        <section className={styles.lines} tabIndex={0} aria-label={`Changes of ${name}`} data-alone={alone}>
          {file.lines.slice(0, shown).map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a diff do not move.
            <div key={i} className={styles.line} data-kind={line.kind}>
              <span className={styles.sign}>{signs[line.kind]}</span>
              {showHidden(line.text)}
            </div>
          ))}
        </section>
      ) : null}
      {rest > 0 ? (
        <Button kind="quiet" onClick={() => setShown(shown + STEP_LINES)}>
          Show {shown > 0 ? `${Math.min(rest, STEP_LINES).toLocaleString('en-NZ')} more` : `${rest.toLocaleString('en-NZ')} lines`}
        </Button>
      ) : null}
    </div>
  )
}

function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span>
      <span className={styles.added}>+{added}</span> <span className={styles.removed}>−{removed}</span>
    </span>
  )
}

const sum = (files: readonly DiffFile[], what: 'added' | 'removed') => files.reduce((total, file) => total + file[what], 0)
