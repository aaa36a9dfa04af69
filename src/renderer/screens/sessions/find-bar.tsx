import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { Checkbox, Input } from '../../parts/field.tsx'
import styles from './terminal.module.css'
import type { FindOptions } from './xterm.ts'

/** Finds in what the terminal holds. Enter goes on, Shift+Enter back, Esc returns to the terminal. */
export function FindBar({
  found,
  onFind,
  onBack,
  onClose,
}: {
  found: { readonly index: number; readonly count: number }
  onFind: (text: string, options: FindOptions) => void
  onBack: (text: string, options: FindOptions) => void
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const [options, setOptions] = useState<FindOptions>({ regex: false, caseSensitive: false })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller's function is new with every frame that text arrives in.
  useEffect(() => {
    onFind(text, options)
  }, [text, options])
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter') (event.shiftKey ? onBack : onFind)(text, options)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className={styles.find} onKeyDown={press}>
      <Input label="Find in the terminal" bare autoFocus value={text} placeholder="Find" onChange={(event) => setText(event.target.value)} />
      <span className={styles.note} aria-live="polite">
        {text === '' ? '' : found.count === 0 ? 'not found' : found.index < 0 ? `${found.count}+ found` : `${found.index + 1} of ${found.count}`}
      </span>
      <Button kind="quiet" aria-label="Previous" icon={<ChevronUp />} onClick={() => onBack(text, options)} />
      <Button kind="quiet" aria-label="Next" icon={<ChevronDown />} onClick={() => onFind(text, options)} />
      <Checkbox
        label="Aa"
        title="Match case"
        checked={options.caseSensitive}
        onChange={(event) => setOptions({ ...options, caseSensitive: event.target.checked })}
      />
      <Checkbox label=".*" title="Regular expression" checked={options.regex} onChange={(event) => setOptions({ ...options, regex: event.target.checked })} />
      <Button kind="quiet" aria-label="Close the search" icon={<X />} onClick={onClose} />
    </search>
  )
}
