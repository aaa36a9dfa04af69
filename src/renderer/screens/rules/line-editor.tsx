import { type KeyboardEvent, type Ref, useId, useImperativeHandle, useRef } from 'react'
import type { PolicyProblem } from '../../../contract/policies.ts'
import { spanOfLine } from '../../parts/file-drafts.ts'
import { byLine } from './policy.select.ts'
import styles from './rules.module.css'

export type LineEditorDoor = { goTo(line: number): void }

/** A text area with the numbers of its lines, and a mark at each line that has a problem. Tab leaves it, as everywhere. */
export function LineEditor({
  label,
  text,
  problems,
  onChange,
  onSave,
  door,
}: {
  label: string
  text: string
  problems: readonly PolicyProblem[]
  onChange: (text: string) => void
  onSave: () => void
  door: Ref<LineEditorDoor>
}) {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLDivElement>(null)
  useImperativeHandle(door, () => ({
    goTo(line) {
      field.current?.focus()
      field.current?.setSelectionRange(...spanOfLine(field.current.value, line))
    },
  }))
  const marks = byLine(problems)
  const lines = text.split('\n').length
  const scroll = () => {
    if (gutter.current && field.current) gutter.current.scrollTop = field.current.scrollTop
  }
  const press = (event: KeyboardEvent) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    onSave()
  }
  return (
    <div className={styles.lines} data-wrong={problems.length > 0}>
      <div ref={gutter} className={styles.gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => i + 1).map((line) => (
          <span
            key={line}
            data-wrong={marks.has(line)}
            title={marks
              .get(line)
              ?.map(({ message }) => message)
              .join(' ')}
          >
            {marks.has(line) ? '▲ ' : ''}
            {line}
          </span>
        ))}
      </div>
      <label htmlFor={id} className={styles.unseen}>
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        value={text}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problems.length > 0}
        aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}
        onChange={(event) => onChange(event.target.value)}
        onScroll={scroll}
        onKeyDown={press}
      />
      <span id={`${id}-problems`} className={styles.unseen}>
        {problems.map(({ line, message }) => `${line === null ? '' : `Line ${line}: `}${message}`).join(' ')}
      </span>
    </div>
  )
}
