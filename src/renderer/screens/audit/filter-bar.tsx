import { useEffect, useRef, useState } from 'react'
import { Checkbox, Input, Select } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import styles from './audit.module.css'
import { typeChoices } from './audit.select.ts'

export type Filter = { readonly type: string; readonly subject: string }
export const noFilter: Filter = { type: '', subject: '' }

const TYPING_MS = 300

/** Narrows the record to one type of event and one thing. `/` goes to the field. */
export function FilterBar({
  filter,
  onChange,
  follow,
  onFollow,
}: {
  filter: Filter
  onChange: (filter: Filter) => void
  follow: boolean
  onFollow: (follow: boolean) => void
}) {
  const [typed, setTyped] = useState(filter.subject)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => setTyped(filter.subject), [filter.subject])
  useEffect(() => {
    const wanted = typed.trim()
    if (wanted === filter.subject) return
    const timer = setTimeout(() => onChange({ ...filter, subject: wanted }), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, filter, onChange])
  useKeys({ '/': () => field.current?.focus() })
  return (
    <div className={styles.filter}>
      <Select label="What" options={typeChoices} value={filter.type} onChange={(event) => onChange({ ...filter, type: event.target.value })} />
      <Input
        ref={field}
        label="Happened to"
        placeholder="id of a task, plan, session … or a name"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Checkbox label="Follow new events" checked={follow} onChange={(event) => onFollow(event.target.checked)} />
    </div>
  )
}
