import { type Ref, useEffect, useRef, useState } from 'react'
import { useReef } from '../../live/reef.ts'
import { Checkbox, Input, Select } from '../../parts/field.tsx'
import { useKeys } from '../../parts/keys.ts'
import styles from './audit.module.css'
import { type Filter, toActorChoices, typeChoices } from './audit.select.ts'

const TYPING_MS = 300

/** Narrows the record to one kind of event, one actor, one thing, or to words that stand in it. `/` goes to the words. */
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
  const agents = useReef((facts) => Object.keys(facts.agents))
  const words = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => words.current?.focus() })
  return (
    <div className={styles.filter}>
      <Select label="What" options={typeChoices} value={filter.type} onChange={(event) => onChange({ ...filter, type: event.target.value })} />
      <Select label="Who" options={toActorChoices(agents)} value={filter.actor} onChange={(event) => onChange({ ...filter, actor: event.target.value })} />
      <Typed
        label="Happened to"
        placeholder="id of a task, plan, session … or a name"
        value={filter.subject}
        onRest={(subject) => onChange({ ...filter, subject })}
      />
      <Typed label="Words in it" placeholder="price-api" value={filter.text} onRest={(text) => onChange({ ...filter, text })} field={words} />
      <Checkbox label="Follow new events" checked={follow} onChange={(event) => onFollow(event.target.checked)} />
    </div>
  )
}

/** A field that is heard once nothing was typed for a moment. */
function Typed({
  label,
  placeholder,
  value,
  onRest,
  field,
}: {
  label: string
  placeholder: string
  value: string
  onRest: (value: string) => void
  field?: Ref<HTMLInputElement>
}) {
  const [typed, setTyped] = useState(value)
  const rest = useRef(onRest)
  useEffect(() => {
    rest.current = onRest
  })
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    const wanted = typed.trim()
    if (wanted === value) return
    const timer = setTimeout(() => rest.current(wanted), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, value])
  return <Input ref={field ?? null} label={label} placeholder={placeholder} maxLength={200} value={typed} onChange={(event) => setTyped(event.target.value)} />
}
